"""The stored graph as whoever derives an index sees it, inside the transaction that will add to it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from typing import Final

from catalog.store.indexes.table import Span
from catalog.store.sqlite.attributions import ATTRIBUTED, attribution_of
from catalog.store.sqlite.index_tables import IndexTables
from catalog.store.sqlite.names import Names
from graph_schema.facts import NOW, Role, Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Node

_FIELDS, _JOINS = ATTRIBUTED
_OUTPUTS: Final = (
    f"SELECT {_FIELDS}, a.content FROM attribution a{_JOINS} "  # noqa: S608  # names of ours
    "WHERE a.run = ? AND a.valid_from > ? AND a.valid_from <= ? AND a.content <> 0 AND a.entry < ?"
)
_OWN: Final = (
    f"SELECT CASE typeof(s.value) WHEN 'text' THEN s.value ELSE v.text END, s.role, {_FIELDS} "  # noqa: S608
    f"FROM statement s CROSS JOIN attribution a ON a.a = s.attribution{_JOINS} "
    "LEFT JOIN value v ON v.v = iif(typeof(s.value) = 'integer', s.value, NULL) "
    "WHERE s.subject = ? AND s.aspect = ? AND a.entry < ?"
)
_RESTATED: Final = (
    f"SELECT v.text, s.role, {_FIELDS} "  # noqa: S608
    f"FROM content_statement s CROSS JOIN attribution a ON a.content = s.content{_JOINS} "
    "LEFT JOIN value v ON v.v = s.value WHERE s.subject = ? AND s.aspect = ? AND a.entry < ?"
)


class SqlitePast:
    """See `Past`; `before` is the entry from which on nothing is seen of the facts."""

    def __init__(self, connection: sqlite3.Connection, names: Names, tables: IndexTables, before: int = NOW) -> None:
        """Ask through this connection."""
        self._connection = connection
        self._names = names
        self._before = before
        self.under = tables.under

    def history(self, pairs: Collection[tuple[str, str]]) -> list[Statement]:
        self._names.look_up({subject for subject, _ in pairs})
        return [
            Statement._make((subject, aspect, value, role, *attribution_of(attribution)))
            for subject, aspect in pairs
            for query in (_OWN, _RESTATED)
            for value, role, *attribution in self._connection.execute(
                query, (self._names.number(subject), aspect, self._before)
            )
        ]

    def outputs(self, spans: Collection[Span]) -> list[Statement]:
        found: dict[Statement, None] = {}
        for run, after, until in spans:
            if run in self._names.fresh:
                continue
            self._names.look_up((run,))
            rows = self._connection.execute(
                _OUTPUTS, (self._names.number(run) or -1, after, until, self._before)
            ).fetchall()
            for *attribution, content in rows:
                attributed = attribution_of(attribution)
                for stated in self._names.content_of(content).statements:
                    if stated.role == Role.OUT:
                        found[Statement._make((*stated, *attributed))] = None
        return list(found)

    def nodes(self, ids: Collection[str]) -> dict[str, Node]:
        found = {}
        for identifier in ids:
            row = self._connection.execute("SELECT key FROM node WHERE id = ?", (identifier,)).fetchone()
            if row is not None and row[0] is not None:
                found[identifier] = Node.registered[label_of(identifier)].from_key(json.loads(row[0]))
        return found
