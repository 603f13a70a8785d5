"""What is asked of lineage: a walk, its counts, the paths between two nodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

import networkx as nx

from catalog.errors import SenderError
from catalog.lineage import datasets, runs
from catalog.lineage.columns.queries import column_lineage
from catalog.lineage.connected import check_connected, neighbourhood
from catalog.lineage.contributions import Contributions
from catalog.lineage.in_memory import TakenOut, take_out
from catalog.lineage.loader import LineageLoader
from catalog.lineage.model import Direction, FlowScope, Grain, LineageEdge, LineageGraph, LineageNode, Walk
from catalog.lineage.redaction import redacted, without_hidden
from catalog.lineage.rules import Hop, edge_order
from catalog.lineage.states import States
from catalog.lineage.walk import Expand, Walked, breadth_first, reasons
from catalog.reading import Complete, Completeness, Left, Redacted, Truncated
from catalog.view import View
from graph_schema.facet_reading import text
from graph_schema.identity import label_of, node_id
from graph_schema.nodes import Snapshot

ATTEMPTS = "ATTEMPTS"
IN_MEMORY = "IN_MEMORY"
MODEL = "MODEL"
"""The type of a dataset (DatasetTypeDatasetFacet 1-0-1) that is a model."""
MAX_DEPTH = 100
MAX_BUDGET = 20_000

_OWN_GRAIN = {
    "Dataset": Grain.DATASET,
    "Snapshot": Grain.SNAPSHOT,
    "State": Grain.SNAPSHOT,
    "ModelVersion": Grain.SNAPSHOT,
    "Run": Grain.RUN,
    "Column": Grain.COLUMN,
}
"""At which grain a node is walked unless told otherwise (rule 9)."""
EVER_STATED_GRAINS = frozenset({Grain.DATASET, Grain.COLUMN})
"""At which grains flows ever stated are walked."""
_DATA = frozenset({"Dataset", "Snapshot", "State", "ModelVersion"})
_STARTS = {
    Grain.RUN: frozenset({"Run"}),
    Grain.COLUMN: frozenset({"Dataset", "Snapshot", "ModelVersion", "Column"}),
}


def lineage(view: View, walk: Walk) -> LineageGraph:
    """Return the graph around the roots; what rights hide is counted in it, and what it connects stays connected.

    Jobs are among the nodes where what is connected is asked for, and nowhere else.

    Raises:
        SenderError: a root of a kind that has no lineage, roots of several grains, a depth or budget out of bounds.
    """
    grain = _grain(walk)
    _check(walk, grain)
    if grain is Grain.COLUMN:
        return column_lineage(view, walk)
    loader = LineageLoader(view.unredacted)
    states = States(loader, walk)
    # Of a root that may not be seen there is nothing around it, as of one that is not there.
    seen = view.visible(walk.roots, counted=False)
    shown = [root for root in walk.roots if root in seen]
    if walk.direction is Direction.CONNECTED:
        walked = neighbourhood(loader, walk, shown)
    else:
        walked = _walked(loader, states, walk, grain, _roots(loader, states, walk, shown, grain))
    walked.depths |= dict.fromkeys((root for root in walk.roots if root not in seen), 0)
    memory = _without_memory(loader, walked, walk, grain)
    hidden = redacted(walked, view)
    states.where = without_hidden(states.where, view)
    graph = _graph(states, walked, walk, grain, hidden)
    return replace(graph, in_memory=len(memory.gone), made_elsewhere=memory.fed | _models(loader, graph, walk))


def _without_memory(loader: LineageLoader, walked: Walked, walk: Walk, grain: Grain) -> TakenOut:
    between = grain in {Grain.DATASET, Grain.SNAPSHOT} and not walk.include_in_memory
    return take_out(walked, loader) if between else TakenOut()


def _models(loader: LineageLoader, graph: LineageGraph, walk: Walk) -> frozenset[str]:
    """Return those of the raw feeds that emitters say are models, of which nobody names a version."""
    if walk.direction not in {Direction.UPSTREAM, Direction.BOTH}:
        return frozenset()
    feeds = sorted(one for one in graph.sources if label_of(one) == "Dataset")
    stated = loader.view.statements(feeds, ("dataset_type",)) if feeds else ()
    newest = {one.subject: one for one in sorted(stated, key=lambda one: one.order)}
    return frozenset(one for one, type_ in newest.items() if (text(type_.data, "datasetType") or "").upper() == MODEL)


def _grain(walk: Walk) -> Grain:
    if walk.direction is not Direction.CONNECTED:
        return walk.grain or own_grain(walk.roots)
    check_connected(walk)
    return Grain.DATASET


def _walked(loader: LineageLoader, states: States, walk: Walk, grain: Grain, roots: list[str]) -> Walked:
    if walk.direction is not Direction.BOTH:
        return _one_way(loader, states, walk, grain, roots)
    walked = _one_way(loader, states, replace(walk, direction=Direction.UPSTREAM), grain, roots)
    left = max(walk.budget - len(walked.depths) + len(roots), len(roots))
    walked.join(_one_way(loader, states, replace(walk, direction=Direction.DOWNSTREAM, budget=left), grain, roots))
    return walked


def own_grain(roots: Sequence[str]) -> Grain:
    """Return the grain at which the roots are walked by default.

    Raises:
        SenderError: no root, a root without lineage, or roots whose grains differ.
    """
    grains = {_OWN_GRAIN.get(label_of(root)) for root in roots}
    if len(grains) != 1 or None in grains:
        kinds = ", ".join(sorted({label_of(root) for root in roots})) or "nothing"
        raise SenderError(
            "Lineage starts at datasets, columns, snapshots, model versions or runs, all of one grain; this asks of "
            f"{kinds}: name the grain, or ask for each by itself.",
            pointer="/of",
            status=422,
        )
    return next(grain for grain in grains if grain)


def starts_at(grain: Grain) -> frozenset[str]:
    """Return the kinds of nodes that lineage starts at at this grain."""
    return _STARTS.get(grain, _DATA)


def _check(walk: Walk, grain: Grain) -> None:
    if not 0 <= walk.depth <= MAX_DEPTH:
        raise SenderError(f"The depth is {walk.depth}: it goes from 0 to {MAX_DEPTH}.", pointer="/depth", status=422)
    if not 1 <= walk.budget <= MAX_BUDGET:
        raise SenderError(
            f"The budget is {walk.budget}: it goes from 1 to {MAX_BUDGET} nodes.", pointer="/budget", status=422
        )
    if walk.flows is FlowScope.EVER_STATED and grain not in EVER_STATED_GRAINS:
        raise SenderError(
            "Lineage of flows ever stated has dataset and column grain only: ask for one of these.",
            pointer="/grain",
            status=422,
        )
    if walk.direction is Direction.CONNECTED:
        return
    if walk.columns and grain is not Grain.COLUMN:
        raise SenderError("Columns are named at column grain only: ask for that grain.", pointer="/columns", status=422)
    allowed = starts_at(grain)
    wrong = sorted({label_of(root) for root in walk.roots} - allowed)
    if wrong:
        starts = ", ".join(sorted(allowed))
        raise SenderError(
            f"Lineage at {grain} grain does not start at {', '.join(wrong)}: it starts at {starts}.",
            pointer="/of",
            status=422,
        )


def _roots(loader: LineageLoader, states: States, walk: Walk, ids: Sequence[str], grain: Grain) -> list[str]:
    if grain is Grain.RUN:
        return sorted(set(ids))
    found = set()
    plain = [root for root in ids if label_of(root) == "Dataset"]
    if grain is Grain.DATASET and walk.flows is FlowScope.CURRENT and len(plain) == len(ids):
        # Mostly a root is called what it stands for: then all that the walk can meet is named in one go.
        first = Direction.DOWNSTREAM if walk.direction is Direction.DOWNSTREAM else Direction.UPSTREAM
        datasets.reached(loader, walk, sorted(set(plain)), first)
    loader.load_names(plain)
    resolved = sorted({loader.resolve(root, loader.valid_at) for root in plain})
    if grain is Grain.DATASET:
        found |= set(resolved) | {root for root in ids if label_of(root) == "ModelVersion"}
        found |= _datasets_of(loader, [root for root in ids if label_of(root) in {"Snapshot", "State"}])
    else:
        found |= _states(loader, [root for root in ids if label_of(root) != "Dataset"])
        if resolved:
            held = states.of_datasets(resolved)
            found |= {state for dataset in resolved for state in held[dataset] or [dataset]}
    return sorted(found)


def _named(loader: LineageLoader, ids: Sequence[str]) -> dict[str, tuple[str, str | None]]:
    """Return the dataset of each state, and its version where it is a snapshot; their names are fetched."""
    loader.load_nodes(root for root in ids if label_of(root) == "Snapshot")
    found: dict[str, tuple[str, str | None]] = {}
    for root in ids:
        node = loader.node(root)
        if isinstance(node, Snapshot):
            found[root] = node_id("Dataset", (node.namespace, node.dataset)), node.version
        elif label_of(root) == "State":
            found[root] = "Dataset:" + root.partition(":")[2].partition(".")[0], None
    loader.load_names(dataset for dataset, _ in found.values())
    return found


def _datasets_of(loader: LineageLoader, ids: Sequence[str]) -> set[str]:
    return {loader.resolve(dataset, loader.valid_at, version) for dataset, version in _named(loader, ids).values()}


def _states(loader: LineageLoader, ids: Sequence[str]) -> set[str]:
    """Return the states, of a model the version that a snapshot of its dataset is."""
    named = _named(loader, ids)
    return {loader.version_of(*named[root]) or root if root in named else root for root in ids}


def _one_way(loader: LineageLoader, states: States, walk: Walk, grain: Grain, roots: list[str]) -> Walked:
    if grain is Grain.DATASET and walk.flows is FlowScope.CURRENT:
        up = walk.direction is Direction.UPSTREAM
        return (datasets.upstream if up else datasets.downstream)(loader, walk, roots)
    return breadth_first(roots, walk.direction, walk.depth, walk.budget, _expand(loader, states, walk, grain))


def _expand(loader: LineageLoader, states: States, walk: Walk, grain: Grain) -> Expand:
    up = walk.direction is Direction.UPSTREAM
    if grain is Grain.SNAPSHOT:
        return lambda front, _: (states.upstream if up else states.downstream)(front)
    if grain is Grain.RUN:
        return lambda front, _: (runs.upstream if up else runs.downstream)(states, front)
    return lambda front, limit: datasets.ever_stated(loader, walk.direction, front, limit)


def _graph(
    states: States, walked: Walked, walk: Walk, grain: Grain, hidden: Mapping[str, frozenset[str]]
) -> LineageGraph:
    nodes = tuple(
        LineageNode(
            identifier,
            depth,
            identifier in walked.more,
            *states.where.get(identifier, (None, None)),
            hidden=len(hidden.get(identifier, ())),
        )
        for identifier, depth in sorted(walked.depths.items(), key=lambda item: (item[1], item[0]))
    )
    concealed = len(frozenset().union(*hidden.values())) if hidden else 0
    completeness: Completeness = Redacted(concealed) if concealed else Complete()
    if walked.cut:
        completeness = Truncated(
            walk.budget, len(nodes), tuple(sorted(walked.more)), concealed, reasons=reasons(walked.cut)
        )
    roots = tuple(sorted(node.id for node in nodes if node.depth == 0))
    return LineageGraph(roots, grain, nodes, tuple(sorted(walked.edges, key=edge_order)), completeness)


@dataclass(frozen=True, slots=True)
class LineageCounts:
    """How much an answer holds, before it is asked for."""

    nodes: dict[str, int]
    """Label to number of nodes, the roots included."""
    edges: int
    jobs: int
    deepest: int
    completeness: Completeness


def lineage_counts(view: View, walk: Walk) -> LineageCounts:
    """Return how many nodes of each kind, edges and jobs the walk meets."""
    graph = lineage(view, walk)
    return LineageCounts(
        dict(sorted(Counter(label_of(node.id) for node in graph.nodes).items())),
        len(graph.edges),
        len({edge.job for edge in graph.edges if edge.job}),
        max((node.depth for node in graph.nodes), default=0),
        graph.completeness,
    )


def left_out(view: View, ids: Sequence[str]) -> tuple[Left, ...]:
    """Return what a walk over these nodes does not show unless it is asked to: the attempts on their datasets."""
    loader = LineageLoader(view)
    datasets_ = [one for one in ids if label_of(one) in {"Dataset", "ModelVersion"}]
    tried = {
        (one.run, one.attempt, one.dataset)
        for one in datasets.attempts(Contributions(loader), [Hop(one, loader.valid_at) for one in datasets_])
    }
    return (Left(ATTEMPTS, len(tried)),) if tried else ()


@dataclass(frozen=True, slots=True)
class Paths:
    """Why two nodes are connected: the shortest paths, shortest first, each a chain of edges."""

    paths: tuple[tuple[LineageEdge, ...], ...]
    completeness: Completeness


def paths(view: View, source: str, target: str, walk: Walk, first: int = 5) -> Paths:
    """Return the `first` shortest paths along which data of the source reached the target; ties by the nodes' ids.

    `walk` gives grain, depth and budget; its roots and direction are replaced.
    """
    asked = replace(walk, roots=(target,), direction=Direction.UPSTREAM)
    graph = lineage(view, asked)
    drawn: nx.DiGraph[str] = nx.DiGraph()
    best: dict[tuple[str, str], LineageEdge] = {}
    for edge in sorted(graph.edges, key=edge_order):
        best.setdefault((edge.source, edge.target), edge)
    drawn.add_edges_from(sorted(best))
    start = _start(drawn, view, source)
    found: list[list[str]] = []
    for root in graph.roots:
        if start and start != root and root in drawn and nx.has_path(drawn, start, root):
            found += islice(nx.shortest_simple_paths(drawn, start, root), first)
    found = sorted(found, key=lambda nodes: (len(nodes), nodes))[:first]
    chains = tuple(tuple(best[pair] for pair in pairwise(nodes)) for nodes in found)
    return Paths(chains, graph.completeness)


def _start(drawn: nx.DiGraph[str], view: View, source: str) -> str | None:
    if source in drawn:
        return source
    loader = LineageLoader(view)
    if label_of(source) == "Dataset":
        loader.load_names([source])
        resolved = loader.resolve(source, loader.valid_at)
        return resolved if resolved in drawn else None
    return None
