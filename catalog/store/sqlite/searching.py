"""Search over what is current: sets of nodes by terms and facets, of which total, counts and page are made.

A set is an integer with a bit for each node's number (`packed`). What it costs follows from how many terms begin with
what was asked, not from how many nodes have them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from operator import and_, or_
from typing import Final

from catalog.store.indexes.search import HELD, LABEL, LISTED, SUFFIX, WORD
from catalog.store.protocol import Query
from catalog.store.sqlite.packed import InChunks, numbers, set_of, united
from catalog.store.words import Asked, Question, question

_LAST: Final = "\U0010ffff"
"""Sorts after every letter and digit, so that it ends the range of a prefix."""

_SORTED: Final = 2_000
"""Up to so many finds are sorted; of more there are so many everywhere that titles are walked in their order."""

_BITS: Final = "CASE typeof(bits) WHEN 'integer' THEN bits ELSE chunk || ' ' || hex(bits) END"
_OF_KEY: Final = "aspect = ''"
_KINDS: Final = (_OF_KEY, "aspect <> ''")
_BEGINS: Final = "term >= ? AND term < ?"
_ENDS: Final = f"{SUFFIX.name} s CROSS JOIN {WORD.name} w ON w.term = s.term"
_IS_WITHIN: Final = "s.suffix >= ? AND s.suffix < ? AND s.suffix <> s.term"

_Hit = tuple[str, str, str, int, int]
_PLACES: Final = (2, 3, 4, 5)
"""See `Question.rank`."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Rows of (id, label, key, entry, rank), the total, the counts, and whether more follow."""

    hits: list[_Hit]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    more: bool


def _range(text: str) -> tuple[str, str]:
    return text, text + _LAST


def search(connection: sqlite3.Connection, query: Query) -> Hits:
    """Return a page of what is current."""
    return _Search(connection, query).page()


