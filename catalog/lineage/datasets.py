"""Lineage at dataset grain: current, what is now in the data; ever stated, every flow that anything stated."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from catalog.lineage.declarations import Declared
from catalog.lineage.loader import LineageLoader
from catalog.lineage.model import Confidence, Direction, LineageEdge, Walk
from catalog.lineage.rules import Write, in_force
from graph_schema.bitemporal import Access, has_begun

_AHEAD = 4
"""How many times the budget is fetched ahead: lineage ever stated holds current lineage and more."""


def prefetch(loader: LineageLoader, walk: Walk, roots: Sequence[str], direction: Direction) -> None:
    """Fetch in a handful of calls all that the walk can meet, where that is not far more than its budget.

    Current lineage lies within lineage ever stated, and that the store can walk by itself.
    """
    inwards = direction is Direction.UPSTREAM
    limit = walk.budget * _AHEAD
    around = loader.view.reach(roots, "in" if inwards else "out", walk.depth + 1, limit)
    if around is not None:
        _load(loader, walk, around)


def _load(loader: LineageLoader, walk: Walk, targets: Iterable[str]) -> None:
    wanted = sorted(targets)
    loader.load_names(wanted)
    names = sorted({name for target in wanted for name in loader.names(target)})
    loader.load_writes(names, everything=walk.include_past)
    loader.load_declarations(names)


@dataclass(frozen=True, slots=True)
class Ends:
    """The datasets at which edges are wanted to start, and every name that may stand for one of them."""

    datasets: frozenset[str]
    names: frozenset[str]


def current_upstream(
    loader: LineageLoader, walk: Walk, front: Sequence[str], ends: Ends | None = None
) -> Iterator[LineageEdge]:
    """Yield the edges into each of the datasets and model versions (rules 6 and 10), only from `ends` where given."""
    _load(loader, walk, front)
    for target in front:
        yield from _into(loader, walk, target, ends)
    if walk.include_attempts:
        yield from _attempts(loader, frozenset(front), ends)


def current_downstream(loader: LineageLoader, walk: Walk, front: Sequence[str]) -> Iterator[LineageEdge]:
    """Yield the edges out of each of the datasets: those edges into what they ever fed that start at them."""
    loader.load_names(front)
    names = frozenset(name for source in front for name in loader.names(source))
    fed = loader.view.neighbours(sorted(names), "out")
    loader.load_names(fed)
    targets = sorted({name for target in fed for name in loader.names(target)})
    return current_upstream(loader, walk, targets, Ends(frozenset(front), names))


def _into(loader: LineageLoader, walk: Walk, target: str, ends: Ends | None) -> Iterator[LineageEdge]:
    writes = loader.writes(target)
    current = in_force(writes)
    declared = newer(loader.declarations(target), current)
    if declared:
        replaced = {declaration.job for declaration in declared if declaration.job is not None}
        current = [write for write in current if write.job not in replaced]
    for write in writes if walk.include_past else current:
        yield from _sources(loader, target, write, ends, past=walk.include_past and write not in current)
    for declaration in declared:
        yield from _declared(loader, target, declaration, ends)


def newer(declarations: Sequence[Declared], writes: Iterable[Write]) -> Sequence[Declared]:
    """Return the declarations that the same job's newest write did not follow."""
    if not declarations:
        return declarations
    newest = {write.job: write.at for write in writes if write.job is not None}
    return [one for one in declarations if one.job not in newest or not has_begun(one.valid_from, newest[one.job])]


def _resolved(
    loader: LineageLoader,
    names: Collection[str],
    at: int,
    ends: Ends | None,
    reads: Mapping[str, Access] = MappingProxyType({}),
) -> Iterator[tuple[str, str]]:
    """Yield the wanted ones of the names, ascending, each with the dataset that it stood for at the time."""
    if ends is None:
        for name in sorted(names):
            yield name, loader.resolve(name, at, reads[name].version if name in reads else None)
        return
    # Whichever is fewer is gone through: a run may have read a thousand of which one is wanted.
    few, many = (names, ends.names) if len(names) < len(ends.names) else (ends.names, names)
    for name in sorted(name for name in few if name in many):
        version = reads[name].version if name in reads else None
        if (dataset := loader.resolve(name, at, version)) in ends.datasets:
            yield name, dataset


