"""A run as it was at one (validAt, knownAt): its attempts, what they read and wrote, and when that took effect."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from graph_schema.facts import Order

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
Place = tuple[str, str | None]
"""(dataset or model version id, job id): what a run wrote."""


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


class InstanceReads(NamedTuple):
    """What one instance of a task read, of several that share a run id."""

    read_at: int
    inputs: frozenset[str]


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
    instance_reads: Mapping[Place, InstanceReads] = field(default_factory=dict)
    """Of an output that one instance of several under one run id wrote: what that instance read, and when."""

    @property
    def completed(self) -> bool:
        """Tell whether its first terminal event was COMPLETE."""
        return self.state == "COMPLETE"

    def read_at(self, place: Place, at: int) -> int:
        """Return when it read what it wrote into `place` with effect at a time."""
        if self.streams:
            return at
        part = self.instance_reads.get(place)
        return self.started_at if part is None else part.read_at

    def inputs_of(self, place: Place) -> dict[str, Access]:
        """Return those of its inputs that may have reached an output: all, but of several instances under one id."""
        part = self.instance_reads.get(place)
        return self.inputs if part is None else {name: self.inputs[name] for name in self.inputs if name in part.inputs}


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
        for one in self.attempts:
            if at in one.effects.get(place, ()):
                return one
        return None

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
