"""What every way to a node passes: nodes, single steps of jobs, and whether an attestation covers one on each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from catalog.access import queries as access
from catalog.access.model import Powers
from catalog.assets import queries as assets
from catalog.labels import queries as labels
from catalog.labels.model import Attestation
from catalog.labels.rules import why_uncovered
from catalog.lineage.choke_points import JobRun, cuts, reaches_without, step_of
from catalog.lineage.loader import LineageLoader
from catalog.lineage.model import Direction, LineageGraph, Walk
from catalog.lineage.queries import lineage
from catalog.reading import Completeness
from catalog.view import View
from graph_schema.identity import label_of
from graph_schema.nodes import Principal


@dataclass(frozen=True, slots=True)
class CutStep:
    """A step without which there would be no way, and whether an attestation of de-identification covers it."""

    job: str
    run: str | None
    attested: bool


@dataclass(frozen=True, slots=True)
class ChokePoints:
    """What every way from the sources to the target passes, in the order of the way, without its ends.

    Where the answer is not Complete there may be ways that were not walked, of which it says nothing.
    """

    sources: tuple[str, ...]
    """Where the ways begin: what was asked for as far as it was met, else the raw feeds."""
    connected: bool
    """Whether there is a way at all."""
    nodes: tuple[str, ...]
    steps: tuple[CutStep, ...]
    deidentified: bool | None
    """Whether an attestation covers a step of every way; None where there is no way."""
    completeness: Completeness


def choke_points(view: View, sources: Collection[str], target: str, walk: Walk) -> ChokePoints:
    """Return what all ways from the sources, or from the raw feeds where none is named, to the target pass.

    `walk` gives grain, flows, depth and budget; its roots and direction are replaced.

    Raises:
        SenderError: as `lineage` does.
    """
    graph = lineage(view, replace(walk, roots=(target,), direction=Direction.UPSTREAM))
    begin = _met(view, graph, sources) if sources else sorted(graph.sources.difference(graph.roots))
    found = cuts(graph.edges, begin, graph.roots)
    covered = covered_steps(view, graph) if found.connected else frozenset()
    return ChokePoints(
        tuple(begin),
        found.connected,
        found.nodes,
        tuple(CutStep(one.job, one.run, one in covered) for one in found.steps),
        None if not found.connected else not reaches_without(graph.edges, begin, graph.roots, covered),
        graph.completeness,
    )


def _met(view: View, graph: LineageGraph, sources: Collection[str]) -> list[str]:
    """Return the nodes of the graph that the sources are: themselves, their names' datasets, or states of these."""
    loader = LineageLoader(view)
    plain = [one for one in sources if label_of(one) == "Dataset"]
    loader.load_names(plain)
    wanted = {*sources, *(name for one in plain for name in loader.names(one))}
    wanted |= {loader.resolve(one, loader.valid_at) for one in plain}
    return sorted(node.id for node in graph.nodes if node.id in wanted or node.dataset in wanted)


def covered_steps(view: View, graph: LineageGraph) -> frozenset[JobRun]:
    """Return the steps of a graph that an attestation of de-identification in force covers, whoever asks."""
    drawn = {step for edge in graph.edges if (step := step_of(edge))}
    named = labels.attestations(view, sorted({one for step in drawn for one in step if one is not None}))
    attested: dict[str, list[Attestation]] = {}
    for one in {one.id: one for several in named.values() for one in several}.values():
        attested.setdefault(one.subject, []).append(one)
    if not attested:
        return frozenset()
    runs = assets.runs(view, sorted({step.run for step in drawn if step.run}))
    powers = _powers(view, attested)
    of = {node.id: node.dataset or (node.id if label_of(node.id) == "Dataset" else None) for node in graph.nodes}
    every = labels.steps_of(view, graph.edges, of.get, runs, attested)
    judged = {step for several in every.values() for step in several}
    return frozenset(
        JobRun(step.job, step.run)
        for step in judged
        if any(why_uncovered(one, step, powers, view.moment) is None for one in attested.get(step.job, ()))
    )


def _powers(view: View, attested: Mapping[str, Sequence[Attestation]]) -> Powers:
    """Return how those who attested were defined over time, whoever asks: an attestation covers a step or does not."""
    names = {one.attested_by for several in attested.values() for one in several}
    by_id = {Principal(name).id: name for name in names}
    found = access.definitions(view.unredacted, sorted(by_id))
    return Powers({by_id[id_]: each for id_, each in found.items()}, {})
