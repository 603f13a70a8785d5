"""The ten rules of time: what holds at one (validAt, knownAt), judged from facts that come raw, one for each record.

Pure and shared. Rules 1 to 4 are judged here alone, by `fold_run`, `in_force` and `history`; a store uses the same to
keep its indexes, `catalog.lineage` builds rules 5 to 10 on them. None depends on the order in which facts arrived.

1. *Order.* Facts are compared by (valid_from, rank, tie), and START < RUNNING < OTHER < ABORT < FAIL < COMPLETE at
   one time. The ledger entry never breaks a tie: it only filters. A fact counts where `valid_from <= validAt` and
   `entry <= knownAt`.
2. *Ending.* A statement without a value takes its place in that order like any other, and so does an alias that ends:
   from its time on nothing is in force, until something later is.
3. *Runs.* A START ordered after a terminal event opens another attempt, except where the attempt that ended had no
   START and no terminal event follows before the next one: then it is that attempt's own, put late by a clock. In
   each attempt the first terminal event is its state and sticks; without one it is RUNNING. It started at its first
   START before that, else at its earliest event. It read and wrote what any of its events says; where an event is a
   window of its own (COMPLETE_SNAPSHOT), what the newest such event and later ones say. What is named later of one
   access wins. The state of a run is that of its newest attempt; what earlier attempts completed stands.
4. *Effect.* What an attempt wrote takes effect at its first COMPLETE and was read at its START; of a STREAMING or
   SERVICE job both at each event that names datasets; of a registration at its own time, whatever becomes of its run.
   Where the STARTs of one run name different outputs, instances of a task share its id: each output takes effect at a
   COMPLETE that names it. Two streaming runs below one streaming run of which the one only ever reads and the other
   only ever writes are halves of one stream: the other wrote what the one read. What is said of an output takes effect
   with its attempt's completion or, if later, at its own time, for streaming jobs at its own time; what an owner says,
   at its own time; what is said of an input counts only where no writer and no owner spoke.
5. *Reads.* An attempt read the version that it names, else all that was in force by others when it started; where
   nothing was there then, what was there when it took effect. The latter two are inferred.
6. *Current lineage.* In force on a dataset at a time is, for each job, its newest contribution, but none before the
   newest replacement of the whole, and after a DROP nothing until the next write; an OVERWRITE by a run that read
   what it wrote replaces nothing. At one instant ends come first, then replacements, then other writes. A walk goes
   from each contribution to what was in force on its inputs at its reader's time, the reader's own attempt left out;
   where a run writes what it reads, the same job's earlier such runs are passed over. A later declaration of a job
   stands in for that job's contributions, and is followed at the time at which the walk met it.
7. *Lineage ever stated.* Every flow ever stated counts, whatever became of the run and whatever was replaced since.
8. *Names.* An alias points to another name from its time on: the newest pointer at or before a time decides, else the
   earliest that is known; a cycle resolves to its smallest name. A name that is read is resolved at the reader's
   time.
9. *Grain.* A snapshot or model version is walked from state to state, a dataset from dataset to dataset.
10. *Flow.* Where an output names its sources, a lineage facet is the whole truth; column lineage leaves beside what
   it names those inputs that no output's does, where it names what is no input; else all that a run reads reaches all
   that it writes.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, Final, NamedTuple, TypeVar

from graph_schema.aspects.events import Event
from graph_schema.facts import NOW, Edge, Order, Role, Statement

Fact = TypeVar("Fact", Statement, Edge)
Key = TypeVar("Key")
Since = TypeVar("Since", int, Order)

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
ENDING: Final = REPLACING - {"OVERWRITE"}
"""Those of them that are so although the run read what it wrote."""

STREAMING: Final = frozenset({"STREAMING", "SERVICE"})
"""The processing types whose events each contribute that name datasets."""


LINEAGE: Final = "lineage"
COLUMN_LINEAGE: Final = "column_lineage"
"""By which facet an output names its sources."""


@dataclass(frozen=True, slots=True)
class Access:
    """What an attempt said of one dataset that it read or wrote, over all its events in force."""

    version: str | None = None
    mode: str | None = None
    renamed_from: str | None = None
    dataset: str | None = None
    """Of a model version: the dataset by which its emitter names the model."""
    sources: frozenset[str] | None = None
    """Of an output: the ids of what it was made of, None where nothing names them."""
    by: str | None = None
    """By which facet: lineage or column_lineage."""
    named_only: bool = False
    """Of an input: whether only a facet of an output names it, and no list of inputs."""

    @property
    def replaces(self) -> bool:
        """Tell whether what was there before is gone, where the run did not read it."""
        return self.mode in REPLACING

    @property
    def ends(self) -> bool:
        """Tell whether what was there before is gone, whatever the run read."""
        return self.mode in ENDING


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


Place = tuple[str, str | None]
"""(dataset or model version id, job id): what a run wrote."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One execution of a run as it was at one (validAt, knownAt); times are microseconds UTC."""

    number: int
    """Which of its run, from 0."""
    state: str
    started_at: int
    start_known: bool
    ended_at: int | None
    inputs: dict[str, Access]
    """Dataset id to what was said of reading it, within the newest window."""
    outputs: dict[Place, Access]
    effects: dict[Place, tuple[int, ...]]
    """When each output took effect, ascending; one that did not is absent."""
    streams: bool = False
    parts: Mapping[Place, Part] = field(default_factory=dict)
    """Of an output that one instance of several under one run id wrote: what that instance read, and when."""

    @property
    def completed(self) -> bool:
        """Tell whether its first terminal event was COMPLETE."""
        return self.state == "COMPLETE"

    def read_at(self, place: Place, at: int) -> int:
        """Return when it read what it wrote into `place` with effect at a time."""
        if self.streams:
            return at
        part = self.parts.get(place)
        return self.started_at if part is None else part.read_at

    def inputs_of(self, place: Place) -> dict[str, Access]:
        """Return those of its inputs that may have reached an output: all, but of several instances under one id."""
        part = self.parts.get(place)
        return self.inputs if part is None else {name: self.inputs[name] for name in self.inputs if name in part.inputs}


