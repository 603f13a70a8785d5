"""Search over what is current: all sets that a question compares in one trip, finds in the order of titles."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

from catalog.store.indexes.search import GAP, HELD, LABEL
from catalog.store.matching import Matches, Places
from catalog.store.neo4j.facets import facets_of
from catalog.store.neo4j.set_rows import indexed
from catalog.store.packed import Bits, Gathered, numbers, set_of
from catalog.store.protocol import Query
from catalog.store.words import is_word, question
from graph_schema.cypher import TITLED, reading
from graph_schema.identity import label_of
from graph_schema.nodes import Node

_SORTED: Final = 2_000
"""Up to so many finds are sorted; of more there are so many everywhere that titles are walked in their order."""

_ONES: Final = bytes.maketrans(b"01", b"\x00\x01")

Ask = Callable[..., Any]
"""Run one statement with its parameters and return its one value."""

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


def search(ask: Ask, query: Query) -> Hits:
    """Return a page of what is current."""
    matches = Matches(_read(ask, query), query)
    found = _page(ask, query, matches)
    more = len(found) > query.first
    return Hits(found[: query.first], matches.every.bit_count(), matches.counts(), more=more)


def _read(ask: Ask, query: Query) -> _Read:
    """Read all rows of sets that the query compares."""
    asked = question(query.text)
    begun = {one.text for one in asked.asked} | ({asked.begun} if asked.begun else set())
    pairs = {(LABEL, label) for label in query.labels} | set(query.every)
    pairs |= {(facet, value) for facet, allowed in query.filters.items() for value in allowed}
    pairs |= {(HELD, name) for name in (*query.has, *query.missing)} | query.beside.keys()
    pairs = pairs.union(query.united, *query.united.values())
    return _Read(
        ask(
            reading.sets(),
            words=sorted(filter(is_word, begun)),
            marks=sorted(one for one in begun if not is_word(one)),
            terms=sorted(asked.exact),
            parts=sorted({one.text for one in asked.asked if one.inside}),
            lists=sorted([name, indexed(value)] for name, value in pairs),
            names=sorted({*query.facets, *query.has, *query.missing}),
            nodes=sorted({node for nodes in query.beside.values() for node in nodes}),
        )
    )


class _Read:
    """The sets that were read."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        self._begun = _by_place((*found["words"], *found["marks"]), (*found["name_begun"], *found["digits_begun"]))
        self._whole = _by_place(found["terms"], (*found["name_whole"], *found["digits_whole"]))
        self._inside = _by_place(found["parts"])
        self._values: dict[str, list[tuple[str, int, Bits]]] = {}
        for name, *row in found["names"]:
            self._values.setdefault(name, []).append(tuple(row))
        self._lists: dict[tuple[str, str], list[SetRow]] = {}
        for name, value, *row in found["lists"]:
            self._lists.setdefault((name, value), []).append(tuple(row))
        self._numbers: dict[str, int] = dict(found["nodes"])

    def of_nodes(self, ids: Collection[str]) -> int:
        return set_of([number for one in ids if (number := self._numbers.get(one)) is not None])

    def listed(self, name: str, value: str) -> int:
        return _set(self._lists.get((name, value), ()))

    def listed_under(self, name: str) -> int:
        return _set((chunk, bits) for _, chunk, bits in self._values.get(name, ()))

    def values(self, name: str) -> Iterable[tuple[str, int, Bits]]:
        return self._values.get(name, ())

    def having(self, term: str) -> int:
        return reduce(or_, _both(self._whole, term))

    def beginning(self, text: str) -> Places:
        return _both(self._begun, text)

    def holding(self, text: str) -> Places:
        return _both(self._inside, text)


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


def _page(ask: Ask, query: Query, matches: Matches) -> list[Hit]:
    """Return the finds behind the last one seen, by rank, title and id: one more than the page holds."""
    place = query.after or (-1, "", "")
    wanted = query.first + 1
    found: list[Hit] = []
    few: list[tuple[int, int]] = []
    """(number, rank) that are sorted together."""
    certain = 0
    for rank, some in matches.ranks:
        if len(found) + certain >= wanted:
            break
        if not some or rank < place[0]:
            continue
        if len(few) + some.bit_count() <= _SORTED:
            few += [(number, rank) for number in numbers(some)]
            certain += some.bit_count() if rank > place[0] else 0
            continue
        found += _sorted(ask, few, place, wanted - len(found))
        few, certain = [], 0
        if len(found) < wanted:
            behind = place[1:] if rank == place[0] else ("", "")
            found += list(_by_title(ask, matches, (rank, some), behind, wanted - len(found)))
    return (found + _sorted(ask, few, place, wanted - len(found)))[:wanted]


def _sorted(ask: Ask, few: Sequence[tuple[int, int]], place: tuple[int, str, str], most: int) -> list[Hit]:
    if not few or most < 1:
        return []
    rank, title, identifier = place
    asked = [list(one) for one in few]
    return _hits(ask(reading.sorted_finds(), asked=asked, rank=rank, title=title, id=identifier, first=most))


def _by_title(ask: Ask, matches: Matches, ranked: tuple[int, int], behind: tuple[str, str], most: int) -> Iterator[Hit]:
    """Yield the first of a large set: titles of each label are walked in their order until enough are met."""
    rank, some = ranked
    title, identifier = behind
    found: list[Hit] = []
    rest: list[tuple[int, int]] = []
    for label, every in matches.of_label.items():
        of_label = some & every
        if label not in TITLED or of_label.bit_count() <= _SORTED:
            rest += [(number, rank) for number in numbers(of_label)]
            continue
        first = (every & -every).bit_length() - 1
        flags = f"{of_label >> first:b}"[::-1].encode().translate(_ONES)
        at = {"rank": rank, "title": title, "id": identifier, "first": most}
        found += _hits(ask(reading.walked_finds(label), flags=flags, **{"from": first}, **at))
    found += _sorted(ask, rest, (rank, title, identifier), most)
    yield from sorted(found, key=lambda hit: hit.place)[:most]


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
