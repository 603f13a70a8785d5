"""All that data was made of, or that was made of it, by every flow ever stated: what permitted use follows.

What rights hide is taken out after the walk, so that what it connected stays connected.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import networkx as nx

from catalog.lineage.datasets import ever_stated
from catalog.lineage.loader import LineageLoader
from catalog.lineage.model import Direction, LineageEdge
from catalog.lineage.redaction import redacted
from catalog.lineage.rules import edge_order
from catalog.lineage.walk import EDGES_A_NODE, Expand, breadth_first, reasons
from catalog.reading import Truncated
from catalog.view import View
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset, Snapshot

BUDGET: Final = 20_000
"""How many datasets and model versions a walk meets at most; an answer that met more permits nothing."""
AHEAD: Final = 2
_ALIAS: Final = "alias"


@dataclass(slots=True)
class Closure:
    """What a walk met: `roots` and `nodes` may be seen, `edges` lie between them, in the direction of the data."""

    roots: tuple[str, ...]
    nodes: tuple[str, ...]
    edges: tuple[LineageEdge, ...]
    upstream: bool
    truncated: Truncated | None
    hidden: bool
    """Whether rights hide something that it met."""
    open: frozenset[str]
    """The nodes behind which there is more, or something hidden."""
    stands_for: Callable[[str], str]
    """What a name stands for at the time asked about."""
    _next: dict[str, list[LineageEdge]] = field(default_factory=dict)
    _steps: dict[str, LineageEdge] | None = None
    _around: dict[frozenset[str], frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        following: dict[str, list[LineageEdge]] = defaultdict(list)
        for edge in self.edges:
            following[edge.target if self.upstream else edge.source].append(edge)
        self._next = following

    def path(self, node: str) -> tuple[LineageEdge, ...]:
        """Return one of the shortest paths between the node and a root, in the direction of the data.

        Of equally short ones it is that of the smallest ids. Raises KeyError for a node that was not met.
        """
        if self._steps is None:
            self._steps = self._tree()
        found: list[LineageEdge] = []
        while node not in self.roots:
            edge = self._steps[node]
            found.append(edge)
            node = edge.target if self.upstream else edge.source
        return tuple(found if self.upstream else reversed(found))

    def _tree(self) -> dict[str, LineageEdge]:
        steps: dict[str, LineageEdge] = {}
        front = sorted(self.roots)
        seen = set(front)
        while front:
            level: dict[str, LineageEdge] = {}
            for node in front:
                for edge in self._next.get(node, ()):
                    far = edge.source if self.upstream else edge.target
                    if far not in seen:
                        level.setdefault(far, edge)
            steps |= level
            seen.update(level)
            front = sorted(level)
        return steps

    def around(self, avoided: Iterable[str]) -> frozenset[str]:
        """Return what lies on a way from a root that passes nothing that these names stand for."""
        passed = frozenset(self.stands_for(one) for one in avoided)
        found = self._around.get(passed)
        if found is None:
            found = self._around[passed] = self._within(passed)
        return found

    def _within(self, avoided: Collection[str]) -> frozenset[str]:
        begin = [root for root in self.roots if self.stands_for(root) not in avoided]
        seen, front = set(begin), deque(begin)
        while front:
            for edge in self._next.get(front.popleft(), ()):
                far = edge.source if self.upstream else edge.target
                if far not in seen and self.stands_for(far) not in avoided:
                    seen.add(far)
                    front.append(far)
        return frozenset(seen)

    def unstated(self, stated: Collection[str], supplied: Collection[str]) -> tuple[str, ...]:
        """Return the raw sources without a statement: what nothing flows into, or a source system supplies.

        Where data goes in a circle that nothing flows into, one statement on it is enough. Names that stand for one
        dataset are one. Nodes behind which there is more are not told.
        """
        group = {node: self.stands_for(node) for node in self.nodes}
        covered = {group.get(one, one) for one in stated}
        flows = {
            (group[edge.source], group[edge.target])
            for edge in self.edges
            if edge.how != _ALIAS and group[edge.source] != group[edge.target]
        }
        into: dict[str, set[str]] = defaultdict(set)
        out: dict[str, set[str]] = defaultdict(set)
        for source, target in flows:
            into[target].add(source)
            out[source].add(target)
        hidden = {group[one] for one in self.open if one in group}
        groups = set(group.values())
        raw = {one for one in groups if one not in into and one not in hidden}
        left = groups - _onward(raw | hidden, out)
        missing = (raw | ({group[one] for one in supplied if one in group} - hidden)) - covered
        for circle in _circles(left, flows):
            if covered.isdisjoint(circle):
                missing.add(min(circle))
        return tuple(sorted(missing))


def _onward(begin: Iterable[str], out: Mapping[str, set[str]]) -> set[str]:
    seen, front = set(begin), list(begin)
    while front:
        new = out.get(front.pop(), set()) - seen
        seen |= new
        front += new
    return seen


def _circles(left: Collection[str], flows: Collection[tuple[str, str]]) -> list[set[str]]:
    """Return those parts of a graph, all of whose nodes lie in or behind circles, that nothing outside flows into."""
    if not left:
        return []
    drawn: nx.DiGraph[str] = nx.DiGraph()
    drawn.add_nodes_from(left)
    drawn.add_edges_from(flow for flow in flows if flow[0] in left and flow[1] in left)
    condensed = nx.condensation(drawn)
    return [set(condensed.nodes[one]["members"]) for one in condensed if condensed.in_degree(one) == 0]


def closure(view: View, roots: Sequence[str], direction: Direction, budget: int = BUDGET) -> Closure:
    """Return what the datasets, snapshots and model versions were made of (UPSTREAM), or what was made of them.

    A root that may not be seen, or was not known, is none. A snapshot is walked as its dataset.
    """
    return Walks(view, roots, direction, budget).of(roots)


class Walks:
    """Walks from some of the same datasets, snapshots and model versions: what any of them meets is fetched once."""

    def __init__(self, view: View, roots: Sequence[str], direction: Direction, budget: int = BUDGET) -> None:
        """Fetch what lies around all of the roots."""
        self._view = view
        self._direction = direction
        self._budget = budget
        self._loader = LineageLoader(view.unredacted)
        self._stands_for: dict[str, str] = {}
        seen = view.visible(roots, counted=False)
        known = self._loader.view.nodes([root for root in roots if root in seen])
        self._begin = {
            id_: Dataset(one.node.namespace, one.node.dataset).id if isinstance(one.node, Snapshot) else id_
            for id_, one in known.items()
        }
        self._expand = _expand(self._loader, sorted(set(self._begin.values())), direction, budget)

    @property
    def met(self) -> Collection[str]:
        """Return all that a walk from all of the roots meets, whatever of it may be seen."""
        begin = sorted(set(self._begin.values()))
        return breadth_first(begin, self._direction, self._budget, self._budget, self._expand).depths

    def of(self, roots: Sequence[str]) -> Closure:
        """Return what some of the roots were made of, or what was made of them, as `closure`."""
        loader, budget = self._loader, self._budget
        begin = sorted({self._begin[root] for root in roots if root in self._begin})
        walked = breadth_first(begin, self._direction, budget, budget, self._expand)
        loader.load_names(one for one in walked.depths if label_of(one) == "Dataset")
        cut = dict(walked.cut)
        hidden = redacted(walked, self._view)
        truncated = (
            Truncated(budget, len(walked.depths), tuple(sorted(walked.more)), reasons=reasons(walked.cut))
            if cut
            else None
        )
        loader.load_names(begin)
        return Closure(
            tuple(begin),
            tuple(sorted(walked.depths)),
            tuple(sorted(walked.edges, key=edge_order)),
            self._direction is Direction.UPSTREAM,
            truncated,
            bool(hidden),
            frozenset(walked.more) | hidden.keys(),
            self._resolved,
        )

    def _resolved(self, name: str) -> str:
        found = self._stands_for.get(name)
        if found is None:
            loader = self._loader
            found = loader.resolve(name, loader.valid_at) if label_of(name) == "Dataset" else name
            self._stands_for[name] = found
        return found


def _expand(loader: LineageLoader, begin: Sequence[str], direction: Direction, budget: int) -> Expand:
    """Return what a walk expands by: all flows in one call where they are few enough, else level by level."""
    up = direction is Direction.UPSTREAM
    around = loader.reach(begin, "in" if up else "out", budget, budget * AHEAD) if begin else None
    most = EDGES_A_NODE * budget
    ahead = None if around is None else ever_stated(loader, direction, sorted(around), most)
    if ahead is None or len(ahead) > most:
        return lambda front, limit: ever_stated(loader, direction, front, limit)
    by_end: dict[str, list[LineageEdge]] = defaultdict(list)
    for edge in ahead:
        by_end[edge.target if up else edge.source].append(edge)
    return lambda front, _: [edge for one in front for edge in by_end.get(one, ())]