class _Search:
    def __init__(self, connection: sqlite3.Connection, query: Query) -> None:
        self._run = connection.execute
        self._query = query
        self._labels = frozenset(query.labels).intersection(query.filters.get(LABEL, query.labels))
        self._beside: dict[tuple[str, str], int] = {}
        self._of_label = {label: self._listed(LABEL, label) for label in sorted(self._labels)}

    def page(self) -> Hits:
        query = self._query
        self._beside = self._given_beside()
        wanted = self._wanted()
        ranks = self._ranks(question(query.text), wanted) if wanted else ()
        every = reduce(or_, (some for _, some in ranks), 0)
        found = list(islice(self._sorted(ranks), query.first + 1))
        rows = self._run(_HITS, (json.dumps([number for number, _ in found[: query.first]]),))
        hits = [(*row, rank) for row, (_, rank) in zip(rows, found, strict=False)]
        return Hits(hits, every.bit_count(), self._counts(every), len(found) > query.first)

    def _given_beside(self) -> dict[tuple[str, str], int]:
        """Return the sets of what counts beside what is kept, by facet and value."""
        return {
            pair: set_of([n for (n,) in self._run(_NUMBERS, (json.dumps(sorted(ids)),))])
            for pair, ids in self._query.beside.items()
        }

    def _wanted(self) -> int:
        """Return what is of the labels and has what is asked for beside words."""
        query = self._query
        found = reduce(or_, self._of_label.values(), 0)
        for facet, allowed in query.filters.items():
            if facet != LABEL:
                found &= reduce(or_, (self._listed(facet, value) for value in allowed), 0)
        for facet, value in query.every:
            found &= self._listed(facet, value)
        for name in query.has:
            found &= self._holding(name, found)
        for name in query.missing:
            found &= ~self._holding(name, found)
        return found

    def _listed(self, name: str, value: str) -> int:
        return self._set(LISTED.name, "name = ? AND value = ?", (name, value)) | self._beside.get((name, value), 0)

    def _holding(self, name: str, every: int) -> int:
        """Return what has an aspect or any value of a facet."""
        if name == LABEL:
            return every
        found = self._set(LISTED.name, "name = ?", (name,)) | self._listed(HELD, name)
        return reduce(or_, (some for (facet, _), some in self._beside.items() if facet == name), found)

    def _set(self, source: str, where: str, values: Sequence[object]) -> int:
        """Return the set of all numbers in the rows of a packed table."""
        return self._sets(source, where, values, ("1",))[0]

    def _sets(self, source: str, where: str, values: Sequence[object], kinds: Sequence[str] = _KINDS) -> list[int]:
        """Return the set of the rows of each kind."""
        asked = ", ".join(f"json_group_array({_BITS}) FILTER (WHERE {kind})" for kind in kinds)
        row = self._run(f"SELECT {asked} FROM {source} WHERE {where}", values).fetchone()  # noqa: S608  # names of ours
        return [united(one) for one in row]

    def _ranks(self, asked: Question, wanted: int) -> list[tuple[int, int]]:
        """Return what is found by each rank of `Question.rank`, the best first, each find once."""
        if not asked.words:
            return [(0, wanted)]
        exact = reduce(or_, (self._set(WORD.name, "term = ?", (term,)) for term in asked.exact), 0)
        named = self._set(WORD.name, f"{_BEGINS} AND {_OF_KEY}", _range(asked.begun)) if asked.begun else 0
        found = {one: self._places(one) for one in asked.asked}
        sets = [exact, exact | named]
        for at in range(len(_PLACES)):
            words = (
                reduce(or_, (reduce(and_, (found[one][at] for one in way)) for way in ways)) for ways in asked.words
            )
            sets.append(sets[1] | reduce(and_, words))
        ranks, before = [], 0
        for rank, some in enumerate(sets):
            here = some & wanted & ~before
            ranks.append((rank, here))
            before |= here
        return ranks

    def _places(self, asked: Asked) -> tuple[int, ...]:
        """Return what a term is found in at each place or a better one."""
        of_key, of_stated = self._sets(WORD.name, _BEGINS, _range(asked.text))
        in_key, in_stated = self._sets(_ENDS, _IS_WITHIN, _range(asked.text)) if asked.inside else (0, 0)
        within = of_key | in_key
        return of_key, within, within | of_stated, within | of_stated | in_stated

    def _sorted(self, ranks: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Yield the numbers and ranks behind the last one seen, by rank, title and id."""
        rank_of_last, *place = self._query.after or (-1, "", "")
        for rank, some in ranks:
            if some and rank >= rank_of_last:
                for number in self._by_title(some, tuple(place) if rank == rank_of_last else None):
                    yield number, rank

    def _by_title(self, some: int, after: tuple[object, ...] | None) -> Iterator[int]:
        """Yield the first of a set by title and id, behind a place where one is given: as many as a page needs."""
        most = self._query.first + 1
        behind, values = (" AND (title, id) > (?, ?)", after) if after is not None else ("", ())
        first: list[int] = []
        for label, every in self._of_label.items():
            found = some & every
            first += numbers(found) if found.bit_count() <= _SORTED else self._walked(found, label, behind, values)
        rows = self._run(_SORT.format(behind), (json.dumps(first), *values, most))
        yield from (number for (number,) in rows)

    def _walked(self, some: int, label: str, behind: str, values: Sequence[object]) -> list[int]:
        """Return the first of a set of a label: titles are walked in their order until enough are met."""
        # A byte for each number, since SQLite finds one in a blob without counting.
        flags = f"{some:b}"[::-1].encode()
        rows = self._run(_WALK.format(behind), (label, flags, *values, self._query.first + 1))
        return [number for (number,) in rows]

    def _counts(self, every: int) -> dict[str, dict[str, int]]:
        """Return how many of these have each value of the facets that are asked for."""
        counts: dict[str, dict[str, int]] = {}
        whole = InChunks(every)
        for facet in self._query.facets:
            beside = {value for name, value in self._beside if name == facet}
            found: dict[str, int] = {}
            for value, chunk, bits in self._run(_VALUES, (facet,)) if every else ():
                if value not in beside and (number := whole.count(chunk, bits)):
                    found[value] = found.get(value, 0) + number
            for value in beside:
                if number := (every & self._listed(facet, value)).bit_count():
                    found[value] = number
            counts[facet] = dict(sorted(found.items()))
        return counts


_VALUES: Final = f"SELECT value, chunk, bits FROM {LISTED.name} WHERE name = ?"  # noqa: S608  # names of ours
_NUMBERS: Final = "SELECT n FROM json_each(?) a CROSS JOIN node ON node.id = a.value"
_HITS: Final = (
    "SELECT node.id, label, node.key, entry FROM json_each(?) a CROSS JOIN node ON node.n = a.value ORDER BY a.key"
)
_SORT: Final = (
    "SELECT n FROM (SELECT n, title, node.id AS id FROM json_each(?) a CROSS JOIN node ON node.n = a.value) "
    "WHERE 1{} ORDER BY title, id LIMIT ?"
)
_WALK: Final = (
    "SELECT n FROM node WHERE entry IS NOT NULL AND label = ? AND substr(?, n + 1, 1) = x'31'{} "
    "ORDER BY title, id LIMIT ?"
)
