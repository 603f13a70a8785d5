"""What flows into one dataset or model version as one value that is kept.

A place of an asset is called by a text here, and a set of marks, each with how far it is from where it was said, by a
number: estates hold few such sets, many times over, so that each is joined, and carried over a flow, once.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import orjson

from catalog.labels.taint.addresses import above, is_within
from catalog.labels.taint.model import Clearance, Flow, Mark, Part, Passage, Place
from catalog.labels.taint.rules import clearing, passed
from catalog.labels.taint.sources import Sources
from graph_schema.aspects.labels import Coding, Treatment
from graph_schema.facts import ALWAYS, NOW

_LETTERS: Final = {
    Part.ASSERTED: "S",
    Part.ALL_FIELDS: "F",
    Part.OTHER_FIELDS: "O",
    Part.COLUMN: "C",
    Part.ANY: "A",
}
_PARTS: Final = {letter: part for part, letter in _LETTERS.items()}
_ASSERTED, _ALL_FIELDS, COLUMN, ANY = "S", "F", "C", "A"
TAKEN: Final = "T"
"""In place of a place: by which attestations anything was taken away on any step behind an asset."""
UNKNOWN: Final = "U"
"""In place of a column's letter: the column of another, which that need not know."""
_RANKS: Final = {letter: rank for rank, letter in enumerate("SFOCA")}
NO_PARTS: Final = frozenset({ANY, TAKEN})
_HERE: Final = -1
"""In place of a source: the asset itself, the last of all."""

Line = list[Any]
"""A place, and for each flow into it which source, the place there, and how it flows: one after the other."""


def key_of(place: Place) -> str:
    """Return how a place is called within its asset."""
    return _LETTERS[place.part] + place.detail


def place_of(node: str, key: str) -> Place:
    """Return the place of an asset that is called so."""
    return Place(Part.COLUMN if key[0] == UNKNOWN else _PARTS[key[0]], node, key[1:])


class How(NamedTuple):
    """What decides on what becomes of a mark on a flow."""

    passage: Passage
    masked: bool | None = None
    target: str = ""
    """The place, where attestations cover the flow."""
    clearances: tuple[Clearance, ...] = ()
    judged: frozenset[str] = frozenset()
    """The kinds that do not pass, since they were rejected there."""

    def carried(self, mark: Mark) -> Mark | None:
        """Return what a mark is behind the flow, None where it is taken away."""
        if mark.kind in self.judged or self.taken_by(mark) is not None:
            return None
        return passed(mark, self.passage)

    def taken_by(self, mark: Mark) -> str | None:
        """Return by which attestation a mark is taken away on the flow."""
        if not self.clearances:
            return None
        at = place_of("", self.target)
        gone = clearing(Flow(at, at, self.passage, self.masked), mark, self.clearances)
        return None if gone is None else gone.by

    @property
    def text(self) -> str:
        """Return the text that is kept."""
        if not self.clearances and not self.judged:
            return self.passage.value
        clearances = [
            [
                one.id,
                one.entry,
                one.method,
                [[_coding(each.code), *_treated(each)] for each in one.treatments],
                None if one.columns is None else sorted(one.columns),
                one.indirect,
                sorted(one.options),
                sorted(one.later),
                sorted(one.recipients),
            ]
            for one in self.clearances
        ]
        return _json([self.passage, self.masked, self.target, clearances, sorted(self.judged)])

    @classmethod
    def of(cls, text: str) -> How:
        """Return what was kept so."""
        if not text.startswith("["):
            return cls(Passage(text))
        passage, masked, target, clearances, judged = orjson.loads(text)
        return cls(Passage(passage), masked, target, tuple(map(_clearance, clearances)), frozenset(judged))


def _coding(coding: Coding) -> list[str]:
    return [coding.system, coding.code]


def _treated(one: Treatment) -> list[object]:
    return [one.technique, one.minimum_cell, one.complementary]


def _clearance(row: Sequence[Any]) -> Clearance:
    id_, entry, method, treatments, columns, indirect, options, later, recipients = row
    return Clearance(
        id=id_,
        entry=entry,
        method=method,
        treatments=tuple(Treatment(Coding(*code), *rest) for code, *rest in treatments),
        columns=None if columns is None else frozenset(columns),
        indirect=indirect,
        options=frozenset(options),
        later=frozenset(later),
        recipients=frozenset(recipients),
    )


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


