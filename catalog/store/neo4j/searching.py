"""Search over what is current: all sets that a question compares in one trip, finds in the order of titles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

from catalog.store.indexes.search import GAP, HELD, LABEL
from catalog.store.matching import Matches, Places
from catalog.store.neo4j.facets import facets_of
from catalog.store.neo4j.search_memory import MOST_TITLES, Ask, FacetRow, Made, SearchMemory, flags_of
from catalog.store.neo4j.set_rows import indexed
from catalog.store.packed import CHUNK, Bits, Gathered, InChunks, numbers, places, set_of
from catalog.store.protocol import Query
from catalog.store.words import is_word, question
from graph_schema.cypher import TITLED, reading
from graph_schema.identity import label_of
from graph_schema.nodes import Node

_SORTED: Final = 2_000
"""Up to so many finds are sorted; of more there are so many everywhere that titles are walked in their order."""

_MANY: Final = 500
"""What so many rows were read for is remembered."""

SetRow = tuple[int, Bits]


@dataclass(frozen=True, slots=True)
class Hit:
    """A find: its id, node, first entry, and (facet, value) pairs."""

    id: str
    node: Node
    entry: int
    facets: frozenset[tuple[str, str]]
    rank: int

    @property
    def place(self) -> tuple[str, str]:
        """Return by what it is sorted among those of its rank."""
        return self.node.title, self.id


@dataclass(frozen=True, slots=True)
class Hits:
    """The finds of a page, the total, the counts, and whether more follow."""

    hits: Sequence[Hit]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    more: bool


def search(ask: Ask, query: Query, memory: SearchMemory, made: Made) -> Hits:
    """Return a page of what is current; `made` is how the graph is."""
    sets = _read(ask, query, memory, made)
    matches = Matches(sets, query)
    found = _Paging(ask, query, matches, memory, sets.made).page()
    more = len(found) > query.first
    return Hits(found[: query.first], matches.every.bit_count(), matches.counts(), more=more)


def _read(ask: Ask, query: Query, memory: SearchMemory, made: Made) -> _Read:
    """Read all rows of sets that the query compares, but those that are remembered."""
    found = _asked(ask, query, _Remembered(memory.facets(made), memory.words(made)))
    if found.made != made:
        # Something was written in between: all that is compared is to be of one time.
        now = found.made
        found = _asked(ask, query, _Remembered({}, {}))
        if found.made != now:
            return found
    memory.keep(found.made, found.facets, found.many())
    return found


@dataclass(frozen=True, slots=True)
class _Remembered:
    """What need not be read."""

    facets: Mapping[str, Sequence[FacetRow]]
    words: Mapping[tuple[str, bool], Places]


def _asked(ask: Ask, query: Query, remembered: _Remembered) -> _Read:
    asked = question(query.text)
    begun = {one.text for one in asked.asked} | ({asked.begun} if asked.begun else set())
    pairs = {(LABEL, label) for label in query.labels} | set(query.every)
    pairs |= {(facet, value) for facet, allowed in query.filters.items() for value in allowed}
    pairs |= {(HELD, name) for name in (*query.has, *query.missing)} | query.beside.keys()
    pairs = pairs.union(query.united, *query.united.values())
    names = sorted({*query.facets, *query.has, *query.missing}.difference(remembered.facets))
    found = ask(
        reading.sets(),
        words=sorted(one for one in begun if is_word(one) and (one, False) not in remembered.words),
        marks=sorted(one for one in begun if not is_word(one)),
        terms=sorted(asked.exact),
        parts=sorted({one.text for one in asked.asked if one.inside and (one.text, True) not in remembered.words}),
        lists=sorted([name, indexed(value)] for name, value in pairs),
        names=names,
        nodes=sorted({node for nodes in query.beside.values() for node in nodes}),
    )
    return _Read(found, names, remembered)


class _Read:
    """The sets that were read."""

    def __init__(self, found: Mapping[str, Any], names: Iterable[str], remembered: _Remembered) -> None:
        self.made = Made.of(*found["made"])
        self._remembered = remembered.words
        self._words = {False: _by_place(found["words"]), True: _by_place(found["parts"])}
        self._begun = _by_place((*found["words"], *found["marks"]), (*found["name_begun"], *found["digits_begun"]))
        self._whole = _by_place(found["terms"], (*found["name_whole"], *found["digits_whole"]))
        self.facets: dict[str, list[FacetRow]] = {name: list(rows) for name, rows in remembered.facets.items()}
        self.facets.update((name, []) for name in names)
        for name, value, chunk, bits in found["names"]:
            self.facets[name].append((value, chunk, places(chunk, bits)))
        self._lists: dict[tuple[str, str], list[SetRow]] = {}
        for name, value, *row in found["lists"]:
            self._lists.setdefault((name, value), []).append(tuple(row))
        self._numbers: dict[str, int] = dict(found["nodes"])

    def of_nodes(self, ids: Collection[str]) -> int:
        return set_of([number for one in ids if (number := self._numbers.get(one)) is not None])

    def listed(self, name: str, value: str) -> int:
        return _set(self._lists.get((name, value), ()))

    def listed_under(self, name: str) -> int:
        several: dict[int, int] = {}
        for _, chunk, some in self.facets.get(name, ()):
            several[chunk] = several.get(chunk, 0) | some
        return reduce(or_, (some << chunk * CHUNK for chunk, some in several.items()), 0)

    def counts(self, name: str, whole: InChunks) -> Iterable[tuple[str, int]]:
        return ((value, whole.common(chunk, some)) for value, chunk, some in self.facets.get(name, ()))

    def having(self, term: str) -> int:
        return reduce(or_, _both(self._whole, term))

    def beginning(self, text: str) -> Places:
        return self._remembered.get((text, False)) or _both(self._begun, text)

    def holding(self, text: str) -> Places:
        return self._remembered.get((text, True)) or _both(self._words[True], text)

    def many(self) -> dict[tuple[str, bool], Places]:
        """Return what many rows were read for, by what was asked and whether it was of what is inside words."""
        found = {}
        for inside, rows in self._words.items():
            for text in {text for text, _ in rows}:
                if len(rows.get((text, True), ())) + len(rows.get((text, False), ())) >= _MANY:
                    found[text, inside] = _both(rows, text)
        return found


def _by_place(
    rows: Iterable[Sequence[Any]], carried: Iterable[tuple[str, int]] = ()
) -> dict[tuple[str, bool], list[SetRow]]:
    """Return the rows of sets by what was asked, and whether they are of keys, with what nodes carry of theirs."""
    found: dict[tuple[str, bool], list[SetRow]] = {}
    for text, of_key, chunk, bits in rows:
        found.setdefault((text, of_key), []).append((chunk, bits))
    for text, number in carried:
        found.setdefault((text, True), []).append((0, number))
    return found


def _both(rows: Mapping[tuple[str, bool], Sequence[SetRow]], text: str) -> Places:
    return _set(rows.get((text, True), ())), _set(rows.get((text, False), ()))


def _set(rows: Iterable[SetRow]) -> int:
    """Return the set of all numbers in rows."""
    single: list[int] = []
    several = Gathered()
    for chunk, bits in rows:
        if isinstance(bits, int):
            single.append(bits)
        else:
            several.add_row(chunk, bits)
    return set_of(single) | several.whole()


class _Paging:
    """From sets of finds to a page of them."""

    def __init__(self, ask: Ask, query: Query, matches: Matches, memory: SearchMemory, made: Made) -> None:
        self._ask = ask
        self._query = query
        self._matches = matches
        self._memory = memory
        self._made = made
        self._place = query.after or (-1, "", "")

    def page(self) -> list[Hit]:
        """Return the finds behind the last one seen, by rank, title and id: one more than the page holds."""
        wanted = self._query.first + 1
        found: list[Hit] = []
        few: list[tuple[int, int]] = []
        """(number, rank) that are sorted together."""
        certain = 0
        for rank, some in self._matches.ranks:
            if len(found) + certain >= wanted:
                break
            if not some or rank < self._place[0]:
                continue
            if len(few) + some.bit_count() <= _SORTED:
                few += [(number, rank) for number in numbers(some)]
                certain += some.bit_count() if rank > self._place[0] else 0
                continue
            found += self._sorted(few, wanted - len(found))
            few, certain = [], 0
            if len(found) < wanted:
                found += self._by_title(rank, some, wanted - len(found))
        return (found + self._sorted(few, wanted - len(found)))[:wanted]

    def _sorted(self, few: Sequence[tuple[int, int]], most: int) -> list[Hit]:
        if not few or most < 1:
            return []
        rank, title, identifier = self._place
        asked = [list(one) for one in few]
        at = {"rank": rank, "title": title, "id": identifier, "first": most}
        return _hits(self._ask(reading.sorted_finds(), asked=asked, **at))

    def _by_title(self, rank: int, some: int, most: int) -> list[Hit]:
        """Return the first of a large set: of each label those that come first by title."""
        behind = self._place[1:] if rank == self._place[0] else ("", "")
        found: list[Hit] = []
        rest: list[tuple[int, int]] = []
        for label, every in self._matches.of_label.items():
            of_label = some & every
            if label not in TITLED or of_label.bit_count() <= _SORTED:
                first: Iterable[int] = numbers(of_label)
            elif every.bit_count() <= MOST_TITLES:
                first = self._memory.first(self._ask, self._made, (label, every), of_label, behind, most)
            else:
                found += self._walked(label, rank, of_label, behind, most)
                continue
            rest += [(number, rank) for number in first]
        found += self._sorted(rest, most)
        return sorted(found, key=lambda hit: hit.place)[:most]

    def _walked(self, label: str, rank: int, some: int, behind: tuple[str, str], most: int) -> list[Hit]:
        """Return the first of a set of a label: titles are walked in their order until enough are met."""
        every = self._matches.of_label[label]
        first = (every & -every).bit_length() - 1
        at = {"rank": rank, "title": behind[0], "id": behind[1], "first": most}
        flags = flags_of(some >> first)
        return _hits(self._ask(reading.walked_finds(label), flags=flags, **{"from": first}, **at))


def _hits(rows: Iterable[Sequence[Any]]) -> list[Hit]:
    return [
        Hit(
            identifier,
            Node.registered[label_of(identifier)].from_key(list(key)),
            entry,
            facets_of(carried) | {(GAP, field) for field in (gaps or "").split()},
            rank,
        )
        for identifier, rank, entry, key, carried, gaps in rows
    ]
