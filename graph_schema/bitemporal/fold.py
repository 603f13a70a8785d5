"""The judge of runs: from everything that was said of one to what it was at a point (rules 3 and 4)."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Final, TypeVar

from graph_schema.aspects.events import Event
from graph_schema.bitemporal.order import TOTAL_ORDER, counting
from graph_schema.bitemporal.runs import (
    BARE,
    LINEAGE,
    STREAMING,
    TERMINAL,
    Access,
    Attempt,
    Half,
    InstanceReads,
    Place,
    RunFold,
)
from graph_schema.facts import NOW, Edge, Order, Statement

Key = TypeVar("Key")


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


def fold_run(facts: RunFacts, valid_at: int = NOW, known_at: int = NOW) -> RunFold | None:
    """Return the run at (valid_at, known_at), or None where nothing of it was valid and known by then (rule 3)."""
    events = counting(facts.events, valid_at, known_at)
    if not events:
        return None
    event_values = [event_of(event.value) for event in events]
    reads = counting(facts.reads, valid_at, known_at, TOTAL_ORDER)
    writes = counting(facts.writes, valid_at, known_at, TOTAL_ORDER)
    places = _openings([one.type for one in event_values])
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


def _openings(types: Sequence[str]) -> list[int]:
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
    instance_reads: dict[Place, InstanceReads] = {}
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
            instance_reads[place] = instances[place].reads(parsed, started_at)
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
        instance_reads,
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

    def reads(self, parsed: list[tuple[Statement, Event]], started_at: int) -> InstanceReads:
        """Return what it read, as its events in an attempt say, else all its events, and when."""
        here = [event.order for event, _ in parsed if event.order in self.events]
        starts = [order[0] for order in here if self.events[order] == "START"]
        read: set[str] = set().union(*(self.inputs[order] for order in here))
        return InstanceReads(min(starts, default=started_at), frozenset(read or set().union(*self.inputs.values())))


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
