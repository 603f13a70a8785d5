"""The ten rules of time: what holds at one (validAt, knownAt), judged from facts that come raw, one for each record.

Pure and shared. Rules 1 to 4 are judged here alone, by `fold_run`, `in_force` and `history`; a store uses the same to
keep its indexes, `catalog.lineage` builds rules 5 to 10 on them. None depends on the order in which facts arrived.

1. *Order.* Facts are compared by (valid_from, rank, tie), and START < RUNNING < OTHER < ABORT < FAIL < COMPLETE at one
   time. The ledger entry never breaks a tie: it only filters. A fact counts where `valid_from <= validAt` and
   `entry <= knownAt`.
2. *Ending.* A statement without a value takes its place in that order like any other, and so does an alias that ends:
   from its time on nothing is in force, until something later is.
3. *Runs.* The first terminal event of a run is its state and sticks; without one it is RUNNING. It started at its first
   START, else at its earliest event. It read and wrote what any of its events says; where an event is a window of its
   own (COMPLETE_SNAPSHOT), what the newest such event and later ones say. What is named later of one access wins.
4. *Effect.* What a run wrote takes effect when it completes, of a STREAMING or SERVICE job at each RUNNING event too; a
   registration at its own time, whatever becomes of its run. What is said of an output takes effect with the next such
   moment at or after it, else at its own time if there was one before; what an owner says, at its own time; what is
   said of an input counts only where no writer and no owner spoke.
5. *Reads.* A run read the version that it names, else what was newest when it started; the latter is inferred.
6. *Current lineage.* In force on a dataset is, for each job, its newest write, but none before the newest replacement
   of the whole. A later declaration of a job stands in for that job's writes.
7. *Lineage ever stated.* Every flow ever stated counts, whatever became of the run and whatever was replaced since.
8. *Names.* An alias points to another name from its time on: the newest pointer at or before a time decides, else the
   earliest that is known; a cycle resolves to its smallest name.
9. *Grain.* A snapshot or model version is walked from state to state, a dataset from dataset to dataset.
10. *Flow.* What a run reads reaches all that it writes; columnLineage alone says which column derives from which.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, Final, NamedTuple, TypeVar

from graph_schema.aspects.events import Event
from graph_schema.facts import NOW, Edge, Order, Role, Statement

Fact = TypeVar("Fact", Statement, Edge)
Key = TypeVar("Key")

_ORDER = attrgetter("valid_from", "rank", "tie")
_TOTAL_ORDER = attrgetter("valid_from", "rank", "tie", "value")
"""For what one record says twice of the same dataset: its value decides, never the order in which it is read."""

RANK: Final = {"START": 0, "RUNNING": 1, "OTHER": 2, "ABORT": 3, "FAIL": 4, "COMPLETE": 5}
"""How events of the same time are ordered; FAIL comes before COMPLETE, so that it sticks on a tie."""

RECORD_RANK: Final = 5
"""The rank of what is no run event: a JobEvent, a DatasetEvent, a person's record."""

TERMINAL: Final = frozenset({"ABORT", "FAIL", "COMPLETE"})
REPLACING: Final = frozenset({"OVERWRITE", "TRUNCATE", "DROP", "RENAME"})
"""The lifecycle state changes after which what was written before is past lineage."""

STREAMING: Final = frozenset({"STREAMING", "SERVICE"})
"""The processing types whose RUNNING events each contribute."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a run said of one dataset that it read or wrote, over all its events in force."""

    version: str | None = None
    mode: str | None = None
    renamed_from: str | None = None
    dataset: str | None = None
    """Of a model version: the dataset by which its emitter names the model."""

    @property
    def replaces(self) -> bool:
        """Tell whether what was there before is gone."""
        return self.mode in REPLACING


BARE: Final = Access()
"""An access of which nothing more was said."""


@dataclass(frozen=True)
class RunFacts:
    """Everything said of one run that its fold needs: `event` statements, READ, WROTE, PRODUCED edges, in any order."""

    events: tuple[Statement, ...] = ()
    reads: tuple[Edge, ...] = ()
    writes: tuple[Edge, ...] = ()
    produced: tuple[Edge, ...] = ()

    def at(self, valid_at: int, known_at: int) -> RunFold | None:
        """Return `fold_run` at a point, computed once for all points after everything that was said."""
        valid, known = self._newest
        return self._whole if valid_at >= valid and known_at >= known else fold_run(self, valid_at, known_at)

    @cached_property
    def _newest(self) -> tuple[int, int]:
        facts: tuple[Statement | Edge, ...] = (*self.events, *self.reads, *self.writes)
        return max((fact.valid_from for fact in facts), default=0), max((fact.entry for fact in facts), default=-1)

    @cached_property
    def _whole(self) -> RunFold | None:
        return fold_run(self)


