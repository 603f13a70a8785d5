"""The only things a store can be told: that a node exists, that an edge was said, that an aspect was stated.

A fact is what one record said. It is stored once for each record that said it and never merged with another's.
Its order is `(valid_from, rank, tie)`; `entry` never breaks a tie, it only filters what was known at a time.
Facts are read by the thousand for one answer: as named tuples they are made and compared five times as fast.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple

from graph_schema.edges import EdgeKind
from graph_schema.nodes import Node

ALWAYS = -(2**62)
"""The valid time of what holds whenever: before every other time, in microseconds UTC."""

NOW = 2**62
"""The valid time, or the entry, after every other: a read without `validAt` or `knownAt`."""

MOST_FACTS: Final = 100_000
"""Nodes, edges and statements that one record may state: what a store takes in within a few seconds and 100 MB. One of
more is not projected, so that those after it are; the largest real events state a few thousand."""

Order = tuple[int, int, str]


class TooManyFactsError(ValueError):
    """A record states more than `MOST_FACTS`."""

    def __init__(self) -> None:
        super().__init__(f"more than {MOST_FACTS:,} facts")


class Role(StrEnum):
    """In which part a record speaks of a node."""

    OUT = "out"
    """As an output of the run: takes effect when the run completes."""
    IN = "in"
    """As an input of the run: counts only where no writer and no owner spoke."""
    OWN = "own"
    """As the subject itself: a DatasetEvent, a JobEvent, a person's record; takes effect at its own time."""


_canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
"""Made once: `json.dumps` makes an encoder for each value that it is given with other than its own options."""


def canonical(value: object) -> str:
    """Return the value as JSON with sorted keys and no blanks: equal values give equal text."""
    return _canonical(value)


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

    @property
    def order(self) -> Order:
        """Return what the fact is compared by."""
        return self.valid_from, self.rank, self.tie

    @property
    def data(self) -> Any:  # noqa: ANN401  a facet is any JSON
        """Return the value parsed, None where the aspect was ended."""
        return None if self.value is None else json.loads(self.value)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that one record says, or several in ledger order; adding is a set union."""

    nodes: tuple[tuple[Node, int], ...] = ()
    """Each node with the entry that named it; a store keeps the first."""
    edges: tuple[Edge, ...] = ()
    statements: tuple[Statement, ...] = ()

    def __add__(self, other: Facts) -> Facts:
        """Return both, in order."""
        return Facts(self.nodes + other.nodes, self.edges + other.edges, self.statements + other.statements)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.nodes) + len(self.edges) + len(self.statements)

    def __bool__(self) -> bool:
        """Tell whether anything was said."""
        return bool(self.nodes or self.edges or self.statements)


@dataclass(slots=True)
class Telling:
    """Collects the facts of one record: time, rank, tie, entry, run and job are the same for all that it says.

    Whatever is one too many raises TooManyFactsError at once, before it costs memory.
    """

    entry: int
    valid_from: int
    tie: str
    rank: int = 2
    run: str | None = None
    job: str | None = None
    _nodes: dict[str, Node] = field(default_factory=dict)
    _edges: dict[Edge, None] = field(default_factory=dict)
    _statements: dict[Statement, None] = field(default_factory=dict)

    def node(self, node: Node) -> str:
        """Say that the node exists; return its id."""
        identifier = node.id
        self._nodes.setdefault(identifier, node)
        self._bound()
        return identifier

    def edge(self, edge: EdgeKind, value: dict[str, Any] | None = None) -> None:
        """Say that the edge is, and that both its ends exist."""
        source, target = self.node(edge.source), self.node(edge.target)
        if edge.structural:
            fact = Edge(edge.edge_type(), source, target, "{}", None, None, ALWAYS, 0, "", self.entry)
        else:
            said = canonical(value or {})
            fact = Edge(
                edge.edge_type(),
                source,
                target,
                said,
                self.run,
                self.job,
                self.valid_from,
                self.rank,
                self.tie,
                self.entry,
            )
        self._edges.setdefault(fact, None)
        self._bound()

    def say(self, node: Node, aspect: str, value: object, role: Role = Role.OWN) -> None:
        """State an aspect of the node; value None ends it from this time on."""
        text = None if value is None else canonical(value)
        self._statements.setdefault(
            Statement(
                self.node(node),
                aspect,
                text,
                role.value,
                self.run,
                self.job,
                self.valid_from,
                self.rank,
                self.tie,
                self.entry,
            ),
            None,
        )
        self._bound()

    def _bound(self) -> None:
        if len(self._nodes) + len(self._edges) + len(self._statements) > MOST_FACTS:
            raise TooManyFactsError

    def facts(self) -> Facts:
        """Return what was said, nodes and edges and statements each once, in the order of saying."""
        return Facts(
            tuple((node, self.entry) for node in self._nodes.values()), tuple(self._edges), tuple(self._statements)
        )
