"""What came to and went from lineage between two points: nodes, edges, labels, and what was said of use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from catalog.labels.taint.queries import effective_labels
from catalog.lineage.model import LineageEdge, LineageNode, Walk
from catalog.lineage.queries import lineage
from catalog.lineage.rules import edge_order
from catalog.reading import Completeness
from catalog.use.loading import recorded
from catalog.use.model import Transfer, UseStatement
from catalog.view import View
from graph_schema.bitemporal import lasts
from graph_schema.identity import label_of
from graph_schema.vocabulary.words import WithdrawalEffect

_LABELLED = frozenset({"Dataset", "ModelVersion", "Snapshot"})
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

    @property
    def letters(self) -> tuple[str, ...]:
        """Return the codes without their systems, as pages name them: a system is a URI, which holds no blank."""
        return tuple(code.partition(" ")[2] for code in self.codes)


@dataclass(frozen=True, slots=True)
class UseAt:
    """What somebody says of the use of a dataset, a model version, a snapshot or a source, as it stands at a point.

    `replaces` are the statements that it replaces, where it is a licence. A withdrawal that acts later is left out.
    """

    subject: str
    statement: UseStatement
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TransferAt:
    """An exception to residency: where data may be besides."""

    subject: str
    transfer: Transfer


@dataclass(frozen=True, slots=True)
class Moved(Generic[T]):
    """What is at the later point and not at the earlier one, and what is at the earlier one alone; in order."""

    came: tuple[T, ...]
    went: tuple[T, ...]


@dataclass(frozen=True, slots=True)
class LineageDifference:
    """What came and went.

    An edge is the same that leads from the same to the same, in the same way, by the same job: another run of a job is
    no difference. A label is the same of the same kind, origin and codes, a use and a transfer of the same content,
    whoever said it again. A use or transfer that has not begun or has ended is not there. Where one of the walks is not
    whole, what seems to come or go may have been there.
    """

    nodes: Moved[LineageNode]
    edges: Moved[LineageEdge]
    labels: Moved[LabelAt]
    uses: Moved[UseAt]
    transfers: Moved[TransferAt]
    completeness: tuple[Completeness, Completeness]
    """Of the earlier walk, and of the later one."""


def lineage_difference(before: View, after: View, walk: Walk) -> LineageDifference:
    """Return the difference of one walk at two views; labels of all that either walk shows, and what is said of the use
    of it and of the sources that supply it.

    Raises as `lineage`.
    """
    graphs = lineage(before, walk), lineage(after, walk)
    shown = sorted({node.id for graph in graphs for node in graph.nodes})
    statement = [_in_force(view, shown) for view in (before, after)]
    return LineageDifference(
        moved(*(graph.nodes for graph in graphs), key=lambda node: node.id),
        moved(*(sorted(graph.edges, key=edge_order) for graph in graphs), key=same_edge),
        moved(*(_labels(view, shown) for view in (before, after)), key=_same_label),
        moved(*(uses for uses, _ in statement), key=same_use),
        moved(*(transfers for _, transfers in statement), key=_same_transfer),
        (graphs[0].completeness, graphs[1].completeness),
    )


def moved(before: Iterable[T], after: Iterable[T], *, key: Callable[[T], K]) -> Moved[T]:
    """Return what is in one of the two alone, by what makes two the same."""
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


def same_edge(edge: LineageEdge) -> tuple[object, ...]:
    """Return what two edges have in common that are no difference: another run of a job draws the same."""
    return edge.source, edge.target, edge.how, edge.job, edge.past, edge.attempt, edge.column, edge.mapping


def _same_label(label: LabelAt) -> tuple[object, ...]:
    return label.asset, label.kind, label.origin, label.codes


def same_use(one: UseAt) -> tuple[object, ...]:
    """Return what two uses of the same content have in common, whoever said it again."""
    statement = one.statement
    withdrawn = None if statement.withdrawal is None else statement.withdrawal.effect
    return (
        one.subject,
        one.replaces,
        replace(statement, entry=0, since=0, until=None, withdrawals=(), cites=()),
        withdrawn,
    )


def _same_transfer(one: TransferAt) -> tuple[str, str, str]:
    return one.subject, one.transfer.place, one.transfer.basis


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


def _in_force(view: View, ids: Sequence[str]) -> tuple[list[UseAt], list[TransferAt]]:
    """Return the uses and transfers that hold, by what they are about, name and entry."""
    bearing = [one for one in ids if label_of(one) in _LABELLED]
    snapshots = [one for one in bearing if label_of(one) == "Snapshot"]
    captured = {edge.target for edge in view.edges(snapshots, ("CAPTURES",), "out")} if snapshots else set()
    at = view.moment
    found = recorded(view, {*bearing, *captured}, snapshots or None, at).every
    uses = {
        UseAt(
            one.subject,
            acting(one.statement, at),
            () if one.licence is None else tuple(sorted(one.licence.replaces)),
        )
        for one in found
        if one.statement is not None and holds(one.statement, at)
    }
    transfers = {
        TransferAt(one.subject, one.transfer) for one in found if one.transfer is not None and holds(one.transfer, at)
    }
    return (
        sorted(uses, key=lambda one: (one.subject, one.statement.id, one.statement.entry)),
        sorted(transfers, key=lambda one: (one.subject, one.transfer.entry)),
    )


def holds(statement: UseStatement | Transfer, at: int) -> bool:
    """Tell whether a statement or transfer has begun by a time and has not ended."""
    return lasts(statement.since, statement.until, at)


def acting(statement: UseStatement, at: int) -> UseStatement:
    """Return the statement without withdrawals that do not act yet."""
    begun = tuple(one for one in statement.withdrawals if one.effect is WithdrawalEffect.RETROACTIVE or one.since <= at)
    return statement if begun == statement.withdrawals else replace(statement, withdrawals=begun)
