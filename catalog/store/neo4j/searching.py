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
from catalog.store.neo4j.search_memory import (
    MOST_TITLES,
    Ask,
    FacetRow,
    Left,
    Made,
    SearchMemory,
    flags_of,
)
from catalog.store.neo4j.set_rows import indexed
from catalog.store.packed import CHUNK, Bits, Gathered, InChunks, numbers, places, set_of
from catalog.store.protocol import Query
from catalog.store.words import is_word, question
from graph_schema.cypher import TITLED, reading
from graph_schema.identity import label_of
from graph_schema.nodes import Node

_SORTED: Final = 2_000
"""Up to so many finds are sorted; of more there are so many everywhere that titles are walked in their order."""

_LOOKED_AT: Final = 2_000
"""So many titles are walked before all of a label are read in their order."""

_ALL: Final = 2**31 - 1

_MANY: Final = 500
"""What so many rows were read for is remembered."""

_TRIES: Final = 3
"""So often what is compared is read again, where something was written meanwhile: what was written since is little."""

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
    """Read all rows of sets that the query compares, but those that are remembered and still hold."""
    found = _asked(ask, query, memory, made)
    for _ in range(_TRIES):
        if found.made == made:
            break
        # Something was written in between: all that is compared is to be of one time.
        made = found.made
        found = _asked(ask, query, memory, made)
    return found


def _asked(ask: Ask, query: Query, memory: SearchMemory, made: Made) -> _Read:
    asked = question(query.text)
    begun = {one.text for one in asked.asked} | ({asked.begun} if asked.begun else set())
    pairs = {(LABEL, label) for label in query.labels} | set(query.every)
    pairs |= {(facet, value) for facet, allowed in query.filters.items() for value in allowed}
    pairs |= {(HELD, name) for name in (*query.has, *query.missing)} | query.beside.keys()
    pairs = pairs.union(query.united, *query.united.values())
    inside = {(one.text, True) for one in asked.asked if one.inside}
    facets = memory.facets(made, {*query.facets, *query.has, *query.missing})
    words = memory.words(made, {(one, False) for one in begun if is_word(one)} | inside)
    of_words = {text: left for (text, is_inside), left in words.items() if not is_inside}
    of_parts = {text: left for (text, is_inside), left in words.items() if is_inside}
    nodes = frozenset[str]().union(*query.beside.values())
    known = memory.numbers(made, nodes)
    found = ask(
        reading.sets(),
        words=_unread(of_words),
        words_in=_unread_chunks(of_words),
        marks=sorted(one for one in begun if not is_word(one)),
        terms=sorted(asked.exact),
        parts=_unread(of_parts),
        parts_in=_unread_chunks(of_parts),
        lists=sorted([name, indexed(value)] for name, value in pairs),
        names=_unread(facets),
        names_in=_unread_chunks(facets),
        nodes=sorted(nodes - known.keys()),
    )
    read = _Read(found, facets, words, known)
    memory.keep(made, read.facets, read.many)
    memory.number(made, dict(found["nodes"]))
    return read


def _unread(asked: Mapping[str, Left[Any]]) -> list[str]:
    """Return of what nothing is remembered."""
    return sorted(one for one, left in asked.items() if left.missing is None)


def _unread_chunks(asked: Mapping[str, Left[Any]]) -> list[list[Any]]:
    """Return what is to be read of a chunk alone, with the chunk."""
    return [[one, chunk] for one, left in sorted(asked.items()) for chunk in sorted(left.missing or ())]


