"""Which name stands for which dataset at a time, and to whom belongs what was said under a name: decisions, no I/O.

A pointer is a symlink's: in time, and a location that is used again points to another from then on, so that strangers
are never merged. What a steward joins, and what a namespace's rule in force takes for one, is the same at every time at
which it holds; of several the one whose spelling is as the rules write it stands for all, else the first by name.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import dropwhile
from typing import Final, NamedTuple

from graph_schema.aspects.names import NamespaceRule
from graph_schema.bitemporal import has_begun
from graph_schema.facts import ALWAYS, Order
from graph_schema.vocabulary.words import LetterCase, NameRuleKind

Name = tuple[str, str]
"""Namespace and name."""

DATE_KEYS: Final = ("year", "month", "day", "hour", "date", "dt", "ds")
"""The keys of date partitions where a rule names none."""

_HELD: Final = {"yyyy": r"[12][0-9]{3}", "MM": r"[01][0-9]", "dd": r"[0-3][0-9]", "HH": r"[0-2][0-9]"}
_PLACES: Final = re.compile(r"\{(yyyy|MM|dd|HH)\}")
_SEPARATORS: Final = re.compile(r"[/._-]*")
_MOST_STEPS: Final = 64


class AliasPointer(NamedTuple):
    """That a name points to a dataset from a time on, and until when whoever says so lists it; None: it still does."""

    order: Order
    target: str
    until: int | None = None
    entry: int = 0
    ended_by: int | None = None
    """The entry that lists it no longer."""


def resolve(name: str, at: int, pointers: Mapping[str, Sequence[AliasPointer]]) -> str:
    """Return what the name pointed to at a time: the newest pointer at or before it, else the earliest known (rule 8).

    A pointer that ended points nowhere; a cycle resolves to its smallest name. `pointers` maps a name to its claims in
    their order.
    """
    seen: dict[str, None] = {}
    while name not in seen:
        seen[name] = None
        claims = pointers.get(name)
        if not claims:
            return name
        target = _pointed(claims, at)
        if target is None or target == name:
            return name
        name = target
    return min(dropwhile(lambda one: one != name, seen))


def _pointed(claims: Sequence[AliasPointer], at: int) -> str | None:
    newest: AliasPointer | None = None
    for claim in claims:
        if not has_begun(claim.order[0], at):
            break
        newest = claim
    if newest is None:
        return claims[0].target
    live = any(
        claim.target == newest.target
        and has_begun(claim.order[0], at)
        and (claim.until is None or not has_begun(claim.until, at))
        for claim in claims
    )
    return newest.target if live else None


def pointer_order(claim: AliasPointer) -> tuple[int, int, str, str]:
    """Return what pointers of one name are compared by; the target breaks the tie of two said at once."""
    return *claim.order, claim.target


def shortened(claims: Iterable[AliasPointer]) -> list[AliasPointer]:
    """Return the claims in order, without those that only restate one before: to the same dataset, until as long."""
    kept: list[AliasPointer] = []
    lasting: set[int | None] = set()
    for claim in sorted(claims, key=lambda one: (*pointer_order(one), one.until or 0, one.entry)):
        if kept and kept[-1].target != claim.target:
            lasting.clear()
        if claim.until not in lasting:
            kept.append(claim)
            lasting.add(claim.until)
    return kept


@dataclass(frozen=True)
class RuleHistory:
    """What was said of one rule over time, in order; None where it ended."""

    name: str
    stated: tuple[tuple[Order, NamespaceRule | None], ...]
    entry: int = 0
    """The first entry that says something of it."""

    def at(self, at: int) -> NamespaceRule | None:
        """Return the rule at a time: the newest at or before it, else the earliest known."""
        place = bisect_right([order[0] for order, _ in self.stated], at)
        return self.stated[max(place - 1, 0)][1]

    @property
    def is_constant(self) -> bool:
        """Tell whether it was the same at every time."""
        return len({value for _, value in self.stated}) == 1


def dated(pattern: str) -> re.Pattern[str] | None:
    """Return what finds a date in a name: `{yyyy}`, `{MM}`, `{dd}`, `{HH}` and `/._-`; None for any other."""
    parts = _PLACES.split(pattern)
    if len(parts) == 1 or any(_SEPARATORS.fullmatch(one) is None for one in parts[::2]) or "yyyy" not in parts[1::2]:
        return None
    found = "".join(_HELD[one] if place % 2 else re.escape(one) for place, one in enumerate(parts))
    return re.compile(rf"(?<![0-9A-Za-z]){found}(?![0-9A-Za-z])" if not parts[0] else rf"{found}(?![0-9A-Za-z])")


_dated = lru_cache(maxsize=256)(dated)


def covers(pattern: str, namespace: str) -> bool:
    """Tell whether a rule's namespace is this one: it itself, or its beginning and an asterisk."""
    return namespace.startswith(pattern[:-1]) if pattern.endswith("*") else namespace == pattern


