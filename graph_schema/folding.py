"""The rules of time: what a run did, judged from its facts at one (validAt, knownAt).

Pure and shared: a store uses them to keep its indexes, lineage uses them to answer. Facts come raw, one for each
record that spoke; a fold never depends on the order in which they arrived.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, Final, NamedTuple, TypeVar

from graph_schema.facts import ALWAYS, NOW, Edge, Order, Role, Statement

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

    def takes_effect(self, said_at: int) -> int | None:
        """Return when what was said of an output at `said_at` takes effect, with the next contribution, or None."""
        if not self.effective_at:
            return None
        return next((moment for moment in self.effective_at if moment >= said_at), said_at)


def fold_run(facts: RunFacts, valid_at: int = NOW, known_at: int = NOW) -> RunFold | None:
    """Return the run at (valid_at, known_at), or None where nothing of it was valid and known by then."""
    events = _seen(facts.events, valid_at, known_at)
    if not events:
        return None
    said = [(event, _event(event.value)) for event in events]
    terminal = next(((event, data) for event, data in said if data["type"] in TERMINAL), None)
    start = next((event.valid_from for event, data in said if data["type"] == "START"), None)
    window: Order | None = next((event.order for event, data in reversed(said) if data.get("window")), None)
    reads = _seen(facts.reads, valid_at, known_at, _TOTAL_ORDER)
    writes = _seen(facts.writes, valid_at, known_at, _TOTAL_ORDER)
    inputs: dict[str, Access] = {}
    for edge in _within(reads, window):
        inputs[edge.target] = _newer(inputs.get(edge.target, BARE), edge)
    outputs: dict[tuple[str, str | None], Access] = {}
    for edge in _within(writes, window):
        place = edge.target, edge.job
        outputs[place] = _newer(outputs.get(place, BARE), edge)
    streams = any(data.get("processing") in STREAMING for _, data in said)
    ended_at = terminal[0].valid_from if terminal else None
    completed = terminal is not None and terminal[1]["type"] == "COMPLETE"
    moments = {event.valid_from for event, data in said if streams and data["type"] == "RUNNING"}
    if completed and ended_at is not None:
        moments.add(ended_at)
    return RunFold(
        state=terminal[1]["type"] if terminal else "RUNNING",
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


def _first_entries(accesses: Iterable[Edge]) -> dict[str, int]:
    first: dict[str, int] = {}
    for edge in accesses:
        first[edge.target] = min(edge.entry, first.get(edge.target, edge.entry))
    return first


def _seen(facts: Iterable[Fact], valid_at: int, known_at: int, order: Callable[[Fact], Any] = _ORDER) -> list[Fact]:
    seen = [fact for fact in facts if fact.valid_from <= valid_at and fact.entry <= known_at]
    if len(seen) > 1:
        seen.sort(key=order)
    return seen


@lru_cache(maxsize=1_024)
def _event(value: str) -> dict[str, Any]:
    """Return what an `event` statement says: few texts, said by every run, and never changed by who reads them."""
    said: dict[str, Any] = json.loads(value)
    return said


def _within(facts: list[Edge], window: Order | None) -> list[Edge]:
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
    )


class Flow(NamedTuple):
    """Data of `source` reached `target` by `job`, at whatever outcome: one row of the cautious index."""

    source: str
    target: str
    job: str | None
    how: str
    """ran, renamed, declared, registered or alias."""
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


class Inlet(NamedTuple):
    """A hub takes in data of `source`, from a time on and by an entry."""

    source: str
    valid_from: int
    entry: int


class Outlet(NamedTuple):
    """What a hub took in reached `target` by `job`, from a time on and by an entry."""

    target: str
    job: str | None
    how: str
    """ran, registered or declared."""
    valid_from: int
    entry: int


@dataclass(frozen=True, slots=True)
class Hub:
    """What one run or one declaration read and wrote: data of each source reached each target.

    It says as much as sources × targets flows and takes sources + targets rows.
    """

    key: str
    """The run's id, or what names the declaration."""
    inlets: tuple[Inlet, ...] = ()
    outlets: tuple[Outlet, ...] = ()

    @property
    def ends(self) -> tuple[frozenset[str], frozenset[tuple[str, str | None, str]]]:
        """Return the sources, and the targets with how each was reached."""
        return frozenset(one.source for one in self.inlets), frozenset(one[:3] for one in self.outlets)

    @property
    def is_wide(self) -> bool:
        """Tell whether its flows are so many more than its ends that they are joined when read, never stored."""
        sources, targets = self.ends
        return outgrows(len(sources), len(targets)) or len(sources) + len(targets) > MANY_ENDS

    def flows(self, sources: Container[str] | None = None, targets: Container[str] | None = None) -> Iterator[Flow]:
        """Yield the flows that leave these sources and reach these targets, all where None."""
        read = _points((one.source, one[1:]) for one in self.inlets if sources is None or one.source in sources)
        written = _points((one[:3], one[3:]) for one in self.outlets if targets is None or one.target in targets)
        for (target, job, how), writes in written.items():
            for source, reads in read.items():
                for valid_from, entry in earliest((max(r[0], w[0]), max(r[1], w[1])) for r in reads for w in writes):
                    yield Flow(source, target, job, how, valid_from, entry)


PAIRS_AN_END: Final = 8
"""A run that read 16 datasets and wrote 16 still stands in an index flow by flow: so a walk meets one row for a
thousand runs of its job. From there on pairs would outgrow what was said."""


MANY_ENDS: Final = 500
"""So much read and written that one more event of the run must not go through all of it again."""


