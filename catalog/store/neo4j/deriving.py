"""What follows from new facts and what is stored already: the indexes and what is in force, without reading it all.

`graph_schema.bitemporal` is the specification, applied to everything by the store in memory; here the same comes out of
the new facts and the little that they combine with, which an engine looks up in bulk as a `Past`. Facts come in ledger
order, so that what was kept of earlier entries is never outdone by what a later one proposes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final, NamedTuple, Protocol

from catalog.store.indexes.contributions import Output, contributions_of_records, outputs_of
from catalog.store.indexes.hubs import MANY_ENDS, Hub, flows_of_edges, hub_of_run, hubs_of_records, outgrows, renames
from graph_schema.aspects import is_momentary
from graph_schema.bitemporal import REPLACING, STREAMING, TERMINAL, Contribution, Flow, earliest
from graph_schema.facts import ALWAYS, NOW, Edge, Facts, Order, Role, Statement

Pair = tuple[str, str]
"""(subject, aspect)."""
Saying = tuple[str, str, str, str | None, bool]
"""(kind, source, target, job, whether it replaces the whole): what several records can say again."""
FlowKey = tuple[str, str, str | None, str]
"""(source, target, job, how)."""
Span = tuple[str, int, int]
"""(run, after, until): what was said of the run's outputs later than `after`, at `until` at the latest."""

REPLACING_VALUE: Final = '{"mode":"OVERWRITE"}'
"""The value of a bare edge that replaces the whole, in whichever way."""

_FLOWING: Final = frozenset({"READ", "WROTE", "PRODUCED"})


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
    moments: int = 0
    """How many events it had: its outputs took effect at no more times."""
    joined: bool = False
    """Whether outputs and moments are kept apart and joined when read: no candidate is added for each pair."""

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
        said = event.data
        first_at, entry = min(self.first_at, event.valid_from), max(self.entry, event.entry)
        state = replace(self, first_at=first_at, entry=entry, moments=self.moments + 1)
        if said["type"] == "START":
            started = event.valid_from if self.started_at is None else min(self.started_at, event.valid_from)
            state = replace(state, started_at=started)
        if said["type"] in TERMINAL and (self.ended is None or event.order < self.ended):
            state = replace(state, ended=event.order, ended_by=said["type"])
        return replace(state, streams=True) if said.get("processing") in STREAMING else state


@dataclass(frozen=True, slots=True)
class Moment:
    """A RUNNING or COMPLETE event: when, and the first entry that says so."""

    run: str
    type: str
    at: int
    entry: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement as far as it takes part in who is in force; `place` is where the engine keeps it, or the new fact."""

    subject: str
    aspect: str
    role: str
    run: str | None
    valid_from: int
    rank: int
    tie: str
    entry: int
    place: object

    @property
    def said(self) -> tuple[int, int, str, int, str]:
        """Return by what claims of the same effective order are sorted, the first being in force."""
        return self.valid_from, self.rank, self.tie, self.entry, self.role


@dataclass(frozen=True, slots=True)
class Held:
    """The claim that is in force, in which order it stands, and whether a writer or owner spoke or only a reader."""

    claim: Claim
    spoken: bool
    order: Order


class Past(Protocol):
    """What is stored, asked in bulk; nothing of the facts being added is in it."""

    def runs(self, ids: Collection[str]) -> dict[str, RunState]:
        """Return what is kept of these runs."""

    def sayings(self, keys: Collection[Saying]) -> dict[Saying, int]:
        """Return the earliest valid time at which each was said."""

    def accesses(self, runs: Collection[str]) -> list[Edge]:
        """Return the earliest points in time of each READ, WROTE and PRODUCED of the runs, by whether it replaces.

        As bare edges, of value `REPLACING_VALUE` or `{}`.
        """

    def moments(self, runs: Collection[str]) -> list[Moment]:
        """Return all RUNNING and COMPLETE events of the runs."""

    def around(self, points: Collection[tuple[str, int]]) -> dict[tuple[str, int], tuple[int | None, int | None]]:
        """Return for each (run, time) the newest RUNNING event before it and the oldest one at it or after."""

    def flows(self, keys: Collection[FlowKey]) -> dict[FlowKey, int]:
        """Return the earliest valid time of each flow."""

    def hubs(self, keys: Collection[str]) -> Collection[str]:
        """Return which of the hubs are stored."""

    def covered(self, shapes: Collection[Shape]) -> Collection[Shape]:
        """Return those of the shapes that a stored one covers."""

    def outputs(self, spans: Collection[Span]) -> list[Claim]:
        """Return the lasting claims that were said of the runs' outputs within the spans."""

    def holders(self, pairs: Collection[Pair]) -> dict[Pair, Held]:
        """Return what is in force, endings included."""

    def history(self, pairs: Collection[Pair]) -> list[Claim]:
        """Return every claim about the pairs."""

    def text(self, place: object) -> str:
        """Return the value of a stored claim, empty for an ending."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a hub joins, as a digest, and between which times and entries its ends became so."""

    digest: str
    first_at: int
    first_entry: int
    last_at: int
    last_entry: int

    def covers(self, other: Shape) -> bool:
        """Tell whether every flow of a hub of the other shape was there before, by one of this shape."""
        return self.digest == other.digest and self.last_at <= other.first_at and self.last_entry <= other.first_entry


