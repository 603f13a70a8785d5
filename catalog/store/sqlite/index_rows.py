"""The rows of any index, by its declaration: how they are asked for and how they are translated."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from catalog.store.indexes.reads import IndexReads
from catalog.store.indexes.rows import newest_of
from catalog.store.indexes.table import Key, Kind, Row, Table
from graph_schema.facts import NOW

_LEAST: Final = -(2**63)


class SqliteRows(IndexReads):
    """The verbs of `IndexReader` over the tables."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read through this connection."""
        self._connection = connection

    def rows(
        self, table: Table, prefixes: Sequence[Key], order: int = 0, *, valid_at: int = NOW, known_at: int = NOW
    ) -> list[Row]:
        if not prefixes or self._is_empty(table):
            return []
        query = select(table, len(prefixes[0]), order)
        values = (_json(prefixes), *_point(table, valid_at, known_at))
        return self._connection.execute(query, values).fetchall()

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
        if not prefixes or self._is_empty(table):
            return set()
        query = _select_ends(table, len(prefixes[0]), order, column)
        values = (_json(prefixes), *_point(table, valid_at, known_at))
        return {row[0] for row in self._connection.execute(query, values)}

    def newest(self, table: Table, asks: Sequence[tuple[Key, int]], count: int, *, known_at: int = NOW) -> list[Row]:
        if not asks or self._is_empty(table):
            return []
        query = _select_newest(table, len(asks[0][0]))
        point = () if table.known is None else (known_at,)
        asked = _json([(*prefix, bound) for prefix, bound in asks])
        found = list(dict.fromkeys(self._connection.execute(query, (asked, *point, count - 1, *point))))
        return _without_ties_beyond(found, table, asks, count)

    def _is_empty(self, table: Table) -> bool:  # noqa: ARG002  # while rows are written, one may come at any time
        return False

    def counts(self, table: Table, prefixes: Sequence[Key], order: int = 0) -> dict[Key, int]:
        if not prefixes:
            return {}
        found = self._connection.execute(_select_counts(table, len(prefixes[0]), order), (_json(prefixes),))
        return {tuple(json.loads(key)): count for key, count in found}


def _point(table: Table, valid_at: int, known_at: int) -> tuple[int, ...]:
    return (*(() if table.valid is None else (valid_at,)), *(() if table.known is None else (known_at,)))


def _json(values: Sequence[Any]) -> str:
    return json.dumps(list(dict.fromkeys(map(tuple, values))))


@lru_cache(maxsize=256)
def select(table: Table, prefix: int, order: int = 0) -> str:
    """Return the query for the rows that begin with any of the prefixes, given as JSON."""
    fields, joins = translated(table)
    return f"SELECT {fields} FROM {_under(table, prefix, order)}{joins}{_where(table)}"  # noqa: S608  # names of ours


def _under(table: Table, prefix: int, order: int) -> str:
    """Return the source of rows `t` that begin with any of the asked prefixes `a`."""
    leading = (table.orders[order - 1] if order else table.names)[:prefix]
    kinds = dict(table.columns)
    asked = [
        f" LEFT JOIN node k{place} ON k{place}.id = a.value ->> {place}"
        for place, column in enumerate(leading)
        if kinds[column] is Kind.ID
    ]
    conditions = [f't."{column}" = {_asked(kinds[column], place)}' for place, column in enumerate(leading)]
    return f"json_each(?) a{''.join(asked)} CROSS JOIN {table.name} t ON {' AND '.join(conditions) or '1'}"


def _asked(kind: Kind, place: int) -> str:
    if kind is Kind.ID:
        return f"ifnull(k{place}.n, iif(a.value ->> {place} IS NULL, 0, -1))"
    return f"a.value ->> {place}"


def _where(table: Table) -> str:
    conditions = [f't."{column}" <= ?' for column in (table.valid, table.known) if column is not None]
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def translated(table: Table) -> tuple[str, str]:
    """Return the fields of rows `t` with ids and values as texts, and the joins that they need."""
    fields: list[str] = []
    joins: list[str] = []
    for place, (column, kind) in enumerate(table.columns):
        if kind is Kind.ID:
            fields.append(f"n{place}.id")
            joins.append(f' LEFT JOIN node n{place} ON n{place}.n = t."{column}"')
        elif kind is Kind.VALUE:
            fields.append(f"v{place}.text")
            joins.append(f' LEFT JOIN value v{place} ON v{place}.v = t."{column}"')
        else:
            fields.append(f't."{column}"')
    return ", ".join(fields), "".join(joins)


@lru_cache(maxsize=64)
def _select_ends(table: Table, prefix: int, order: int, column: str) -> str:
    of_ids = dict(table.columns)[column] is Kind.ID
    inner = f'SELECT DISTINCT t."{column}" AS n FROM {_under(table, prefix, order)}{_where(table)}'  # noqa: S608
    return f"SELECT node.id FROM ({inner}) found CROSS JOIN node ON node.n = found.n" if of_ids else inner  # noqa: S608


@lru_cache(maxsize=64)
def _select_counts(table: Table, prefix: int, order: int) -> str:
    return f"SELECT a.value, count(*) FROM {_under(table, prefix, order)} GROUP BY a.key"  # noqa: S608


@lru_cache(maxsize=64)
def _select_newest(table: Table, prefix: int) -> str:
    """Return the query for the rows from the bound down to the last number that is wanted, and all that share it."""
    fields, joins = translated(table)
    asked = [
        f" LEFT JOIN node k{place} ON k{place}.id = a.value ->> {place}"
        for place, (_, kind) in enumerate(table.columns[:prefix])
        if kind is Kind.ID
    ]
    same = " AND ".join(
        f'{{0}}."{column}" = {_asked(kind, place)}' for place, (column, kind) in enumerate(table.columns[:prefix])
    )
    number = table.names[prefix]
    known = "" if table.known is None else f' AND {{0}}."{table.known}" <= ?'
    under = f'{same} AND {{0}}."{number}" <= a.value ->> {prefix}{known}'
    last = (
        f'SELECT i."{number}" FROM {table.name} i WHERE {under.format("i")} '  # noqa: S608  # names of ours
        f'ORDER BY i."{number}" DESC LIMIT 1 OFFSET ?'
    )
    return (
        f"SELECT {fields} FROM json_each(?) a{''.join(asked)} CROSS JOIN {table.name} t "  # noqa: S608
        f'ON t."{number}" >= ifnull(({last}), {_LEAST}) AND {under.format("t")}{joins}'
    )


def _without_ties_beyond(found: list[Row], table: Table, asks: Sequence[tuple[Key, int]], count: int) -> list[Row]:
    """Return the rows that are wanted: of some with the same number the ids decide, which are compared as texts."""
    place = len(asks[0][0])
    if len({row[: place + 1] for row in found}) == len(found):
        return found
    under: dict[Key, list[Row]] = {}
    for row in found:
        under.setdefault(row[:place], []).append(row)
    return newest_of(under, asks, count, table.key)
