"""From requests and decisions to facts; the approval is named by the request's ledger index."""

from __future__ import annotations

from catalog.approvals.records import DecideApproval, DelegateApprovals, MeetCondition, RequestApproval
from catalog.record import RecordContext
from graph_schema.aspects.approvals import ApprovalDelegation, ConditionMet, Decision, Request
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
                "bound_at": context.added.get("bound_at"),
                "bound_by": context.added.get("bound_by"),
                "dossier_digest": context.added.get("dossier_digest"),
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
            record.stated_fields(context.added.get("printed_name"))
            | {
                "signed": context.added.get("signed", ""),
                "key_id": context.added.get("key_id"),
                "conflicts": context.added.get("conflicts", []),
            }
        ),
    )
    builder.add_edge(Decided(Principal(context.actor), approval), {"decision": record.decision.value})


def delegation_subjects(record: DelegateApprovals) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project_delegation(record: DelegateApprovals, context: RecordContext) -> None:
    """Add that the principal decides in place of whoever records it."""
    value = ApprovalDelegation.from_json(record.fields() | {"until": parse_zoned(record.until)})
    context.builder.add_statement(record.node, "approval_delegation", value)


def condition_subjects(record: MeetCondition) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project_condition(record: MeetCondition, context: RecordContext) -> None:
    """Add that the condition is met."""
    context.builder.add_statement(record.node, "condition_met", ConditionMet(record.text, record.evidence))
