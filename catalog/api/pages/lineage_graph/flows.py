"""The flows of a lineage under the numbers that the picture gives them, as the list and the files have them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from catalog.api.pages.kinds import Link
from catalog.api.pages.lineage_graph.marks import Mark
from catalog.api.pages.lineage_graph.walked import box_key
from catalog.lineage.choke_points import JobRun, step_of
from catalog.lineage.model import LineageEdge, LineageGraph
from graph_schema.identity import label_of


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow of data, under the number that the picture gives it."""

    number: int
    source: Link
    target: Link
    edge: LineageEdge
    job: Link | None
    run: Link | None
    steps: int
    """How many steps its nearer end is from what was asked about."""
    attested: bool
    """Whether an attestation of de-identification covers the step."""
    marks: tuple[Mark, ...]
    boxes: tuple[str, str]
    """The keys of the boxes that the picture has for its ends: what they are collapsed in, or themselves."""
    inside: bool
    """Whether both ends are collapsed in one box, so that it is not drawn."""


def in_order(graph: LineageGraph, links: Mapping[str, Link]) -> list[LineageEdge]:
    """Return the edges in the order of their numbers: from what is asked about outwards, then by names."""
    depths = {node.id: node.depth for node in graph.nodes}

    def from_the_root(edge: LineageEdge) -> tuple[int, str, str, int]:
        source, target = (links[one].name if one in links else one for one in (edge.source, edge.target))
        return min(depths.get(edge.source, 0), depths.get(edge.target, 0)), source, target, edge.valid_from

    # All that an edge says tells those apart that are alike in this; to spell it out takes longer than all else here.
    alike: defaultdict[tuple[int, str, str, int], list[LineageEdge]] = defaultdict(list)
    for edge in graph.edges:
        alike[from_the_root(edge)].append(edge)
    return [edge for place in sorted(alike) for edge in _ordered(alike[place])]


def _ordered(edges: list[LineageEdge]) -> list[LineageEdge]:
    return sorted(edges, key=repr) if len(edges) > 1 else edges


def flows_of(
    edges: Sequence[LineageEdge],
    graph: LineageGraph,
    links: Mapping[str, Link],
    covered: frozenset[JobRun],
    marks: Mapping[LineageEdge, frozenset[Mark]],
    within: Mapping[str, str],
) -> Iterator[Flow]:
    """Yield the flows by their numbers; `within` tells by the key of a box in which other it is collapsed."""
    depths = {node.id: node.depth for node in graph.nodes}
    box_of = {node.id: box_key(node, graph.grain) for node in graph.nodes}
    for number, edge in enumerate(edges, 1):
        ends = box_of.get(edge.source, edge.source), box_of.get(edge.target, edge.target)
        boxes = within.get(ends[0], ends[0]), within.get(ends[1], ends[1])
        marked = marks.get(edge, frozenset())
        yield Flow(
            number,
            links.get(edge.source) or unnamed(edge.source),
            links.get(edge.target) or unnamed(edge.target),
            edge,
            links.get(edge.job or ""),
            links.get(edge.run or ""),
            min(depths.get(edge.source, 0), depths.get(edge.target, 0)),
            step_of(edge) in covered,
            tuple(mark for mark in Mark if mark in marked),
            boxes,
            boxes[0] == boxes[1] and ends[0] != ends[1],
        )


def unnamed(identifier: str) -> Link:
    """Return what stands for a thing that may not be seen."""
    return Link(None, identifier, "hidden", label_of(identifier))


def named_in(graph: LineageGraph) -> Iterable[str]:
    """Return the ids of all that a lineage names."""
    jobs = {one for edge in graph.edges for one in (edge.job, edge.run) if one}
    datasets = {node.dataset for node in graph.nodes if node.dataset}
    return {node.id for node in graph.nodes} | jobs | datasets | {end for edge in graph.edges for end in edge[:2]}
