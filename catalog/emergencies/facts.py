"""From emergencies and their reviews to facts: each is said of who broke the glass."""

from __future__ import annotations

from catalog.emergencies.records import BreakGlass, ReviewEmergency
from catalog.record import RecordContext
from graph_schema.aspects.access import EmergencyAccess, EmergencyReview
from graph_schema.nodes import Node


def subjects(record: BreakGlass | ReviewEmergency) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project(record: BreakGlass, context: RecordContext) -> None:
    """Add what was opened."""
    context.builder.add_statement(record.node, "emergency_access", EmergencyAccess.from_json(record.fields()))


def project_review(record: ReviewEmergency, context: RecordContext) -> None:
    """Add that it was reviewed."""
    context.builder.add_statement(record.node, "emergency_review", EmergencyReview.from_json(record.fields()))