class GrownHub(NamedTuple):
    """A new hub, or the new ends of a stored one, with the shape that it has now."""

    hub: Hub
    shape: Shape | None
    """None where only what is new was looked at."""
    grows: bool


@dataclass(frozen=True, slots=True)
class Derived:
    """What an engine has to write beside the facts."""

    first: frozenset[Edge]
    """The edges that no earlier entry said at or before their valid time; a structural edge is stored only then."""
    runs: tuple[RunState, ...]
    flows: tuple[Flow, ...]
    hubs: tuple[GrownHub, ...]
    contributions: tuple[Contribution, ...]
    """Where the same one is stored, the earlier entry counts, and that it replaces if either says so."""
    outputs: tuple[Output, ...]
    moments: tuple[Moment, ...]
    """Of the runs that are joined, each output and each moment; stored already, as with contributions."""
    held: tuple[tuple[Held, Held | None], ...]
    """What is newly in force, with what was before."""


def derive(new: Facts, past: Past) -> Derived:
    """Return what follows from the new facts, all of them later in the ledger than the past."""
    first = _first_sayings(new.edges, past)
    runs = _Runs(new, past)
    fresh = _by_run(first)
    stored = frozenset(past.hubs(fresh)) if fresh else frozenset[str]()
    # What such a run did before is in its hub, its outputs and its moments: only what is new is added to them.
    light = frozenset(run for run in stored if runs.joined(run))
    accesses = _accesses(fresh, runs, light, past)
    flows, hubs = _flows(new, fresh, stored, light, accesses, past)
    contributions, outputs, moments = _contributions(first, runs, accesses, past)
    return Derived(
        first=frozenset(first),
        runs=tuple(runs.changed.values()),
        flows=flows,
        hubs=hubs,
        contributions=(*contributions, *contributions_of_records(new.statements)),
        outputs=tuple(outputs),
        moments=tuple(moments),
        held=_held(new, runs, past),
    )


def _first_sayings(edges: Iterable[Edge], past: Past) -> list[Edge]:
    said = {_saying(edge) for edge in edges}
    earliest = past.sayings(said) if said else {}
    found = []
    for edge in sorted(edges, key=lambda edge: (edge.entry, edge.valid_from)):
        known = earliest.get(_saying(edge))
        if known is None or edge.valid_from < known:
            earliest[_saying(edge)] = edge.valid_from
            found.append(edge)
    return found


def _saying(edge: Edge) -> Saying:
    return edge.kind, edge.source, edge.target, edge.job, replaces(edge)