class Part(NamedTuple):
    """What one instance of a task read, of several that share a run id."""

    read_at: int
    inputs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Half:
    """What the events of a run named that say that it streams, where all its events name but one side (rule 4)."""

    reads: frozenset[str]
    writes: frozenset[str]
    """One of the two is empty."""
    events: frozenset[Order]
    """Those events: what one of them names as the parent joins it to the other half."""
    entry: int
    """The first of their entries."""

    def feeds(self, other: Half) -> bool:
        """Tell whether the other wrote what this one read, where they share a parent that streams."""
        return bool(self.reads and other.writes)


@dataclass(frozen=True, slots=True)
class RunFold:
    """A run as it was at one (validAt, knownAt); times are microseconds UTC."""

    attempts: tuple[Attempt, ...]
    """In order; never empty."""
    entries: tuple[int, ...]
    """The ledger entries of its events, ascending."""
    known_from: dict[str, int]
    """Dataset id to the entry by which it was known that the run read or wrote it."""
    ever_read: frozenset[str]
    ever_wrote: frozenset[str]
    opened: tuple[Order, ...] = ()
    """The event by which each attempt but the first began."""
    oddities: frozenset[str] = frozenset()
    """start_after_terminal, event_after_terminal: what no emitter should send."""
    half: Half | None = None
    """Of a streaming run that only ever read or only ever wrote."""
    last_at: int = 0
    """When its last event was."""

    @property
    def newest(self) -> Attempt:
        """Return the attempt whose state is the run's."""
        return self.attempts[-1]

    @property
    def state(self) -> str:
        """Return the state of its newest attempt."""
        return self.newest.state

    @property
    def started_at(self) -> int:
        """Return when its newest attempt started."""
        return self.newest.started_at

    @property
    def start_known(self) -> bool:
        """Tell whether a START says so."""
        return self.newest.start_known

    @property
    def ended_at(self) -> int | None:
        """Return when its newest attempt ended."""
        return self.newest.ended_at

    @property
    def completed(self) -> bool:
        """Tell whether its newest attempt completed."""
        return self.newest.completed

    @property
    def streams(self) -> bool:
        """Tell whether its job is a STREAMING or SERVICE one."""
        return self.newest.streams

    @property
    def inputs(self) -> dict[str, Access]:
        """Return what any of its attempts read, as the newest says."""
        if len(self.attempts) == 1:
            return self.newest.inputs
        return {name: access for attempt in self.attempts for name, access in attempt.inputs.items()}

    @property
    def outputs(self) -> dict[Place, Access]:
        """Return what any of its attempts wrote, as the newest says."""
        if len(self.attempts) == 1:
            return self.newest.outputs
        return {place: access for attempt in self.attempts for place, access in attempt.outputs.items()}

    @property
    def effective_at(self) -> tuple[int, ...]:
        """Return when anything that it wrote took effect, and when its attempts completed, ascending."""
        moments = {at for attempt in self.attempts for some in attempt.effects.values() for at in some}
        moments |= {one.ended_at for one in self.attempts if one.completed and one.ended_at is not None}
        return tuple(sorted(moments))

    def written(self, place: Place, at: int) -> Attempt | None:
        """Return the attempt whose write to a place took effect at this time, None where none did (rule 4)."""
        return next((one for one in self.attempts if at in one.effects.get(place, ())), None)

    def made(self, version: str) -> int | None:
        """Return when it last put anything into the state of this version, None where it never did."""
        return max(
            (
                one.effects[place][-1]
                for one in self.attempts
                for place, access in one.outputs.items()
                if access.version == version and place in one.effects
            ),
            default=None,
        )

    def takes_effect(self, stated: Order) -> int | None:
        """Return when what an event of this order says of an output takes effect, None where it does not (rule 4)."""
        attempt = self.attempts[bisect_right(self.opened, stated)]
        if attempt.streams:
            return stated[0]
        return max(stated[0], attempt.ended_at) if attempt.completed and attempt.ended_at is not None else None


