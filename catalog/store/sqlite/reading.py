"""The verbs that read, each a fixed number of statements whatever the number of ids."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from catalog.store.ordering import (
    InForce,
    Row,
    by_target_and_job,
    edge_order,
    flows_within,
    newest_of,
    one_each,
    rows,
    standing_order,
    statement_order,
)
from catalog.store.protocol import Direction, Either, Found, KnownNode, Page, Quarantined, Query, Standing
from catalog.store.run_memory import ACCESSES, RunMemory, assemble
from catalog.store.sqlite.searching import search
from graph_schema.facts import NOW, Edge, Statement
from graph_schema.folding import Contribution, Flow, RunFacts
from graph_schema.nodes import Node

_ASKED: Final = "json_each(?) a CROSS JOIN node asked ON asked.id = a.value"
_EDGE: Final = """
  SELECT e.kind, source.id, target.id, v.text, run.id, job.id, t.valid_from, t.rank, t.tie, t.entry, who.text,
    t.authenticated
  FROM {start} CROSS JOIN attribution t ON t.t = e.attribution AND t.entry <= ?
  CROSS JOIN node source ON source.n = e.source CROSS JOIN node target ON target.n = e.target
  CROSS JOIN value v ON v.v = e.value LEFT JOIN value who ON who.v = t.by
  LEFT JOIN node run ON run.n = t.run LEFT JOIN node job ON job.n = t.job
"""
_STATEMENT: Final = """
  SELECT subject.id, s.aspect, v.text, s.role, run.id, job.id, t.valid_from, t.rank, t.tie, t.entry, who.text,
    t.authenticated
  FROM {start} CROSS JOIN attribution t ON t.t = s.attribution AND t.entry <= ?
  CROSS JOIN value who ON who.v = t.by LEFT JOIN value v ON v.v = s.value
  LEFT JOIN node run ON run.n = t.run LEFT JOIN node job ON job.n = t.job
"""
_FLOW: Final = """
  SELECT source.id, target.id, job.id, f.how, f.valid_from, f.entry
  FROM {start} CROSS JOIN node source ON source.n = f.source CROSS JOIN node target ON target.n = f.target
  LEFT JOIN node job ON job.n = f.job
"""
# What a hub took in and let out by then; both ends' times are the flow's, whichever is later.
_JOINED: Final = """
  SELECT source.id, target.id, job.id, o.how, max(i.valid_from, o.valid_from), max(i.entry, o.entry)
  FROM {start} CROSS JOIN node source ON source.n = i.source CROSS JOIN node target ON target.n = o.target
  LEFT JOIN node job ON job.n = o.job
  WHERE i.valid_from <= ? AND i.entry <= ? AND o.valid_from <= ? AND o.entry <= ?
"""
_HUBS: Final = {
    "out": f"{_ASKED} CROSS JOIN inlet i ON i.source = asked.n CROSS JOIN outlet o ON o.hub = i.hub",
    "in": f"{_ASKED} CROSS JOIN outlet o ON o.target = asked.n CROSS JOIN inlet i ON i.hub = o.hub",
}
_ENDS: Final = {"out": ("source", "inlet", "target", "outlet"), "in": ("target", "outlet", "source", "inlet")}
_CONTRIBUTION: Final = """
  SELECT target.id, job.id, c.at, run.id, c.how, c.tie, c.entry, c.replaces
  FROM {start} LEFT JOIN node job ON job.n = c.job LEFT JOIN node run ON run.n = c.run
"""
_NEWEST_REPLACING: Final = """
  json_each(?) a CROSS JOIN node target ON target.id = a.value ->> 0
  CROSS JOIN contribution c ON c.target = target.n AND (c.job, c.at, c.run, c.how, c.tie) IN (
    SELECT i.job, i.at, i.run, i.how, i.tie FROM contribution i
    WHERE i.target = target.n AND i.replaces = 1 AND i.at <= a.value ->> 1 AND i.entry <= ?
    ORDER BY i.at DESC, (SELECT id FROM node WHERE n = i.run) DESC, i.tie DESC,
      (SELECT id FROM node WHERE n = i.job) DESC, i.how DESC LIMIT ?)