def replaces(edge: Edge) -> bool:
    """Tell whether the edge says that what the dataset held before is gone."""
    return edge.kind == "WROTE" and edge.value != "{}" and edge.data.get("mode") in REPLACING


@dataclass(slots=True)
class _Runs:
    """The runs that the new facts touch: before, after, and the new events."""

    new: Facts
    past: Past
    events: dict[str, list[Statement]] = field(default_factory=dict)
    moments: dict[str, list[Moment]] = field(default_factory=dict)
    before: dict[str, RunState] = field(default_factory=dict)
    changed: dict[str, RunState] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for said in self.new.statements:
            if said.aspect == "event":
                self.events.setdefault(said.subject, []).append(said)
        self.load({*self.events, *(edge.source for edge in self.new.edges if edge.kind == "WROTE")})
        for run, events in self.events.items():
            before = self.before.get(run)
            state = before or RunState(run, events[0].valid_from)
            for event in events:
                state = state.after(event)
            if state != before:
                self.changed[run] = state

    def load(self, ids: Collection[str]) -> None:
        missing = {run for run in ids if run not in self.before}
        if missing:
            self.before.update(self.past.runs(missing))

    def after(self, run: str) -> RunState | None:
        return self.changed.get(run) or self.before.get(run)

    def new_moments(self, run: str) -> list[Moment]:
        """Return at which of the new events the run's outputs may take effect."""
        found = self.moments.get(run)
        if found is None:
            state = self.after(run)
            streams = state is not None and state.streams
            typed = ((event, event.data["type"]) for event in self.events.get(run, ()))
            found = [
                Moment(run, type_, event.valid_from, event.entry)
                for event, type_ in typed
                if type_ == "COMPLETE" or (streams and type_ == "RUNNING")
            ]
            self.moments[run] = found
        return found

    def joined(self, run: str) -> bool:
        """Tell whether the run's candidates were joined when read already."""
        before = self.before.get(run)
        return before is not None and before.joined

    def outgrows(self, run: str, outputs: int, ends: int) -> bool:
        """Tell whether it has so many outputs and moments, or did so much, that they are to be."""
        state = self.after(run)
        return state is not None and (outgrows(outputs, state.moments) or ends > MANY_ENDS)

    def join(self, run: str) -> None:
        """Note that they are from now on."""
        state = self.after(run)
        assert state is not None  # noqa: S101  # it outgrew
        self.changed[run] = replace(state, joined=True)

    def began_streaming(self, run: str) -> bool:
        before, after = self.before.get(run), self.after(run)
        return before is not None and after is not None and after.streams and not before.streams


def _by_run(first: Iterable[Edge]) -> dict[str, list[Edge]]:
    """Return what each run newly read, wrote or produced."""
    fresh: dict[str, list[Edge]] = {}
    for edge in first:
        if edge.kind in _FLOWING:
            fresh.setdefault(edge.source, []).append(edge)
    return fresh


def _accesses(
    fresh: Mapping[str, list[Edge]], runs: _Runs, light: Collection[str], past: Past
) -> dict[str, list[Edge]]:
    """Return the bare accesses, old and new, of each run that has a new access or a new moment; of light ones, new."""
    touched = {run for run in runs.events if not runs.joined(run)}
    touched = {run for run in touched if runs.new_moments(run) or runs.began_streaming(run)} | fresh.keys()
    heavy = touched.difference(light)
    found: dict[str, list[Edge]] = {run: [] for run in touched}
    for edge in past.accesses(heavy) if heavy else ():
        found[edge.source].append(edge)
    for run, edges in fresh.items():
        found[run] += (edge._replace(value=REPLACING_VALUE if replaces(edge) else "{}") for edge in edges)
    return found