def _sources(
    loader: LineageLoader, target: str, write: Write, ends: Ends | None, *, past: bool
) -> Iterator[LineageEdge]:
    stated = loader.trained_on(write) if write.how == "registered" else []
    for edge in stated:
        source = loader.resolve(edge.data["dataset"], write.at)
        if ends is None or source in ends.datasets:
            yield LineageEdge(
                source, target, "registered", write.job, write.run, Confidence.STATED, write.at, edge.entry, past=past
            )
    if stated or write.run is None:
        return
    fold = loader.fold(write.run)
    if fold is None:
        return
    confidence = Confidence.INFERRED if fold.start_known else Confidence.START_UNKNOWN
    renamed = write.access.renamed_from
    names: Collection[str] = fold.inputs if renamed is None else fold.inputs.keys() | {renamed}
    for name, source in _resolved(loader, names, write.at, ends, fold.inputs):
        how = "renamed" if name == renamed else write.how
        yield LineageEdge(
            source,
            target,
            how,
            write.job,
            write.run,
            Confidence.STATED if how == "renamed" else confidence,
            write.at,
            max(write.entry, loader.known_from(write.run, name, write.name)),
            past=past,
        )


def _declared(loader: LineageLoader, target: str, one: Declared, ends: Ends | None) -> Iterator[LineageEdge]:
    for _, source in _resolved(loader, one.sources, one.valid_from, ends):
        yield LineageEdge(source, target, "declared", one.job, None, Confidence.STATED, one.valid_from, one.entry)


def _attempts(loader: LineageLoader, front: frozenset[str], ends: Ends | None) -> Iterator[LineageEdge]:
    """Yield the edges that runs without a completion would have made, for each job those since its newest write."""
    names = sorted({name for target in front for name in loader.names(target)})
    wrote = loader.view.edges(names, ("WROTE",), "in")
    loader.load_runs(edge.source for edge in wrote)
    for run, name, job in sorted({(edge.source, edge.target, edge.job or "") for edge in wrote}):
        fold = loader.fold(run)
        if fold is None or fold.effective_at or (name, job or None) not in fold.outputs:
            continue
        target = loader.resolve(name, fold.started_at)
        since = (
            max((write.at for write in loader.writes(target) if write.job == (job or None)), default=None)
            if target in front
            else None
        )
        if target not in front or (since is not None and fold.started_at < since):
            continue
        confidence = Confidence.INFERRED if fold.start_known else Confidence.START_UNKNOWN
        for read, source in _resolved(loader, fold.inputs.keys(), fold.started_at, ends, fold.inputs):
            yield LineageEdge(
                source,
                target,
                "ran",
                job or None,
                run,
                confidence,
                fold.started_at,
                loader.known_from(run, read, name),
                attempt=True,
            )


def ever_stated(loader: LineageLoader, direction: Direction, front: list[str], limit: int) -> list[LineageEdge]:
    """Return every flow ever stated into or out of the nodes, whatever was replaced or failed since (rule 7).

    Where there are more than `limit`, more than that of them.
    """
    flows = loader.view.flows(front, "in" if direction is Direction.UPSTREAM else "out", limit)
    stated = {"declared", "registered", "renamed", "alias", "version"}
    return [
        LineageEdge(
            flow.source,
            flow.target,
            flow.how,
            flow.job,
            None,
            Confidence.STATED if flow.how in stated else Confidence.INFERRED,
            flow.valid_from,
            flow.entry,
        )
        for flow in flows
    ]
