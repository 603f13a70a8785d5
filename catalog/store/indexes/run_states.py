"""What is kept of each run, and what new facts make of it: several indexes build on it.

`graph_schema.bitemporal.fold_run` is the judge; this is as much of it as the other indexes combine new facts with.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final, NamedTuple

from catalog.store.indexes.table import Kind, Merge, Past, Row, Table
from graph_schema.bitemporal import REPLACING, STREAMING, TERMINAL, event_of
from graph_schema.facts import NOW, Edge, Facts, Order, Statement

RUN_STATE: Final = Table(
    "run_state",
    (
        ("run", Kind.ID),
        ("first_at", Kind.INTEGER),
        ("started_at", Kind.INTEGER),
        ("ended_at", Kind.INTEGER),
        ("ended_rank", Kind.INTEGER),
        ("ended_tie", Kind.TEXT),
        ("ended_by", Kind.TEXT),
        ("streams", Kind.INTEGER),
        ("entry", Kind.INTEGER),
        ("events", Kind.INTEGER),
    ),
    key=1,
    prefix=1,
    merge=(Merge.NEWEST,) * 9,
)
ACCESS: Final = Table(
    "access",
    (
        ("run", Kind.ID),
        ("kind", Kind.TEXT),
        ("target", Kind.ID),
        ("job", Kind.ID),
        ("replaces", Kind.INTEGER),
        ("entry", Kind.INTEGER),
        ("valid_from", Kind.INTEGER),
    ),
    key=6,
    prefix=1,
    merge=(Merge.LEAST,),
)
"""Of each READ, WROTE and PRODUCED of a run, by whether it replaces, the earliest points in time."""

MOMENT: Final = Table(
    "moment",
    (("run", Kind.ID), ("type", Kind.TEXT), ("at", Kind.INTEGER), ("entry", Kind.INTEGER)),
    key=3,
    prefix=3,
    merge=(Merge.LEAST,),
)
"""When a run said RUNNING or COMPLETE, and the first entry that says so."""

FLOWING: Final = frozenset({"READ", "WROTE", "PRODUCED"})
REPLACING_VALUE: Final = '{"mode":"OVERWRITE"}'
"""The value of a bare edge that replaces the whole, in whichever way."""


def replaces(edge: Edge) -> bool:
    """Tell whether the edge says that what the dataset held before is gone."""
    return edge.kind == "WROTE" and edge.value != "{}" and edge.data.get("mode") in REPLACING


def bare(edge: Edge) -> Edge:
    """Return the edge without what it says but whether it replaces."""
    return edge._replace(value=REPLACING_VALUE if replaces(edge) else "{}")


class Moment(NamedTuple):
    """A RUNNING or COMPLETE event: when, and the first entry that says so."""

    run: str
    type: str
    at: int
    entry: int


@dataclass(frozen=True, slots=True)
class RunState:
    """What is kept of a run's events: the first terminal one, the earliest START and event, and whether it streams."""

    run: str
    first_at: int
    started_at: int | None = None
    ended: Order | None = None
    ended_by: str | None = None
    streams: bool = False
    entry: int = -1
    """The newest entry with an event of the run: what was read of it up to then is all there is."""
    events: int = 0
    """How many it had: its outputs took effect at no more times."""

    @property
    def state(self) -> str:
        """Return the state as `fold_run` has it now."""
        return self.ended_by or "RUNNING"

    @property
    def completed_at(self) -> int | None:
        """Return when it completed, None where it did not."""
        return self.ended[0] if self.ended and self.ended_by == "COMPLETE" else None

    def after(self, event: Statement) -> RunState:
        """Return the state with one more event, whatever the order in which they come."""
        parts = event_of(event.value or "{}")
        kind, at = parts.type, event.valid_from
        started_at, ended, ended_by = self.started_at, self.ended, self.ended_by
        if kind == "START":
            started_at = at if started_at is None else min(started_at, at)
        if kind in TERMINAL and (ended is None or event.order < ended):
            ended, ended_by = event.order, kind
        return RunState(
            self.run,
            min(self.first_at, at),
            started_at,
            ended,
            ended_by,
            self.streams or parts.processing in STREAMING,
            max(self.entry, event.entry),
            self.events + 1,
        )

    @property
    def row(self) -> Row:
        """Return the row that keeps it."""
        ended = self.ended or (None, None, None)
        return (
            self.run,
            self.first_at,
            self.started_at,
            *ended,
            self.ended_by,
            int(self.streams),
            self.entry,
            self.events,
        )

    @classmethod
    def of(cls, row: Row) -> RunState:
        """Return what a row keeps."""
        run, first_at, started_at, at, rank, tie, ended_by, streams, entry, events = row
        ended = None if at is None else (at, rank, tie)
        return cls(run, first_at, started_at, ended, ended_by, bool(streams), entry, events)