def hub_of_run(run: str, facts: RunFacts) -> Hub:
    """Return everything that the run ever read and wrote, whatever its state and windows."""
    inlets = (Inlet(edge.target, edge.valid_from, edge.entry) for edge in facts.reads)
    outlets = (
        *(Outlet(edge.target, edge.job, "ran", edge.valid_from, edge.entry) for edge in facts.writes),
        *(Outlet(edge.target, edge.job, "registered", edge.valid_from, edge.entry) for edge in facts.produced),
    )
    return Hub(run, tuple(dict.fromkeys(inlets)), tuple(dict.fromkeys(outlets)))


def hubs_of_records(statements: Iterable[Statement]) -> Iterator[Hub]:
    """Yield what jobs are declared to read and write, a hub for each declaration."""
    for said in statements:
        if said.aspect == "io" and said.value is not None:
            declared, point = said.data, (said.valid_from, said.entry)
            inputs, outputs = (dict.fromkeys(declared.get(side) or ()) for side in ("inputs", "outputs"))
            yield Hub(
                f"{said.subject}.{said.entry}.{blake2b(said.value.encode(), digest_size=8).hexdigest()}",
                tuple(Inlet(source, *point) for source in inputs),
                tuple(Outlet(target, said.subject, "declared", *point) for target in outputs),
            )


def flows_of_run(facts: RunFacts) -> Iterator[Flow]:
    """Yield every flow that the run ever stated: each input to each output, whatever its state and windows."""
    yield from hub_of_run("", facts).flows()
    yield from renames(facts.writes)


def renames(writes: Iterable[Edge]) -> Iterator[Flow]:
    """Yield the flow from the old name of each output that was renamed."""
    for edge in writes:
        old = edge.data.get("renamed_from")
        if old:
            yield Flow(old, edge.target, edge.job, "renamed", edge.valid_from, edge.entry)


class Output(NamedTuple):
    """That a run ever wrote `target` by `job`; the entry is the first that says so."""

    run: str
    target: str
    job: str | None
    entry: int
    replaces: bool

    def at(self, moment: int, entry: int) -> Contribution:
        """Return the candidate that it is at a time at which the run's outputs may have taken effect."""
        return Contribution(
            self.target, self.job, moment, self.run, "ran", "", max(self.entry, entry), replaces=self.replaces
        )


def outputs_of(run: str, writes: Iterable[Edge]) -> list[Output]:
    """Return each output of the run once."""
    found: dict[tuple[str, str | None], Output] = {}
    for edge in writes:
        replaces = edge.value != "{}" and edge.data.get("mode") in REPLACING
        before = found.get((edge.target, edge.job), Output(run, edge.target, edge.job, edge.entry, replaces=False))
        found[edge.target, edge.job] = before._replace(
            entry=min(edge.entry, before.entry), replaces=before.replaces or replaces
        )
    return list(found.values())


def moments_of(events: Iterable[Statement]) -> dict[int, int]:
    """Return when the run's outputs may have taken effect, and the first entry that says so."""
    said = [(event, event.data) for event in events]
    streams = any(data.get("processing") in STREAMING for _, data in said)
    found: dict[int, int] = {}
    for event, data in said:
        if data["type"] == "COMPLETE" or (streams and data["type"] == "RUNNING"):
            found[event.valid_from] = min(event.entry, found.get(event.valid_from, event.entry))
    return found


def outgrows(one: int, other: int) -> bool:
    """Tell whether all pairs of so many and so many are to be joined when read, and not stored one by one."""
    return one * other > PAIRS_AN_END * (one + other)


def flows_of_records(edges: Iterable[Edge], statements: Iterable[Statement]) -> Iterator[Flow]:
    """Yield the flows that need no run: aliases both ways at every time, declared jobs, training sets."""
    yield from flows_of_edges(edges)
    for hub in hubs_of_records(statements):
        yield from hub.flows()


def flows_of_edges(edges: Iterable[Edge]) -> Iterator[Flow]:
    """Yield the flows that single edges state: aliases both ways at every time, training sets."""
    for edge in edges:
        if edge.kind == "IS_ALIAS_OF" and not edge.data.get("ended"):
            yield Flow(edge.source, edge.target, None, "alias", ALWAYS, edge.entry)
            yield Flow(edge.target, edge.source, None, "alias", ALWAYS, edge.entry)
        elif edge.kind == "TRAINED_ON":
            yield Flow(edge.data["dataset"], edge.source, edge.job, "registered", edge.valid_from, edge.entry)


def contributions_of_records(statements: Iterable[Statement]) -> Iterator[Contribution]:
    """Yield a registration for each `registration` statement: it stands by itself, whatever becomes of the run."""
    for said in statements:
        if said.aspect == "registration":
            yield Contribution(said.subject, said.job, said.valid_from, said.run, "registered", said.tie, said.entry)


def in_force(
    statements: Iterable[Statement],
    fold: Callable[[str], RunFold | None],
    valid_at: int = NOW,
    known_at: int = NOW,
) -> tuple[Order, Statement] | None:
    """Return which of the statements about one aspect of one node is in force at (valid_at, known_at), and since when.

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
    return [(statement.order, statement) for statement in seen if statement.role == Role.IN]


def _points(said: Iterable[tuple[Key, tuple[int, int]]]) -> dict[Key, list[tuple[int, int]]]:
    points: dict[Key, list[tuple[int, int]]] = {}
    for key, point in said:
        points.setdefault(key, []).append(point)
    return {key: earliest(found) for key, found in points.items()}
