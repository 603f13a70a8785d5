"""From decisions on access to facts: each is said of who asked, and of what was asked for."""

from __future__ import annotations

from catalog.decisions.records import DecideAccess
from catalog.record import RecordContext
from graph_schema.aspects.access import AccessDecision
from graph_schema.nodes import Node


def subjects(record: DecideAccess) -> tuple[Node, ...]:
    """Return what the record is about."""
    return record.nodes


def project(record: DecideAccess, context: RecordContext) -> None:
    """Add what was decided, of each of them."""
    value = AccessDecision.from_json(record.fields())
    context.builder.add_statement_of_each(record.nodes, "access_decision", value)
