"""What is marked in a lineage: what every way passes, what changed since before, where a label came from and went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from catalog.api.pages.lineage_graph.asked import Asked
from catalog.api.pages.lineage_graph.walked import Found
from catalog.api.pages.words import worded
from catalog.findings.choke_points import ChokePoints, choke_points
from catalog.labels.taint.answers import ClearedLabel, EffectiveLabel, EffectiveLabels, EffectiveOrigin, Way
from catalog.labels.taint.queries import effective_labels, effective_labels_of_columns
from catalog.lineage.choke_points import JobRun, step_of
from catalog.lineage.model import LineageEdge, LineageGraph, LineageNode
from catalog.use.difference import LineageDifference, same_edge
from catalog.view import View
from graph_schema.identity import label_of

_LABELLED = frozenset({"Dataset", "ModelVersion", "Snapshot"})


class Mark(StrEnum):
    """What is marked of a node or edge; the sign that a picture shows stands in `SIGNS`."""

    CHOKE_POINT = "CHOKE_POINT"
    """Every way passes it."""
    CAME = "CAME"
    """It is there now and was not before."""
    WENT = "WENT"
    """It was there before and is no more."""
    CHANGED = "CHANGED"
    """It was there before, and its labels or what is said of its use are others now."""
    LABEL_ORIGIN = "LABEL_ORIGIN"
    """The label was said of it."""
    LABEL = "LABEL"
    """It holds the label, which flowed in; of an edge, the label came this way to what is asked about."""
    CLEARED = "CLEARED"
    """An attestation took the label away on the way in."""


SIGNS: Mapping[Mark, str] = {
    Mark.CHOKE_POINT: "M0-3.2L3.2 0L0 3.2L-3.2 0z",
    Mark.CAME: "M-2.6 0h5.2M0-2.6v5.2",
    Mark.WENT: "M-2.6 0h5.2",
    Mark.CHANGED: "M0-2.9L2.8 2h-5.6z",
    Mark.LABEL_ORIGIN: "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0zM-1.2 0a1.2 1.2 0 1 1 2.4 0a1.2 1.2 0 1 1-2.4 0z",
    Mark.LABEL: "M-2.4 0a2.4 2.4 0 1 0 4.8 0a2.4 2.4 0 1 0-4.8 0z",
    Mark.CLEARED: "M-2.3-2.3l4.6 4.6M2.3-2.3l-4.6 4.6",
}
"""By shape, so that no colour has to be told from another: SVG paths around 0."""
MEANINGS: Mapping[Mark, str] = {
    Mark.CHOKE_POINT: "every way passes it",
    Mark.CAME: "came since",
    Mark.WENT: "gone since",
    Mark.CHANGED: "labels or use changed since",
    Mark.LABEL_ORIGIN: "the label was said of it",
    Mark.LABEL: "holds the label",
    Mark.CLEARED: "an attestation cleared the label on the way in",
}
"""Of what is drawn as a box."""
OF_EDGES: Mapping[Mark, str] = {
    **MEANINGS,
    Mark.LABEL: "the label came this way",
    Mark.CLEARED: "the label was cleared",
}


@dataclass(frozen=True, slots=True)
class Stated:
    """That the followed label stands somewhere by somebody's word, or was taken away on the way there."""

    node: str
    source: str | None
    """Where it would have come from, where it was cleared."""
    job: str | None
    entries: tuple[int, ...]
    remains: bool = False
    """Whether it is there by another way, where it was cleared on this one."""


