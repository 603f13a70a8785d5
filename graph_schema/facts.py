"""The only things that a store takes: nodes, edges, and statements about one aspect of a node.

A fact is what one record said. It is stored once for each record that said it and never merged with another's.
Its order is `(valid_from, rank, tie)`; `entry` never breaks a tie, it only filters what was known at a time.
Facts are read by the thousand for one answer: as named tuples they are made and compared five times as fast.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from graph_schema.nodes import Node

ALWAYS = -(2**62)
"""The valid time of what holds whenever: before every other time, in microseconds UTC."""

NOW = 2**62
"""The valid time, or the entry, after every other: a read without `validAt` or `knownAt`."""

Order = tuple[int, int, str]


class Role(StrEnum):
    """In which part a record speaks of a node."""

    OUT = "out"
    """As an output of the run: takes effect when the run completes."""
    IN = "in"
    """As an input of the run: counts only where no writer and no owner spoke."""
    OWN = "own"
    """As the subject itself: a DatasetEvent, a JobEvent, a person's record; takes effect at its own time."""


class Edge(NamedTuple):
    """One record's saying that an edge is: type, two ids, run and job it was said in, value as canonical JSON text."""

    kind: str
    source: str
    target: str
    value: str
    run: str | None
    job: str | None
    valid_from: int
    rank: int
    tie: str
    entry: int
    by: str = ""
    """The principal whose record it is; a structural edge is nobody's."""
    authenticated: bool = False
    """Whether a key proved who that was."""

    @property
    def order(self) -> Order:
        """Return what the fact is compared by."""
        return self.valid_from, self.rank, self.tie

    @property
    def data(self) -> dict[str, Any]:
        """Return the value parsed."""
        return json.loads(self.value) if self.value != "{}" else {}


class Statement(NamedTuple):
    """One record's saying about one aspect of one node; value None ends the aspect from then on."""

    subject: str
    aspect: str
    value: str | None
    role: str
    run: str | None
    job: str | None
    valid_from: int
    rank: int
    tie: str
    entry: int
    by: str = ""
    """The principal whose record it is; a structural edge is nobody's."""
    authenticated: bool = False
    """Whether a key proved who that was."""

    @property
    def order(self) -> Order:
        """Return what the fact is compared by."""
        return self.valid_from, self.rank, self.tie

    @property
    def data(self) -> Any:  # noqa: ANN401  a facet is any JSON
        """Return the value parsed, None where the aspect was ended."""
        return None if self.value is None else json.loads(self.value)


def structural(kind: str, source: str, target: str, entry: int) -> Edge:
    """Return an edge that follows from identity alone: it holds at every time and is nobody's."""
    return Edge(kind, source, target, "{}", None, None, ALWAYS, 0, "", entry)


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """Nodes, and the edges that follow from their identity: records name the same ones again and again.

    One is equal to itself alone: whoever stored it knows it again without looking into it.
    """

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str, str], ...]
    """Kind, source and target."""

    def __len__(self) -> int:
        """Return how many facts it is."""
        return len(self.nodes) + len(self.edges)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that one record says, or several in ledger order; adding is a set union."""

    nodes: tuple[tuple[Node, int], ...] = ()
    """Each node with the entry that named it; a store keeps the first."""
    edges: tuple[Edge, ...] = ()
    statements: tuple[Statement, ...] = ()
    structures: tuple[tuple[Structure, int], ...] = ()
    """Further nodes and edges, each structure with the entry that named it; `whole` has them among the others."""

    @property
    def whole(self) -> Facts:
        """Return the same facts with those of the structures among the others, each once."""
        if not self.structures:
            return self
        nodes, edges = dict.fromkeys(self.nodes), dict.fromkeys(self.edges)
        for structure, entry in self.structures:
            nodes.update(dict.fromkeys([(node, entry) for node in structure.nodes]))
            edges.update(dict.fromkeys([structural(*edge, entry) for edge in structure.edges]))
        return Facts(tuple(nodes), tuple(edges), self.statements)

    def __add__(self, other: Facts) -> Facts:
        """Return both, in order."""
        return Facts(
            self.nodes + other.nodes,
            self.edges + other.edges,
            self.statements + other.statements,
            self.structures + other.structures,
        )

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.nodes) + len(self.edges) + len(self.statements) + sum(len(one) for one, _ in self.structures)

    def __bool__(self) -> bool:
        """Tell whether anything was said."""
        return bool(self.nodes or self.edges or self.statements or self.structures)


def holds(fact: Edge | Statement, at: int) -> bool:
    """Tell whether the fact is valid at a time."""
    return fact.valid_from <= at
