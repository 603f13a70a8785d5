"""Which contributions count, which name stands for which dataset, what an output was made of: decisions, no I/O.

The numbers in docstrings are those of the ten rules of time in `graph_schema.bitemporal`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from catalog.lineage.declarations import Declared
from catalog.lineage.model import Confidence, LineageEdge
from catalog.mappings.model import MappedFlow
from graph_schema.bitemporal import BARE, COLUMN_LINEAGE, LINEAGE, Access, Attempt, Place

Resolve = Callable[[str, int], str]
"""From a name and a time to the dataset that it stood for then."""


class Effect(IntEnum):
    """What a contribution did to what was there, in the order in which those of one instant come."""

    ENDED = 0
    """DROP: nothing is there from then on."""
    REPLACED = 1
    WROTE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Contributed:
    """A true contribution: an attempt of `run` by `job` put `dataset` into a new state at `at`.

    A loader makes each but once, so that they are compared by identity. Times are microseconds UTC.
    """

    at: int
    """When it took effect; of an attempt without effect when it ended, else the time asked about."""
    effect: Effect
    run: str | None
    attempt: int
    """Which attempt of its run, from 0."""
    tie: str
    name: str
    """The name under which it was written."""
    dataset: str
    """What the name stood for then, or the model version."""
    job: str | None
    how: str
    """ran, registered, declared, mapped, or attempted."""
    access: Access
    entry: int
    in_place: bool
    """Whether the attempt read what it wrote, and did not end it."""
    read_at: int
    """When what it read was read: its attempt's START, else its earliest event."""
    start_known: bool = True
    declared: Declared | None = None
    """Of a declaration, what it says."""

    @property
    def mapped(self) -> MappedFlow | None:
        """Return of what a mapping of the site reads in a facet the first."""
        return next(iter(self.declared.mapped), None) if self.declared is not None else None

    @property
    def order(self) -> tuple[int, int, str, int, str, str, str]:
        """Return what contributions to one dataset are compared by (rule 6)."""
        return self.at, self.effect, self.run or "", self.attempt, self.tie, self.name, self.job or ""

    @property
    def reader(self) -> Reader:
        """Return who read what it was made of: the same for all that one attempt wrote at a time."""
        return Reader(self.run, self.attempt, self.job, self.at)

    @property
    def group(self) -> tuple[str, str | None]:
        """Return (dataset, job): of one such a walk follows a bounded number."""
        return self.dataset, self.job


class Reader(NamedTuple):
    """The attempt that read something, of a declaration its job, and when what it wrote took effect."""

    run: str | None
    attempt: int
    job: str | None
    at: int


class Hop(NamedTuple):
    """What is in force on a dataset at a time is asked for, by whoever read it there, None for whoever asks now."""

    dataset: str
    at: int
    reader: Reader | None = None
    before: bool = False
    """Whether what was there just before a replacement at that very time is meant: the reader renamed it away."""


class Source(NamedTuple):
    """What a contribution read: by which name, what it stood for, and when that is to be looked at."""

    name: str
    dataset: str
    at: int
    how: str
    """ran, registered, declared, mapped or renamed."""
    confidence: Confidence
    known_from: int
    version: str | None = None
    before: bool = False

    @property
    def is_registered(self) -> bool:
        """Tell whether a record states that a model version was made of it."""
        return self.how == "registered" and self.confidence is Confidence.STATED

    def hop(self, one: Contributed) -> Hop:
        """Return the question what was in force on it, as who read it found it; what a record states of a model version
        was there whoever wrote it.
        """
        return self.hop_of(one.reader)

    def hop_of(self, reader: Reader) -> Hop:
        """Return the same of whoever read it."""
        return Hop(self.dataset, self.at, reader._replace(run=None) if self.is_registered else reader, self.before)


def effect_of(access: Access, *, in_place: bool) -> Effect:
    """Return what a write did to what was there (rule 6)."""
    if access.mode == "DROP":
        return Effect.ENDED
    return Effect.REPLACED if access.replaces and not in_place else Effect.WROTE


def is_in_place(access: Access, *, read: bool) -> bool:
    """Tell whether a write to what its attempt read leaves what was there: so does OVERWRITE."""
    return read and not access.ends


def sources_of(
    attempt: Attempt, place: Place, resolve: Resolve, wanted: Collection[str] | None = None
) -> Iterator[tuple[str, Access, Confidence]]:
    """Yield what reached an output of an attempt: by which name it was read, how, and how that is known (rule 10); only
    the names that are wanted, where such are given.

    `resolve` is asked at the attempt's START.
    """
    access = attempt.outputs.get(place, BARE)
    inputs = attempt.inputs_of(place)
    named = access.sources
    if named is not None and access.by == LINEAGE:
        for name in _both(named, wanted):
            yield name, attempt.inputs.get(name, BARE), Confidence.STATED
        return
    beside: Collection[str] = inputs
    if named and access.by == COLUMN_LINEAGE:
        at = attempt.started_at
        read = {resolve(name, at) for name, use in attempt.inputs.items() if not use.named_only}
        if all(resolve(name, at) in read for name in named):
            beside = ()
        else:
            stated = {
                resolve(name, at)
                for other in attempt.outputs.values()
                if other.by == COLUMN_LINEAGE
                for name in other.sources or ()
            }
            beside = frozenset(name for name in inputs if resolve(name, at) not in stated)
        for name in _both(named, wanted):
            yield name, attempt.inputs.get(name, BARE), Confidence.COLUMN_LINEAGE
    inferred = Confidence.INFERRED if attempt.start_known else Confidence.START_UNKNOWN
    for name in _both(beside, wanted):
        use = inputs[name]
        if not use.named_only and (not named or name not in named):
            yield name, use, inferred


def _both(names: Collection[str], wanted: Collection[str] | None) -> list[str]:
    """Return the names that are wanted, ascending; whichever is fewer is gone through."""
    if wanted is None:
        return sorted(names)
    few, many = (names, wanted) if len(names) < len(wanted) else (wanted, names)
    return sorted(name for name in few if name in many)


def edge_order(edge: LineageEdge) -> tuple[str, ...]:
    """Return what the edges of an answer are sorted by."""
    return (
        edge.source,
        edge.target,
        edge.how,
        edge.job or "",
        edge.run or "",
        f"{edge.valid_from:+021d}",
        str(edge.past),
        "" if edge.column is None else repr(edge.column),
        edge.mapping or "",
    )