def fold_run(facts: RunFacts, valid_at: int = NOW, known_at: int = NOW) -> RunFold | None:
    """Return the run at (valid_at, known_at), or None where nothing of it was valid and known by then (rule 3)."""
    events = _seen(facts.events, valid_at, known_at)
    if not events:
        return None
    event_values = [event_of(event.value) for event in events]
    reads = _seen(facts.reads, valid_at, known_at, _TOTAL_ORDER)
    writes = _seen(facts.writes, valid_at, known_at, _TOTAL_ORDER)
    places = openings([one.type for one in event_values])
    opened = [events[place].order for place in places[1:]]
    streams = any(one.processing in STREAMING for one in event_values)
    instances = _instances(events, event_values, reads, writes)
    ends = [*places[1:], len(events)]
    attempts = tuple(
        _attempt(
            number,
            list(zip(events[begin:end], event_values[begin:end], strict=True)),
            _between(reads, opened, number),
            _between(writes, opened, number),
            instances,
            streams=streams,
        )
        for number, (begin, end) in enumerate(zip(places, ends, strict=True))
    )
    return RunFold(
        attempts,
        entries=tuple(sorted({event.entry for event in events})),
        known_from=_first_entries((*reads, *writes)),
        ever_read=frozenset(edge.target for edge in reads),
        ever_wrote=frozenset(edge.target for edge in writes),
        opened=tuple(opened),
        oddities=_oddities([one.type for one in event_values]),
        half=_half(events, event_values, reads, writes) if streams and bool(reads) != bool(writes) else None,
        last_at=events[-1].valid_from,
    )


def _half(events: list[Statement], event_values: list[Event], reads: list[Edge], writes: list[Edge]) -> Half:
    streaming = [event for event, data in zip(events, event_values, strict=True) if data.processing in STREAMING]
    orders = frozenset(event.order for event in streaming)
    return Half(
        frozenset(edge.target for edge in reads if edge.order in orders),
        frozenset(edge.target for edge in writes if edge.order in orders),
        orders,
        min(event.entry for event in streaming),
    )


def openings(types: Sequence[str]) -> list[int]:
    """Return at which of a run's events, by their types in order, its attempts begin: 0 and others (rule 3)."""
    found = [0]
    started = ended = False
    for place, kind in enumerate(types):
        if kind == "START":
            if ended and (started or _ends_next(types, place + 1)):
                found.append(place)
                ended = False
            started = True
        elif kind in TERMINAL:
            ended = True
    return found


