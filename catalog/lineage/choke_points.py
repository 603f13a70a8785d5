"""Where every way from some nodes to another has to pass: nodes, and single steps of jobs; a decision over edges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import networkx as nx

from catalog.lineage.model import LineageEdge

_ALL_SOURCES: Final = ""
_ALL_TARGETS: Final = "~"
"""Two ids that no node has: before all sources, behind all targets."""


class JobRun(NamedTuple):
    """What one run of a job did, or a job where no run is named: it may have drawn several edges."""

    job: str
    run: str | None


@dataclass(frozen=True, slots=True)
class Cuts:
    """What every way passes, from the sources on; empty where there is no way.

    `nodes` without the ends; `steps` are those without each of which there would be no way. Two jobs that do the same
    are two steps, neither of which would be enough.
    """

    connected: bool
    nodes: tuple[str, ...] = ()
    steps: tuple[JobRun, ...] = ()


def step_of(edge: LineageEdge) -> JobRun | None:
    """Return the step that drew an edge, None where no job did."""
    return None if edge.job is None else JobRun(edge.job, edge.run)


def cuts(edges: Iterable[LineageEdge], sources: Collection[str], targets: Collection[str]) -> Cuts:
    """Return what every way along the edges from any of the sources to any of the targets passes.

    A source that is a target is no way. Nodes are the dominators in the graph that begins at all sources at once and
    ends behind all targets; a step that cuts all ways lies on each of them, so that those of one way are tried.
    """
    drawn = _between(edges, targets)
    begin = _beginnings(drawn, sources, targets)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from((source, to) for source, found in sorted(drawn.items()) for to in sorted(found))
    graph.add_edges_from((_ALL_SOURCES, one) for one in begin)
    if not begin or not nx.has_path(graph, _ALL_SOURCES, _ALL_TARGETS):
        return Cuts(connected=False)
    above = nx.immediate_dominators(graph, _ALL_SOURCES)
    nodes, node = [], above[_ALL_TARGETS]
    while node != _ALL_SOURCES:
        nodes.append(node)
        node = above[node]
    way = nx.shortest_path(graph, _ALL_SOURCES, _ALL_TARGETS)[1:]
    tried = dict.fromkeys(
        step for pair in pairwise(way) for step in sorted(drawn[pair[0]][pair[1]], key=_order) if step
    )
    ends = {*begin, *targets}
    return Cuts(
        connected=True,
        nodes=tuple(one for one in reversed(nodes) if one not in ends),
        steps=tuple(step for step in tried if not _reaches(drawn, begin, frozenset((step,)))),
    )


def reaches_without(
    edges: Iterable[LineageEdge], sources: Collection[str], targets: Collection[str], steps: Collection[JobRun]
) -> bool:
    """Tell whether there is a way from any of the sources to any of the targets on which none of the steps lies."""
    drawn = _between(edges, targets)
    return _reaches(drawn, _beginnings(drawn, sources, targets), frozenset(steps))


Drawn = Mapping[str, Mapping[str, Collection[JobRun | None]]]
"""Source to target to the steps that drew edges between them."""


def _reaches(drawn: Drawn, begin: Sequence[str], without: frozenset[JobRun]) -> bool:
    """Tell whether what lies behind all targets is reached along edges of other steps."""
    seen, front = set(begin), list(begin)
    while front:
        for other, steps in drawn.get(front.pop(), {}).items():
            if other in seen or (steps and all(step in without for step in steps)):
                continue
            if other == _ALL_TARGETS:
                return True
            seen.add(other)
            front.append(other)
    return False


def _between(edges: Iterable[LineageEdge], targets: Collection[str]) -> dict[str, dict[str, set[JobRun | None]]]:
    drawn: dict[str, dict[str, set[JobRun | None]]] = defaultdict(lambda: defaultdict(set))
    for edge in edges:
        if edge.source not in targets:
            drawn[edge.source][edge.target].add(step_of(edge))
    for target in targets:
        drawn[target][_ALL_TARGETS] = set()
    return drawn


def _beginnings(drawn: Drawn, sources: Collection[str], targets: Collection[str]) -> list[str]:
    return sorted(one for one in sources if one in drawn and one not in targets)


def _order(step: JobRun | None) -> tuple[str, str]:
    return ("", "") if step is None else (step.job, step.run or "")
