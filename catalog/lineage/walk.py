"""Breadth first with a budget: the one walk above the store's verbs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from operator import attrgetter
from typing import Final

from catalog.lineage.model import Direction, LineageEdge
from catalog.reading import Left

Expand = Callable[[list[str], int], Iterable[LineageEdge]]
"""What lies behind a frontier, in an order of its own; no more than so many edges are taken, and one."""
End = Callable[[LineageEdge], str]


EDGES_A_NODE: Final = 25
"""How many edges an answer holds for each node of its budget: of a thousand datasets that all were made of a thousand
others there are a million, and nobody reads them."""


class Cut(StrEnum):
    """Why something that was asked for is not in an answer."""

    NODES = "NODES"
    """The budget of nodes: the walk met so many more, and stopped there."""
    EDGES = "EDGES"
    """The budget of edges: so many more at the least."""
    UNSTATED = "UNSTATED"
    """So many writes said nothing of columns, and a walk between columns stopped at them."""
    OLDER_RUNS = "OLDER_RUNS"
    """So many contributions of a job to a dataset, or of a whole walk, were followed that older ones were not."""


@dataclass(slots=True)
class Walked:
    """Nodes with their distance, the edges between them, and the nodes behind which there is more."""

    depths: dict[str, int] = field(default_factory=dict)
    edges: set[LineageEdge] = field(default_factory=set)
    more: set[str] = field(default_factory=set)
    cut: Counter[Cut] = field(default_factory=Counter)
    """What was left out although it was asked for: why, and how many."""

    @property
    def truncated(self) -> bool:
        """Tell whether anything was."""
        return bool(self.cut)

    def leave(self, cut: Cut, count: int) -> None:
        """Note how many were left out, if any."""
        if count > 0:
            self.cut[cut] += count

    def join(self, other: Walked) -> None:
        """Add another walk from the same roots."""
        for identifier, depth in other.depths.items():
            self.depths[identifier] = min(depth, self.depths.get(identifier, depth))
        self.edges |= other.edges
        self.more |= other.more
        self.cut.update(other.cut)


def reasons(cut: Counter[Cut]) -> tuple[Left, ...]:
    """Return what an answer says of what was left out."""
    return tuple(Left(one.value, cut[one]) for one in Cut if cut[one])


def breadth_first(roots: Iterable[str], direction: Direction, depth: int, budget: int, expand: Expand) -> Walked:
    """Walk from the roots level by level, one `expand` a level, until the depth or the budget of nodes ends it.

    One level more than asked is expanded to learn at which nodes there is more. Within a level nodes are taken in the
    order of their ids, so that two stores truncate alike. `EDGES_A_NODE` edges for each node of the budget end it too.
    """
    ends: tuple[End, End] = (attrgetter("source"), attrgetter("target"))
    far, near = ends if direction is Direction.UPSTREAM else ends[::-1]
    walked = Walked(dict.fromkeys(sorted(roots), 0))
    front = list(walked.depths)
    for level in range(depth + 1):
        if not front:
            break
        left = EDGES_A_NODE * budget - len(walked.edges)
        edges = list(islice(expand(front, left), left + 1))
        dense = len(edges) > left
        if dense:
            edges.pop()
            walked.more.update(front)
        new = sorted({far(edge) for edge in edges} - walked.depths.keys())
        room = budget - len(walked.depths) if level < depth else 0
        front = new[: max(room, 0)]
        walked.leave(Cut.EDGES, int(dense))
        walked.leave(Cut.NODES, len(new) - len(front) if level < depth else 0)
        walked.depths.update(dict.fromkeys(front, level + 1))
        for edge in edges:
            if far(edge) in walked.depths:
                walked.edges.add(edge)
            else:
                walked.more.add(near(edge))
        if walked.truncated:
            break
    return walked
