"""The walk over one event that leaves nothing behind that may not be stored.

What becomes of a value follows from its class, and its class from where it stands: the table of places (`classes`),
then its key (`keys`), then, where neither tells, from what it is (`strings`). Structures of clinical data (`clinical`)
are looked for wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Final, TypeGuard

import orjson

from ingest_hooks.memo import BYTES_OF_A_FINGERPRINT, fingerprint
from ingest_hooks.openlineage.wire import JOB, JSON, MAX_DEPTH, Part, parts_of
from ingest_hooks.openlineage.wire import Parts as EventParts
from ingest_hooks.redaction import clinical
from ingest_hooks.redaction.classes import Class
from ingest_hooks.redaction.effort import UNBOUNDED, Effort
from ingest_hooks.redaction.forms import Form
from ingest_hooks.redaction.identifiers import Scanner, is_plain
from ingest_hooks.redaction.key_plans import PLANS, Plan, make_plan, plan_of
from ingest_hooks.redaction.keys import class_of
from ingest_hooks.redaction.markers import TOKEN, marker, token
from ingest_hooks.redaction.marks import is_mark
from ingest_hooks.redaction.memo import Known, Memory, Parts
from ingest_hooks.redaction.notes import Finding, Notes, Redaction
from ingest_hooks.redaction.places import IN_EVENT, IN_FACETS, IN_OTHER_FACETS, Below, Place
from ingest_hooks.redaction.site_rules import NO_RULES, VALUES, Action, Rule, Rules, rule_at
from ingest_hooks.redaction.strings import MARKERS, Strings
from ingest_hooks.redaction.traces import LARGEST_CODE, is_place_or_code

__all__ = ["Finding", "Redacted", "Redaction", "redact"]

_TIMES_ITS_JSON: Final = 5
"""So many times the bytes of its JSON a value takes in memory."""
_UNKNOWN: Final = Known(None, (), ())
"""Stands for a part that is not remembered."""

_NOWHERE: Final = Place()
_JOB: Final = IN_EVENT.steps["job"]
_INPUTS: Final = IN_EVENT.steps["inputs"]
_OUTPUTS: Final = IN_EVENT.steps["outputs"]
_SHAPED: Final = frozenset({Class.SQL, Class.EXPRESSION, Class.TRANSFORMATION})
_ERRORS: Final = frozenset({Class.MESSAGE, Class.TRACE})
_FOR_TEXTS: Final = _SHAPED | {Class.TEXT, Class.OWNER, Class.NAME, Class.WORD, Class.COUNT, Class.UNKNOWN}
"""Classes of texts and numbers, that mean nothing for an object."""

_BELOW_A_SHAPE: Final = Below(other=Class.VALUE)
_BELOW_A_PERSON: Final = Below(
    keys={
        **dict.fromkeys(("type", "dataType", "data_type", "nullable"), Class.NAME),
        "description": Class.TEXT,
    },
    other=Class.VALUE,
)
"""A column may be called so, and be described by an object."""

_NEW_KEY: Final = 8
"""What a key that was never seen costs beside its characters, in such."""

_OF_COLUMNS: Final = frozenset({None, Class.NAME, Class.UNKNOWN})
_KEY_OF_VALUES: Final = re.compile(r"[A-Za-z_][\w.-]{0,99}|[01]?\.\d{1,6}|[01]|100|\d{1,2}")
_KEY_AMONG_VALUES: Final = re.compile(r"[@A-Za-z_][\w.:@$/-]{0,199}")


@dataclass(frozen=True, slots=True)
class Redacted:
    """What may be stored, what was done to make it so, and how much was searched for that."""

    value: JSON
    redactions: tuple[Redaction, ...]
    findings: tuple[Finding, ...]
    searched: int = field(default=0, compare=False)


def redact(
    event_json: JSON,
    *,
    token_key: bytes,
    rules: Rules = NO_RULES,
    most: int = UNBOUNDED,
    parts: EventParts | None = None,
) -> Redacted:
    """The event without what may not be stored (`classes`, and the site's `rules`); the argument is left as it was.

    Pure and deterministic for one `token_key` and one set of rules, takes any JSON, and changes nothing in what it has
    redacted once. A part in which nothing was replaced is the very object that it was. `parts` are the event's
    `parts_of`, where these are known.

    Raises TooLaborious where more than `most` characters and members would be searched, see `Effort`.
    """
    walk = _Walk(_memory(token_key, rules), Effort(most), parts_of(event_json) if parts is None else parts)
    value = walk.root(event_json)
    # A part that is remembered may have had its keys in another order.
    return Redacted(value, tuple(sorted(walk.notes.redactions)), tuple(sorted(walk.notes.findings)), walk.effort.spent)


@lru_cache(maxsize=8)
def _memory(token_key: bytes, rules: Rules = NO_RULES) -> Memory:
    return Memory(Scanner(token_key, rules.forms), rules)


@dataclass(slots=True)
class _Walk:
    memory: Memory
    effort: Effort = field(default_factory=Effort)
    parts: EventParts = field(default_factory=dict)
    notes: Notes = field(default_factory=Notes)
    strings: Strings = field(init=False)
    placed: tuple[Rule, ...] = ()
    """The site's rules of places in the facet that the walk is in."""
    start: int = 0
    """How many steps lead to that facet."""

    def __post_init__(self) -> None:
        self.notes.forms = self.memory.scanner.forms
        self.strings = Strings(
            self.memory, self.notes, self.effort, lambda value: self._under(Class.UNKNOWN, value, _NOWHERE, None)
        )

    def root(self, value: JSON) -> JSON:
        if isinstance(value, dict):
            return self._members(value, IN_EVENT, None)
        return self._under(Class.UNKNOWN, value, _NOWHERE, None)

    # Where a value stands decides its class.

    def _object(self, value: dict[str, JSON], place: Place, below: Below | None) -> JSON:
        if clinical.is_clinical(value):
            return self.notes.note(marker("clinical"), "clinical")
        return self._members(value, place, below)

    def _members(self, value: dict[str, JSON], place: Place, below: Below | None, *, are_columns: bool = False) -> JSON:
        if self._is_too_deep():
            return self.notes.note(marker("value"), "depth")
        self.effort.spend(len(value))
        are_values = below is not None and below.other is Class.VALUE
        if are_values and not all(_KEY_AMONG_VALUES.fullmatch(key) for key in value):
            return self.notes.note(marker("value"), Class.VALUE.rule)
        result: dict[str, JSON] = {}
        is_free = below is None and not place.steps and not self.placed
        names = self.memory.names if place.steps and not self.placed and not self.notes.forms else None
        known, path = self.memory.unknown, self.notes.path
        for raw, child in value.items():
            plan = PLANS.get(raw) or self._new_plan(raw)
            # Most members are strings seen a thousand times under keys that decide nothing.
            if is_free and plan.is_free and isinstance(child, str) and child in known:
                result[raw] = child
                continue
            # Or names that the table knows the places of.
            if names is not None and isinstance(child, str) and plan.is_clean:
                named = place.steps.get(raw)
                if named is not None and named.kind is Class.NAME and (child in names or is_plain(child)):
                    result[raw] = child
                    continue
            key = raw
            if not plan.is_clean or (self.notes.forms and raw not in self.memory.keys):
                key = self._key(raw)
                plan = plan_of(key)
            path.append(key)
            rule = self._rule()
            if rule is not None and rule.action is Action.DROP:
                self.notes.note("", rule.label)
                path.pop()
                continue
            if plan.is_facets and not are_values and isinstance(child, dict):
                result[key] = self._facets(child)
            else:
                is_column = are_columns and isinstance(child, dict)
                result[key] = self._inner(key, plan, child, place.step(key), below, rule, is_column=is_column)
            path.pop()
        return result

    def _inner(
        self,
        key: str,
        plan: Plan,
        child: JSON,
        place: Place | None,
        below: Below | None,
        rule: Rule | None,
        *,
        is_column: bool,
    ) -> JSON:
        """What a member becomes; an event's job as the same one before."""
        part = self.parts.get((JOB, 0)) if place is _JOB else None
        if part is None:
            return self._member(key, plan, child, place, below, rule, is_column=is_column)
        walk = partial(self._member, key, plan, child, place, below, is_column=is_column)
        return self._once(self.memory.parts, key, part, child, walk)

    def _facets(self, facets: dict[str, JSON]) -> JSON:
        result: dict[str, JSON] = {}
        around = self.placed, self.start
        for raw, facet in facets.items():
            key = self._key(raw) if self.notes.forms or not plan_of(raw).is_clean else raw
            self.notes.path.append(key)
            self.placed, self.start = self.memory.rules_of(key), len(self.notes.path)
            rule = self._rule()
            if rule is not None and rule.action is Action.DROP:
                self.notes.note("", rule.label)
            else:
                result[key] = self._facet_once(key, facet, partial(self._facet, key, facet, rule))
            self.notes.path.pop()
        self.placed, self.start = around
        return result

    def _rule(self) -> Rule | None:
        """The site's rule that decides over the place the walk is at."""
        return rule_at(self.placed, self.notes.path[self.start :]) if self.placed else None

    def _facet_once(self, name: str, facet: JSON, walk: Callable[[], JSON]) -> JSON:
        try:
            canonical = orjson.dumps(facet, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:  # it nests deeper than orjson goes, or holds a text that no UTF-8 has
            return walk()
        return self._once(self.memory.facets, name, Part(canonical, fingerprint(canonical)), facet, walk)

    def _once(self, parts: Parts, name: str, part: Part, value: JSON, walk: Callable[[], JSON]) -> JSON:
        """What a part becomes: as the same one before where it is remembered, else by walking through it."""
        notes, size = self.notes, len(part.canonical)
        key = len(notes.path), name, part.fingerprint
        known = parts.get(key, _UNKNOWN)
        if known is None:
            return value
        if known is not _UNKNOWN:
            notes.again(known.redactions, known.findings)
            return known.value
        noted = len(notes.redactions), len(notes.findings)
        if parts is self.memory.facets:
            self.effort.require(size)
        result = walk()
        if len(notes.redactions) == noted[0]:
            parts.keep(key, None, BYTES_OF_A_FINGERPRINT)
            return value
        parts.keep(key, Known(result, *notes.since(*noted)), _TIMES_ITS_JSON * size + BYTES_OF_A_FINGERPRINT)
        return result

    def _facet(self, name: str, facet: JSON, rule: Rule | None = None) -> JSON:
        place = IN_FACETS.steps.get(name) or IN_OTHER_FACETS
        if self._applies(rule, place.kind or class_of(name), facet):
            return self._ruled(rule, place.kind or class_of(name), facet, place, place.below)
        if not isinstance(facet, dict):
            return self._under(place.kind or class_of(name) or Class.UNKNOWN, facet, place, place.below)
        if name == "sql" and not self.placed:
            return self._sql_facet(facet, place)
        return self._object(facet, place, place.below)

    def _applies(self, rule: Rule | None, shipped: Class | None, value: JSON) -> TypeGuard[Rule]:
        """Whether a site's rule decides over a value, which without it is of the shipped class."""
        return rule is not None and rule.applies(
            shipped, self.notes.path[self.start - 1], is_object=isinstance(value, dict), is_list=isinstance(value, list)
        )

    def _ruled(self, rule: Rule, shipped: Class | None, value: JSON, place: Place, below: Below | None) -> JSON:
        """What the site's rule makes of a value."""
        if rule.form is not None:
            return self._under(shipped or Class.UNKNOWN, self._without(rule.form, value), place, below)
        if rule.action is Action.TOKEN:
            return self._tokens(rule, value)
        kind = rule.kind or shipped or Class.UNKNOWN
        noted = len(self.notes.redactions)
        result = self._under(kind, value, place, below)
        if kind in VALUES:
            self.notes.relabel(noted, rule.label)
        return result

    def _without(self, form: Form, value: JSON) -> JSON:
        """A value, or each in a list, without what has a site's form; a number stays one unless it is replaced."""
        if isinstance(value, list):
            return [
                part if isinstance(part, (dict, list)) else self._at(str(at), partial(self._without, form, part))
                for at, part in enumerate(value)
            ]
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            return value
        before = str(value)
        after = Scanner(self.memory.scanner.key, (form,)).formed(before)
        return value if after == before else self.notes.note(after, form.label)

    def _tokens(self, rule: Rule, value: JSON) -> JSON:
        """A token for a text or number, and for each that a list or an object holds."""
        if value is None or isinstance(value, bool) or value == "":
            return value
        if isinstance(value, dict) and not self._is_too_deep():
            return {key: self._at(key, partial(self._tokens, rule, part)) for key, part in self._clean(value)}
        if isinstance(value, list) and not self._is_too_deep():
            return [self._at(str(at), partial(self._tokens, rule, part)) for at, part in enumerate(value)]
        if isinstance(value, (dict, list)):
            return self.notes.note(marker("value"), "depth")
        text = str(value)
        if isinstance(value, str) and (TOKEN.fullmatch(text) or is_mark(text, self.memory.scanner.key)):
            return value
        return self.notes.named(text, token(text, self.memory.scanner.key), rule.label)

    def _clean(self, value: dict[str, JSON]) -> Iterator[tuple[str, JSON]]:
        return ((self._key(raw), part) for raw, part in value.items())

    def _at(self, step: str, walk: Callable[[], JSON]) -> JSON:
        self.notes.path.append(step)
        result = walk()
        self.notes.path.pop()
        return result

    def _sql_facet(self, facet: dict[str, JSON], place: Place) -> JSON:
        """The one facet that says in which dialect its statement is."""
        dialect, query = facet.get("dialect"), facet.get("query")
        if not isinstance(query, str) or not isinstance(dialect, str):
            return self._object(facet, place, place.below)
        result = self._object({key: part for key, part in facet.items() if key != "query"}, place, place.below)
        if isinstance(result, dict):
            self.effort.spend(len(query))
            self.notes.path.append("query")
            result["query"] = self.notes.changed(query, self.strings.sql(query, dialect), Class.SQL.rule)
            self.notes.path.pop()
        return result

    def _member(
        self,
        key: str,
        plan: Plan,
        child: JSON,
        place: Place | None,
        below: Below | None,
        rule: Rule | None = None,
        *,
        is_column: bool,
    ) -> JSON:
        if child is None:
            return None
        place = place or _NOWHERE
        below = place.below or below
        kind = place.kind
        if kind is None and not (place.is_inside and isinstance(child, (dict, list))):
            kind = self._by_key(key, plan, child, below, is_column=is_column)
        if self._applies(rule, kind, child):
            return self._ruled(rule, kind, child, place, below)
        if kind in _OF_COLUMNS and plan.is_columns and isinstance(child, dict):
            if clinical.is_clinical(child):
                return self.notes.note(marker("clinical"), "clinical")
            return self._members(child, place, below, are_columns=True)
        if place is _NOWHERE and isinstance(child, dict) and (plan.is_keyed_by_values or _counts_values(plan, child)):
            return self.notes.note(marker("value"), Class.VALUE.rule) if child else child
        return self._under(kind or Class.UNKNOWN, child, place, below)

    def _by_key(self, key: str, plan: Plan, child: JSON, below: Below | None, *, is_column: bool) -> Class | None:
        named = below.keys.get(key) if below is not None else None
        if named is not None:
            return None if isinstance(child, dict) and named in _FOR_TEXTS else named
        other = below.other if below is not None else None
        if other is Class.VALUE:
            return None if isinstance(child, (dict, list)) else other
        if is_column:
            return None
        is_number = isinstance(child, (int, float)) and not isinstance(child, bool)
        if plan.is_countable and is_number:
            return Class.COUNT
        return other if plan.kind is Class.COUNT and not is_number else plan.kind or other

    # What becomes of a value of one class.

    def _under(self, kind: Class, value: JSON, place: Place, below: Below | None) -> JSON:
        if value is None or value in ("", [], {}):
            return value
        if isinstance(value, str):
            return self.strings.of(kind, value)
        if kind is Class.VALUE:
            return self._values(value)
        if kind in _ERRORS:
            return self._error(kind, value)
        return value if isinstance(value, bool) else self._inside(kind, value, place, below)

    def _inside(self, kind: Class, value: JSON, place: Place, below: Below | None) -> JSON:
        if kind in MARKERS and (kind is not Class.PERSON or not isinstance(value, (dict, list))):
            return self.notes.note(marker(MARKERS[kind]), kind.rule)
        if isinstance(value, list):
            return self._items(kind, value, place, below)
        if isinstance(value, dict):
            return self._object(value, place, self._below(kind, below))
        return self._values(value) if kind in _SHAPED else value

    def _below(self, kind: Class, below: Below | None) -> Below | None:
        if kind is Class.PERSON:
            return _BELOW_A_PERSON
        return _BELOW_A_SHAPE if kind in _SHAPED else below

    def _items(self, kind: Class, items: list[JSON], place: Place, below: Below | None) -> JSON:
        if self._is_too_deep():
            return self.notes.note(marker("value"), "depth")
        self.effort.spend(len(items))
        inner = place.steps.get("*") or _NOWHERE
        below = inner.below or below
        kind = inner.kind or kind
        plain = Class.VALUE if kind is Class.UNKNOWN and below is not None and below.other is Class.VALUE else kind
        of_event = place is _INPUTS or place is _OUTPUTS
        result: list[JSON] = []
        for index, item in enumerate(items):
            self.notes.path.append(str(index))
            rule = self._rule()
            shipped = kind if isinstance(item, (dict, list)) else plain
            if rule is not None and rule.action is Action.DROP:
                # So that pointers to what is behind it stay.
                result.append(self.notes.left_out(item, rule.label))
            elif self._applies(rule, None if shipped is Class.UNKNOWN else shipped, item):
                result.append(self._ruled(rule, shipped, item, inner, below))
            elif of_event and (part := self.parts.get((self.notes.path[0], index))) is not None:
                walk = partial(self._under, kind, item, inner, below)
                result.append(self._once(self.memory.parts, self.notes.path[0], part, item, walk))
            else:
                result.append(self._under(shipped, item, inner, below))
            self.notes.path.pop()
        return result

    def _values(self, value: JSON) -> JSON:
        """Values of a run without their text; the keys of an object stay where they are names."""
        if not isinstance(value, dict) or not all(_KEY_OF_VALUES.fullmatch(key) for key in value):
            return self.notes.note(marker("value"), Class.VALUE.rule)
        self.effort.spend(len(value))
        result: dict[str, JSON] = {}
        for raw, child in value.items():
            key = self._key(raw)
            self.notes.path.append(key)
            if child is None or child == "":
                result[key] = child
            elif isinstance(child, str):
                result[key] = self.strings.of(Class.VALUE, child)
            else:
                result[key] = self.notes.note(marker("value"), Class.VALUE.rule)
            self.notes.path.pop()
        return result

    def _error(self, kind: Class, value: JSON) -> JSON:
        """An exception as an object or a list: its class, codes and frames, and those of its causes."""
        if isinstance(value, bool) or (isinstance(value, int) and abs(value) <= LARGEST_CODE):
            return value
        if not isinstance(value, (dict, list)) or self._is_too_deep():
            return self.notes.note(marker("value"), Class.VALUE.rule)
        self.effort.spend(len(value))
        if isinstance(value, dict):
            result: dict[str, JSON] = {}
            for raw, part in value.items():
                key = self._key(raw)
                self.notes.path.append(key)
                result[key] = self._part_of_error(key, part)
                self.notes.path.pop()
            return result
        items: list[JSON] = []
        for index, item in enumerate(value):
            self.notes.path.append(str(index))
            items.append(self._under(kind, item, _NOWHERE, None))
            self.notes.path.pop()
        return items

    def _part_of_error(self, key: str, part: JSON) -> JSON:
        named = plan_of(key).kind
        kind = named if named in _ERRORS else Class.MESSAGE
        if isinstance(part, (dict, list)):
            return self._under(kind, part, _NOWHERE, None)
        if is_place_or_code(key, part):
            return self.strings.of(Class.NAME, part) if isinstance(part, str) else part
        return self._under(kind if kind is named and isinstance(part, str) else Class.VALUE, part, _NOWHERE, None)

    def _new_plan(self, key: str) -> Plan:
        self.effort.spend(len(key) + _NEW_KEY)
        return make_plan(key)

    def _key(self, key: str) -> str:
        self.effort.spend(len(key))
        result = self.memory.scanner.name(key)
        if result == key:
            self.memory.keys.keep(key)
        return self.notes.changed(key, result, "identifier-in-key")

    def _is_too_deep(self) -> bool:
        return len(self.notes.path) >= MAX_DEPTH


def _counts_values(plan: Plan, counts: dict[str, JSON]) -> bool:
    """Whether an object under a measure counts by something that is no name."""
    return plan.kind is Class.COUNT and not all(_KEY_OF_VALUES.fullmatch(key) for key in counts)
