"""A site's own rules, read from TOML: what it never lets in beyond what the table of classes says.

A rule names a place, a form, or both. Rules only make things stricter: a value of a run, a secret or a number of a
person stays one whatever a file says. What may be written is described in `docs/redaction.md`.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ingest_hooks.redaction.checksums import CHECKS
from ingest_hooks.redaction.classes import IN_EVERY_FACET, PRODUCT, STANDARD, Class
from ingest_hooks.redaction.forms import Form, Forms
from ingest_hooks.redaction.keys import class_of
from ingest_hooks.redaction.places import IN_FACETS, Place

MAX_BYTES: Final = 256 * 1024
MAX_RULES: Final = 200
MAX_PREFIXES: Final = 50
MAX_LITERAL: Final = 40
FEWEST_DIGITS, MOST_DIGITS, FEWEST_BARE_DIGITS = 3, 32, 6
MAX_STEPS: Final = 16
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_OF_A_MARKER: Final = frozenset({"length", "digest", "redacted"})
_LABEL: Final = "site:"

VALUES: Final = frozenset({Class.VALUE, Class.SOURCE, Class.SECRET, Class.PERSON})
"""Classes of which no text stays."""
_NO_DIGEST: Final = VALUES - {Class.VALUE}
_SHAPES: Final = frozenset(
    {Class.SQL, Class.EXPRESSION, Class.TRANSFORMATION, Class.MESSAGE, Class.TRACE, Class.WORD, Class.COUNT}
)
_KEPT: Final = frozenset({Class.NAME, Class.TEXT, Class.OWNER, Class.UNKNOWN})
_IDENTITY: Final = frozenset(pattern.partition("/")[0] for pattern in (*STANDARD, *PRODUCT))
"""Facets whose names tell things apart: a marker in the place of two of them would make one of both."""


class Action(StrEnum):
    """What a rule does."""

    KEEP = "keep"
    """The place holds a name, or what the class says; identifiers in it are found all the same."""
    REPLACE = "replace"
    """A marker stands there: of a place by its class, of a form an identifier's (in names a token)."""
    DROP = "drop"
    """The member of the facet, or the whole facet, is left out."""
    TOKEN = "token"  # noqa: S105  a word of the file
    """A token stands there, the same for the same value."""


class RuleError(ValueError):
    """A file of rules that cannot be taken: the message says which rule, and what would be right."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `place` is the steps of its pattern, from the facet's name on, `kind` is None where a form decides."""

    name: str
    action: Action
    place: tuple[str, ...] | None = None
    kind: Class | None = None
    form: Form | None = None

    @property
    def label(self) -> str:
        """What a redaction by this rule is recorded with."""
        return _LABEL + self.name

    def allows(self, shipped: Class, facet: str) -> bool:
        """Whether the rule may stand in for what the table or a key says of a place in the facet."""
        if self.action is Action.DROP or self.kind is shipped or self.form is not None:
            return True
        if shipped is Class.NAME and facet in _IDENTITY:
            return False
        if self.action is Action.TOKEN:
            return shipped in _KEPT
        return self.kind is not None and is_stricter(self.kind, shipped)

    def applies(self, shipped: Class | None, facet: str, *, is_object: bool = False, is_list: bool = False) -> bool:
        """Whether the rule decides over a value; of an object or list its parts may, where a name may stand in it."""
        if (is_object or is_list) and self.form is None and shipped is None and facet in _IDENTITY:
            return False
        if is_object and self.kind not in VALUES and not (self.action is Action.TOKEN and self.form is None):
            return False
        return self.allows(shipped or Class.UNKNOWN, facet)

    def specificity(self) -> tuple[int, int]:
        """How much of a pointer the place names: of two that fit, the higher one decides."""
        place = self.place or ()
        return sum("*" not in step for step in place), -sum(step == "**" for step in place)


