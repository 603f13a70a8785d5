"""What came to and went from lineage between two points: nodes, edges, labels and declared uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from catalog.assets.folds import aspects_in_force
from catalog.labels.taint.queries import effective_labels
from catalog.lineage.model import LineageEdge, LineageNode, Walk
from catalog.lineage.queries import lineage
from catalog.lineage.rules import edge_order
from catalog.reading import Completeness
from catalog.view import View
from graph_schema.aspects.declarations import PermittedUse
from graph_schema.canonical import canonical_text
from graph_schema.identity import label_of

_LABELLED = frozenset({"Dataset", "ModelVersion", "Snapshot"})
_USE = "permitted_use"
T = TypeVar("T")
K = TypeVar("K")


@dataclass(frozen=True, slots=True, order=True)
class LabelAt:
    """That an asset holds a kind of PHI; `codes` are `system code` of what exactly, none where that is any."""

    asset: str
    kind: str
    origin: str
    codes: tuple[str, ...]
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class UseAt:
    """What the owner of a dataset permits; the entry that says so."""

    dataset: str
    permitted: PermittedUse
    entry: int


@dataclass(frozen=True, slots=True)
class Moved(Generic[T]):
    """What is at the later point and not at the earlier one, and what is at the earlier one alone; in order."""

    came: tuple[T, ...]
    went: tuple[T, ...]


@dataclass(frozen=True, slots=True)
class LineageDifference:
    """What came and went.

    An edge is the same that leads from the same to the same, in the same way, by the same job: another run of a job is
    no difference. A label is the same of the same kind, origin and codes, a use of the same content, whoever said it
    again. Where one of the walks is not whole, what seems to come or go may have been there.
    """

    nodes: Moved[LineageNode]
    edges: Moved[LineageEdge]
    labels: Moved[LabelAt]
    uses: Moved[UseAt]
    completeness: tuple[Completeness, Completeness]
    """Of the earlier walk, and of the later one."""


def lineage_difference(before: View, after: View, walk: Walk) -> LineageDifference:
    """Return the difference of one walk at two views; labels and uses of all that either walk shows.

    Raises as `lineage`.
    """
    graphs = lineage(before, walk), lineage(after, walk)
    shown = sorted({node.id for graph in graphs for node in graph.nodes})
    return LineageDifference(
        _moved(*(graph.nodes for graph in graphs), key=lambda node: node.id),
        _moved(*(sorted(graph.edges, key=edge_order) for graph in graphs), key=_same_edge),
        _moved(*(_labels(view, shown) for view in (before, after)), key=_same_label),
        _moved(*(_uses(view, shown) for view in (before, after)), key=_same_use),
        (graphs[0].completeness, graphs[1].completeness),
    )


def _moved(before: Iterable[T], after: Iterable[T], *, key: Callable[[T], K]) -> Moved[T]:
    old, new = _first(before, key), _first(after, key)
    return Moved(
        tuple(one for name, one in new.items() if name not in old),
        tuple(one for name, one in old.items() if name not in new),
    )


def _first(items: Iterable[T], key: Callable[[T], K]) -> Mapping[K, T]:
    found: dict[K, T] = {}
    for one in items:
        found.setdefault(key(one), one)
    return found


def _same_edge(edge: LineageEdge) -> tuple[object, ...]:
    return edge.source, edge.target, edge.how, edge.job, edge.past, edge.attempt, edge.column, edge.mapping


def _same_label(label: LabelAt) -> tuple[object, ...]:
    return label.asset, label.kind, label.origin, label.codes


def _same_use(use: UseAt) -> tuple[str, str]:
    return use.dataset, canonical_text(use.permitted.to_json())


def _labels(view: View, ids: Sequence[str]) -> list[LabelAt]:
    found = effective_labels(view, [one for one in ids if label_of(one) in _LABELLED])
    return sorted(
        LabelAt(
            asset,
            label.kind,
            label.origin.value,
            tuple(sorted(f"{code.system} {code.code}" for code in label.codes)),
            label.entries,
        )
        for asset, of in found.items()
        for label in of.labels
    )


def _uses(view: View, ids: Sequence[str]) -> list[UseAt]:
    datasets = [one for one in ids if label_of(one) == "Dataset"]
    held = {one: of[_USE] for one, of in aspects_in_force(view, datasets, aspects=(_USE,)).items() if _USE in of}
    return [UseAt(one, PermittedUse.from_json(use.value), use.entry) for one, use in sorted(held.items())]