"""
# The newest of each job are found by the primary key's order; among those of one time the run's id decides.
_NEWEST: Final = """
  json_each(?) a CROSS JOIN node target ON target.id = a.value ->> 0 CROSS JOIN producer p ON p.target = target.n
  CROSS JOIN contribution c ON c.target = p.target AND c.job = p.job AND (c.at, c.run, c.how, c.tie) IN (
    SELECT i.at, i.run, i.how, i.tie FROM contribution i
    WHERE i.target = p.target AND i.job = p.job AND i.at <= a.value ->> 1 AND i.entry <= ?
    ORDER BY i.at DESC, (SELECT id FROM node WHERE n = i.run) DESC, i.tie DESC, i.how DESC LIMIT ?)
"""


_JOINED_CANDIDATES: Final = """
  SELECT target.id, job.id, m.at, run.id, 'ran', '', max(o.entry, m.entry), o.replaces
  FROM json_each(?) a CROSS JOIN node target ON target.id = a.value ->> 0
  CROSS JOIN output o ON o.target = target.n AND o.entry <= ?
  CROSS JOIN moment m ON m.run = o.run AND m.at IN (
    SELECT i.at FROM moment i WHERE i.run = o.run AND i.at <= a.value ->> 1 AND i.entry <= ?
    ORDER BY i.at DESC LIMIT ?)
  CROSS JOIN node run ON run.n = o.run LEFT JOIN node job ON job.n = o.job