SAME: Final = How(Passage.SAME).text


@dataclass(frozen=True, slots=True)
class Equation:
    """All that the marks of an asset follow from: what was said of it, and the flows into its places."""

    names: Sequence[tuple[str, bool]]
    """Each of its names, and whether anything is known of that."""
    sources: Sequence[str]
    """What stands for each other asset of which something flows in."""
    hows: Sequence[str]
    seeds: Mapping[str, str]
    lines: Sequence[Line]
    """In the order in which they are followed: what flows inside the asset begins with its widest parts."""
    is_joined: bool
    """Whether the whole holds what every part holds."""
    is_circular: bool
    """Whether anything flows from the asset into itself."""
    has_members: bool
    """Whether a field may be a member of another."""
    apart: str
    """`Apart`, as the text that is kept."""
    since: int
    """Since when all stands that is said here, in microseconds UTC; see `loading.load_dated`."""

    def has_column(self, name: str) -> bool:
        """Tell whether anything flows into a column by its name."""
        return any(line[0] == COLUMN + name for line in self.lines)

    @property
    def text(self) -> str:
        """Return the text that is kept: equal for equal ones."""
        return _json([getattr(self, one) for one in self.__slots__])

    @classmethod
    def of(cls, text: str) -> Equation:
        """Return what was kept so."""
        return cls(*orjson.loads(text))


class Apart(NamedTuple):
    """What of an asset decides on what a column has of which it need not know."""

    beyond: Mapping[str, Sequence[str]]
    """Which fields are not meant by each place of other fields."""
    judged: Sequence[Sequence[str]]
    """The columns, and the kinds that were rejected there."""

    @classmethod
    def of(cls, equation: Equation | None) -> Apart:
        """Return it of what flows into an asset."""
        return cls({}, ()) if equation is None else cls(*orjson.loads(equation.apart))


class State(NamedTuple):
    """The marks of every place of an asset that has any, each set by its number."""

    places: Mapping[str, int]
    has_members: bool = False
    """Whether a field may be a member of another."""

    @property
    def attested(self) -> int:
        """Return the set of the attestations that took anything away on any step behind it."""
        return self.places.get(TAKEN, 0)

    def members(self, key: str) -> Iterator[str]:
        """Yield the places of the members of a field."""
        return (one for one in self.places if one.startswith(f"{key}."))


EMPTY: Final = State({})


