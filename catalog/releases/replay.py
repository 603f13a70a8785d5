"""How a snapshot or a model version can be made again: the runs that made it, in order, and what is missing for it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from catalog.assets import queries as assets
from catalog.assets.model import AssetState, RunRecord, RunState
from catalog.errors import SenderError
from catalog.names.loading import Names
from catalog.reading import Complete, Completeness, Truncated
from catalog.releases.queries import registrations
from catalog.snapshots.model import SnapshotRecord
from catalog.snapshots.queries import snapshots
from catalog.view import View
from graph_schema.aspects.events import Code, Environment
from graph_schema.facts import Edge
from graph_schema.identity import label_of
from graph_schema.nodes import CodeRevision

REPLAYED: Final = ("Snapshot", "ModelVersion")
"""What can be made again."""
_MOST: Final = 1_000
"""So many runs are looked at."""
_GONE: Final = frozenset({AssetState.BYTES_GONE, AssetState.TOMBSTONED})


@dataclass(frozen=True, slots=True)
class ReplayInput:
    """What a run read: a dataset, in which state where the run names one, and by which entry that is known.

    Of a model version that it read both are that version.
    """

    dataset: str
    snapshot: str | None
    entry: int


@dataclass(frozen=True, slots=True)
class ReplayStep:
    """One run to be repeated: by which code, in which environment, from what it read to what it made.

    `run` is None where a model version is registered without one. `missing` are sentences: what nobody recorded, or
    what is gone.
    """

    run: str | None
    job: str | None
    repository: str | None
    revision: str | None
    clean: bool | None
    environment: str | None
    described: str | None
    inputs: tuple[ReplayInput, ...]
    makes: tuple[str, ...]
    missing: tuple[str, ...]
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """The steps, each after those that make what it reads, and the states that have to be there before the first.

    `missing` are the sentences about those states.
    """

    of: str
    steps: tuple[ReplayStep, ...]
    begins_with: tuple[str, ...]
    missing: tuple[str, ...]
    entries: tuple[int, ...]
    completeness: Completeness

    @property
    def is_possible(self) -> bool:
        """Tell whether nothing is missing that is recorded anywhere."""
        return not self.missing and not any(step.missing for step in self.steps)


def replay_plan(view: View, of: str) -> ReplayPlan:
    """Return how a snapshot or model version can be made again, by the newest run that completed for each state.

    Raises:
        SenderError: nothing else can be made again.
    """
    if label_of(of) not in REPLAYED:
        raise SenderError(
            "A snapshot or a model version is made again; this is neither: name the state of a dataset.",
            pointer="/of",
            status=422,
        )
    found = _Read(view, of)
    order = _in_order(found)
    steps = tuple(_step(found, made_by) for made_by in order)
    begins = tuple(sorted(one for one in found.states if found.by.get(one) is None and one != of))
    unmade = () if of in found.by else ("No run is recorded that made it.",)
    missing = (*unmade, *(text for one in begins for text in _unheld(found, one)))
    seals = {one.seal.entry for id_ in begins if (one := found.states[id_]) is not None and one.seal is not None}
    cited = seals | {entry for step in steps for entry in step.entries}
    return ReplayPlan(of, steps, begins, missing, view.cite(*cited), found.completeness)


_Step = tuple[str | None, str]
"""A run by its id, or None with the model version that is registered without one."""


class _Read:
    """All that the plan follows from, read level by level."""

    def __init__(self, view: View, of: str) -> None:
        self.view, self.of = view, of
        self.by: dict[str, _Step] = {}
        """What made each state."""
        self.inputs: dict[_Step, tuple[ReplayInput, ...]] = {}
        self.runs: dict[str, RunRecord] = {}
        self.states: dict[str, SnapshotRecord | None] = {}
        self.completeness: Completeness = Complete()
        front: Collection[str] = [of]
        while front:
            if len(self.inputs) >= _MOST:
                self.completeness = Truncated(_MOST, len(self.inputs), tuple(sorted(front)))
                break
            front = self._level(sorted(front))
        runs = [run for run, _ in self.inputs if run is not None]
        edges = view.edges(sorted(runs), ("RAN", "RAN_IN"), "out") if runs else []
        about = {edge.target for edge in edges}
        self.registration = next(iter(registrations(view, [of]).get(of, ())[-1:]), None) if _is_version(of) else None
        self.nodes = view.nodes(sorted(about)) if about else {}
        stated = view.statements(sorted(about), ("code", "environment")) if about else []
        self.stated = {(one.subject, one.aspect): one for one in sorted(stated, key=lambda one: one.order)}
        self.ran: dict[tuple[str, str], Edge] = {}
        for edge in sorted(edges, key=lambda one: one.order):
            self.ran[edge.source, edge.kind] = edge

    def _level(self, front: Sequence[str]) -> set[str]:
        """Read what made each of these, and return the states of which that was made."""
        versions = [one for one in front if _is_version(one)]
        made = self.view.edges(front, ("GENERATED", "PRODUCED", "WROTE"), "in")
        runs = assets.runs(self.view, sorted({edge.source for edge in made} - self.runs.keys())) if made else {}
        self.runs |= runs
        candidates: dict[str, list[str]] = defaultdict(list)
        for edge in made:
            if edge.source in self.runs:
                candidates[edge.target].append(edge.source)
        new: set[_Step] = set()
        for one in front:
            done = [run for run in candidates[one] if self.runs[run].state is RunState.COMPLETE]
            chosen = max(done or candidates[one], key=lambda run: (self.runs[run].ended_at or 0, run), default=None)
            if chosen is not None:
                self.by[one] = (chosen, "")
                new.add((chosen, ""))
        named = registrations(self.view, versions) if versions else {}
        for one, some in named.items():
            if some and one not in self.by:
                self.by[one] = (None, one)
                self.inputs[None, one] = tuple(
                    ReplayInput(use.dataset, use.snapshot, some[-1].entry) for use in some[-1].trained_on
                )
        self._read_inputs(sorted(run for run, _ in new if run is not None and (run, "") not in self.inputs))
        every = {each.snapshot for step in {*new, *self.by.values()} for each in self.inputs.get(step, ())}
        onward = {one for one in every if one is not None} - self.states.keys()
        held = snapshots(self.view, sorted(onward)) if onward else {}
        self.states |= {one: held.get(one) for one in onward}
        return onward

    def _read_inputs(self, runs: Sequence[str]) -> None:
        if not runs:
            return
        every = self.view.edges(runs, ("READ",), "out")
        read = [edge for edge in every if not _is_version(edge.target)]
        models = {(edge.source, edge.target): edge.entry for edge in every if _is_version(edge.target)}
        used = self.view.edges(runs, ("USED",), "out")
        states = snapshots(self.view, sorted({edge.target for edge in used})) if used else {}
        names = Names(self.view, renamed=True)
        names.load(edge.target for edge in read)
        shown = names.shown(sorted({edge.target for edge in read}))
        for run in runs:
            exact = {
                states[edge.target].dataset: (edge.target, edge.entry)
                for edge in used
                if edge.source == run and edge.target in states
            }
            plain = {shown[edge.target]: edge.entry for edge in read if edge.source == run}
            found = [ReplayInput(dataset, state, entry) for dataset, (state, entry) in exact.items()]
            found += [ReplayInput(dataset, None, entry) for dataset, entry in plain.items() if dataset not in exact]
            found += [ReplayInput(model, model, entry) for (by, model), entry in models.items() if by == run]
            self.inputs[run, ""] = tuple(sorted(found, key=lambda one: (one.dataset, one.snapshot or "")))


def _is_version(identifier: str) -> bool:
    return label_of(identifier) == "ModelVersion"


def _in_order(found: _Read) -> list[_Step]:
    """Return what made each state, each after what made its inputs; a circle is cut where it was met first."""
    order: list[_Step] = []
    met: set[_Step] = set()
    stack = deque([(found.by[found.of], False)] if found.of in found.by else [])
    while stack:
        step, is_done = stack.pop()
        if is_done:
            order.append(step)
        elif step not in met:
            met.add(step)
            stack.append((step, True))
            behind = [one.snapshot for one in found.inputs.get(step, ()) if one.snapshot is not None]
            stack.extend((found.by[one], False) for one in reversed(behind) if one in found.by)
    return order


def _step(found: _Read, step: _Step) -> ReplayStep:
    run, _ = step
    makes = tuple(sorted(one for one, by in found.by.items() if by == step))
    inputs = found.inputs.get(step, ())
    registration = found.registration if found.of in makes else None
    repository = revision = environment = described = None
    clean: bool | None = None
    entries = {one.entry for one in inputs}
    if run is not None:
        entries |= set(found.runs[run].entries)
        if (ran := found.ran.get((run, "RAN"))) is not None:
            node = found.nodes[ran.target].node if ran.target in found.nodes else None
            if isinstance(node, CodeRevision):
                repository, revision = node.repository, node.revision
            stated = found.stated.get((ran.target, "code"))
            clean = None if stated is None else Code.from_json(stated.data).clean
        if (within := found.ran.get((run, "RAN_IN"))) is not None and within.target in found.nodes:
            environment = found.nodes[within.target].node.title
            stated = found.stated.get((within.target, "environment"))
            described = None if stated is None else Environment.from_json(stated.data).description
    if registration is not None:
        entries.add(registration.entry)
        if revision is None:
            repository, revision, clean = (
                registration.code.repository,
                registration.code.revision,
                registration.code.clean,
            )
        if environment is None:
            environment, described = registration.environment.digest, registration.environment.description
    partial = ReplayStep(
        run,
        found.runs[run].job if run is not None else None if registration is None else registration.job,
        repository,
        revision,
        clean,
        environment,
        described,
        inputs,
        makes,
        (),
        tuple(sorted(entries)),
    )
    return _with_missing(found, partial)


def _with_missing(found: _Read, step: ReplayStep) -> ReplayStep:

    return replace(step, missing=tuple(_missing(found, step)))


def _missing(found: _Read, step: ReplayStep) -> Iterator[str]:
    if step.run is None:
        yield "No run is recorded: what it read besides is not known."
    elif found.runs[step.run].state is not RunState.COMPLETE:
        yield "Its run did not complete."
    if step.revision is None:
        yield "Which revision of the code ran is not recorded."
    elif step.clean is False:
        yield "The code held changes that are in no revision."
    if step.environment is None:
        yield "In which environment it ran is not recorded."
    if not step.inputs:
        yield "What it read is not recorded."
    unnamed = [one for one in step.inputs if one.snapshot is None]
    if unnamed:
        yield f"In which state it read {_counted(len(unnamed))} is not recorded."


def _counted(number: int) -> str:
    return "one of its inputs" if number == 1 else f"{number} of its inputs"


def _unheld(found: _Read, id_: str) -> Iterator[str]:
    one = found.states[id_]
    if _is_version(id_):
        yield "A model version that it begins with is not registered, and no run is recorded that made it."
    elif one is None:
        yield "A state that it begins with may not be seen, or is not known."
    elif one.state in _GONE:
        yield f"The bytes of {one.name} {one.digest[:19]} are gone."
    elif one.seal is None:
        yield f"Nobody sealed {one.name} {one.digest[:19]}: whether its bytes are kept is not known."
