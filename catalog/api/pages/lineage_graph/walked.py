"""The graph that the lineage page shows: a walk, and what was expanded beside it; or the ways between two things."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from catalog.api.pages.lineage_graph.asked import Asked, Detail
from catalog.errors import SenderError
from catalog.lineage.model import (
    Direction,
    FlowScope,
    Grain,
    LineageEdge,
    LineageGraph,
    LineageNode,
    Walk,
)
from catalog.lineage.queries import lineage, own_grain, paths
from catalog.reading import Complete, Completeness, Redacted
from catalog.use.difference import LineageDifference, lineage_difference
from catalog.view import View
from graph_schema.identity import label_of, node_id
from reports.growth import Opened

_BUDGET: Final = 2_000
_COLUMN_BUDGET: Final = 10_000
"""Columns are many: 500 datasets with twenty each."""
_NEIGHBOURS: Final = 60
"""How many more nodes one that is expanded shows at the most."""
_WAYS: Final = 20
"""How many ways between two things are shown each way."""
_ZONE: Final = "zone:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was walked: the graph, in which order what was expanded came, and what is different since before."""

    graph: LineageGraph
    walk: Walk
    opened: tuple[Opened, ...] = ()
    difference: LineageDifference | None = None
    ways: int | None = None
    """How many ways there are between the two, where these were asked for."""


def walk_of(asked: Asked) -> Walk:
    """Return the question that the address asks."""
    grain = None if asked.detail is Detail.OWN else Grain(asked.detail.value)
    of_columns = grain is Grain.COLUMN or (grain is None and label_of(asked.id) == "Column")
    return Walk(
        (asked.id,),
        Direction(asked.direction.value),
        grain,
        asked.depth,
        FlowScope.EVER_STATED if asked.ever else FlowScope.CURRENT,
        budget=_COLUMN_BUDGET if of_columns else _BUDGET,
        columns=asked.columns if grain is Grain.COLUMN else (),
    )


def walked(view: View, asked: Asked) -> Found:
    """Walk; raises SenderError 422 for a grain that what is asked about has not."""
    walk = walk_of(asked)
    if asked.between:
        return _between(view, asked, walk)
    if asked.before is not None:
        difference = lineage_difference(view.beside(asked.before), view, walk)
        graph = _with(lineage(view, walk), difference.nodes.went, difference.edges.went)
        return Found(graph=graph, walk=walk, opened=_zones(asked), difference=difference)
    graph = lineage(view, walk)
    opened = []
    for key in asked.opened:
        if key.startswith(_ZONE):
            opened.append(Opened(zone=key.removeprefix(_ZONE)))
            continue
        graph, more = _expanded(view, graph, walk, key)
        opened.append(Opened(nodes=more))
    return Found(graph=graph, walk=walk, opened=tuple(opened))


def _zones(asked: Asked) -> tuple[Opened, ...]:
    """Return the zones that are expanded; nodes are only where a walk goes on from them."""
    return tuple(Opened(zone=key.removeprefix(_ZONE)) for key in asked.opened if key.startswith(_ZONE))


def _between(view: View, asked: Asked, walk: Walk) -> Found:
    """Return the ways from either of the two to the other."""
    if walk.columns:
        raise SenderError("Ways are found between two whole things: leave `column` out.", status=422)
    grain = walk.grain or own_grain((asked.id,))
    found = [
        (paths(view, source, target, replace(walk, grain=grain), _WAYS), target == asked.id)
        for source, target in ((asked.between, asked.id), (asked.id, asked.between))
        if source != target
    ]
    away: dict[str, int] = {asked.id: 0}
    edges: dict[LineageEdge, None] = {}
    ways = 0
    for one, comes in found:
        for chain in one.paths:
            ways += 1
            for step, edge in enumerate(reversed(chain) if comes else chain, 1):
                edges[edge] = None
                end = edge.source if comes else edge.target
                away[end] = min(away.get(end, step), step)
                away.setdefault(edge.target if comes else edge.source, step - 1)
    whole = next((one.completeness for one, _ in found if not isinstance(one.completeness, Complete)), Complete())
    datasets = _datasets_of(view, away)
    nodes = (
        LineageNode(one, steps, dataset=datasets.get(one))
        for one, steps in sorted(away.items(), key=lambda item: (item[1], item[0]))
    )
    graph = LineageGraph((asked.id,), grain, tuple(nodes), tuple(edges), whole)
    return Found(graph=graph, walk=walk, opened=_zones(asked), ways=ways)