class Values:
    """Sets of marks with how far each is from where it was said, each under one number; 0 is the empty one."""

    def __init__(self) -> None:
        """Know none but the empty one."""
        self._items: list[tuple[tuple[Mark, int], ...]] = [()]
        self._numbers: dict[tuple[tuple[Mark, int], ...], int] = {(): 0}
        self._steps: dict[int, Mapping[Mark, int]] = {}
        self._by_text: dict[str, int] = {"[]": 0}
        self._texts: dict[int, str] = {0: "[]"}
        self._joined: dict[tuple[int, int], int] = {}
        self.behind: dict[tuple[int, int], int] = {}
        """What of a set comes through a flow, one step further, by the numbers of both."""
        self._hows: list[How] = []
        self._how_numbers: dict[str, int] = {}
        self._lists: dict[str, list[int]] = {}
        self._jsons: dict[tuple[Any, ...], str] = {}
        self._taken: dict[tuple[int, int], int] = {}
        self.same = self.how(SAME)

    def marks(self, number: int) -> tuple[tuple[Mark, int], ...]:
        """Return the marks of a set, each with its steps."""
        return self._items[number]

    def steps(self, number: int) -> Mapping[Mark, int]:
        """Return the same by mark."""
        found = self._steps.get(number)
        if found is None:
            found = self._steps[number] = dict(self._items[number])
        return found

    def number(self, marks: Iterable[tuple[Mark, int]]) -> int:
        """Return the number of a set; of one mark with several steps the fewest count."""
        least: dict[Mark, int] = {}
        for mark, steps in marks:
            if steps < least.get(mark, steps + 1):
                least[mark] = steps
        items = tuple(sorted(least.items()))
        found = self._numbers.get(items)
        if found is None:
            found = self._numbers[items] = len(self._items)
            self._items.append(items)
        return found

    def join(self, one: int, other: int) -> int:
        """Return the union of two."""
        if one == other or not other:
            return one
        if not one:
            return other
        found = self._joined.get((one, other))
        if found is None:
            found = self._joined[one, other] = self.number((*self._items[one], *self._items[other]))
        return found

    def taken(self, number: int, how: int) -> int:
        """Return the set of the attestations that take anything of a set away on a flow."""
        found = self._taken.get((number, how))
        if found is None:
            by = {self._hows[how].taken_by(mark) for mark, _ in self._items[number]} - {None}
            found = self._taken[number, how] = self.number((Mark("", Coding("", one or "")), 0) for one in by)
        return found

    def attestations(self, number: int) -> frozenset[str]:
        """Return the ids in a set of attestations."""
        return frozenset(mark.coding.code for mark, _ in self._items[number])

    def carried(self, number: int, how: int) -> int:
        """Return what of a set comes through a flow, one step further."""
        found = self.behind.get((number, how))
        if found is None:
            by = self._hows[how]
            some = ((by.carried(mark), steps + 1) for mark, steps in self._items[number])
            found = self.behind[number, how] = self.number((mark, steps) for mark, steps in some if mark is not None)
        return found

    def how(self, text: str) -> int:
        """Return the number of what decides on a flow, by the text that is kept."""
        found = self._how_numbers.get(text)
        if found is None:
            found = self._how_numbers[text] = len(self._hows)
            self._hows.append(How.of(text))
        return found

    def decides(self, how: str) -> How:
        """Return what decides on a flow, by the text that is kept."""
        return self._hows[self.how(how)]

    def text(self, number: int) -> str:
        """Return the text that is kept of a set."""
        found = self._texts.get(number)
        if found is None:
            rows = [[one.kind, *_coding(one.coding), int(one.suggested), steps] for one, steps in self.marks(number)]
            found = self._texts[number] = _json(rows)
        return found

    def of_text(self, text: str) -> int:
        """Return the number of the set that was kept so."""
        found = self._by_text.get(text)
        if found is None:
            found = self._by_text[text] = self.number(
                (Mark(kind, Coding(system, code), bool(suggested)), steps)
                for kind, system, code, suggested, steps in orjson.loads(text)
            )
        return found

    def state(self, text: str) -> State:
        """Return the state that was kept so; of no text the empty one."""
        if not text:
            return EMPTY
        sets, _, keys = text.partition("\n")
        numbers = self._lists.get(sets)
        if numbers is None:
            numbers = self._lists[sets] = [self.of_text(one) for one in orjson.loads(sets)]
        places: dict[str, int] = {}
        for number, some in zip(numbers, orjson.loads(keys), strict=True):
            places.update(dict.fromkeys(some, number))
        return State(places, "." in keys and _has_members(places))

    def state_text(self, state: State) -> str:
        """Return the text that is kept of a state, empty where no place has a mark."""
        if not state.places:
            return ""
        keys: dict[int, list[str]] = defaultdict(list)
        for key in sorted(state.places):
            keys[state.places[key]].append(key)
        order = sorted((self.text(number), tuple(some)) for number, some in keys.items())
        sets, places = tuple(text for text, _ in order), tuple(some for _, some in order)
        return f"{self._json_of(sets)}\n{self._json_of(places)}"

    def _json_of(self, value: tuple[Any, ...]) -> str:
        """Return a list as text: assets whose columns are called alike have the same ones."""
        found = self._jsons.get(value)
        if found is None:
            found = self._jsons[value] = _json(value)
        return found

    def of_unknown(self, state: State, name: str, apart: Apart) -> int:
        """Return what a column has of which its asset need not know: what all its fields, or those around it, have."""
        known = state.places.get(COLUMN + name)
        if known is not None or not state.places:
            return known or 0
        judged = frozenset(kind for at, kind in apart.judged if at == COLUMN + name)
        asserted = self.how(How(Passage.SAME, judged=judged).text)
        found = self.carried(state.places.get(_ASSERTED, 0), asserted)
        for wide in (_ALL_FIELDS, *apart.beyond):
            if not is_within(name, apart.beyond.get(wide, ())):
                found = self.join(found, self.carried(state.places.get(wide, 0), self.same))
        for parent in above(name):
            found = self.join(found, self.carried(state.places.get(COLUMN + parent, 0), self.same))
        return found

    def with_members(self, state: State, key: str, number: int, how: int) -> int:
        """Return what is taken of a field: of its members too, but where it is only a part of its asset."""
        if self._hows[how].passage is not Passage.SAME:
            for member in state.members(key):
                number = self.join(number, state.places[member])
        return number