def normal(name: Name, rules: Collection[NamespaceRule]) -> Name:
    """Return what all spellings of a name have in common under the rules: two names are one where it is the same."""
    spaces = _namespaces(name[0], rules)
    text = name[1]
    held = _held(spaces, rules)
    for rule in sorted(held, key=repr):
        if rule.rule_kind == NameRuleKind.DATE_PARTITIONS:
            text = _undated(text, rule)
    if any(rule.rule_kind == NameRuleKind.TRAILING_SLASH for rule in held):
        text = text.rstrip("/") or text
    if any(rule.rule_kind == NameRuleKind.FOLD_CASE for rule in held):
        text = text.casefold()
    return spaces[-1], text


def column_name(
    name: str,
    namespace: str,
    rules: Collection[NamespaceRule],
    listed: Sequence[str] = (),
    known: Iterable[str] = (),
) -> str:
    """Return how a column of a dataset in the namespace is called: byte for byte, unless a rule folds its letters.

    Then of the spellings that its schema has (`listed`) the first, else of those that are `known` the one with letters
    as the rules write them, else the first by name; one that is not known is called as the rules write it.
    """
    if not folds_case(namespace, rules):
        return name
    form = name.casefold()
    for one in listed:
        if one.casefold() == form:
            return one
    held = [rule for rule in _held(_namespaces(namespace, rules), rules) if rule.rule_kind == NameRuleKind.FOLD_CASE]
    letters = {rule.letters for rule in held} - {None}
    written = str.upper if LetterCase.UPPER in letters else str.lower
    spelled = [one for one in known if one.casefold() == form]
    return min(spelled, key=lambda one: (bool(letters) and one != written(one), one), default=written(form))


def folds_case(namespace: str, rules: Collection[NamespaceRule]) -> bool:
    """Tell whether names in the namespace that differ in upper and lower case alone are one."""
    held = _held(_namespaces(namespace, rules), rules)
    return any(rule.rule_kind == NameRuleKind.FOLD_CASE for rule in held)


def _held(spaces: Collection[str], rules: Collection[NamespaceRule]) -> list[NamespaceRule]:
    return [rule for rule in rules if any(covers(rule.namespace, space) for space in spaces)]


def _namespaces(namespace: str, rules: Collection[NamespaceRule]) -> list[str]:
    """Return the namespace and those that it is the same as, the one that stands for all of them last."""
    passed = [namespace]
    while len(passed) < _MOST_STEPS:
        following = sorted({after for rule in rules if (after := _next(passed[-1], rule)) is not None})
        if not following:
            return passed
        if following[0] in passed:
            circle = passed[passed.index(following[0]) :]
            return [*passed, min(circle)]
        passed.append(following[0])
    return passed


def _next(namespace: str, rule: NamespaceRule) -> str | None:
    if not covers(rule.namespace, namespace):
        return None
    if rule.rule_kind == NameRuleKind.SAME_NAMESPACE and rule.same_as != namespace:
        return rule.same_as
    if rule.rule_kind == NameRuleKind.DEFAULT_PORT and namespace.endswith(f":{rule.port}"):
        return namespace.removesuffix(f":{rule.port}")
    return None


def _undated(text: str, rule: NamespaceRule) -> str:
    if rule.pattern is not None:
        found = _dated(rule.pattern)
        after = text if found is None else found.sub("", text)
    else:
        keys = {key.casefold() for key in rule.keys or DATE_KEYS}
        after = "/".join(
            segment
            for segment in text.split("/")
            if "=" not in segment or segment.partition("=")[0].casefold() not in keys
        )
    if after == text:
        # The dataset as a whole is named with a slash at its end as often as without.
        return text.rstrip("/") or text
    return re.sub(r"(?<![:/])/{2,}", "/", after).rstrip("/") or text