"""


class SqliteReading:
    """One consistent state of the tables."""

    def __init__(self, connection: sqlite3.Connection, memory: RunMemory) -> None:
        """Read through this connection, which is inside a transaction; the first statement fixes the state."""
        self._connection = connection
        self._memory = memory
        self._checkpoint = self._read_checkpoint()

    def _read_checkpoint(self) -> int:
        row = self._connection.execute("SELECT entry FROM state WHERE name = 'checkpoint'").fetchone()
        return -1 if row is None else row[0]

    def checkpoint(self) -> int:
        return self._checkpoint

    def nodes(self, ids: Sequence[str], known_at: int = NOW) -> dict[str, KnownNode]:
        found = {
            identifier: KnownNode(_node(label, key), entry)
            for identifier, label, key, entry in self._connection.execute(
                "SELECT n.id, n.label, n.key, n.entry FROM json_each(?) a CROSS JOIN node n ON n.id = a.value "
                "WHERE n.entry <= ?",
                (_json(ids), known_at),
            )
        }
        return {identifier: found[identifier] for identifier in ids if identifier in found}

    def hop(
        self, ids: Sequence[str], kinds: Sequence[str], direction: Direction | Either, known_at: int = NOW
    ) -> list[Edge]:
        if direction == "both":
            either = (*self.hop(ids, kinds, "out", known_at), *self.hop(ids, kinds, "in", known_at))
            return sorted(set(either), key=edge_order)
        end = "source" if direction == "out" else "target"
        start = f"{_ASKED} CROSS JOIN edge e ON e.{end} = asked.n AND e.kind IN (SELECT value FROM json_each(?))"  # noqa: S608
        return self._edges(start, (_json(ids), _json(kinds), known_at))

    def statements(
        self, ids: Sequence[str], aspects: Sequence[str] | None = None, known_at: int = NOW
    ) -> list[Statement]:
        start = (
            f"{_ASKED} CROSS JOIN node subject ON subject.n = asked.n CROSS JOIN statement s ON s.subject = subject.n"
        )
        if aspects is None:
            return self._statements(start, (_json(ids), known_at))
        start += " AND s.aspect IN (SELECT value FROM json_each(?))"
        return self._statements(start, (_json(ids), _json(aspects), known_at))

    def current(self, ids: Sequence[str]) -> dict[str, dict[str, object]]:
        found: dict[str, dict[str, object]] = {}
        for identifier, aspect, text in self._connection.execute(
            "SELECT n.id, c.aspect, v.text FROM json_each(?) a CROSS JOIN node n ON n.id = a.value "
            "CROSS JOIN current c ON c.subject = n.n CROSS JOIN value v ON v.v = c.value ORDER BY c.aspect",
            (_json(ids),),
        ):
            found.setdefault(identifier, {})[aspect] = json.loads(text)
        return {identifier: found[identifier] for identifier in ids if identifier in found}

    def in_force(self, ids: Sequence[str]) -> list[Standing]:
        found = self._connection.execute(
            "SELECT c.at, n.id, c.aspect, v.text, c.role, run.id, job.id, t.valid_from, t.rank, t.tie, t.entry, "
            "who.text, t.authenticated "
            "FROM json_each(?) a CROSS JOIN node n ON n.id = a.value CROSS JOIN current c ON c.subject = n.n "
            "CROSS JOIN value v ON v.v = c.value CROSS JOIN attribution t ON t.t = c.attribution "
            "CROSS JOIN value who ON who.v = t.by LEFT JOIN node run ON run.n = t.run "
            "LEFT JOIN node job ON job.n = t.job",
            (_json(ids),),
        )
        return sorted((Standing(row[0], _statement(row[1:])) for row in found), key=standing_order)

    def runs(self, ids: Sequence[str]) -> dict[str, RunFacts]:
        stamps = self._connection.execute(
            "SELECT n.id, r.entry FROM json_each(?) a CROSS JOIN node n ON n.id = a.value "
            "CROSS JOIN run r ON r.n = n.n",
            (_json(ids),),
        )
        return self._memory.read(dict(stamps), self._fetch_runs)

    def _fetch_runs(self, runs: list[str]) -> dict[str, RunFacts]:
        return assemble(runs, self.statements(runs, ("event",)), self.hop(runs, ACCESSES, "out"))

    def flows(
        self,
        ids: Sequence[str],
        direction: Direction,
        valid_at: int = NOW,
        known_at: int = NOW,
        limit: int | None = None,
    ) -> list[Flow]:
        def fetch(some: Sequence[str]) -> list[Flow]:
            return self._flows_of(some, direction, valid_at, known_at)

        return fetch(ids) if limit is None else flows_within(limit, ids, self._degrees(ids, direction), fetch)

    def _flows_of(self, ids: Sequence[str], direction: Direction, valid_at: int, known_at: int) -> list[Flow]:
        end = "source" if direction == "out" else "target"
        start = f"{_ASKED} CROSS JOIN flow f ON f.{end} = asked.n AND f.valid_from <= ? AND f.entry <= ?"
        asked, point = _json(ids), (valid_at, known_at)
        found = itertools.chain(
            self._connection.execute(_FLOW.format(start=start), (asked, *point)),
            self._connection.execute(_JOINED.format(start=_HUBS[direction]), (asked, *point, *point)),
        )
        return one_each(map(Flow._make, found))

    def _degrees(self, ids: Sequence[str], direction: Direction) -> dict[str, int]:
        """Return how many flows each of the ids has at the most."""
        here, way_in, _, way_out = _ENDS[direction]
        single = f"SELECT count(*) FROM flow WHERE {here} = asked.n"  # noqa: S608  # names of ours
        joined = (
            f"SELECT ifnull(sum(hub.{way_out}s), 0) FROM {way_in} w JOIN hub ON hub.h = w.hub WHERE w.{here} = asked.n"  # noqa: S608
        )
        return dict(self._connection.execute(f"SELECT asked.id, ({single}) + ({joined}) FROM {_ASKED}", (_json(ids),)))  # noqa: S608

    def neighbours(
        self, ids: Sequence[str], direction: Direction, valid_at: int = NOW, known_at: int = NOW
    ) -> frozenset[str]:
        return frozenset(identifier for identifier, _ in self._near(ids, direction, valid_at, known_at))

    def reach(self, ids: Sequence[str], direction: Direction, depth: int, limit: int) -> frozenset[str] | None:
        reached, level = set(ids), set(ids)
        for step in range(depth + 1):
            ring, beyond = level, set[str]()
            while ring:
                near = self._near(ring, direction)
                ring = {identifier for identifier, is_alias in near if is_alias} - reached
                beyond |= {identifier for identifier, is_alias in near if not is_alias}
                reached |= ring
            level = beyond - reached if step < depth else set()
            reached |= level
            if len(reached) > limit:
                return None
            if not level:
                break
        return frozenset(reached)

    def contributions(
        self, asks: Sequence[tuple[str, int]], known_at: int = NOW, newest: int = 1, *, by_job: bool = True
    ) -> list[Contribution]:
        every = dict.fromkeys(asks)
        values = (_json([list(ask) for ask in every]), known_at, newest)
        found = dict.fromkeys(self._contributions(_CONTRIBUTION.format(start=_NEWEST), values))
        if by_job:
            found.update(dict.fromkeys(self._contributions(_CONTRIBUTION.format(start=_NEWEST_REPLACING), values)))
        joined = list(self._contributions(_JOINED_CANDIDATES, (values[0], known_at, known_at, newest)))
        if by_job and not joined:
            return by_target_and_job(found)
        return newest_of(every, (*found, *joined), newest, by_job=by_job)

    def aliases(self, ids: Sequence[str], known_at: int = NOW) -> list[Edge]:
        found: dict[Edge, None] = {}
        seen: set[str] = set()
        frontier = set(ids)
        while frontier:
            seen |= frontier
            beyond = [
                *self.hop(list(frontier), ("IS_ALIAS_OF",), "out", known_at),
                *self.hop(list(frontier), ("IS_ALIAS_OF",), "in", known_at),
            ]
            found.update(dict.fromkeys(beyond))
            frontier = {end for edge in beyond for end in (edge.source, edge.target)} - seen
        return sorted(found, key=edge_order)

    def find(self, query: Query) -> Page:
        found = search(self._connection, query)
        current = self.current([identifier for identifier, _, _, _ in found.hits])
        hits = tuple(
            Found(identifier, _node(label, key), entry, current.get(identifier, {}))
            for identifier, label, key, entry in found.hits
        )
        return Page(hits, found.total, found.facets, found.more)

    def quarantined(self) -> list[Quarantined]:
        return [
            Quarantined(entry, kind, tuple(json.loads(subjects)), reason)
            for entry, kind, subjects, reason in self._connection.execute(
                "SELECT entry, kind, subjects, reason FROM quarantined ORDER BY entry"
            )
        ]

    def counts(self) -> dict[str, int]:
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
        held = sorted(
            self._connection.execute(
                "SELECT n.id, c.aspect, v.text, c.at, t.entry FROM current c JOIN node n ON n.n = c.subject "
                "JOIN value v ON v.v = c.value JOIN attribution t ON t.t = c.attribution"
            )
        )
        return rows(
            named,
            self._edges("edge e", (NOW,)),
            self._statements("statement s CROSS JOIN node subject ON subject.n = s.subject", (NOW,)),
            (InForce(*row) for row in held),
            self.quarantined(),
        )

    def _edges(self, start: str, values: tuple[object, ...]) -> list[Edge]:
        return sorted(
            (_edge(row) for row in self._connection.execute(_EDGE.format(start=start), values)), key=edge_order
        )

    def _statements(self, start: str, values: tuple[object, ...]) -> list[Statement]:
        found = self._connection.execute(_STATEMENT.format(start=start), values)
        return sorted(map(_statement, found), key=statement_order)

    def _contributions(self, query: str, values: tuple[object, ...]) -> Iterator[Contribution]:
        for target, job, at, run, how, tie, entry, replaces in self._connection.execute(query, values):
            yield Contribution(target, job, at, run, how, tie, entry, bool(replaces))

    def _near(
        self, ids: Collection[str], direction: Direction, valid_at: int = NOW, known_at: int = NOW
    ) -> list[tuple[str, bool]]:
        """Return the other ends of the flows, and whether by an alias; a hub is passed once however many lead to it."""
        here, way_in, there, way_out = _ENDS[direction]
        point, asked = (valid_at, known_at), _json(list(ids))
        return self._connection.execute(
            f"SELECT DISTINCT n.id, f.how = 'alias' FROM {_ASKED} "  # noqa: S608  # ours
            f"CROSS JOIN flow f ON f.{here} = asked.n AND f.valid_from <= ? AND f.entry <= ? "
            f"CROSS JOIN node n ON n.n = f.{there} "
            f"UNION SELECT n.id, 0 FROM (SELECT DISTINCT w.hub FROM {_ASKED} CROSS JOIN {way_in} w "
            f"ON w.{here} = asked.n AND w.valid_from <= ? AND w.entry <= ?) h "
            f"CROSS JOIN {way_out} o ON o.hub = h.hub AND o.valid_from <= ? AND o.entry <= ? "
            f"CROSS JOIN node n ON n.n = o.{there}",
            (asked, *point, asked, *point, *point),
        ).fetchall()


def _json(values: Sequence[object]) -> str:
    return json.dumps(list(values))


def _edge(row: tuple[Any, ...]) -> Edge:
    return Edge._make((*row[:-1], bool(row[-1])))


def _statement(row: tuple[Any, ...]) -> Statement:
    return Statement._make((*row[:-1], bool(row[-1])))


def _node(label: str, key: str) -> Node:
    return Node.registered[label].from_key(json.loads(key))
