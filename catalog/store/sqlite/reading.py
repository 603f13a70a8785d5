"""The verbs that read, each a fixed number of statements whatever the number of ids."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final

from catalog.store.indexes.effects import IN_FORCE, Candidate
from catalog.store.indexes.in_force import by_aspect
from catalog.store.indexes.run_states import RUN_STATE
from catalog.store.indexes.search import facets as facets_of
from catalog.store.indexes.table import Table
from catalog.store.ordering import Row, edge_order, rows, statement_order
from catalog.store.protocol import Direction, Either, Found, KnownNode, Page, Quarantined, Query
from catalog.store.run_memory import ACCESSES, RunMemory, assemble
from catalog.store.sqlite.attributions import ATTRIBUTED, attribution_of
from catalog.store.sqlite.index_rows import SqliteRows
from catalog.store.sqlite.searching import search
from catalog.store.sqlite.touching import state_of, touched_between
from catalog.store.touches import Stamp, Touched
from graph_schema.bitemporal import RunFacts
from graph_schema.facts import ALWAYS, NOW, Edge, Facts, Statement
from graph_schema.nodes import Node

_ASKED: Final = "json_each(?1) asking CROSS JOIN node asked ON asked.id = asking.value"
_KINDS: Final = "IN (SELECT value FROM json_each(?2))"
_SEEN: Final = "a.valid_from <= ?3 AND a.entry <= ?4"
_FIELDS, _JOINS = ATTRIBUTED

_TEXT: Final = "CASE typeof({0}.value) WHEN 'text' THEN {0}.value ELSE v.text END"
_VALUE: Final = " LEFT JOIN value v ON v.v = iif(typeof({0}.value) = 'integer', {0}.value, NULL)"
_OWN_EDGE: Final = (
    f"SELECT e.kind, source.id, target.id, {_TEXT.format('e')}, {_FIELDS} FROM {{start}}"  # noqa: S608  # names of ours
    f" CROSS JOIN attribution a ON a.a = e.attribution AND {_SEEN}{_VALUE.format('e')}{_JOINS}"
    " CROSS JOIN node source ON source.n = e.source CROSS JOIN node target ON target.n = e.target"
)
# Where a content names no source, it is the run of whoever states it.
_RESTATED_EDGE: Final = (
    f"SELECT e.kind, source.id, target.id, v.text, {_FIELDS} FROM {{start}}"  # noqa: S608
    f"{_JOINS} CROSS JOIN node source ON source.n = iif(e.source = 0, a.run, e.source)"
    " CROSS JOIN node target ON target.n = e.target CROSS JOIN value v ON v.v = e.value"
)
_STRUCTURE: Final = (
    "SELECT e.kind, source.id, target.id, e.entry FROM {start} CROSS JOIN node source ON source.n = e.source"
    " CROSS JOIN node target ON target.n = e.target"
)
_STATED: Final = f" CROSS JOIN attribution a ON a.content = e.content AND {_SEEN}"
_LEAVING: Final = (
    f"{_ASKED} CROSS JOIN content_edge e ON e.source = asked.n AND e.source <> 0 AND e.kind {_KINDS}{_STATED}",
    (
        f"{_ASKED} CROSS JOIN attribution a ON a.run = asked.n AND a.run <> 0 AND {_SEEN}"
        f" CROSS JOIN content_edge e ON e.content = a.content AND e.source = 0 AND e.kind {_KINDS}"
    ),
)
_REACHING: Final = (f"{_ASKED} CROSS JOIN content_edge e ON e.target = asked.n AND e.kind {_KINDS}{_STATED}",)
_OWN_STATEMENT: Final = (
    f"SELECT subject.id, s.aspect, {_TEXT.format('s')}, s.role, {_FIELDS} FROM {{start}}"  # noqa: S608
    f" CROSS JOIN attribution a ON a.a = s.attribution AND {_SEEN}{_VALUE.format('s')}{_JOINS}"
)
_RESTATED: Final = (
    f"SELECT subject.id, s.aspect, v.text, s.role, {_FIELDS} FROM {{start}}"  # noqa: S608
    f" CROSS JOIN attribution a ON a.content = s.content AND a.content <> 0 AND {_SEEN}"
    f" LEFT JOIN value v ON v.v = s.value{_JOINS}"
)
_ABOUT: Final = (
    "json_each(?1) asking CROSS JOIN node subject ON subject.id = asking.value"
    " CROSS JOIN {table} s ON s.subject = subject.n"
)
_EVERY: Final = "{table} s CROSS JOIN node subject ON subject.n = s.subject"


class SqliteReading(SqliteRows):
    """One consistent state of the tables."""

    def __init__(self, connection: sqlite3.Connection, memory: RunMemory) -> None:
        """Read through this connection, which is inside a transaction; the first statement fixes the state."""
        super().__init__(connection)
        self.memo = {}
        self._memory = memory
        self._empty: dict[str, bool] = {}
        """Of tables whether they have no row in this state: such a one is asked once."""
        self._state = state_of(connection)

    def _is_empty(self, table: Table) -> bool:
        empty = self._empty.get(table.name)
        if empty is None:
            query = f"SELECT NOT EXISTS (SELECT 1 FROM {table.name})"  # noqa: S608  # a name of ours
            empty = self._empty[table.name] = bool(self._connection.execute(query).fetchone()[0])
        return empty

    def checkpoint(self) -> int:
        return self._state.checkpoint

    def stamp(self) -> Stamp:
        return self._state.stamp

    def touched(self, since: int) -> list[Touched]:
        return touched_between(self._connection, since, self._state.touched)

    def touched_meanwhile(self) -> list[Touched]:
        return []

    def nodes(self, ids: Sequence[str], known_at: int = NOW) -> dict[str, KnownNode]:
        query = (
            "SELECT n.id, n.label, n.key, n.entry FROM json_each(?) a CROSS JOIN node n ON n.id = a.value "
            "WHERE n.entry <= ?"
        )
        answer = self._connection.execute(query, (_json(ids), known_at)).fetchall()
        # Columns come by the thousand: one reading of JSON takes a third of the time of one for each.
        keys = json.loads(f"[{','.join([row[2] for row in answer])}]")
        kinds = Node.registered
        found = {
            identifier: KnownNode(kinds[label].from_key(key), entry)
            for (identifier, label, _, entry), key in zip(answer, keys, strict=True)
        }
        return {identifier: found[identifier] for identifier in ids if identifier in found}

    def edges(
        self,
        ids: Sequence[str],
        kinds: Sequence[str],
        direction: Direction | Either,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> list[Edge]:
        if direction == "both":
            sides = (self.edges(ids, kinds, side, valid_at, known_at) for side in ("out", "in"))
            return sorted({edge for side in sides for edge in side}, key=edge_order)
        end, restated = ("source", _LEAVING) if direction == "out" else ("target", _REACHING)
        start = f"{_ASKED} CROSS JOIN {{}} e ON e.{end} = asked.n AND e.kind {_KINDS}"
        values = (_json(ids), _json(kinds), valid_at, known_at)
        found = self._edges((start.format("edge"),), restated, values)
        found += self._structure(f"{start.format('structure')} AND e.entry <= ?3", (*values[:2], known_at))
        return sorted(found, key=edge_order)

    def statements(
        self,
        ids: Sequence[str],
        aspects: Sequence[str] | None = None,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> list[Statement]:
        start = _ABOUT if aspects is None else f"{_ABOUT} AND s.aspect {_KINDS}"
        return self._statements(start, (_json(ids), _json(aspects or ()), valid_at, known_at))

    def runs(self, ids: Sequence[str]) -> dict[str, RunFacts]:
        entry = RUN_STATE.place("entry")
        stamps = {row[0]: row[entry] for row in self.rows(RUN_STATE, [(identifier,) for identifier in ids])}
        return self._memory.read(stamps, self._fetch_runs)

    def _fetch_runs(self, runs: list[str]) -> dict[str, RunFacts]:
        return assemble(runs, self.statements(runs, ("event",)), self.edges(runs, ACCESSES, "out"))

    def find(self, query: Query) -> Page:
        found = search(self._connection, query)
        ids = [hit[0] for hit in found.hits]
        if not query.with_aspects:
            bare = (Found(one, _node(label, key), entry, {}, rank=rank) for one, label, key, entry, rank in found.hits)
            return Page(tuple(bare), found.total, found.facets, found.more)
        current, facets = by_aspect(self.in_force(ids)), facets_of(self, ids)
        none: frozenset[tuple[str, str]] = frozenset()
        carried = {one: query.facets_with(one, facets.get(one, none)) for one in ids}
        hits = tuple(
            Found(one, _node(label, key), entry, current.get(one, {}), carried[one], rank)
            for one, label, key, entry, rank in found.hits
        )
        return Page(hits, found.total, found.facets, found.more)

    def quarantined(self) -> list[Quarantined]:
        return [
            Quarantined(entry, kind, tuple(json.loads(subjects)), reason)
            for entry, kind, subjects, reason in self._connection.execute(
                "SELECT entry, kind, subjects, reason FROM quarantined ORDER BY entry"
            )
        ]

    def counts_of_kinds(self) -> dict[str, int]:
        """Return what `Store.counts` returns."""
        return dict(self._connection.execute("SELECT name, n FROM tally ORDER BY name").fetchall())

    def scan(self) -> Iterator[Row]:
        """Yield what `Store.scan` yields."""
        named = (
            (identifier, KnownNode(_node(label, key), entry))
            for identifier, label, key, entry in self._connection.execute(
                "SELECT id, label, key, entry FROM node WHERE entry IS NOT NULL ORDER BY id"
            )
        )
        every = ("", "", NOW, NOW)
        edges = self._edges(("edge e",), (f"content_edge e{_STATED}",), every)
        edges += self._structure("structure e", ())
        return rows(
            named,
            sorted(edges, key=edge_order),
            self._statements(_EVERY, every),
            self._held(),
            self.quarantined(),
        )

    def all_facts(self) -> Facts:
        """Return everything that is stored: what an index is filled anew from."""
        every = ("", "", NOW, NOW)
        nodes = self._connection.execute("SELECT label, key, entry FROM node WHERE entry IS NOT NULL ORDER BY entry")
        edges = self._edges(("edge e",), (f"content_edge e{_STATED}",), every) + self._structure("structure e", ())
        return Facts(
            tuple((_node(label, key), entry) for label, key, entry in nodes),
            tuple(edges),
            tuple(self._statements(_EVERY, every)),
        )

    def _held(self) -> list[tuple[str, str, str, int, int]]:
        held = (Candidate.of(row) for row in self.rows(IN_FORCE, [()]))
        return sorted(
            (one.statement.subject, one.statement.aspect, one.statement.value, one.order[0], one.statement.entry)
            for one in held
            if one.statement.value is not None
        )

    def _edges(self, own: Sequence[str], restated: Sequence[str], values: tuple[object, ...]) -> list[Edge]:
        queries = (
            *(_OWN_EDGE.format(start=start) for start in own),
            *(_RESTATED_EDGE.format(start=start) for start in restated),
        )
        return [
            Edge(kind, source, target, value, *attribution_of(attribution))
            for query in queries
            for kind, source, target, value, *attribution in self._connection.execute(query, values)
        ]

    def _structure(self, start: str, values: tuple[object, ...]) -> list[Edge]:
        return [
            Edge(kind, source, target, "{}", None, None, ALWAYS, 0, "", entry)
            for kind, source, target, entry in self._connection.execute(_STRUCTURE.format(start=start), values)
        ]

    def _statements(self, start: str, values: tuple[object, ...]) -> list[Statement]:
        own = _OWN_STATEMENT.format(start=start.format(table="statement"))
        restated = _RESTATED.format(start=start.format(table="content_statement"))
        found = [
            Statement(subject, aspect, value, role, *attribution_of(attribution))
            for query in (own, restated)
            for subject, aspect, value, role, *attribution in self._connection.execute(query, values)
        ]
        return sorted(found, key=statement_order)


def _json(values: Sequence[object]) -> str:
    return json.dumps(list(values))


def _node(label: str, key: str) -> Node:
    return Node.registered[label].from_key(json.loads(key))