@dataclass(frozen=True, slots=True)
class RunFold:
    """A run as it was at one (validAt, knownAt); times are microseconds UTC."""

    state: str
    started_at: int
    start_known: bool
    ended_at: int | None
    inputs: dict[str, Access]
    """Dataset id to what was said of reading it, within the newest window."""
    outputs: dict[tuple[str, str | None], Access]
    """(dataset id, job id) to what was said of writing it, within the newest window."""
    effective_at: tuple[int, ...]
    """When its outputs took effect: the first COMPLETE; for streaming jobs each RUNNING event too; ascending."""
    ever_read: frozenset[str]
    ever_wrote: frozenset[str]
    entries: tuple[int, ...]
    """The ledger entries of its events, ascending."""
    known_from: dict[str, int]
    """Dataset id to the entry by which it was known that the run read or wrote it."""

    @property
    def completed(self) -> bool:
        """Tell whether the first terminal event was COMPLETE."""
        return self.state == "COMPLETE"

    def takes_effect(self, stated_at: int) -> int | None:
        """Return when what was said of an output at `stated_at` takes effect, or None (rule 4)."""
        if not self.effective_at:
            return None
        return next((moment for moment in self.effective_at if moment >= stated_at), stated_at)


def fold_run(facts: RunFacts, valid_at: int = NOW, known_at: int = NOW) -> RunFold | None:
    """Return the run at (valid_at, known_at), or None where nothing of it was valid and known by then (rule 3)."""
    events = _seen(facts.events, valid_at, known_at)
    if not events:
        return None
    parsed = [(event, event_of(event.value)) for event in events]
    terminal = next(((event, data) for event, data in parsed if data.type in TERMINAL), None)
    start = next((event.valid_from for event, data in parsed if data.type == "START"), None)
    window: Order | None = next((event.order for event, data in reversed(parsed) if data.window), None)
    reads = _seen(facts.reads, valid_at, known_at, _TOTAL_ORDER)
    writes = _seen(facts.writes, valid_at, known_at, _TOTAL_ORDER)
    inputs: dict[str, Access] = {}
    for edge in _within(reads, window):
        inputs[edge.target] = _newer(inputs.get(edge.target, BARE), edge)
    outputs: dict[tuple[str, str | None], Access] = {}
    for edge in _within(writes, window):
        place = edge.target, edge.job
        outputs[place] = _newer(outputs.get(place, BARE), edge)
    inputs, outputs = _by_version(inputs, _dataset_read), _by_version(outputs, _dataset_written)
    streams = any(data.processing in STREAMING for _, data in parsed)
    ended_at = terminal[0].valid_from if terminal else None
    completed = terminal is not None and terminal[1].type == "COMPLETE"
    moments = {event.valid_from for event, data in parsed if streams and data.type == "RUNNING"}
    if completed and ended_at is not None:
        moments.add(ended_at)
    return RunFold(
        state=terminal[1].type if terminal else "RUNNING",
        started_at=events[0].valid_from if start is None else start,
        start_known=start is not None,
        ended_at=ended_at,
        inputs=inputs,
        outputs=outputs,
        effective_at=tuple(sorted(moments)),
        ever_read=frozenset(edge.target for edge in reads),
        ever_wrote=frozenset(edge.target for edge in writes),
        entries=tuple(sorted({event.entry for event in events})),
        known_from=_first_entries((*reads, *writes)),
    )


def _by_version(accesses: dict[Key, Access], dataset: Callable[[Key], str]) -> dict[Key, Access]:
    """Return the accesses without one to a dataset of which the same run names the model version that it is."""
    named = {access.dataset for access in accesses.values() if access.dataset is not None}
    return {key: access for key, access in accesses.items() if dataset(key) not in named} if named else accesses


def _dataset_read(name: str) -> str:
    return name


def _dataset_written(place: tuple[str, str | None]) -> str:
    return place[0]


def _first_entries(accesses: Iterable[Edge]) -> dict[str, int]:
    first: dict[str, int] = {}
    for edge in accesses:
        first[edge.target] = min(edge.entry, first.get(edge.target, edge.entry))
    return first


def _seen(facts: Iterable[Fact], valid_at: int, known_at: int, order: Callable[[Fact], Any] = _ORDER) -> list[Fact]:
    # Rule 1.
    seen = [fact for fact in facts if fact.valid_from <= valid_at and fact.entry <= known_at]
    if len(seen) > 1:
        seen.sort(key=order)
    return seen