def is_stricter(kind: Class, shipped: Class) -> bool:
    """Whether nothing that the shipped class takes away is kept by another."""
    if kind in VALUES:
        return shipped not in _NO_DIGEST or kind in _NO_DIGEST
    if shipped is Class.UNKNOWN:
        return True
    if kind in _SHAPES:
        return shipped in _KEPT
    return kind is Class.TEXT and shipped in {Class.OWNER, Class.NAME}


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of a site; `digest` tells two sets of them apart, and is empty where there are none."""

    rules: tuple[Rule, ...] = ()
    digest: str = ""

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def forms(self) -> Forms:
        """The forms that are looked for everywhere."""
        return tuple(rule.form for rule in self.rules if rule.form is not None and rule.place is None)

    def of_facet(self, facet: str) -> tuple[Rule, ...]:
        """The rules of places in a facet, the one that decides first before the others."""
        found = [rule for rule in self.rules if rule.place is not None and rule.place[0] in {facet, "*"}]
        return tuple(sorted(found, key=Rule.specificity, reverse=True))


NO_RULES: Final = Rules()


def rule_at(rules: Sequence[Rule], path: Sequence[str]) -> Rule | None:
    """The rule that decides over a place, by the steps below its facet; `rules` are those of `Rules.of_facet`."""
    if path[:1] and path[0] in IN_EVERY_FACET:
        return None
    return next((rule for rule in rules if rule.place is not None and _fits(rule.place[1:], path)), None)


def _fits(pattern: Sequence[str], path: Sequence[str]) -> bool:
    if "**" not in pattern:
        return len(pattern) == len(path) and _agree(pattern, path)
    at = pattern.index("**")
    before, after = pattern[:at], pattern[at + 1 :]
    least = at + len(after) + (0 if after else 1)
    return len(path) >= least and _agree(before, path) and _agree(after, path[len(path) - len(after) :])


def _agree(pattern: Sequence[str], path: Sequence[str]) -> bool:
    return all(step in {"*", there} for step, there in zip(pattern, path, strict=False))


def read_rules(content: bytes) -> Rules:
    """Return the rules of a file in TOML; raises RuleError, with the rule's name and what would be right."""
    if len(content) > MAX_BYTES:
        raise RuleError(f"it is larger than {MAX_BYTES:,} bytes; write fewer rules")
    try:
        document = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise RuleError("it is no text in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"it is no TOML: {error}") from None
    unknown = sorted(document.keys() - {"rule"})
    tables = document.get("rule", [])
    if unknown or not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise RuleError(f"it holds {unknown[0] if unknown else 'rule'!r}; each rule begins with a line [[rule]]")
    if len(tables) > MAX_RULES:
        raise RuleError(f"it holds {len(tables)} rules; at most {MAX_RULES} are taken")
    rules = tuple(_rule(table, number) for number, table in enumerate(tables, 1))
    _refuse_twice([rule.name for rule in rules], "is the name of two rules; give each its own")
    _refuse_twice(
        ["/".join(rule.place) for rule in rules if rule.place is not None], "is the place of two rules; write one"
    )
    if not rules:
        return NO_RULES
    canonical = json.dumps(tables, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return Rules(rules, hashlib.sha256(canonical.encode()).hexdigest())


def _refuse_twice(written: Sequence[str], sentence: str) -> None:
    twice = next((one for at, one in enumerate(written) if one in written[:at]), None)
    if twice is not None:
        raise RuleError(f"{twice} {sentence}")


def _rule(table: Mapping[str, Any], number: int) -> Rule:
    name = table.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise RuleError(
            f"rule {number}: name is up to 40 lower-case letters, digits and hyphens, such as trial-subject"
        )
    try:
        return _read(name, table)
    except RuleError as error:
        raise RuleError(f"rule {name}: {error}") from None


def _read(name: str, table: Mapping[str, Any]) -> Rule:
    _refuse_unknown(table, ("name", "place", "class", "action", "form"))
    place = _place(table["place"]) if "place" in table else None
    if place is None and "form" not in table:
        raise RuleError("it needs a place, such as acme_run/notes, or a form, such as {prefix = ['TS-'], digits = 6}")
    action = _word(table, "action", Action, "keep, replace, drop or token") if "action" in table else None
    if "form" in table:
        return _of_form(name, table, place, action)
    kind = _word(table, "class", _CLASSES, ", ".join(_CLASSES)) if "class" in table else None
    if action is None and kind is None:
        raise RuleError("it needs an action (keep, replace, drop or token) or a class")
    action, kind = _decided(action, kind)
    return _held_against_the_table(Rule(name, action, place, kind))


def _decided(action: Action | None, kind: Class | None) -> tuple[Action, Class | None]:
    if action in {Action.DROP, Action.TOKEN}:
        if kind is not None:
            raise RuleError(f"action {action} takes no class; leave one of them out")
        return action, None
    if action is None:
        return (Action.REPLACE if kind in VALUES else Action.KEEP), kind
    kind = kind or (Class.NAME if action is Action.KEEP else Class.VALUE)
    if (kind in VALUES) is (action is Action.KEEP) or (kind in _KEPT and action is Action.REPLACE):
        raise RuleError(f"action {action} and class {kind.name.lower()} contradict each other; leave one of them out")
    return action, kind


def _of_form(name: str, table: Mapping[str, Any], place: tuple[str, ...] | None, action: Action | None) -> Rule:
    if "class" in table:
        raise RuleError("what a form finds is an identifier; leave the class out")
    if action not in {None, Action.REPLACE, Action.TOKEN}:
        raise RuleError(f"action {action} takes a place alone; a form is replaced or becomes a token")
    if place is not None and (place[0] in _IDENTITY or place[0] == "*"):
        raise RuleError("a form that may stand in names is the same everywhere; leave the place out")
    form = _form(f"{_LABEL}{name}", table["form"], tokens=action is Action.TOKEN, is_placed=place is not None)
    return Rule(name, action or Action.REPLACE, place, None, form)


def _form(label: str, table: object, *, tokens: bool, is_placed: bool) -> Form:
    if not isinstance(table, dict):
        raise RuleError("form is a table, such as {prefix = ['TS-'], digits = [6, 8], check = 'luhn'}")
    _refuse_unknown(table, ("prefix", "digits", "separators", "suffix", "check"))
    prefix = table.get("prefix", [])
    prefixes = [prefix] if isinstance(prefix, str) else prefix
    if not isinstance(prefixes, list) or len(prefixes) > MAX_PREFIXES or not all(map(_is_literal, prefixes)):
        raise RuleError(
            f"prefix is a text, or at most {MAX_PREFIXES} of them, each of 1 to {MAX_LITERAL} printed ASCII characters"
        )
    if any(one.strip(" =:<").lower() in _OF_A_MARKER for one in prefixes):
        raise RuleError(f"prefix is none of {', '.join(sorted(_OF_A_MARKER))}: these stand in markers")
    separators, suffix = table.get("separators", ""), table.get("suffix", "")
    if not isinstance(separators, str) or not set(separators) <= set(" -./_:"):
        raise RuleError("separators are any of blank - . / _ :, one of which may stand between two digits")
    if not isinstance(suffix, str) or (suffix and not _is_literal(suffix)):
        raise RuleError(f"suffix is a text of at most {MAX_LITERAL} printed ASCII characters")
    check = _word(table, "check", {kind: kind for kind in CHECKS}, ", ".join(CHECKS)) if "check" in table else None
    fewest, most = _digits(table.get("digits"))
    if not prefixes and fewest < FEWEST_BARE_DIGITS:
        raise RuleError(f"without a prefix, digits are at least {FEWEST_BARE_DIGITS}")
    if not prefixes and check is None and not is_placed:
        raise RuleError("a bare number anywhere would take counts and days too; give it a prefix, a check or a place")
    return Form(label, tuple(prefixes) or ("",), fewest, most, separators, suffix, check, tokens)


def _digits(written: object) -> tuple[int, int]:
    match written:
        case [int(fewest), int(most)] if FEWEST_DIGITS <= fewest <= most <= MOST_DIGITS:
            return fewest, most
        case int(count) if FEWEST_DIGITS <= count <= MOST_DIGITS:
            return count, count
    raise RuleError(f"digits is how many, or [fewest, most], from {FEWEST_DIGITS} to {MOST_DIGITS}")


def _is_literal(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text) <= MAX_LITERAL and text.isascii() and text.isprintable()


def _place(written: object) -> tuple[str, ...]:
    steps = tuple(written.split("/")) if isinstance(written, str) else ()
    if not 0 < len(steps) <= MAX_STEPS or not all(steps):
        raise RuleError(
            f"place is a facet's name and steps below it, at most {MAX_STEPS}, such as acme_run/notes/*/text"
        )
    if steps[0] in {"**", "facets", "run", "job", "inputs", "outputs", "dataset"} or steps.count("**") > 1:
        raise RuleError("place begins with a facet's name, or * for any, and holds ** once at most below it")
    if any("*" in step and step not in {"*", "**"} for step in steps):
        raise RuleError("place holds whole steps: * is any one, ** any number of them")
    if set(steps) <= {"*", "**"}:
        raise RuleError("place names something: * alone would be every facet")
    return steps


def _word(table: Mapping[str, Any], key: str, words: Any, listed: str) -> Any:  # noqa: ANN401  a table, or an enumeration
    written = table[key]
    try:
        return words[written.upper()] if words is Action else words[written]
    except (KeyError, AttributeError, TypeError):
        raise RuleError(f"{key} is one of {listed}") from None


def _refuse_unknown(table: Mapping[str, Any], known: Sequence[str]) -> None:
    unknown = next((key for key in table if key not in known), None)
    if unknown is not None:
        raise RuleError(f"{unknown[:MAX_LITERAL]!r} is none of {', '.join(known)}")


def _held_against_the_table(rule: Rule) -> Rule:
    """The rule, unless it would keep what is taken away without it; what a `*` stands for is judged event by event."""
    place = rule.place or ()
    if len(place) == 1 and rule.action is Action.KEEP:
        raise RuleError(f"{place[0]} is a whole facet; name what is below it, such as {place[0]}/**")
    if rule.action is not Action.DROP and place[0] in _IDENTITY and _holds_more(place):
        raise RuleError(
            f"{'/'.join(place)} may hold names, by which things are told apart; name what is below, or drop"
        )
    shipped = shipped_class(place)
    if shipped is None or rule.allows(shipped, place[0]):
        return rule
    what = shipped.name.lower().replace("_", " ")
    if shipped is Class.NAME:
        raise RuleError(f"{'/'.join(place)} is a name, by which things are told apart; use a form, or drop")
    raise RuleError(f"{'/'.join(place)} is of the class {what}, which a rule makes stricter and never laxer")


def _holds_more(place: Sequence[str]) -> bool:
    known: Place | None = IN_FACETS
    for step in place:
        known = None if known is None or "*" in step else known.step(step)
    return known is not None and known.kind is None and known.is_inside


def shipped_class(place: Sequence[str]) -> Class | None:
    """What the table, else its key, says of a place; None where a wildcard or neither decides."""
    if any("*" in step for step in place):
        return None
    known, below = IN_FACETS, None
    for step in place:
        there = known.step(step)
        if there is None:
            return (
                (below.keys.get(place[-1]) if below is not None else None)
                or class_of(place[-1])
                or (below.other if below is not None else None)
            )
        known, below = there, there.below or below
    if known.kind is not None or known.is_inside:
        return known.kind
    return class_of(place[-1])


_CLASSES: Final[Mapping[str, Class]] = {each.name.lower(): each for each in Class if each is not Class.UNKNOWN}
