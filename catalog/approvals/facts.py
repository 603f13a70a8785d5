"""From requests and decisions to facts; the approval is named by the request's ledger index."""

from __future__ import annotations

from catalog.approvals.records import DecideApproval, RequestApproval
from catalog.record import RecordContext
from graph_schema.edges import Concerns, Decided, Requested
from graph_schema.nodes import Approval, Node, Principal
from graph_schema.times import parse_zoned


def request_subjects(record: RequestApproval) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.subject.node,)


def project_request(record: RequestApproval, context: RecordContext) -> None:
    """Say what is asked for, bound to which digests, and by whom."""
    builder = context.builder
    approval = Approval(str(builder.entry))
    builder.add_statement(
        approval,
        "request",
        {
            "subject": record.subject.node.id,
            "approval_kind": record.approval_kind.value,
            "use_case": record.use_case,
            "reason": record.reason,
            "expires_at": None if record.expires_at is None else parse_zoned(record.expires_at),
            "digests": list(context.added.get("digests", ())),
            "by": context.actor,
            "authenticated": context.authenticated,
        },
    )
    builder.add_edge(Concerns(approval, record.subject.node))
    builder.add_edge(Requested(Principal(context.actor), approval))


def decision_subjects(record: DecideApproval) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (Approval(str(record.request)),)


def project_decision(record: DecideApproval, context: RecordContext) -> None:
    """Say the decision, its signature and by whom."""
    builder = context.builder
    approval = Approval(str(record.request))
    said = record.fields()
    builder.add_statement(
        approval,
        "decision",
        {
            "decision": said["decision"],
            "meaning": said["meaning"],
            "reason": said["reason"],
            "signer": said["signer"],
            "expires_at": None if record.expires_at is None else parse_zoned(record.expires_at),
            "conditions": said["conditions"],
            "signed": str(context.added.get("signed", "")),
            "by": context.actor,
            "authenticated": context.authenticated,
            **({"key_id": key_id} if (key_id := context.added.get("key_id")) else {}),
        },
    )
    builder.add_edge(Decided(Principal(context.actor), approval), {"decision": said["decision"]})