def _flows(  # each is another part of what is known of the batch
    new: Facts,
    fresh: Mapping[str, list[Edge]],
    stored: Collection[str],
    light: Collection[str],
    accesses: Mapping[str, list[Edge]],
    past: Past,
) -> tuple[tuple[Flow, ...], tuple[GrownHub, ...]]:
    stated = [
        *flows_of_edges(new.edges),
        *renames(edge for edge in new.edges if edge.kind == "WROTE"),
    ]
    grown = [GrownHub(_hub(run, fresh[run]), None, grows=True) for run in light]
    wide = []
    heavy = (_hub(run, accesses[run]) for run in fresh if run not in light)
    for hub in (*heavy, *hubs_of_records(new.statements)):
        if hub.is_wide or hub.key in stored:
            wide.append(hub)
        else:
            stated += hub.flows()
    points: dict[FlowKey, list[tuple[int, int]]] = {}
    for flow in stated:
        points.setdefault((flow.source, flow.target, flow.job, flow.how), []).append((flow.valid_from, flow.entry))
    known = past.flows(points.keys()) if points else {}
    flows = tuple(
        Flow(*key, *point)
        for key, some in points.items()
        for point in earliest(some)
        if point[0] < known.get(key, NOW + 1)
    )
    return flows, (*grown, *_grown(wide, fresh, stored, past))


def _hub(run: str, edges: Iterable[Edge]) -> Hub:
    of_kind: dict[str, list[Edge]] = {kind: [] for kind in _FLOWING}
    for edge in edges:
        of_kind[edge.kind].append(edge)
    return hub_of_run(run, of_kind["READ"], of_kind["WROTE"], of_kind["PRODUCED"])


def _grown(
    wide: Iterable[Hub], fresh: Mapping[str, list[Edge]], stored: Collection[str], past: Past
) -> Iterator[GrownHub]:
    """Yield the hubs to write: none for a run that only did what another did before, as most runs of a job do."""
    shapes = {hub.key: _shape(hub) for hub in wide}
    covered = past.covered(shapes.values()) if shapes else ()
    written: dict[str, list[Shape]] = {}
    for hub in sorted(wide, key=lambda hub: (shapes[hub.key].last_entry, hub.key)):
        shape = shapes[hub.key]
        if hub.key in stored:
            new = _hub(hub.key, fresh[hub.key])
            yield GrownHub(new, shape, grows=True)
        elif shape in covered or any(other.covers(shape) for other in written.get(shape.digest, ())):
            continue
        else:
            yield GrownHub(hub, shape, grows=False)
        written.setdefault(shape.digest, []).append(shape)


def _shape(hub: Hub) -> Shape:
    digest = sha256(repr([sorted(ends, key=repr) for ends in hub.ends]).encode()).hexdigest()
    points = [one[-2:] for one in hub.inlets] + [one[-2:] for one in hub.outlets]
    times, entries = zip(*points, strict=True)
    return Shape(digest, min(times), min(entries), max(times), max(entries))


