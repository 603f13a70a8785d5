"""From requests and decisions to facts; the approval is named by the request's ledger index."""

from __future__ import annotations

from catalog.approvals.records import DecideApproval, RequestApproval
from catalog.record import RecordContext
from graph_schema.aspects.approvals import Decision, Request
from graph_schema.edges import Concerns, Decided, Requested
from graph_schema.nodes import Approval, Node, Principal
from graph_schema.times import parse_zoned


def request_subjects(record: RequestApproval) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.subject.node,)


def project_request(record: RequestApproval, context: RecordContext) -> None:
    """Add what is asked for, bound to which digests, and by whom."""
    builder = context.builder
    approval = Approval(str(builder.entry))
    builder.add_statement(
        approval,
        "request",
        Request.from_json(
            record.fields()
            | {
                "subject": record.subject.node.id,
                "digests": context.added.get("digests", []),
                "expires_at": None if record.expires_at is None else parse_zoned(record.expires_at),
            }
        ),
    )
    builder.add_edge(Concerns(approval, record.subject.node))
    builder.add_edge(Requested(Principal(context.actor), approval))


def decision_subjects(record: DecideApproval) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (Approval(str(record.request)),)


def project_decision(record: DecideApproval, context: RecordContext) -> None:
    """Add the decision, its signature and by whom."""
    builder = context.builder
    approval = Approval(str(record.request))
    builder.add_statement(
        approval,
        "decision",
        Decision.from_json(
            record.signed_fields(context.added.get("printed_name"))
            | {
                "signed": context.added.get("signed", ""),
                "expires_at": None if record.expires_at is None else parse_zoned(record.expires_at),
                "key_id": context.added.get("key_id"),
            }
        ),
    )
    builder.add_edge(Decided(Principal(context.actor), approval), {"decision": record.decision.value})