def _ends_next(types: Sequence[str], place: int) -> bool:
    """Tell whether of terminal events and STARTs from here on a terminal one comes first."""
    return next((types[at] in TERMINAL for at in range(place, len(types)) if types[at] in _DIVIDING), False)


_DIVIDING: Final = TERMINAL | {"START"}


def _oddities(types: Sequence[str]) -> frozenset[str]:
    ended, found = False, set()
    for kind in types:
        if ended:
            found.add("start_after_terminal" if kind == "START" else "event_after_terminal")
        ended = kind in TERMINAL or (ended and kind != "START")
    return frozenset(found)


def _attempt(
    number: int,
    parsed: list[tuple[Statement, Event]],
    reads: list[Edge],
    writes: list[Edge],
    instances: dict[Place, _Instance],
    *,
    streams: bool,
) -> Attempt:
    terminal = next(((event, data) for event, data in parsed if data.type in TERMINAL), None)
    start = next(
        (
            event.valid_from
            for event, data in parsed
            if data.type == "START" and (terminal is None or event.order < terminal[0].order)
        ),
        None,
    )
    window: Order | None = next((event.order for event, data in reversed(parsed) if data.window), None)
    inputs: dict[str, Access] = {}
    for edge in _within(reads, window):
        before = inputs.get(edge.target)
        named_only = edge.value != "{}" and "stated_by" in edge.data and (before is None or before.named_only)
        access = _newer(before or BARE, edge)
        inputs[edge.target] = access if access.named_only == named_only else replace(access, named_only=named_only)
    outputs: dict[Place, Access] = {}
    for edge in _within(writes, window):
        place = edge.target, edge.job
        outputs[place] = _newer(outputs.get(place, BARE), edge)
    outputs = _of_versions(_by_version(outputs, _dataset_written), inputs)
    inputs = _by_version(inputs, _dataset_read)
    completed = terminal is not None and terminal[1].type == "COMPLETE"
    started_at = parsed[0][0].valid_from if start is None else start
    done = (terminal[0].valid_from,) if completed and terminal is not None else ()
    effects: dict[Place, tuple[int, ...]]
    parts: dict[Place, Part] = {}
    if streams:
        moments = sorted({edge.valid_from for edge in (*reads, *writes)}.union(done))
        first: dict[Place, int] = {}
        for edge in writes:
            first.setdefault((edge.target, edge.job), edge.valid_from)
        effects = {place: tuple(at for at in moments if at >= first[place]) for place in outputs}
    else:
        effects = dict.fromkeys(outputs, done) if done else {}
        for place in outputs.keys() & instances.keys():
            own = instances[place].completed(parsed)
            if own is not None:
                effects.pop(place, None)
                if own:
                    effects[place] = own
            parts[place] = instances[place].part(parsed, started_at)
    return Attempt(
        number,
        terminal[1].type if terminal else "RUNNING",
        started_at,
        start is not None,
        terminal[0].valid_from if terminal else None,
        inputs,
        outputs,
        effects,
        streams,
        parts,
    )


def _by_version(accesses: dict[Key, Access], dataset: Callable[[Key], str]) -> dict[Key, Access]:
    """Return the accesses without one to a dataset of which the same run names the model version that it is."""
    named = {access.dataset for access in accesses.values() if access.dataset is not None}
    return {key: access for key, access in accesses.items() if dataset(key) not in named} if named else accesses


def _of_versions(outputs: dict[Place, Access], inputs: Mapping[str, Access]) -> dict[Place, Access]:
    """Return what was said of outputs, a model that one names as a source being the versions that the run read."""
    read: dict[str, set[str]] = {}
    for name, version in inputs.items():
        if version.dataset is not None:
            read.setdefault(version.dataset, set()).add(name)
    if not read:
        return outputs
    return {
        place: access
        if access.sources is None or access.sources.isdisjoint(read)
        else replace(access, sources=frozenset().union(*(read.get(name, {name}) for name in access.sources)))
        for place, access in outputs.items()
    }


def _dataset_read(name: str) -> str:
    return name


def _dataset_written(place: tuple[str, str | None]) -> str:
    return place[0]