def _contributions(
    first: Iterable[Edge], runs: _Runs, accesses: Mapping[str, list[Edge]], past: Past
) -> tuple[list[Contribution], list[Output], list[Moment]]:
    """Return new candidates, and of the runs whose candidates are joined when read the new outputs and moments."""
    wrote: dict[str, list[Edge]] = {}
    for edge in first:
        if edge.kind == "WROTE":
            wrote.setdefault(edge.source, []).append(edge)
    fresh = {(edge.source, edge.target, edge.job, edge.entry) for edges in wrote.values() for edge in edges}
    outputs = {
        run: outputs_of(run, (edge for edge in edges if edge.kind == "WROTE"))
        for run, edges in accesses.items()
        if not runs.joined(run)
    }
    joining = {run for run, some in outputs.items() if runs.outgrows(run, len(some), len(accesses[run]))}
    streaming = {run for run in runs.events if runs.began_streaming(run)}
    needs_all = {run for run in wrote if run in runs.before and not runs.joined(run)} | joining | streaming
    old: dict[str, list[Moment]] = {}
    for moment in past.moments(needs_all) if needs_all else ():
        state = runs.after(moment.run)
        if moment.type == "COMPLETE" or (state is not None and state.streams):
            old.setdefault(moment.run, []).append(moment)
    found: list[Contribution] = []
    written: list[Output] = []
    moments: list[Moment] = []
    for run in {*runs.events, *wrote, *joining}:
        if run in joining or runs.joined(run):
            written += outputs[run] if run in joining else outputs_of(run, wrote.get(run, ()))
            moments += [*old.get(run, ()), *runs.new_moments(run)]
    for run in joining:
        runs.join(run)
    for run in outputs.keys() - joining:
        recent = _earliest_entries(runs.new_moments(run))
        every = _earliest_entries([*old.get(run, ()), *runs.new_moments(run)])
        first_replacing = _first_replacing(accesses[run])
        for output in outputs[run]:
            place = output.target, output.job
            entries = (output.entry, first_replacing.get(place))
            is_fresh = any((run, *place, entry) in fresh for entry in entries)
            times = every if is_fresh or run in streaming else recent
            found += (output.at(at, entry) for at, entry in times.items())
    return found, written, moments


def _first_replacing(edges: Iterable[Edge]) -> dict[tuple[str, str | None], int]:
    found: dict[tuple[str, str | None], int] = {}
    for edge in edges:
        if replaces(edge):
            found[edge.target, edge.job] = min(edge.entry, found.get((edge.target, edge.job), edge.entry))
    return found


def _earliest_entries(moments: Iterable[Moment]) -> dict[int, int]:
    found: dict[int, int] = {}
    for moment in moments:
        found[moment.at] = min(moment.entry, found.get(moment.at, moment.entry))
    return found


def _held(new: Facts, runs: _Runs, past: Past) -> tuple[tuple[Held, Held | None], ...]:
    claims = [_claim(said) for said in new.statements if not is_momentary(said.aspect)]
    spans = _spans(runs, past)
    moved = past.outputs(spans) if spans else []
    claims += moved
    moved_places = {claim.place for claim in moved}
    by_pair: dict[Pair, list[Claim]] = {}
    for claim in claims:
        by_pair.setdefault((claim.subject, claim.aspect), []).append(claim)
    if not by_pair:
        return ()
    effects = _Effects(runs, past)
    effects.prepare(claims)
    holders = past.holders(by_pair.keys())
    found: list[tuple[Held, Held | None]] = []
    lost: dict[Pair, list[Claim]] = {}
    for pair, some in by_pair.items():
        before = holders.get(pair)
        rivals = [held for held in map(effects.held, some) if held is not None]
        if before is not None and before.claim.place in moved_places:
            now = next((held for held in rivals if held.claim.place == before.claim.place), None)
            if now is None or now.order < before.order:
                lost[pair] = some
                continue
        elif before is not None:
            rivals.append(before)
        best = _best(rivals, past)
        if best is not None and best != before:
            found.append((best, before))
    for pair, rivals in _again(lost, effects, past).items():
        best = _best(rivals, past)
        if best != holders[pair]:
            found.append((best or replace(holders[pair], spoken=False, order=_NOBODY), holders[pair]))
    return tuple(found)


_NOBODY: Final[Order] = (ALWAYS - 1, -1, "")
"""The order of what is in force no more and has no successor; see `is_nobody`."""


def is_nobody(held: Held) -> bool:
    """Tell whether the pair lost what was in force without any other statement to take its place."""
    return held.order == _NOBODY


def _again(lost: Mapping[Pair, list[Claim]], effects: _Effects, past: Past) -> dict[Pair, list[Held]]:
    """Return all rivals of the pairs whose holder fell back: their whole history and what is new."""
    if not lost:
        return {}
    every: dict[Pair, dict[object, Claim]] = {
        pair: {claim.place: claim for claim in some} for pair, some in lost.items()
    }
    history = past.history(lost.keys())
    for claim in history:
        every[claim.subject, claim.aspect].setdefault(claim.place, claim)
    effects.prepare(history)
    return {
        pair: [held for held in map(effects.held, some.values()) if held is not None] for pair, some in every.items()
    }