def _datasets_of(view: View, ids: Iterable[str]) -> dict[str, str]:
    """Return the dataset of each state, snapshot and column among these ids."""
    found = {}
    several = list(ids)
    known = view.nodes([one for one in several if label_of(one) in {"Snapshot", "Column"}])
    for one in several:
        if label_of(one) == "State":
            found[one] = "Dataset:" + one.partition(":")[2].partition(".")[0]
    for one, each in known.items():
        found[one] = dataset_of(each.node)
    return found


def _expanded(view: View, graph: LineageGraph, walk: Walk, key: str) -> tuple[LineageGraph, frozenset[str]]:
    """Return the graph with one step more from a node, or from the columns of a dataset, and the boxes that came.

    It goes on the way on which the node was met; from one that was met on both, on both.
    """
    by_id = {node.id: node for node in graph.nodes}
    held = {box_key(node, graph.grain) for node in graph.nodes}
    roots = [node.id for node in graph.nodes if box_key(node, graph.grain) == key]
    if not roots:
        return graph, frozenset()
    asked = replace(
        walk,
        roots=tuple(roots),
        grain=graph.grain,
        direction=_onwards(graph, walk, roots),
        depth=1,
        budget=_NEIGHBOURS + len(roots),
        columns=(),
    )
    found = lineage(view, asked)
    away = max(by_id[one].depth for one in roots)
    fresh = [replace(node, depth=away + node.depth) for node in found.nodes if node.id not in by_id]
    cut = {node.id for node in found.nodes if node.more}
    met = set(roots)
    nodes = [replace(node, more=node.id in cut) if node.id in met else node for node in graph.nodes]
    known = set(graph.edges)
    joined = replace(
        graph,
        nodes=tuple(sorted((*nodes, *fresh), key=lambda node: (node.depth, node.id))),
        edges=(*graph.edges, *(edge for edge in found.edges if edge not in known)),
        completeness=_less_whole(graph.completeness, found.completeness),
        made_elsewhere=graph.made_elsewhere | found.made_elsewhere,
    )
    return joined, frozenset(box_key(node, graph.grain) for node in fresh) - held


def _less_whole(one: Completeness, other: Completeness) -> Completeness:
    """Return what is said of two answers together: of each what ended it is said at its nodes."""
    if isinstance(one, Redacted) and isinstance(other, Redacted):
        return one if one.hidden >= other.hidden else other
    return other if isinstance(one, Complete) and isinstance(other, Redacted) else one


def _onwards(graph: LineageGraph, walk: Walk, nodes: Iterable[str]) -> Direction:
    if walk.direction is not Direction.BOTH:
        return walk.direction
    met = set(nodes)
    up, down = (
        bool(met & _reached(graph, to_source=to_source)) and not met & set(graph.roots) for to_source in (True, False)
    )
    return Direction.BOTH if up == down else Direction.UPSTREAM if up else Direction.DOWNSTREAM


def _reached(graph: LineageGraph, *, to_source: bool) -> set[str]:
    """Return what is met from the roots on one way."""
    ahead: dict[str, list[str]] = {}
    for edge in graph.edges:
        one, other = (edge.target, edge.source) if to_source else (edge.source, edge.target)
        ahead.setdefault(one, []).append(other)
    seen, front = set(graph.roots), list(graph.roots)
    while front:
        for other in ahead.get(front.pop(), ()):
            if other not in seen:
                seen.add(other)
                front.append(other)
    return seen


def _with(graph: LineageGraph, nodes: Iterable[LineageNode], edges: Iterable[LineageEdge]) -> LineageGraph:
    """Return the graph with what went since before."""
    known = {node.id for node in graph.nodes}
    gone = [node for node in nodes if node.id not in known]
    return replace(
        graph,
        nodes=tuple(sorted((*graph.nodes, *gone), key=lambda node: (node.depth, node.id))),
        edges=tuple(dict.fromkeys((*graph.edges, *edges))),
    )


def box_key(node: LineageNode, grain: Grain) -> str:
    """Return the key of the box that a node is drawn in: at column grain that of its dataset."""
    return node.dataset or node.id if grain is Grain.COLUMN else node.id


def dataset_of(node: object) -> str:
    """Return the id of the dataset that a snapshot or a column is of."""
    return node_id("Dataset", (getattr(node, "namespace", ""), getattr(node, "dataset", "")))
