"""The one order of every list that a store answers, and the rows of text by which two stores are compared."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

from catalog.store.protocol import KnownNode, Quarantined
from graph_schema.canonical import canonical_text
from graph_schema.facts import Edge, Facts, Statement
from graph_schema.nodes import Node

Row = tuple[str, ...]


def edge_order(edge: Edge) -> tuple[str | int, ...]:
    """Return what `hop` and `aliases` sort by; run, job and who said it only make it total."""
    return (
        edge.kind,
        edge.source,
        edge.target,
        edge.valid_from,
        edge.rank,
        edge.tie,
        edge.entry,
        edge.value,
        edge.run or "",
        edge.job or "",
        edge.by,
        edge.authenticated,
    )


def statement_order(statement: Statement) -> tuple[str | int, ...]:
    """Return what `statements` sorts by; what follows the value only makes it total, an ending comes first."""
    return (
        statement.subject,
        statement.aspect,
        statement.valid_from,
        statement.rank,
        statement.tie,
        statement.entry,
        statement.role,
        statement.value or "",
        statement.run or "",
        statement.job or "",
        statement.by,
        statement.authenticated,
    )


def unseen(facts: Facts, checkpoint: int, upto: int) -> Facts:
    """Return the facts of entries above the checkpoint, each once, each node with the first entry that named it.

    Structural edges keep their first entry too. Entries come in ledger order, so what lies at or below the checkpoint
    is there already.
    """
    facts = facts.whole
    nodes: dict[Node, int] = {}
    for node, entry in facts.nodes:
        if entry > checkpoint and entry < nodes.get(node, entry + 1):
            nodes[node] = entry
    edges = tuple(dict.fromkeys([edge for edge in facts.edges if edge.entry > checkpoint]))
    statements = tuple(dict.fromkeys([one for one in facts.statements if one.entry > checkpoint]))
    newest = max(
        max(nodes.values(), default=upto),
        max((edge.entry for edge in edges), default=upto),
        max((statement.entry for statement in statements), default=upto),
    )
    if newest > upto:
        msg = f"facts of entry {newest} cannot be applied up to {upto}"
        raise ValueError(msg)
    return Facts(tuple(nodes.items()), edges, statements)


def rows(
    nodes: Iterable[tuple[str, KnownNode]],
    edges: Iterable[Edge],
    statements: Iterable[Statement],
    current: Iterable[tuple[str, str, str, int, int]],
    quarantined: Iterable[Quarantined],
) -> Generator[Row]:
    """Yield what `scan` yields, from parts that are each in their own order."""
    for identifier, known in nodes:
        yield "node", identifier, canonical_text(list(known.node.key)), str(known.entry)
    for edge in edges:
        yield "edge", *_texts(edge_order(edge))
    for statement in statements:
        yield "statement", *_texts(statement_order(statement)), "ended" if statement.value is None else "said"
    for held in current:
        yield "current", *_texts(held)
    for refused in quarantined:
        yield "quarantined", str(refused.entry), refused.kind, canonical_text(list(refused.subjects)), refused.reason


def _texts(parts: tuple[str | int, ...]) -> Iterator[str]:
    return (str(part) for part in parts)