def _claim(said: Statement) -> Claim:
    return Claim(said.subject, said.aspect, said.role, said.run, said.valid_from, said.rank, said.tie, said.entry, said)


def _spans(runs: _Runs, past: Past) -> list[Span]:
    """Return where earlier claims about outputs may have got another effect, because the run's moments changed."""
    spans: list[Span] = []
    points: set[tuple[str, int]] = set()
    for run, events in runs.events.items():
        before, after = runs.before.get(run), runs.after(run)
        ended = before.completed_at if before else None
        if after is None:
            continue
        if before is not None and before.streams:
            points |= {(run, event.valid_from) for event in events if event.data["type"] == "RUNNING"}
            if ended != after.completed_at:
                points |= {(run, at) for at in (ended, after.completed_at) if at is not None}
        elif after.streams or ended != after.completed_at:
            spans.append((run, ALWAYS - 1, NOW))
    for (run, at), (earlier, later) in (past.around(points) if points else {}).items():
        if earlier is None and later is None:
            spans.append((run, ALWAYS - 1, NOW))
        else:
            spans.append((run, ALWAYS - 1 if earlier is None else earlier, at))
    return spans


@dataclass(slots=True)
class _Effects:
    """When a claim about an output takes effect, with the moments of its run as they are after the new facts."""

    runs: _Runs
    past: Past
    _around: dict[tuple[str, int], tuple[int | None, int | None]] = field(default_factory=dict)

    def prepare(self, claims: Iterable[Claim]) -> None:
        """Look up in bulk what `held` needs."""
        spoken = [(claim.run, claim.valid_from) for claim in claims if claim.role == Role.OUT and claim.run is not None]
        self.runs.load({run for run, _ in spoken})
        points = {
            (run, at)
            for run, at in spoken
            if (run, at) not in self._around and (state := self.runs.after(run)) is not None and state.streams
        }
        if points:
            self._around.update(self.past.around(points))

    def held(self, claim: Claim) -> Held | None:
        """Return how the claim stands, None where it takes no effect."""
        order = (claim.valid_from, claim.rank, claim.tie)
        if claim.role != Role.OUT:
            return Held(claim, claim.role == Role.OWN, order)
        effect = None if claim.run is None else self._effect(claim.run, claim.valid_from)
        return None if effect is None else Held(claim, spoken=True, order=(effect, claim.rank, claim.tie))

    def _effect(self, run: str, said_at: int) -> int | None:
        state = self.runs.after(run)
        if state is None:
            return None
        if not state.streams:
            return None if state.completed_at is None else max(said_at, state.completed_at)
        recent = [moment.at for moment in self.runs.new_moments(run) if moment.type == "RUNNING"]
        earlier, later = self._around.get((run, said_at), (None, None))
        moments = [at for at in (*recent, earlier, later, state.completed_at) if at is not None]
        return min((at for at in moments if at >= said_at), default=said_at) if moments else None


def _best(rivals: Iterable[Held], past: Past) -> Held | None:
    """Return who is in force: a writer or owner before a reader, then the newest, then the one that sorts first."""
    best: Held | None = None
    for held in rivals:
        rank = (held.spoken, held.order)
        if (
            best is None
            or rank > (best.spoken, best.order)
            or (rank == (best.spoken, best.order) and _sorts_before(held.claim, best.claim, past))
        ):
            best = held
    return best


def _sorts_before(one: Claim, other: Claim, past: Past) -> bool:
    if one.said != other.said:
        return one.said < other.said
    return _text(one, past) < _text(other, past)


def _text(claim: Claim, past: Past) -> str:
    return claim.place.value or "" if isinstance(claim.place, Statement) else past.text(claim.place)