def _has_members(places: Iterable[str]) -> bool:
    return any("." in key for key in places)


def equations(
    sources: Sources, since: Mapping[str, int], known: Callable[[str], bool], wholes: Iterable[str]
) -> Iterator[tuple[str, Equation]]:
    """Yield the equation of each dataset or model version, by what stands for it, of what flows into these, and since
    when all of that stands.
    """
    into: dict[str, list[Flow]] = defaultdict(list)
    for flow in sources.flows:
        into[flow.target.node].append(flow)
    stated: dict[str, dict[str, frozenset[Mark]]] = defaultdict(dict)
    for place, marks in sources.seeds.items():
        stated[place.node][key_of(place)] = marks
    judged: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for place, kind in sources.judged:
        judged[place.node][key_of(place)].add(kind)
    beyond: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for place, fields in sources.beyond.items():
        beyond[place.node][key_of(place)] = sorted(fields)
    for whole in wholes:
        equation = _equation(sources, known, whole, into[whole], stated[whole], judged[whole], beyond[whole])
        yield whole, replace(equation, since=since.get(whole, ALWAYS))


def _equation(  # all that is said of one asset
    sources: Sources,
    known: Callable[[str], bool],
    whole: str,
    flows: Iterable[Flow],
    stated: Mapping[str, frozenset[Mark]],
    judged: Mapping[str, set[str]],
    beyond: Mapping[str, Sequence[str]],
) -> Equation:
    places: dict[str, dict[tuple[int, str, int], None]] = defaultdict(dict)
    others: dict[str, int] = {}
    hows: dict[str, int] = {}
    is_joined = is_circular = False
    for flow in flows:
        key, source, is_same = key_of(flow.target), key_of(flow.source), flow.passage is Passage.SAME
        is_here = flow.source.node == whole
        if is_here and is_same and key == ANY:
            is_joined = True
            continue
        is_circular = is_circular or (is_here and not is_same)
        if flow.source in sources.unknown and not is_here:
            source = UNKNOWN + flow.source.detail
        how = How(flow.passage)
        if is_same and flow.source.part is Part.ASSERTED:
            how = How(flow.passage, judged=frozenset(judged.get(key, ())))
        elif not is_same and (clearances := sources.covering(flow)):
            how = How(flow.passage, flow.masked, key, tuple(clearances))
        number = _HERE if is_here else others.setdefault(flow.source.node, len(others))
        places[key][number, source, hows.setdefault(how.text, len(hows))] = None
    values = Values()
    order = sorted(places, key=lambda key: (_RANKS[key[0]], key.count("."), key))
    return Equation(
        [(name, known(name)) for name in sources.groups.members[whole]],
        list(others),
        list(hows),
        {key: values.text(values.number((mark, 0) for mark in marks)) for key, marks in sorted(stated.items())},
        [[key, *(part for flow in sorted(places[key]) for part in flow)] for key in order],
        is_joined,
        is_circular,
        _has_members((*places, *stated)),
        _json(
            Apart(dict(sorted(beyond.items())), sorted((key, kind) for key, some in judged.items() for kind in some))
        ),
        NOW,
    )


def inflows(equation: Equation, place: Place, state_of: Callable[[str], State]) -> Iterator[tuple[Place, str]]:
    """Yield from where anything flows into a place, and how, as the text that is kept."""
    key = key_of(place)
    for line in equation.lines:
        parts = iter(line)
        if next(parts) == key:
            for number, at, how in zip(parts, parts, parts, strict=True):
                node = place.node if number < 0 else equation.sources[number]
                source, by = place_of(node, at), equation.hows[how]
                yield source, by
                if source.part is Part.COLUMN and key != ANY and by != SAME:
                    yield from ((place_of(node, one), by) for one in state_of(node).members(at))
    if equation.is_joined and key == ANY:
        yield from ((place_of(place.node, at), SAME) for at in state_of(place.node).places if at not in NO_PARTS)
