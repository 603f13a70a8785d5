"""Datasets that only ever lie in a process's memory are steps of a job, not things to look at: a walk leaves them out.

What they connect stays connected, and how many they are is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from catalog.lineage.loader import LineageLoader
from catalog.lineage.model import Confidence, Dependency, Derivation, FlowKind, LineageEdge
from catalog.lineage.walk import Walked
from graph_schema.identity import label_of, split_state_id
from graph_schema.nodes import Dataset, Snapshot

SCHEME: Final = "inmemory"
"""The namespace of such datasets, or its scheme: `inmemory`, `inmemory://…`."""


_TIGHTEST_FIRST: Final = tuple(Dependency)


def is_in_memory(namespace: str) -> bool:
    """Tell whether datasets of a namespace only ever lie in memory."""
    return namespace == SCHEME or namespace.startswith(f"{SCHEME}:")


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What was taken out of a walk, and what of the rest was made of that."""

    gone: frozenset[str] = frozenset()
    fed: frozenset[str] = frozenset()


def take_out(walked: Walked, loader: LineageLoader, columns: Mapping[str, str] | None = None) -> TakenOut:
    """Take the datasets in memory, states and columns of them out of a walk, its roots excepted; return them.

    An edge `through` stands for a way between what stays on which only such datasets lie; it keeps the first edge's
    time, and between columns, of which `columns` gives the dataset, the loosest dependency on the way.
    """
    of_state = {one: pair[0] for one in walked.depths if (pair := split_state_id(one))} | dict(columns or {})
    ids = {of_state.get(one, one) for one, depth in walked.depths.items() if depth}
    loader.load_nodes(one for one in ids if label_of(one) in {"Dataset", "Snapshot"})
    gone = frozenset(
        one
        for one, depth in walked.depths.items()
        if depth
        and isinstance(node := loader.node(of_state.get(one, one)), Dataset | Snapshot)
        and is_in_memory(loader.namespace(node.namespace))
    )
    fed = frozenset(edge.target for edge in walked.edges if edge.source in gone and edge.target not in gone)
    if gone:
        stays = {edge for edge in walked.edges if edge.source not in gone and edge.target not in gone}
        walked.edges = stays | set(_through(walked.edges, gone))
        walked.depths = {one: depth for one, depth in walked.depths.items() if one not in gone}
        walked.more -= gone
    return TakenOut(gone, fed)


def _through(edges: Iterable[LineageEdge], gone: Collection[str]) -> Iterable[LineageEdge]:
    into: Mapping[str, list[LineageEdge]] = defaultdict(list)
    for edge in sorted(edges, key=repr):
        if edge.source in gone or edge.target in gone:
            into[edge.target].append(edge)
    for target in sorted(into.keys() - gone):
        for last in into[target]:
            for source, (first, dependency) in _behind(last, into, gone).items():
                yield LineageEdge(
                    source,
                    target,
                    FlowKind.THROUGH,
                    last.job if last.job == first.job else None,
                    last.run if last.run == first.run else None,
                    Confidence.INFERRED,
                    last.valid_from,
                    max(first.known_from, last.known_from),
                    past=first.past or last.past,
                    attempt=first.attempt or last.attempt,
                    column=None if dependency is None else Derivation(dependency),
                )


def _behind(
    last: LineageEdge, into: Mapping[str, list[LineageEdge]], gone: Collection[str]
) -> dict[str, tuple[LineageEdge, Dependency | None]]:
    """Return what lies behind the edge that leaves datasets in memory, each with the edge that enters them, and the
    loosest dependency on the tightest way.
    """
    found: dict[str, tuple[LineageEdge, Dependency | None]] = {}
    passed = {last.source: _rank(last)}
    front = [last.source]
    while front:
        name = front.pop(0)
        for edge in into.get(name, ()):
            rank = max(passed[name], _rank(edge))
            if edge.source not in gone:
                held = found.get(edge.source)
                if held is None or rank < _place(held[1]):
                    found[edge.source] = edge, (_TIGHTEST_FIRST[rank] if edge.column is not None else None)
            elif rank < passed.get(edge.source, len(_TIGHTEST_FIRST)):
                passed[edge.source] = rank
                front.append(edge.source)
    return found


def _rank(edge: LineageEdge) -> int:
    return _place(None if edge.column is None else edge.column.dependency)


def _place(dependency: Dependency | None) -> int:
    return 0 if dependency is None else _TIGHTEST_FIRST.index(dependency)
