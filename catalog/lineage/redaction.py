"""What rights hide of a walk: the nodes go, what they connected stays connected, and each neighbour counts them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from catalog.lineage.model import Confidence, FlowKind, LineageEdge
from catalog.lineage.walk import Walked
from catalog.view import View


def redacted(walked: Walked, view: View, judged_as: Mapping[str, str] | None = None) -> Mapping[str, frozenset[str]]:
    """Take out of the walk what the view's rights hide; return the hidden neighbours of each node that stays.

    What is `judged_as` another is hidden where that is: a column that only a schema names is judged as its dataset.
    Where data flowed from one visible node to another through hidden ones alone, one edge `hidden` says so.
    """
    if view.rights.unbounded:
        return {}
    subject = dict.fromkeys(walked.depths, "") | dict(judged_as or {})
    visible = view.visible({other or one for one, other in subject.items()})
    seen = {one for one, other in subject.items() if (other or one) in visible or not walked.depths[one]}
    neighbours: dict[str, set[str]] = defaultdict(set)
    for edge in walked.edges:
        for one, other in ((edge.source, edge.target), (edge.target, edge.source)):
            if one in seen and other not in seen:
                neighbours[one].add(other)
    walked.edges = {*_open(walked.edges, seen, view), *_through(walked.edges, seen)}
    walked.depths = {node: depth for node, depth in walked.depths.items() if node in seen}
    walked.more &= seen
    return {node: frozenset(hidden) for node, hidden in neighbours.items()}


def without_hidden(
    where: Mapping[str, tuple[str | None, str | None]], view: View
) -> dict[str, tuple[str | None, str | None]]:
    """Return of which dataset each state is and by which run, without those that rights hide."""
    seen = view.visible({one for pair in where.values() for one in pair if one}, counted=False)
    return {
        state: (dataset if dataset in seen else None, run if run in seen else None)
        for state, (dataset, run) in where.items()
    }


def _open(edges: Iterable[LineageEdge], seen: Collection[str], view: View) -> Iterable[LineageEdge]:
    """Yield the edges between what may be seen, without a job or run that may not."""
    between = [edge for edge in edges if edge.source in seen and edge.target in seen]
    by = view.visible({one for edge in between for one in (edge.job, edge.run) if one})
    for edge in between:
        job, run = (one if one in by else None for one in (edge.job, edge.run))
        yield edge._replace(job=job, run=run)


def _through(edges: Iterable[LineageEdge], seen: Collection[str]) -> Iterable[LineageEdge]:
    """Yield an edge for each pair of visible nodes between which only hidden ones lie."""
    into: dict[str, list[LineageEdge]] = defaultdict(list)
    for edge in sorted(edges, key=repr):
        if edge.source not in seen or edge.target not in seen:
            into[edge.target].append(edge)
    for target in sorted(into.keys() & set(seen)):
        for last in into[target]:
            for source in _behind(last.source, into, seen):
                if source != target:
                    yield LineageEdge(
                        source,
                        target,
                        FlowKind.HIDDEN,
                        None,
                        None,
                        Confidence.INFERRED,
                        last.valid_from,
                        last.known_from,
                    )


def _behind(hidden: str, into: Mapping[str, list[LineageEdge]], seen: Collection[str]) -> set[str]:
    found: set[str] = set()
    passed, front = {hidden}, [hidden]
    while front:
        for edge in into.get(front.pop(), ()):
            if edge.source in seen:
                found.add(edge.source)
            elif edge.source not in passed:
                passed.add(edge.source)
                front.append(edge.source)
    return found