@lru_cache(maxsize=1_024)
def event_of(value: str) -> Event:
    """Return the value of an `event` statement: of few texts, which every run repeats."""
    return Event.from_json(json.loads(value))


def _within(facts: list[Edge], window: Order | None) -> list[Edge]:
    # Rule 3: a window takes the place of what was said before it.
    return facts if window is None else [fact for fact in facts if fact.order >= window]


def _newer(before: Access, edge: Edge) -> Access:
    """Return what is known of the access after one more fact: what is named later wins, silence changes nothing."""
    if edge.value == "{}":
        return before
    data = edge.data
    return Access(
        data.get("version") or before.version,
        data.get("mode") or before.mode,
        data.get("renamed_from") or before.renamed_from,
        data.get("dataset") or before.dataset,
    )


class Flow(NamedTuple):
    """Data of `source` reached `target` by `job`, at whatever outcome: one row of the index of flows."""

    source: str
    target: str
    job: str | None
    how: str
    """ran, renamed, declared, registered, version or alias."""
    valid_from: int
    entry: int


class Contribution(NamedTuple):
    """A candidate for what put a dataset or model version into its state at a time.

    The index proposes, `fold_run` disposes: a candidate of a run is true at (validAt, knownAt) only where the fold of
    that run there has `at` among its `effective_at` and the target among its outputs. A registration is always true.
    """

    target: str
    job: str | None
    at: int
    run: str | None
    how: str
    """ran or registered."""
    tie: str
    """For a registration, the tie of its record; else empty."""
    entry: int
    replaces: bool = False
    """Whether any fact of the run says that it replaced the whole: such a candidate bounds what is still in force."""

    @property
    def order(self) -> tuple[int, str, str]:
        """Return what contributions to one target are compared by."""
        return self.at, self.run or "", self.tie


def earliest(points: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the (valid_from, entry) points that no other precedes in both, by valid_from."""
    kept: list[tuple[int, int]] = []
    for point in sorted(set(points)):
        if not kept or point[1] < kept[-1][1]:
            kept.append(point)
    return kept


def has_begun(valid_from: int, at: int) -> bool:
    """Tell whether what is valid from one time on holds at another, as far as its beginning goes."""
    return valid_from <= at


def in_force(
    statements: Iterable[Statement],
    fold: Callable[[str], RunFold | None],
    valid_at: int = NOW,
    known_at: int = NOW,
) -> tuple[Order, Statement] | None:
    """Return which of the statements about one aspect of one node is in force at (valid_at, known_at), and since when
    (rules 2 and 4).

    What an output's facet says takes effect when its run completes; what an owner says, at its own time; what an
    input's facet says counts only where no writer and no owner spoke. `fold` gives a run at the same point in time.
    """
    seen = _seen(statements, valid_at, known_at)
    candidates = _from_writers_and_owners(seen, fold, valid_at) or _from_readers(seen)
    return max(candidates, key=_since, default=None)


def history(
    statements: Iterable[Statement],
    fold: Callable[[str], RunFold | None],
    valid_at: int = NOW,
    known_at: int = NOW,
) -> list[tuple[Order, Statement]]:
    """Return what was in force one after the other up to `valid_at`, each since when; the last is in force then.

    Of several that take effect at one moment only the one that stays is in it. Runs are as they are at the read point.
    """
    seen = _seen(statements, valid_at, known_at)
    leading = sorted(_from_writers_and_owners(seen, fold, valid_at), key=_since)
    first = leading[0][0][0] if leading else None
    readers = [pair for pair in _from_readers(seen) if first is None or pair[0][0] < first]
    moments = groupby((*readers, *leading), key=lambda pair: pair[0][0])
    return [max(pairs, key=_since) for _, pairs in moments]


_since = itemgetter(0)


def _from_writers_and_owners(
    seen: Iterable[Statement], fold: Callable[[str], RunFold | None], valid_at: int
) -> list[tuple[Order, Statement]]:
    # Rule 4, first half: an ending is among them, and takes its place (rule 2).
    found: list[tuple[Order, Statement]] = []
    for statement in seen:
        if statement.role == Role.OWN:
            found.append((statement.order, statement))
        elif statement.role == Role.OUT and statement.run is not None:
            run = fold(statement.run)
            effect = run.takes_effect(statement.valid_from) if run else None
            if effect is not None and effect <= valid_at:
                found.append(((effect, statement.rank, statement.tie), statement))
    return found


def _from_readers(seen: Iterable[Statement]) -> list[tuple[Order, Statement]]:
    # Rule 4, last half.
    return [(statement.order, statement) for statement in seen if statement.role == Role.IN]
