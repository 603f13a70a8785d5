"""From what stewards decide of findings to facts: each is said of the finding itself."""

from __future__ import annotations

from catalog.findings.records import AcceptFinding, AcknowledgeFinding, ReopenFinding
from catalog.record import RecordContext
from graph_schema.aspects.findings import FindingDecision
from graph_schema.nodes import Node
from graph_schema.times import parse_zoned
from graph_schema.vocabulary.words import FindingStance

_ASPECT = "finding_decision"


def subjects(record: AcknowledgeFinding | AcceptFinding | ReopenFinding) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project_acknowledgement(record: AcknowledgeFinding, context: RecordContext) -> None:
    """Add that it is known."""
    decided = FindingDecision(FindingStance.ACKNOWLEDGED.value, record.reason)
    context.builder.add_statement(record.node, _ASPECT, decided)


def project_acceptance(record: AcceptFinding, context: RecordContext) -> None:
    """Add that it is accepted, and until when."""
    decided = FindingDecision(FindingStance.ACCEPTED.value, record.reason, parse_zoned(record.until))
    context.builder.add_statement(record.node, _ASPECT, decided)


def project_reopening(record: ReopenFinding, context: RecordContext) -> None:
    """Add that neither holds any more."""
    context.builder.add_statement(record.node, _ASPECT, FindingDecision(FindingStance.REOPENED.value, record.reason))
