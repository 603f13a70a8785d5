"""Which raw feeds and which jobs made the training and the evaluation data, as the summary says it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from reports.document import Item, item
from reports.naming import counted, gathered
from reports.parts.lineage import Lineage, LineageEdge, LineageNode
from reports.section import Frame, Part

EVALUATED = "EVALUATED"
"""The kind of an edge from a snapshot to the version that was measured on it: none of its data is in the version."""


def behind(edges: Iterable[LineageEdge], starts: Iterable[str]) -> tuple[frozenset[str], tuple[LineageEdge, ...]]:
    """Return the nodes from which data reached one of the starts, these among them, and the edges that it took."""
    into: defaultdict[str, list[LineageEdge]] = defaultdict(list)
    for edge in edges:
        into[edge.target].append(edge)
    found, front, taken = set(starts), list(starts), []
    while front:
        for edge in into[front.pop()]:
            taken.append(edge)
            if edge.source not in found:
                found.add(edge.source)
                front.append(edge.source)
    return frozenset(found), tuple(taken)


@dataclass(frozen=True, slots=True)
class Origin:
    """What the training or the evaluation data, or both, came from."""

    data: str
    feeds: tuple[LineageNode, ...]
    edges: tuple[LineageEdge, ...]

    @property
    def jobs(self) -> tuple[str, ...]:
        """Return the jobs that produced it, by name."""
        return tuple(sorted({edge.job for edge in self.edges if edge.job}))

    @property
    def runs(self) -> tuple[str, ...]:
        """Return the runs that produced it."""
        return tuple(sorted({edge.run for edge in self.edges if edge.run}))


def origins(context: Lineage) -> tuple[Origin, ...]:
    """Return what the training data came from, and the evaluation data where there is some."""
    root = {node.id for node in context.nodes if node.root}
    every = [edge for edge in context.edges if not edge.attempt]
    inner = [edge for edge in every if edge.target not in root]
    found = []
    for data, is_measured in (("training", False), ("evaluation", True)):
        starts = {edge.source for edge in every if edge.target in root and (edge.kind == EVALUATED) is is_measured}
        nodes, edges = behind(inner, starts)
        if starts:
            feeds = (node for node in context.nodes if node.raw_feed and node.id in nodes)
            found.append(Origin(data, tuple(sorted(feeds, key=lambda node: node.name)), edges))
    return tuple(found)


def bypassing(context: Lineage, is_covered: Callable[[LineageEdge], bool]) -> tuple[str, ...]:
    """Return the raw feeds that are labelled with PHI and from which data came by edges none of which is covered."""
    root = {node.id for node in context.nodes if node.root}
    open_ = [edge for edge in context.edges if not (edge.attempt or is_covered(edge))]
    nodes, _ = behind([edge for edge in open_ if edge.target not in root], _used(context))
    return tuple(sorted({node.name for node in context.nodes if node.raw_feed and node.labels and node.id in nodes}))


def _used(context: Lineage) -> frozenset[str]:
    """Return the nodes that the version was trained or evaluated on."""
    root = {node.id for node in context.nodes if node.root}
    return frozenset(edge.source for edge in context.edges if edge.target in root)


def by_data(context: Lineage, of: Callable[[Origin], object]) -> Iterator[tuple[str, Origin]]:
    """Yield each origin with the data that it is of; where two agree in something, the first for both."""
    every = origins(context)
    if len({of(each) for each in every}) == 1 < len(every):
        yield f"{' and the '.join(each.data for each in every)} data", every[0]
    else:
        yield from ((f"{each.data} data", each) for each in every)


def _feeds(context: Lineage, _: Frame) -> Iterator[Item]:
    for data, origin in by_data(context, lambda each: each.feeds):
        if origin.feeds:
            names = gathered(node.name for node in origin.feeds)
            feeds = counted(len(origin.feeds), "raw feed")
            verb = "come" if " and " in data else "comes"
            entries = (index for node in origin.feeds for index in node.entries)
            yield item("none", "RAW FEEDS", f"The {data} {verb} from {feeds}: {names}.", entries)


def _jobs(context: Lineage, _: Frame) -> Iterator[Item]:
    for data, origin in by_data(context, lambda each: (each.jobs, each.runs)):
        if origin.jobs:
            jobs, runs = counted(len(origin.jobs), "job"), counted(len(origin.runs), "run")
            text = f"{jobs} produced the {data}, in {runs}: {gathered(origin.jobs)}."
            yield item("none", "JOBS", text, _entries(context, origin.runs))


def _entries(context: Lineage, runs: Iterable[str]) -> Iterator[int]:
    known = set(runs)
    return (index for run in context.runs if run.run in known for index in run.entries)


FEEDS = Part(lambda *_: iter(()), _feeds)
JOBS = Part(lambda *_: iter(()), _jobs)