class _Read:
    """The sets that were read, with those that are remembered."""

    def __init__(
        self,
        found: Mapping[str, Any],
        facets: Mapping[str, Left[Sequence[FacetRow]]],
        words: Mapping[tuple[str, bool], Left[Places]],
        known: Mapping[str, int],
    ) -> None:
        self.made = Made.of(*found["made"])
        self.facets: dict[str, Sequence[FacetRow]] = _facets((*found["names"], *found["names_in"]), facets)
        self.many: dict[tuple[str, bool], Places] = {}
        """What is remembered, or many rows were read for, by what was asked and whether it was of what is inside words.
        """
        self._words = self._of_words(found, words)
        self._marks = _by_text(found["marks"], (*found["name_begun"], *found["digits_begun"]))
        self._whole = _by_text(found["terms"], (*found["name_whole"], *found["digits_whole"]))
        self._lists: dict[tuple[str, str], list[SetRow]] = {}
        for name, value, *row in found["lists"]:
            self._lists.setdefault((name, value), []).append(tuple(row))
        self._numbers: dict[str, int] = {**known, **dict(found["nodes"])}

    def _of_words(
        self, found: Mapping[str, Any], words: Mapping[tuple[str, bool], Left[Places]]
    ) -> Mapping[tuple[str, bool], Places]:
        rows = {
            False: _by_text((*found["words"], *found["words_in"])),
            True: _by_text((*found["parts"], *found["parts_in"])),
        }
        places: dict[tuple[str, bool], Places] = {}
        for one, left in words.items():
            text, is_inside = one
            read = rows[is_inside].get(text)
            places[one] = left.held if read is None else _either(left.held, read.places())
            if left.missing is not None or (read is not None and read.count >= _MANY):
                self.many[one] = places[one]
        return places

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
        read = self._whole.get(term)
        return 0 if read is None else reduce(or_, read.places())

    def beginning(self, text: str) -> Places:
        if is_word(text):
            return self._words[text, False]
        read = self._marks.get(text)
        return (0, 0) if read is None else read.places()

    def holding(self, text: str) -> Places:
        return self._words[text, True]


def _facets(
    rows: Iterable[Sequence[Any]], facets: Mapping[str, Left[Sequence[FacetRow]]]
) -> dict[str, Sequence[FacetRow]]:
    read: dict[str, list[FacetRow]] = {}
    for name, value, chunk, bits in rows:
        read.setdefault(name, []).append((value, chunk, places(chunk, bits)))
    return {name: [*left.held, *read[name]] if name in read else left.held for name, left in facets.items()}


class _Rows:
    """What was read of a term: numbers that are alone in their chunks, and chunks with their bits."""

    def __init__(self) -> None:
        self.count = 0
        self._single: dict[bool, list[int]] = {True: [], False: []}
        self._several: dict[bool, list[SetRow]] = {True: [], False: []}

    def add(self, single: Sequence[int], several: Iterable[Sequence[Any]], *, of_key: bool) -> None:
        rows = [(chunk, bits) for chunk, bits in several]
        self.count += len(single) + len(rows)
        self._single[of_key] += single
        self._several[of_key] += rows

    def places(self) -> Places:
        """Return the nodes whose key has it, and those of which it is said."""
        of_key, of_stated = (set_of(self._single[one]) | _set(self._several[one]) for one in (True, False))
        return of_key, of_stated


def _by_text(rows: Iterable[Sequence[Any]], carried: Iterable[tuple[str, int]] = ()) -> dict[str, _Rows]:
    """Return the rows of sets by what was asked, with what nodes carry of it in their keys."""
    found: dict[str, _Rows] = {}
    for text, of_key, single, several in rows:
        found.setdefault(text, _Rows()).add(single, several, of_key=of_key)
    for text, number in carried:
        found.setdefault(text, _Rows()).add((number,), (), of_key=True)
    return found


def _either(one: Places, other: Places) -> Places:
    return one[0] | other[0], one[1] | other[1]


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
            else:
                found += self._of_many(label, rank, of_label, behind, most)
                continue
            rest += [(number, rank) for number in first]
        found += self._sorted(rest, most)
        return sorted(found, key=lambda hit: hit.place)[:most]

    def _of_many(self, label: str, rank: int, some: int, behind: tuple[str, str], most: int) -> list[Hit]:
        """Return the first of a large set of a label, by the order of all its nodes where that is remembered."""
        every = self._matches.of_label[label]
        count = every.bit_count()
        if count > MOST_TITLES:
            return self._walked(label, rank, some, behind, most, _ALL)
        if not self._memory.has_order(label, self._made) and most * count <= some.bit_count() * _LOOKED_AT:
            found = self._walked(label, rank, some, behind, most, _LOOKED_AT)
            if len(found) == most:
                return found
        first = self._memory.first(self._ask, self._made, (label, every), some, behind, most)
        return self._sorted([(number, rank) for number in first], most)

    def _walked(self, label: str, rank: int, some: int, behind: tuple[str, str], most: int, looked: int) -> list[Hit]:
        """Return the first of a set of a label: titles are walked in their order until enough are met, or so many."""
        every = self._matches.of_label[label]
        first = (every & -every).bit_length() - 1
        at = {"rank": rank, "title": behind[0], "id": behind[1], "first": most, "looked": looked}
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