@dataclass(frozen=True, slots=True)
class Change:
    """That something is said of a thing at one of two points alone."""

    subject: str
    mark: Mark
    """That it came, or went."""
    what: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The marks of nodes, by id, and of edges, and what a reader is told of them in sentences."""

    nodes: Mapping[str, frozenset[Mark]] = field(default_factory=dict)
    edges: Mapping[LineageEdge, frozenset[Mark]] = field(default_factory=dict)
    choke_points: ChokePoints | None = None
    origins: tuple[Stated, ...] = ()
    cleared: tuple[Stated, ...] = ()
    changes: tuple[Change, ...] = ()
    """What is said of things at one of two points alone, by thing."""

    @property
    def is_held(self) -> bool:
        """Tell whether anything that is shown holds the label, were it only by inference from what is not shown."""
        return any(marks & {Mark.LABEL, Mark.LABEL_ORIGIN} for marks in self.nodes.values())


def marks_of(view: View, asked: Asked, found: Found) -> Marks:
    """Return what is marked, as the address asks."""
    nodes: defaultdict[str, set[Mark]] = defaultdict(set)
    edges: defaultdict[LineageEdge, set[Mark]] = defaultdict(set)
    points = _choke_points(view, asked, found) if asked.choke_points else None
    if points is not None:
        _mark_choke_points(points, found.graph, nodes, edges)
    if found.difference is not None:
        for mark, some, others in (
            (Mark.CAME, found.difference.nodes.came, found.difference.edges.came),
            (Mark.WENT, found.difference.nodes.went, found.difference.edges.went),
        ):
            for node in some:
                nodes[node.id].add(mark)
            same = {same_edge(edge) for edge in others}
            for edge in found.graph.edges:
                if same_edge(edge) in same:
                    edges[edge].add(mark)
        _mark_changed(found.difference, found.graph, nodes)
    origins: list[Stated] = []
    cleared: list[Stated] = []
    if asked.label is not None:
        _mark_label(view, asked.label.value, found.graph, _Marking(nodes, edges, origins, cleared))
    return Marks(
        nodes={one: frozenset(several) for one, several in nodes.items()},
        edges={one: frozenset(several) for one, several in edges.items()},
        choke_points=points,
        origins=tuple(origins),
        cleared=tuple(cleared),
        changes=tuple(_changes(found)),
    )


def _mark_changed(difference: LineageDifference, graph: LineageGraph, nodes: defaultdict[str, set[Mark]]) -> None:
    """Mark what was there at both points and is labelled otherwise, or of which something else is said."""
    changed = {change.subject for change in changes_of(difference)}
    other = {node.id for node in (*difference.nodes.came, *difference.nodes.went)}
    for node in graph.nodes:
        if _asset(node) in changed and node.id not in other:
            nodes[node.id].add(Mark.CHANGED)


def _changes(found: Found) -> list[Change]:
    """Return the changes by the things that they are of, in the order of the walk."""
    if found.difference is None:
        return []
    place = {_asset(node): number for number, node in enumerate(found.graph.nodes)}
    return sorted(changes_of(found.difference), key=lambda one: place.get(one.subject, len(place)))


def changes_of(difference: LineageDifference) -> Iterator[Change]:
    """Yield what is said of things at one of the two points alone: labels, use, and where data may be besides."""
    labels, uses, transfers = difference.labels, difference.uses, difference.transfers
    for mark, some_labels, some_uses, some_transfers in (
        (Mark.CAME, labels.came, uses.came, transfers.came),
        (Mark.WENT, labels.went, uses.went, transfers.went),
    ):
        for label in some_labels:
            codes = f" ({', '.join(label.letters)})" if label.codes else ""
            yield Change(label.asset, mark, f"{worded(label.kind)}{codes}, {worded(label.origin)}", label.entries)
        for use in some_uses:
            yield Change(use.subject, mark, f"use as {use.statement.authority} states it", use.statement.cites)
        for one in some_transfers:
            yield Change(one.subject, mark, f"may be in {one.transfer.place} besides", (one.transfer.entry,))


def _choke_points(view: View, asked: Asked, found: Found) -> ChokePoints:
    """Return what every way to what is asked about passes; between two things, every way from either to the other."""
    if not asked.between:
        return choke_points(view, (), asked.id, found.walk)
    there = choke_points(view, (asked.between,), asked.id, found.walk)
    return there if there.connected else choke_points(view, (asked.id,), asked.between, found.walk)


def _mark_choke_points(
    points: ChokePoints,
    graph: LineageGraph,
    nodes: defaultdict[str, set[Mark]],
    edges: defaultdict[LineageEdge, set[Mark]],
) -> None:
    for one in points.nodes:
        nodes[one].add(Mark.CHOKE_POINT)
    steps = {JobRun(one.job, one.run) for one in points.steps}
    for edge in graph.edges:
        if step_of(edge) in steps:
            edges[edge].add(Mark.CHOKE_POINT)


@dataclass(frozen=True, slots=True)
class _Marking:
    nodes: defaultdict[str, set[Mark]]
    edges: defaultdict[LineageEdge, set[Mark]]
    origins: list[Stated]
    cleared: list[Stated]


def _mark_label(view: View, kind: str, graph: LineageGraph, marking: _Marking) -> None:
    """Mark the nodes that hold a label, those that it was said of, and the steps on which it was taken away."""
    held = _labels(view, graph.nodes)
    asset = {node.id: _asset(node) for node in graph.nodes}
    for node in graph.nodes:
        labels = held.get(node.id)
        for label in () if labels is None else labels.labels:
            if label.kind == kind:
                _mark_held(node.id, label, marking)
                if node.id in graph.roots and label.way is not None:
                    _mark_way(label.way, asset, graph.edges, marking)
        for one in () if labels is None else labels.cleared:
            if one.kind == kind:
                _mark_cleared(node.id, one, asset, graph.edges, marking)


def _mark_held(node: str, label: EffectiveLabel, marking: _Marking) -> None:
    inferred = label.origin is EffectiveOrigin.INFERRED
    marking.nodes[node].add(Mark.LABEL if inferred else Mark.LABEL_ORIGIN)
    if not inferred:
        marking.origins.append(Stated(node, None, None, label.entries))


def _mark_cleared(
    node: str, one: ClearedLabel, asset: Mapping[str, str], edges: Iterable[LineageEdge], marking: _Marking
) -> None:
    marking.nodes[node].add(Mark.CLEARED)
    cleared = Stated(node, one.source, one.job, (one.entry,), one.remains)
    if cleared in marking.cleared:
        return
    marking.cleared.append(cleared)
    for edge in edges:
        came = one.source is None or asset.get(edge.source) == one.source
        if edge.target == node and edge.job == one.job and came:
            marking.edges[edge].add(Mark.CLEARED)


def _mark_way(way: Way, asset: Mapping[str, str], edges: Iterable[LineageEdge], marking: _Marking) -> None:
    hops = {(hop.source, hop.target, hop.job) for hop in way.hops}
    for edge in edges:
        if (asset.get(edge.source), asset.get(edge.target), edge.job) in hops:
            marking.edges[edge].add(Mark.LABEL)


def _labels(view: View, nodes: Iterable[LineageNode]) -> dict[str, EffectiveLabels]:
    """Return the labels of each node that can have any, a state's being its dataset's."""
    columns = {node.id: (node.dataset, node.column) for node in nodes if node.dataset and node.column}
    wholes = {node.id: _asset(node) for node in nodes if node.id not in columns}
    asked = sorted({one for one in wholes.values() if label_of(one) in _LABELLED})
    of_wholes = effective_labels(view, asked) if asked else {}
    pairs = [(dataset, name) for dataset, name in columns.values() if dataset and name]
    of_columns = effective_labels_of_columns(view, pairs) if pairs else {}
    return dict(_found(wholes, of_wholes)) | dict(_found(columns, of_columns))


def _found(asked: Mapping[str, object], held: Mapping[Any, EffectiveLabels]) -> Iterator[tuple[str, EffectiveLabels]]:
    for one, key in asked.items():
        if key in held:
            yield one, held[key]


def _asset(node: LineageNode) -> str:
    """Return whose labels a node has: a state's are its dataset's."""
    return node.dataset if node.dataset and label_of(node.id) != "Snapshot" else node.id


def attested_nodes(graph: LineageGraph, covered: frozenset[JobRun]) -> frozenset[str]:
    """Return the nodes of which an attestation covers every step that wrote them."""
    steps: defaultdict[str, set[JobRun]] = defaultdict(set)
    for edge in graph.edges:
        step = step_of(edge)
        if step is not None and not edge.attempt:
            steps[edge.target].add(step)
    return frozenset(one for one, several in steps.items() if several <= covered)
