"""Rows of indexes into the graph: what is there is known or looked up, so that each is added or changed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol

from catalog.store.indexes.table import Changes, Key, Row, Table
from catalog.store.neo4j.connection import Run, write
from catalog.store.neo4j.forms import rows_of
from catalog.store.neo4j.past import Neo4jPast
from catalog.store.neo4j.row_values import changed, ends_of, stored, stored_key
from graph_schema.cypher import rows as cypher_rows
from graph_schema.cypher.rows import Form


class Mentions(Protocol):
    """Whoever lets there be nodes for the ends of arrows."""

    def mention(self, ids: Iterable[str]) -> None:
        """Let there be nodes of these ids."""


class RowWriter:
    """Writes changes of tables; `counted` is by how many rows each has grown."""

    def __init__(self, run: Run, past: Neo4jPast, nodes: Mentions, carrying: Collection[str] = ()) -> None:
        """Write through this transaction; nodes that are `carrying` were created with the properties that rows are."""
        self._run = run
        self._past = past
        self._nodes = nodes
        self._carrying = carrying
        self.counted: Counter[str] = Counter()

    def write(self, table: Table, changes: Changes) -> list[Row]:
        """Write what becomes of a table's rows; return those that are new."""
        now = merged(table, changes.put.get(table.name, ()))
        gone = [key for key in changes.drop.get(table.name, ()) if key not in now]
        self._past.look_up(table, {key[: table.prefix] for key in (*now, *gone)})
        created: list[Row] = []
        updated: list[dict[str, Any]] = []
        for key, row in now.items():
            known = self._past.seen[table.name, key[: table.prefix]]
            before = known.get(key)
            if before is None:
                created.append(row)
                self._past.before[table.name, key] = None
                known[key] = row
            elif (after := table.merged(before, row)) != before:
                self._past.before[table.name, key] = before
                updated.append(changed(table, before, after))
                known[key] = after
        self._create(table, created)
        if updated:
            write(self._run, cypher_rows.update(rows_of(table)), updated)
        self._delete(table, gone)
        self.counted[table.name] += len(created)
        return created

    def _create(self, table: Table, created: Iterable[Row]) -> None:
        rows = rows_of(table)
        groups: dict[str, list[dict[str, Any]]] = {}
        for row in created:
            if rows.form is Form.PROPERTIES and row[0] in self._carrying:
                continue
            kind = row[table.place(rows.kind)] if rows.kind else ""
            groups.setdefault(kind, []).append(stored(table, row))
        self._nodes.mention(end for sent in groups.values() for one in sent for end in ends_of(table, one))
        for kind, sent in groups.items():
            write(self._run, cypher_rows.create(rows, kind=kind), sent)

    def _delete(self, table: Table, gone: Iterable[Key]) -> None:
        keys: list[dict[str, Any]] = []
        for key in gone:
            row = self._past.seen[table.name, key[: table.prefix]].pop(key, None)
            if row is not None:
                self._past.before[table.name, key] = row
                keys.append({"key": stored_key(table, key)})
        if keys:
            write(self._run, cypher_rows.delete(rows_of(table)), keys)
            self.counted[table.name] -= len(keys)


def merged(table: Table, put: Iterable[Row]) -> Mapping[Key, Row]:
    """Return what is written, each key once."""
    now: dict[Key, Row] = {}
    for row in put:
        key = row[: table.key]
        before = now.get(key)
        now[key] = row if before is None else table.merged(before, row)
    return now
