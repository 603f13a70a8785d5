"""Datasets that only ever lie in a process's memory are steps of a job, not things to look at: a walk leaves them out.

What they connect stays connected, and how many they are is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from catalog.lineage.model import Confidence, FlowKind, LineageEdge
from catalog.lineage.walk import Walked
from catalog.view import View
from graph_schema.identity import split_state_id
from graph_schema.nodes import Dataset, Snapshot

SCHEME: Final = "inmemory"
"""The namespace of such datasets, or its scheme: `inmemory`, `inmemory://…`."""


def is_in_memory(namespace: str) -> bool:
    """Tell whether datasets of a namespace only ever lie in memory."""
    return namespace == SCHEME or namespace.startswith(f"{SCHEME}:")


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What was taken out of a walk, and what of the rest was made of that."""

    gone: frozenset[str] = frozenset()
    fed: frozenset[str] = frozenset()


def take_out(walked: Walked, view: View) -> TakenOut:
    """Take the datasets in memory, and states of them, out of a walk, its roots excepted; return them.

    An edge `through` stands for a way between what stays on which only such datasets lie; it keeps the first edge's
    time.
    """
    of_state = {one: pair[0] for one in walked.depths if (pair := split_state_id(one))}
    nodes = view.nodes(sorted({of_state.get(one, one) for one, depth in walked.depths.items() if depth}))
    gone = frozenset(
        one
        for one, depth in walked.depths.items()
        if depth
        and (known := nodes.get(of_state.get(one, one))) is not None
        and isinstance(known.node, Dataset | Snapshot)
        and is_in_memory(known.node.namespace)
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
            for source, first in _behind(last.source, into, gone).items():
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
                )


def _behind(name: str, into: Mapping[str, list[LineageEdge]], gone: Collection[str]) -> dict[str, LineageEdge]:
    """Return what lies behind a dataset in memory, each with the edge that leaves it."""
    found: dict[str, LineageEdge] = {}
    passed, front = {name}, [name]
    while front:
        for edge in into.get(front.pop(), ()):
            if edge.source not in gone:
                found.setdefault(edge.source, edge)
            elif edge.source not in passed:
                passed.add(edge.source)
                front.append(edge.source)
    return found
