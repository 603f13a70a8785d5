"""Rows as the graph keeps them: what an index of the engine compares cannot be null there, so that no id is empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from catalog.store.indexes.table import Key, Kind, Row, Table
from catalog.store.neo4j.forms import rows_of
from graph_schema.cypher.rows import Form, shared


@lru_cache(maxsize=64)
def _optional(table: Table, order: int = 0) -> tuple[bool, ...]:
    """Return which columns are ids that may be none, of the key and of a further order alike."""
    kinds = dict(table.columns)
    names = table.orders[order - 1] if order else table.names[: table.key]
    return tuple(kinds[name] is Kind.ID for name in names)


def stored_key(table: Table, key: Key, order: int = 0) -> list[Any]:
    """Return the first values of a row, or of an order of its columns, as they are stored."""
    return [
        "" if part is None and optional else part for part, optional in zip(key, _optional(table, order), strict=False)
    ]


def stored(table: Table, row: Row) -> dict[str, Any]:
    """Return what a query is sent to add a row: what is kept, under `row`, its key, and the ends of an arrow."""
    rows = rows_of(table)
    values = dict(zip(table.names, (*stored_key(table, row[: table.key]), *row[table.key :]), strict=True))
    if rows.form is Form.PROPERTIES:
        kept = {rows.name(name): values[name] for name in table.names[1:]}
        return {"key": [row[0]], "row": {table.name: True, **kept}}
    sent: dict[str, Any] = {"row": {name: values[name] for name in rows.kept} | shared(rows)}
    if rows.form is Form.ARROW:
        # What nobody is known to have made is drawn from itself.
        sent["a"], sent["b"] = values[rows.source] or values[rows.target], values[rows.target]
    return sent


def changed(table: Table, before: Row, now: Row) -> dict[str, Any]:
    """Return what a query is sent to change a row."""
    rows = rows_of(table)
    fields = zip(table.names[table.key :], before[table.key :], now[table.key :], strict=True)
    return {
        "key": stored_key(table, now[: table.key]),
        "row": {rows.name(name): new for name, old, new in fields if new != old},
    }


def ends_of(table: Table, sent: Mapping[str, Any]) -> Iterable[str]:
    """Return the ids of the nodes that an arrow is drawn between."""
    rows = rows_of(table)
    if rows.form is Form.ARROW:
        for place, column in (("a", rows.source), ("b", rows.target)):
            if column not in rows.hubs:
                yield sent[place]


def read(table: Table, found: Iterable[Sequence[Any]]) -> list[Row]:
    """Return rows as the graph gave them."""
    optional = [place for place, one in enumerate(_optional(table)) if one]
    return [_read(row, optional) for row in found]


def _read(row: Sequence[Any], optional: Sequence[int]) -> Row:
    if any(row[place] == "" for place in optional):
        return tuple(None if part == "" and place in optional else part for place, part in enumerate(row))
    return tuple(row)