def preference(name: Name, rules: Collection[NamespaceRule]) -> tuple[bool, bool, Name]:
    """Return by what the spellings of one dataset are compared: as the rules write it, then by name."""
    common = normal(name, rules)
    letters = {
        rule.letters for rule in rules if rule.rule_kind == NameRuleKind.FOLD_CASE and covers(rule.namespace, name[0])
    }
    spelled = (name[1].upper() if LetterCase.UPPER in letters else name[1].lower()) if letters else name[1]
    is_whole = name[1].rstrip("/").casefold() == common[1].rstrip("/").casefold() and name[0] == common[0]
    return not is_whole, name[1] != spelled, name


class Renaming(NamedTuple):
    """That a run renamed a dataset: when that took effect, from which name, to which."""

    at: int
    old: str
    new: str
    run: str | None = None
    entry: int = 0


class UnderName(NamedTuple):
    """That something was said under a name: as of when, and by which entry."""

    name: str
    at: int
    entry: int


@dataclass
class Naming:
    """Names that were ever joined to one another, with all that joins them: what is judged of them at any time.

    `names` are all of them, by id; `claims` those of each name in order; `joined` the pairs that stewards join, each
    with the entry that says so; `rules` every rule that has to do with one of them.
    """

    names: Mapping[str, Name]
    claims: Mapping[str, Sequence[AliasPointer]] = field(default_factory=dict)
    joined: Mapping[tuple[str, str], int] = field(default_factory=dict)
    rules: Sequence[RuleHistory] = ()
    renamings: Sequence[Renaming] = ()

    def __post_init__(self) -> None:
        """Keep what is worked out."""
        self._resolved: dict[int, dict[str, str]] = {}
        self._known: dict[int, Naming] = {}

    @cached_property
    def _times(self) -> Sequence[int]:
        """When anything changes: in between every answer is the same."""
        times = {claim.order[0] for claims in self.claims.values() for claim in claims}
        times |= {claim.until for claims in self.claims.values() for claim in claims if claim.until is not None}
        times |= {order[0] for rule in self.rules for order, _ in rule.stated}
        return sorted(times)

    def resolve(self, name: str, at: int) -> str:
        """Return the dataset that the name stood for at a time, by id."""
        if name not in self.names:
            return name
        if not self.joined and not self.rules and not self.claims:
            return name
        found = self._resolved.setdefault(bisect_right(self._times, at), {})
        if name not in found:
            # Pointers are followed of the names that are asked for; what joins names is judged of all at once.
            found |= self._stood(at) if self.joined or self.rules else {name: resolve(name, at, self.claims)}
        return found[name]

    def together(self, name: str, at: int) -> tuple[str, ...]:
        """Return every name that stood for the same dataset at a time, ascending."""
        dataset = self.resolve(name, at)
        return tuple(sorted(one for one in {*self.names, name} if self.resolve(one, at) == dataset))

    def alike(self, name: str, at: int) -> tuple[str, ...]:
        """Return the names that the rules at a time take for one with this one: the first, of that all others."""
        rules = [rule for history in self.rules if (rule := history.at(at)) is not None]
        if not rules or name not in self.names:
            return ()
        form = normal(self.names[name], rules)
        several = [one for one, key in self.names.items() if normal(key, rules) == form]
        first = min(several, key=lambda one: preference(self.names[one], rules))
        return tuple(sorted(one for one in several if one != first)) if name == first else (first,)

    @property
    def is_constant(self) -> bool:
        """Tell whether every name stood for one and the same dataset at every time."""
        if self.renamings or not all(rule.is_constant for rule in self.rules):
            return False
        if any(claim.until is not None for claims in self.claims.values() for claim in claims):
            return False
        if any(len({claim.target for claim in claims}) > 1 for claims in self.claims.values()):
            return False
        return len({self.resolve(one, ALWAYS) for one in self.names}) == 1

    def belongs(self, name: str, stated_at: int, at: int) -> str:
        """Return the dataset to which belongs what was said under a name at one time, as it is called at another.

        It is the one that the name stood for then, and goes along where that was renamed since.
        """
        dataset = self.resolve(name, stated_at)
        since = stated_at
        for _ in range(len(self.renamings) + 1):
            moved = [
                (renaming.at, self.resolve(renaming.new, renaming.at))
                for renaming in self.renamings
                if not has_begun(renaming.at, since)
                and has_begun(renaming.at, at)
                and self.resolve(renaming.old, renaming.at - 1) == dataset
            ]
            if not moved:
                break
            since, dataset = min(moved)
        return dataset

    def known_by(self, entry: int) -> Naming:
        """Return the same as far as it was known by an entry, with all that was renamed since: what goes on as another
        name is no other dataset.
        """
        found = self._known.get(entry)
        if found is None:
            claims = {name: [one for one in some if one.entry <= entry] for name, some in self.claims.items()}
            found = self._known[entry] = Naming(
                self.names,
                {name: some for name, some in claims.items() if some},
                {pair: at for pair, at in self.joined.items() if at <= entry},
                [rule for rule in self.rules if rule.entry <= entry],
                self.renamings,
            )
        return found

    def bears_on(self, judged: UnderName, other: UnderName) -> bool:
        """Tell whether what was judged of a name is judged of what was said under another: whoever judged, by what was
        known then, judged the dataset to which that belongs. Names that were found to be one only later are not meant.
        """
        if judged.name == other.name:
            return True
        then, at = self.known_by(judged.entry), max(judged.at, other.at)
        owners = {then.belongs(other.name, other.at, at), then.resolve(other.name, at)}
        return then.belongs(judged.name, judged.at, at) in owners

    def _stood(self, at: int) -> Mapping[str, str]:
        rules = [rule for history in self.rules if (rule := history.at(at)) is not None]
        roots = {name: resolve(name, at, self.claims) for name in self.names}
        groups = _Groups(roots.values())
        by_form: dict[Name, str] = {}
        for identifier, name in sorted(self.names.items()):
            if rules:
                groups.join(by_form.setdefault(normal(name, rules), roots[identifier]), roots[identifier])
        for one, other in self.joined:
            groups.join(roots[one], roots[other])
        aims = {roots[other] for _, other in self.joined} - {roots[one] for one, _ in self.joined}
        members: dict[str, list[str]] = defaultdict(list)
        for root in set(roots.values()):
            members[groups.of(root)].append(root)
        chosen = {
            group: min(found, key=lambda one: (one not in aims, preference(self.names.get(one, ("", one)), rules)))
            for group, found in members.items()
        }
        return {name: chosen[groups.of(root)] for name, root in roots.items()}


