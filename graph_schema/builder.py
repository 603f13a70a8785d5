"""From one record, or one event, to its facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from graph_schema.aspects import as_json
from graph_schema.canonical import canonical_text
from graph_schema.edges import EdgeKind
from graph_schema.facts import ALWAYS, Edge, Facts, Role, Statement, Structure, structural
from graph_schema.nodes import Node
from graph_schema.registry import check_edge, check_node, check_statement

MOST_FACTS: Final = 100_000
"""Nodes, edges and statements that one record may state: what a store takes in within a few seconds and 100 MB. One of
more is not projected, so that those after it are; the largest real events state a few thousand."""

_BYTES_OF_A_FACT: Final = 150


class TooManyFactsError(ValueError):
    """A record states more than `MOST_FACTS`."""

    def __init__(self) -> None:
        super().__init__(f"more than {MOST_FACTS:,} facts")


class Part(NamedTuple):
    """Facts without what all those of one record share; where they are of the record's run, without that as well.

    Records of many runs state the same part: it is made once, and added to each.
    """

    structure: Structure
    """Its nodes and structural edges."""
    edges: tuple[tuple[str, str | None, str, str], ...]
    """Kind, source, target and value of the others."""
    statements: tuple[tuple[str | None, str, str | None, str], ...]
    """Subject, aspect, value and role."""

    @property
    def size(self) -> int:
        """Return about how many bytes it takes in memory."""
        texts = sum(len(edge[3]) for edge in self.edges) + sum(len(statement[2] or "") for statement in self.statements)
        return texts + _BYTES_OF_A_FACT * (len(self.structure) + len(self.edges) + len(self.statements))


@dataclass(slots=True)
class FactBuilder:
    """Collects the facts of one record: who said it, time, rank, tie, entry, run and job are the same for all of them.

    Whatever is one too many raises TooManyFactsError at once, before it costs memory, and whatever is not registered
    UnregisteredError.
    """

    entry: int
    valid_from: int
    tie: str
    rank: int = 2
    run: str | None = None
    job: str | None = None
    by: str = ""
    authenticated: bool = False
    _nodes: dict[str, Node] = field(default_factory=dict)
    _edges: dict[Edge, None] = field(default_factory=dict)
    _statements: dict[Statement, None] = field(default_factory=dict)
    _structures: dict[Structure, None] = field(default_factory=dict)
    _shared: int = 0
    """How many facts the structures are, some perhaps several times."""

    def add_node(self, node: Node) -> str:
        """Add the node; return its id."""
        identifier = self._named(node)
        self._bound()
        return identifier

    def _named(self, node: Node) -> str:
        check_node(type(node))
        identifier = node.id
        self._nodes.setdefault(identifier, node)
        return identifier

    def add_edge(self, edge: EdgeKind, value: dict[str, Any] | None = None) -> None:
        """Add the edge and both its ends."""
        check_edge(edge.edge_type(), edge.source.label, edge.target.label)
        source, target = self._named(edge.source), self._named(edge.target)
        if edge.structural:
            fact = structural(edge.edge_type(), source, target, self.entry)
        else:
            fact = Edge(
                edge.edge_type(),
                source,
                target,
                canonical_text(value or {}),
                self.run,
                self.job,
                self.valid_from,
                self.rank,
                self.tie,
                self.entry,
                self.by,
                self.authenticated,
            )
        self._edges.setdefault(fact, None)
        self._bound()

    def add_statement(self, node: Node, aspect: str, value: object, role: Role = Role.OWN) -> None:
        """Add a statement about an aspect of the node; value None ends the aspect from this time on.

        The value has the aspect's shape, or is JSON of it; ShapeError is raised for any other.
        """
        self._state(node, aspect, _text(aspect, value), role)

    def add_statement_of_each(self, nodes: Iterable[Node], aspect: str, value: object) -> None:
        """Add the same statement about an aspect of each node, as `add_statement`: its value is written once."""
        text = _text(aspect, value)
        for node in nodes:
            self._state(node, aspect, text, Role.OWN)

    def _state(self, node: Node, aspect: str, text: str | None, role: Role) -> None:
        check_statement(node.label, aspect)
        self._statements.setdefault(
            Statement(
                self._named(node),
                aspect,
                text,
                role.value,
                self.run,
                self.job,
                self.valid_from,
                self.rank,
                self.tie,
                self.entry,
                self.by,
                self.authenticated,
            ),
            None,
        )
        self._bound()

    def add_part(self, part: Part) -> None:
        """Add the facts of a part under what this record's share."""
        if part.structure not in self._structures:
            self._structures[part.structure] = None
            self._shared += len(part.structure)
        make = tuple.__new__  # `_make` of a named tuple takes twice as long, and this is done for every fact there is
        shared = self.run, self.job, self.valid_from, self.rank, self.tie, self.entry, self.by, self.authenticated
        self._edges.update(
            dict.fromkeys(
                [
                    make(Edge, (kind, source or self.run, target, value, *shared))
                    for kind, source, target, value in part.edges
                ]
            )
        )
        self._statements.update(
            dict.fromkeys(
                [make(Statement, (subject or self.run, *stated, *shared)) for subject, *stated in part.statements]
            )
        )
        self._bound()

    def part(self) -> Part:
        """Return all that was added, as a part."""
        self._merge()
        return Part(
            Structure(
                tuple(node for identifier, node in self._nodes.items() if identifier != self.run),
                tuple(edge[:3] for edge in self._edges if edge.valid_from == ALWAYS),
            ),
            tuple(
                (edge.kind, None if edge.source == self.run else edge.source, edge.target, edge.value)
                for edge in self._edges
                if edge.valid_from != ALWAYS
            ),
            tuple(
                (None if statement.subject == self.run else statement.subject, *statement[1:4])
                for statement in self._statements
            ),
        )

    def _bound(self) -> None:
        own = len(self._nodes) + len(self._edges) + len(self._statements)
        if own + self._shared > MOST_FACTS:
            self._merge()
            if len(self._nodes) + len(self._edges) + len(self._statements) > MOST_FACTS:
                raise TooManyFactsError

    def _merge(self) -> None:
        """Take what the structures hold among the other facts, where each is once."""
        for structure in self._structures:
            for node in structure.nodes:
                self._nodes.setdefault(node.id, node)
            self._edges.update(dict.fromkeys([structural(*edge, self.entry) for edge in structure.edges]))
        self._structures.clear()
        self._shared = 0

    def build(self) -> Facts:
        """Return all that was added, nodes, edges and statements each once, in that order."""
        return Facts(
            tuple([(node, self.entry) for node in self._nodes.values()]),
            tuple(self._edges),
            tuple(self._statements),
            tuple([(structure, self.entry) for structure in self._structures]),
        )


def _text(aspect: str, value: object) -> str | None:
    """Return an aspect's value as it is stored."""
    return None if value is None else canonical_text(as_json(aspect, value))
