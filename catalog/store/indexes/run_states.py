"""What is kept of each run, and what new facts make of it: several indexes build on it.

`graph_schema.bitemporal.fold_run` is the judge; this is as much of it as the other indexes combine new facts with.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from operator import attrgetter
from typing import Final, NamedTuple

from catalog.store.indexes.table import Kind, Merge, Past, Row, Table
from graph_schema.bitemporal import (
    ENDING,
    REPLACING,
    STREAMING,
    TERMINAL,
    RunFacts,
    RunFold,
    earliest,
    event_of,
    fold_run,
)
from graph_schema.facts import NOW, Edge, Facts, Order, Statement

RUN_STATE: Final = Table(
    "run_state",
    (
        ("run", Kind.ID),
        ("first_at", Kind.INTEGER),
        ("started_at", Kind.INTEGER),
        ("last_started_at", Kind.INTEGER),
        ("ended_at", Kind.INTEGER),
        ("ended_rank", Kind.INTEGER),
        ("ended_tie", Kind.TEXT),
        ("ended_by", Kind.TEXT),
        ("streams", Kind.INTEGER),
        ("windows", Kind.INTEGER),
        ("entry", Kind.INTEGER),
        ("events", Kind.INTEGER),
        ("newest", Kind.TEXT),
        ("newest_started_at", Kind.INTEGER),
        ("newest_ended_at", Kind.INTEGER),
    ),
    key=1,
    prefix=1,
    merge=(Merge.NEWEST,) * 14,
)
"""The first START and terminal event of all, and, only where it may have had several attempts, the newest of these."""

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
"""Of each READ, WROTE and PRODUCED of a run, by how it replaces, the earliest points in time."""

MOMENT: Final = Table(
    "moment",
    (("run", Kind.ID), ("type", Kind.TEXT), ("at", Kind.INTEGER), ("entry", Kind.INTEGER)),
    key=3,
    prefix=3,
    merge=(Merge.LEAST,),
)
"""When a run completed or named datasets, and the first entry that says so."""

COMPLETED: Final = "COMPLETE"
NAMED: Final = "NAMED"
"""The types of moments: a COMPLETE event; one of another type that names datasets."""

FLOWING: Final = frozenset({"READ", "WROTE", "PRODUCED"})


class Replaces(IntEnum):
    """What an edge says of what a dataset held before."""

    NOTHING = 0
    UNLESS_READ = 1
    """OVERWRITE: it is gone, where the run did not read it."""
    ALL = 2
    """TRUNCATE, DROP, RENAME: it is gone."""

    @property
    def value_of_bare(self) -> str:
        """Return the value of an edge that says no more than this."""
        return _BARE[self]


_BARE: Final = ("{}", '{"mode":"OVERWRITE"}', '{"mode":"TRUNCATE"}')


def replaces(edge: Edge) -> Replaces:
    """Return what the edge says of what the dataset held before."""
    mode = edge.data.get("mode") if edge.kind == "WROTE" and edge.value != "{}" else None
    if mode in ENDING:
        return Replaces.ALL
    return Replaces.UNLESS_READ if mode in REPLACING else Replaces.NOTHING


def bare(edge: Edge) -> Edge:
    """Return the edge without what it says but how it replaces."""
    return edge._replace(value=replaces(edge).value_of_bare)


def first_accesses(edges: Iterable[Edge]) -> Iterator[Edge]:
    """Yield what runs read, wrote and produced, bare: of what is said alike, what no other precedes in both times."""
    points: dict[tuple[str, str, str, str | None, str], list[tuple[int, int]]] = {}
    for edge in edges:
        if edge.kind in FLOWING:
            plain = bare(edge)
            place = plain.kind, plain.source, plain.target, plain.job, plain.value
            points.setdefault(place, []).append((edge.valid_from, edge.entry))
    for (kind, run, target, job, value), some in points.items():
        for at, entry in earliest(some):
            yield Edge(kind, run, target, value, run, job, at, 0, "", entry)


class Moment(NamedTuple):
    """A COMPLETE event, or one that names datasets: when, and the first entry that says so."""

    run: str
    type: str
    at: int
    entry: int


@dataclass(frozen=True, slots=True)
class RunState:
    """What is kept of a run's events: the first terminal one, the STARTs at both ends, whether it streams, and what its
    newest attempt came to where it may have had several.
    """

    run: str
    first_at: int
    started_at: int | None = None
    last_started_at: int | None = None
    ended: Order | None = None
    ended_by: str | None = None
    streams: bool = False
    windows: bool = False
    """Whether one of its events is a window of its own."""
    entry: int = -1
    """The newest entry with an event of the run: what was read of it up to then is all there is."""
    events: int = 0
    """How many it had: its outputs took effect at no more times."""
    newest: tuple[str, int, int | None] | None = None
    """(state, start, end) of its newest attempt, None where it surely had but one."""

    @property
    def state(self) -> str:
        """Return the state as `fold_run` has it now."""
        return self.newest[0] if self.newest else self.ended_by or "RUNNING"

    @property
    def began_at(self) -> int:
        """Return when it started, as `fold_run` has it now."""
        if self.newest:
            return self.newest[1]
        return self.first_at if self.started_at is None else self.started_at

    @property
    def ended_at(self) -> int | None:
        """Return when it ended, as `fold_run` has it now."""
        if self.newest:
            return self.newest[2]
        return self.ended[0] if self.ended else None

    @property
    def started_again(self) -> bool:
        """Tell whether a START is ordered after a terminal event: it may have had several attempts."""
        return self.ended is not None and self.last_started_at is not None and self.last_started_at > self.ended[0]

    @property
    def intricate(self) -> bool:
        """Tell whether what it reads and writes is not simply all that its events name."""
        return self.windows or self.started_again

    @property
    def completed_at(self) -> int | None:
        """Return when it completed, None where it did not; only for a run that had one attempt."""
        return self.ended[0] if self.ended and self.ended_by == "COMPLETE" else None

    def after(self, event: Statement) -> RunState:
        """Return the state with one more event, whatever the order in which they come."""
        parts = event_of(event.value or "{}")
        kind, at = parts.type, event.valid_from
        started_at, last_started_at, ended, ended_by = self.started_at, self.last_started_at, self.ended, self.ended_by
        if kind == "START":
            started_at = at if started_at is None else min(started_at, at)
            last_started_at = at if last_started_at is None else max(last_started_at, at)
        if kind in TERMINAL and (ended is None or event.order < ended):
            ended, ended_by = event.order, kind
        return RunState(
            self.run,
            min(self.first_at, at),
            started_at,
            last_started_at,
            ended,
            ended_by,
            self.streams or parts.processing in STREAMING,
            self.windows or bool(parts.window),
            max(self.entry, event.entry),
            self.events + 1,
        )

    def judged(self, fold: RunFold | None) -> RunState:
        """Return the state with what its newest attempt came to."""
        return self if fold is None else replace(self, newest=(fold.state, fold.started_at, fold.ended_at))

    @property
    def row(self) -> Row:
        """Return the row that keeps it."""
        ended = self.ended or (None, None, None)
        return (
            self.run,
            self.first_at,
            self.started_at,
            self.last_started_at,
            *ended,
            self.ended_by,
            int(self.streams),
            int(self.windows),
            self.entry,
            self.events,
            *(self.newest or (None, None, None)),
        )

    @classmethod
    def of(cls, row: Row) -> RunState:
        """Return what a row keeps."""
        run, first, started, last_started, at, rank, tie, ended_by, streams, windows, entry, events, *newest = row
        ended = None if at is None else (at, rank, tie)
        state, began, over = newest
        return cls(
            run,
            first,
            started,
            last_started,
            ended,
            ended_by,
            bool(streams),
            bool(windows),
            entry,
            events,
            None if state is None else (state, began, over),
        )


def state_of(events: Sequence[Statement]) -> RunState:
    """Return what is kept of a run's events, of which there is one at least."""
    state = RunState(events[0].subject, events[0].valid_from)
    for event in events:
        state = state.after(event)
    return state.judged(fold_run(RunFacts(tuple(events)))) if state.started_again else state


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
    folds: dict[str, RunFold | None] = field(default_factory=dict)
    """Those that may have had several attempts, judged by all their events but without what they read and wrote."""
    _naming: frozenset[tuple[str, int]] = frozenset()
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
        self.judge(self.changed)
        self._naming = naming(edge for edges in accesses.values() for edge in edges)
        self._see(accesses)

    def judge(self, ids: Collection[str]) -> None:
        """Judge those of the runs that may have had several attempts by all their events."""
        states = ((run, self.after(run)) for run in ids if run not in self.folds)
        several = [run for run, state in states if state is not None and state.started_again]
        if not several:
            return
        events: dict[str, list[Statement]] = {run: list(self.events.get(run, ())) for run in several}
        for event in self.past.history([(run, "event") for run in several]):
            events[event.subject].append(event)
        for run, some in events.items():
            fold = self.folds[run] = fold_run(RunFacts(tuple(some)))
            if run in self.changed:
                self.changed[run] = self.changed[run].judged(fold)

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
                for moment in moments_of(self.events.get(run, ()), self._naming)
                if moment.type == COMPLETED or (state is not None and state.streams)
            ]
            self._moments[run] = found
        return found

    def moments(self) -> Iterator[Moment]:
        """Yield the moments of the new events, whether or not outputs take effect at them."""
        for events in self.events.values():
            yield from moments_of(events, self._naming)

    def old_moments(self, runs: Collection[str]) -> dict[str, list[Moment]]:
        """Return at which earlier events the outputs of runs may have taken effect, as the runs are now."""
        found: dict[str, list[Moment]] = {}
        for (run,), rows in (self.past.under(MOMENT, [(run,) for run in runs]) if runs else {}).items():
            state = self.after(run)
            streams = state is not None and state.streams
            found[run] = [Moment._make(row) for row in rows if streams or row[1] == COMPLETED]
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

    def became_intricate(self, run: str) -> bool:
        """Tell whether it is known only now that it reads and writes not simply all that its events name."""
        before, after = self.before.get(run), self.after(run)
        return before is not None and after is not None and after.intricate and not before.intricate


_POINT: Final = attrgetter("entry", "valid_from")


def naming(edges: Iterable[Edge]) -> frozenset[tuple[str, int]]:
    """Return (run, entry) of the events that name datasets: of two of the same order, each says this for itself."""
    return frozenset([(edge.source, edge.entry) for edge in edges if edge.kind in ("READ", "WROTE")])


def moments_of(events: Iterable[Statement], named: Container[tuple[str, int]]) -> list[Moment]:
    """Return the COMPLETE events and those that name datasets."""
    found = []
    for event in events:
        if event_of(event.value or "{}").type == COMPLETED:
            found.append(Moment(event.subject, COMPLETED, event.valid_from, event.entry))
        elif (event.subject, event.entry) in named:
            found.append(Moment(event.subject, NAMED, event.valid_from, event.entry))
    return found


def _edge(row: Row) -> Edge:
    run, kind, target, job, replacing, entry, valid_from = row
    return Edge(kind, run, target, _BARE[replacing], run, job, valid_from, 0, "", entry)