@dataclass(slots=True)
class Runs:
    """The runs that new facts touch: before, after, the new events and what is newly read and written."""

    new: Facts
    past: Past
    events: dict[str, list[Statement]] = field(default_factory=dict)
    fresh: dict[str, list[Edge]] = field(default_factory=dict)
    """What each run newly read, wrote or produced, bare: said by no earlier entry at or before its valid time."""
    before: dict[str, RunState] = field(default_factory=dict)
    changed: dict[str, RunState] = field(default_factory=dict)
    _moments: dict[str, list[Moment]] = field(default_factory=dict)
    _old: dict[str, list[Edge]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        accesses: dict[str, list[Edge]] = {}
        for statement in self.new.statements:
            if statement.aspect == "event":
                self.events.setdefault(statement.subject, []).append(statement)
        for edge in self.new.edges:
            if edge.kind in FLOWING:
                accesses.setdefault(edge.source, []).append(edge)
        self.load({*self.events, *accesses})
        for run, events in self.events.items():
            state = self.before.get(run) or RunState(run, events[0].valid_from)
            for event in events:
                state = state.after(event)
            self.changed[run] = state
        self._see(accesses)

    def _see(self, accesses: dict[str, list[Edge]]) -> None:
        for (run,), rows in self.past.under(ACCESS, [(run,) for run in accesses]).items():
            self._old[run] = [_edge(row) for row in rows]
        for run, edges in accesses.items():
            least: dict[tuple[object, ...], int] = {}
            for edge in self._old.get(run, ()):
                place = edge.kind, edge.target, edge.job, edge.value
                least[place] = min(edge.valid_from, least.get(place, NOW))
            for edge in sorted(edges, key=_POINT) if len(edges) > 1 else edges:
                plain = bare(edge)
                place = plain.kind, plain.target, plain.job, plain.value
                if edge.valid_from < least.get(place, NOW):
                    least[place] = edge.valid_from
                    self.fresh.setdefault(run, []).append(plain)

    def load(self, ids: Collection[str]) -> None:
        """Look up what is kept of these runs."""
        missing = [(run,) for run in ids if run not in self.before and run not in self.changed]
        if missing:
            for (run,), rows in self.past.under(RUN_STATE, missing).items():
                if rows:
                    self.before[run] = RunState.of(rows[0])

    def after(self, run: str) -> RunState | None:
        """Return the run as it is with the new facts."""
        return self.changed.get(run) or self.before.get(run)

    def new_moments(self, run: str) -> list[Moment]:
        """Return at which of the new events the run's outputs may take effect."""
        found = self._moments.get(run)
        if found is None:
            state = self.after(run)
            found = [
                moment
                for moment in moments_of(self.events.get(run, ()))
                if moment.type == "COMPLETE" or (state is not None and state.streams)
            ]
            self._moments[run] = found
        return found

    def old_moments(self, runs: Collection[str]) -> dict[str, list[Moment]]:
        """Return at which earlier events the outputs of runs may have taken effect, as the runs are now."""
        found: dict[str, list[Moment]] = {}
        for (run,), rows in (self.past.under(MOMENT, [(run,) for run in runs]) if runs else {}).items():
            state = self.after(run)
            streams = state is not None and state.streams
            found[run] = [Moment._make(row) for row in rows if streams or row[1] == "COMPLETE"]
        return found

    def old_accesses(self, runs: Collection[str]) -> dict[str, list[Edge]]:
        """Return what the runs read, wrote and produced before, bare."""
        missing = [(run,) for run in runs if run not in self._old]
        if missing:
            for (run,), rows in self.past.under(ACCESS, missing).items():
                self._old[run] = [_edge(row) for row in rows]
        return {run: self._old.get(run, []) for run in runs}

    def began_streaming(self, run: str) -> bool:
        """Tell whether it is known only now that the run streams."""
        before, after = self.before.get(run), self.after(run)
        return before is not None and after is not None and after.streams and not before.streams


_POINT: Final = attrgetter("entry", "valid_from")


def moments_of(events: Iterable[Statement]) -> list[Moment]:
    """Return the RUNNING and COMPLETE events."""
    typed = ((event, event_of(event.value or "{}").type) for event in events)
    return [
        Moment(event.subject, type_, event.valid_from, event.entry)
        for event, type_ in typed
        if type_ in ("RUNNING", "COMPLETE")
    ]


def _edge(row: Row) -> Edge:
    run, kind, target, job, replacing, entry, valid_from = row
    return Edge(kind, run, target, REPLACING_VALUE if replacing else "{}", run, job, valid_from, 0, "", entry)
