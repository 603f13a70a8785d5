"""What `catalog.store.deriving` asks of the tables, one seek a question: the file is in the same process."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import Final

from catalog.store.deriving import REPLACING_VALUE, Claim, FlowKey, Held, Moment, Pair, RunState, Saying, Shape, Span
from catalog.store.sqlite.names import Names
from catalog.store.sqlite.schema import FIRST, FIRST_REPLACING
from graph_schema.facts import NOW, Edge
from graph_schema.folding import RANK

_BARE: Final = {FIRST: "{}", FIRST_REPLACING: REPLACING_VALUE}
_CLAIM: Final = """
  SELECT subject.id, s.aspect, s.role, run.id, t.valid_from, t.rank, t.tie, t.entry, s.attribution, s.value
  FROM statement s JOIN attribution t ON t.t = s.attribution JOIN node subject ON subject.n = s.subject
  LEFT JOIN node run ON run.n = t.run
"""


class SqlitePast:
    """The stored graph as deriving sees it, inside the transaction that will add to it."""

    def __init__(self, connection: sqlite3.Connection, names: Names) -> None:
        """Ask through this connection."""
        self._connection = connection
        self._names = names

    def runs(self, ids: Collection[str]) -> dict[str, RunState]:
        self._names.look_up(ids)
        found: dict[str, RunState] = {}
        for run in ids:
            row = self._connection.execute(
                "SELECT first_at, started_at, ended_at, ended_rank, ended_tie, ended_by, streams, entry, "
                "moments, joined FROM run WHERE n = ?",
                (self._names.number(run),),
            ).fetchone()
            if row is not None:
                ended = None if row[2] is None else (row[2], row[3], row[4])
                found[run] = RunState(run, row[0], row[1], ended, row[5], bool(row[6]), row[7], row[8], bool(row[9]))
        return found

    def sayings(self, keys: Collection[Saying]) -> dict[Saying, int]:
        number = self._names.number
        found: dict[Saying, int] = {}
        for key in keys:
            kind, source, target, job, replacing = key
            row = self._connection.execute(
                "SELECT min(t.valid_from) FROM edge e JOIN attribution t ON t.t = e.attribution "
                "WHERE e.source = ? AND e.kind = ? AND e.saying = ? AND e.target = ? AND t.job IS ?",
                (number(source), kind, FIRST_REPLACING if replacing else FIRST, number(target), number(job) or None),
            ).fetchone()
            if row[0] is not None:
                found[key] = row[0]
        return found

    def accesses(self, runs: Collection[str]) -> list[Edge]:
        return [
            Edge(kind, run, target, _BARE[saying], run, job, valid_from, 0, "", entry)
            for run in runs
            for kind, target, job, valid_from, entry, saying in self._connection.execute(
                "SELECT e.kind, target.id, job.id, t.valid_from, t.entry, e.saying "
                "FROM edge e JOIN attribution t ON t.t = e.attribution JOIN node target ON target.n = e.target "
                "LEFT JOIN node job ON job.n = t.job "
                "WHERE e.source = ? AND e.kind IN ('READ', 'WROTE', 'PRODUCED') AND e.saying IN (?, ?)",
                (self._names.number(run), FIRST, FIRST_REPLACING),
            )
        ]

    def moments(self, runs: Collection[str]) -> list[Moment]:
        ranks = {RANK["RUNNING"]: "RUNNING", RANK["COMPLETE"]: "COMPLETE"}
        return [
            Moment(run, ranks[rank], at, entry)
            for run in runs
            for rank, at, entry in self._connection.execute(
                "SELECT t.rank, s.valid_from, min(t.entry) FROM statement s JOIN attribution t ON t.t = s.attribution "
                "WHERE s.subject = ? AND s.aspect = 'event' AND t.rank IN (?, ?) GROUP BY s.valid_from, t.rank",
                (self._names.number(run), *ranks),
            )
        ]

    def around(self, points: Collection[tuple[str, int]]) -> dict[tuple[str, int], tuple[int | None, int | None]]:
        return {
            (run, at): (
                self._running(run, "s.valid_from < ? ORDER BY s.valid_from DESC", at),
                self._running(run, "s.valid_from >= ? ORDER BY s.valid_from", at),
            )
            for run, at in points
        }

    def _running(self, run: str, where: str, at: int) -> int | None:
        row = self._connection.execute(
            "SELECT s.valid_from FROM statement s CROSS JOIN attribution t ON t.t = s.attribution AND t.rank = ? "  # noqa: S608  # ours
            f"WHERE s.subject = ? AND s.aspect = 'event' AND {where} LIMIT 1",
            (RANK["RUNNING"], self._names.number(run), at),
        ).fetchone()
        return None if row is None else row[0]

    def flows(self, keys: Collection[FlowKey]) -> dict[FlowKey, int]:
        self._names.look_up({end for source, target, _, _ in keys for end in (source, target)})
        number = self._names.number
        found: dict[FlowKey, int] = {}
        for key in keys:
            source, target, job, how = key
            row = self._connection.execute(
                "SELECT min(valid_from) FROM flow WHERE source = ? AND target = ? AND job = ? AND how = ?",
                (number(source), number(target), number(job), how),
            ).fetchone()
            if row[0] is not None:
                found[key] = row[0]
        return found

    def hubs(self, keys: Collection[str]) -> Collection[str]:
        return {key for key in keys if self._connection.execute("SELECT 1 FROM hub WHERE key = ?", (key,)).fetchone()}

    def covered(self, shapes: Collection[Shape]) -> Collection[Shape]:
        return {
            shape
            for shape in shapes
            if self._connection.execute(
                "SELECT 1 FROM hub_shape WHERE digest = ? AND last_entry <= ? AND last_at <= ? LIMIT 1",
                (shape.digest, shape.first_entry, shape.first_at),
            ).fetchone()
        }

    def outputs(self, spans: Collection[Span]) -> list[Claim]:
        found: dict[Claim, None] = {}
        for run, after, until in spans:
            rows = self._connection.execute(
                f"{_CLAIM} WHERE s.run = ? AND s.valid_from > ? AND s.valid_from <= ?",
                (self._names.number(run) or NOW, after, until),
            )
            found.update(dict.fromkeys(map(_claim, rows)))
        return list(found)

    def holders(self, pairs: Collection[Pair]) -> dict[Pair, Held]:
        found: dict[Pair, Held] = {}
        for pair in pairs:
            row = self._connection.execute(
                "SELECT s.role, run.id, t.valid_from, t.rank, t.tie, t.entry, s.attribution, s.value, s.spoken, s.at "
                "FROM current s JOIN attribution t ON t.t = s.attribution LEFT JOIN node run ON run.n = t.run "
                "WHERE s.subject = ? AND s.aspect = ?",
                (self._names.number(pair[0]), pair[1]),
            ).fetchone()
            if row is not None:
                found[pair] = Held(_claim((*pair, *row[:8])), bool(row[8]), (row[9], row[3], row[4]))
        return found

    def history(self, pairs: Collection[Pair]) -> list[Claim]:
        return [
            _claim(row)
            for subject, aspect in pairs
            for row in self._connection.execute(
                f"{_CLAIM} WHERE s.subject = ? AND s.aspect = ?", (self._names.number(subject), aspect)
            )
        ]

    def text(self, place: object) -> str:
        assert isinstance(place, tuple)  # noqa: S101  # (attribution, role, value), as _claim made it
        row = self._connection.execute("SELECT text FROM value WHERE v = ?", (place[2],)).fetchone()
        return row[0] if row is not None else ""


def _claim(row: tuple) -> Claim:  # type: ignore[type-arg]
    subject, aspect, role, run, valid_from, rank, tie, entry, attribution, value = row
    return Claim(subject, aspect, role, run, valid_from, rank, tie, entry, (attribution, role, value))
