"""Search over what is current: the sets as tables keep them, and finds in the order of their titles."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from catalog.store.indexes.search import LISTED, SUFFIX, WORD
from catalog.store.matching import Matches, Places
from catalog.store.packed import InChunks, numbers, set_of, united
from catalog.store.protocol import Query

_LAST: Final = "\U0010ffff"
"""Sorts after every letter and digit, so that it ends the range of a prefix."""

_SORTED: Final = 2_000
"""Up to so many finds are sorted; of more there are so many everywhere that titles are walked in their order."""

_BITS: Final = "CASE typeof(bits) WHEN 'integer' THEN bits ELSE chunk || ' ' || hex(bits) END"
_KINDS: Final = ("aspect = ''", "aspect <> ''")
_BEGINS: Final = "term >= ? AND term < ?"
_ENDS: Final = f"{SUFFIX.name} s CROSS JOIN {WORD.name} w ON w.term = s.term"
_IS_WITHIN: Final = "s.suffix >= ? AND s.suffix < ? AND s.suffix <> s.term"

_Hit = tuple[str, str, str, int, int]


@dataclass(frozen=True, slots=True)
class Hits:
    """Rows of (id, label, key, entry, rank), the total, the counts, and whether more follow."""

    hits: list[_Hit]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    more: bool


def search(connection: sqlite3.Connection, query: Query) -> Hits:
    """Return a page of what is current."""
    return _Search(connection, query).page()


class _Tables:
    """The sets in the packed tables of the index."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._run = connection.execute

    def of_nodes(self, ids: Collection[str]) -> int:
        return set_of([n for (n,) in self._run(_NUMBERS, (json.dumps(sorted(ids)),))])

    def listed(self, name: str, value: str) -> int:
        return self._set(LISTED.name, "name = ? AND value = ?", (name, value))

    def listed_under(self, name: str) -> int:
        return self._set(LISTED.name, "name = ?", (name,))

    def counts(self, name: str, whole: InChunks) -> Iterable[tuple[str, int]]:
        return ((value, whole.count(chunk, bits)) for value, chunk, bits in self._run(_VALUES, (name,)))

    def having(self, term: str) -> int:
        return self._set(WORD.name, "term = ?", (term,))

    def beginning(self, text: str) -> Places:
        of_key, of_stated = self._sets(WORD.name, _BEGINS, _range(text), _KINDS)
        return of_key, of_stated

    def holding(self, text: str) -> Places:
        of_key, of_stated = self._sets(_ENDS, _IS_WITHIN, _range(text), _KINDS)
        return of_key, of_stated

    def _set(self, source: str, where: str, values: Sequence[object]) -> int:
        """Return the set of all numbers in the rows of a packed table."""
        return self._sets(source, where, values, ("1",))[0]

    def _sets(self, source: str, where: str, values: Sequence[object], kinds: Sequence[str]) -> list[int]:
        """Return the set of the rows of each kind."""
        asked = ", ".join(f"json_group_array({_BITS}) FILTER (WHERE {kind})" for kind in kinds)
        row = self._run(f"SELECT {asked} FROM {source} WHERE {where}", values).fetchone()  # noqa: S608  # names of ours
        return [united(one) for one in row]


def _range(text: str) -> tuple[str, str]:
    return text, text + _LAST


class _Search:
    def __init__(self, connection: sqlite3.Connection, query: Query) -> None:
        self._run = connection.execute
        self._query = query
        self._matches = Matches(_Tables(connection), query)

    def page(self) -> Hits:
        first, matches = self._query.first, self._matches
        found = list(islice(self._sorted(matches.ranks), first + 1))
        rows = self._run(_HITS, (json.dumps([number for number, _ in found[:first]]),))
        hits = [(*row, rank) for row, (_, rank) in zip(rows, found, strict=False)]
        return Hits(hits, matches.every.bit_count(), matches.counts(), len(found) > first)

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
        for label, every in self._matches.of_label.items():
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