@dataclass(frozen=True, slots=True)
class _Instance:
    """The events that name one output, where the STARTs of its run name different ones."""

    events: Mapping[Order, str]
    """Their types."""
    inputs: Mapping[Order, frozenset[str]]
    """What each of them reads."""
    named: frozenset[Order]
    """All events of the run that name any output."""

    def completed(self, parsed: list[tuple[Statement, Event]]) -> tuple[int, ...] | None:
        """Return when it took effect in an attempt; None where no COMPLETE of that says of which outputs it speaks."""
        ends = [event for event, data in parsed if data.type == "COMPLETE"]
        if not any(event.order in self.named for event in ends):
            return None
        own = next((event.valid_from for event in ends if event.order in self.events), None)
        return () if own is None else (own,)

    def part(self, parsed: list[tuple[Statement, Event]], started_at: int) -> Part:
        """Return what it read, as its events in an attempt say, else all its events, and when."""
        here = [event.order for event, _ in parsed if event.order in self.events]
        starts = [order[0] for order in here if self.events[order] == "START"]
        read: set[str] = set().union(*(self.inputs[order] for order in here))
        return Part(min(starts, default=started_at), frozenset(read or set().union(*self.inputs.values())))


def _instances(
    events: list[Statement], event_values: list[Event], reads: list[Edge], writes: list[Edge]
) -> dict[Place, _Instance]:
    """Return the outputs that some STARTs of the run name and others do not."""
    starts = [event.order for event, data in zip(events, event_values, strict=True) if data.type == "START"]
    if len(starts) < 2:  # noqa: PLR2004  one START, as most runs have it
        return {}
    named: dict[Order, set[Place]] = defaultdict(set)
    for edge in writes:
        named[edge.order].add((edge.target, edge.job))
    sets = [named[order] for order in starts if order in named]
    common = sets[0].intersection(*sets) if sets else set()
    apart = {place for some in sets for place in some} - common
    if not apart:
        return {}
    read: dict[Order, set[str]] = defaultdict(set)
    for edge in reads:
        read[edge.order].add(edge.target)
    types = {event.order: data.type for event, data in zip(events, event_values, strict=True)}
    found: dict[Place, _Instance] = {}
    for place in apart:
        own = {order: types[order] for order, some in named.items() if place in some and order in types}
        found[place] = _Instance(own, {order: frozenset(read[order]) for order in own}, frozenset(named))
    return {place: one for place, one in found.items() if any(one.inputs.values())}


def _between(facts: list[Edge], opened: Sequence[Order], number: int) -> list[Edge]:
    # Rule 3: what is said from the opening of an attempt on, before the next one's, is that attempt's.
    if not opened:
        return facts
    return [fact for fact in facts if bisect_right(opened, fact.order) == number]


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
    sources, by = before.sources, before.by
    if "sources" in data and not (by == LINEAGE and data.get("by") != LINEAGE):
        sources = frozenset(data["sources"]) | (sources if sources and by == data.get("by") else frozenset())
        by = data.get("by")
    return Access(
        data.get("version") or before.version,
        data.get("mode") or before.mode,
        data.get("renamed_from") or before.renamed_from,
        data.get("dataset") or before.dataset,
        sources,
        by,
        before.named_only,
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
    that run there has `at` among the times at which the target's place took effect. A registration is always true.
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
    in_place: bool = False
    """Whether it is among the newest of those of its job that surely read the target."""
    apart: bool = True
    """Whether it is among the newest of those of its job that may not have."""

    @property
    def order(self) -> tuple[int, str, str]:
        """Return what contributions to one target are compared by."""
        return self.at, self.run or "", self.tie


def earliest(points: Iterable[tuple[Since, int]]) -> list[tuple[Since, int]]:
    """Return the (valid_from or order, entry) points that no other precedes in both, by the first of them."""
    kept: list[tuple[Since, int]] = []
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
            effect = run.takes_effect(statement.order) if run else None
            if effect is not None and effect <= valid_at:
                found.append(((effect, statement.rank, statement.tie), statement))
    return found


def _from_readers(seen: Iterable[Statement]) -> list[tuple[Order, Statement]]:
    # Rule 4, last half.
    return [(statement.order, statement) for statement in seen if statement.role == Role.IN]