class _Groups:
    """Which things are one, from the pairs that are."""

    def __init__(self, members: Iterable[str]) -> None:
        self._above = {one: one for one in members}

    def of(self, one: str) -> str:
        while self._above[one] != one:
            self._above[one] = one = self._above[self._above[one]]
        return one

    def join(self, one: str, other: str) -> None:
        first, second = sorted((self.of(one), self.of(other)))
        self._above[second] = first


def decided(
    stated: Iterable[tuple[int, str, str, bool]],
) -> tuple[dict[tuple[str, str], int], frozenset[frozenset[str]]]:
    """Return the pairs that principals hold joined, as last said and by which entry, and those that they hold apart.

    `said` holds (entry, dataset, the other, apart). That two are apart is a retraction: of the two's history in the
    ledger the newest decides, at every valid time, over whatever emitters say.
    """
    newest: dict[frozenset[str], tuple[int, str, str, bool]] = {}
    for one in stated:
        pair = frozenset(one[1:3])
        if pair not in newest or newest[pair] < one:
            newest[pair] = one
    return (
        {(one, other): entry for entry, one, other, apart in newest.values() if not apart},
        frozenset(pair for pair, (*_, apart) in newest.items() if apart),
    )


def is_past_life(*, took_effect: int, by: str | None, dropped: tuple[int, str | None]) -> bool:
    """Tell whether something was said in the life that a run ended by dropping the dataset: (when, by which run)."""
    return took_effect < dropped[0] or (took_effect == dropped[0] and by == dropped[1])


def joins(names: Mapping[str, Name], rules: Sequence[NamespaceRule]) -> Iterator[tuple[str, ...]]:
    """Yield the names, by id, that are one dataset under the rules, where they are several."""
    groups: dict[Name, list[str]] = defaultdict(list)
    for identifier, name in names.items():
        groups[normal(name, rules)].append(identifier)
    yield from (tuple(sorted(group)) for _, group in sorted(groups.items()) if len(group) > 1)
