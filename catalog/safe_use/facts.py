"""From definitions of safe use to facts: each is said of the question itself."""

from __future__ import annotations

from catalog.record import RecordContext
from catalog.safe_use.records import DefineSafeUse
from graph_schema.aspects import safe_use as aspects
from graph_schema.nodes import Node


def subjects(record: DefineSafeUse) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project(record: DefineSafeUse, context: RecordContext) -> None:
    """Add what must hold."""
    context.builder.add_statement(record.node, "safe_use", aspects.SafeUse.from_json(record.fields()))
