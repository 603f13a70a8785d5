"""The rows of an index in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from catalog.store.indexes.table import IndexReader, Key, Row, Table
from graph_schema.facts import NOW


class MemoryRows(IndexReader):
    """Rows by table, fetched and grouped when first asked for."""

    def __init__(self, rows: Callable[[Table], Iterable[Row]]) -> None:
        """Keep the rows that each table has, those of one key merged."""
        self._rows_of = rows
        self._groups: dict[tuple[str, int, int], dict[Key, list[Row]]] = {}

    def rows(
        self, table: Table, prefixes: Sequence[Key], order: int = 0, *, valid_at: int = NOW, known_at: int = NOW
    ) -> list[Row]:
        found = chain.from_iterable(self._under(table, prefix, order) for prefix in dict.fromkeys(prefixes))
        valid = None if table.valid is None else table.place(table.valid)
        known = None if table.known is None else table.place(table.known)
        return [
            row
            for row in found
            if (valid is None or row[valid] <= valid_at) and (known is None or row[known] <= known_at)
        ]

    def ends(  # both times and what is wanted
        self,
        table: Table,
        prefixes: Sequence[Key],
        column: str,
        order: int = 0,
        *,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> set[Any]:
        place = table.place(column)
        return {row[place] for row in self.rows(table, prefixes, order, valid_at=valid_at, known_at=known_at)}

    def newest(self, table: Table, asks: Sequence[tuple[Key, int]], count: int, *, known_at: int = NOW) -> list[Row]:
        under = {prefix: self.rows(table, [prefix], known_at=known_at) for prefix, _ in asks}
        return newest_of(under, asks, count, table.key)

    def counts(self, table: Table, prefixes: Sequence[Key], order: int = 0) -> dict[Key, int]:
        return {prefix: len(self._under(table, prefix, order)) for prefix in dict.fromkeys(prefixes)}

    def _under(self, table: Table, prefix: Key, order: int) -> list[Row]:
        name = table.name, order, len(prefix)
        if name not in self._groups:
            leading = table.orders[order - 1] if order else table.names
            places = [table.place(column) for column in leading[: len(prefix)]]
            groups: dict[Key, list[Row]] = {}
            for row in merged(table, self._rows_of(table)).values():
                groups.setdefault(tuple(row[place] for place in places), []).append(row)
            self._groups[name] = groups
        return self._groups[name].get(prefix, [])


def merged(table: Table, rows: Iterable[Row]) -> dict[Key, Row]:
    """Return the rows by their keys, those of one key merged."""
    found: dict[Key, Row] = {}
    for row in rows:
        key = row[: table.key]
        found[key] = table.merged(found[key], row) if key in found else row
    return found


def newest_of(under: Mapping[Key, Sequence[Row]], asks: Sequence[tuple[Key, int]], count: int, key: int) -> list[Row]:
    """Return what `IndexReader.newest` answers, from the rows under each prefix and how many columns the key has."""
    chosen: dict[Row, None] = {}
    for prefix, bound in dict.fromkeys(asks):
        place = len(prefix)
        below = [row for row in under.get(prefix, ()) if row[place] <= bound]
        below.sort(key=lambda row: tuple("" if part is None else part for part in row[place:key]))
        chosen.update(dict.fromkeys(below[-count:]))
    return list(chosen)
