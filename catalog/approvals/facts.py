"""From requests and decisions to facts; the approval is named by the request's ledger index."""

from __future__ import annotations

from catalog.approvals.records import DecideApproval, RequestApproval
from catalog.record import Hearing, micros
from graph_schema.edges import Concerns, Decided, Requested
from graph_schema.nodes import Approval, Node, Principal


def request_subjects(record: RequestApproval) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.subject.node,)


def tell_request(record: RequestApproval, hearing: Hearing) -> None:
    """Say what is asked for, bound to which digests, and by whom."""
    telling = hearing.telling
    approval = Approval(str(telling.entry))
    telling.say(
        approval,
        "request",
        {
            "subject": record.subject.node.id,
            "approval_kind": record.approval_kind.value,
            "use_case": record.use_case,
            "reason": record.reason,
            "expires_at": None if record.expires_at is None else micros(record.expires_at),
            "digests": list(hearing.added.get("digests", ())),
            "by": hearing.actor,
            "authenticated": hearing.authenticated,
        },
    )
    telling.edge(Concerns(approval, record.subject.node))
    telling.edge(Requested(Principal(hearing.actor), approval))


def decision_subjects(record: DecideApproval) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (Approval(str(record.request)),)


def tell_decision(record: DecideApproval, hearing: Hearing) -> None:
    """Say the decision, its signature and by whom."""
    telling = hearing.telling
    approval = Approval(str(record.request))
    said = record.fields()
    telling.say(
        approval,
        "decision",
        {
            "decision": said["decision"],
            "meaning": said["meaning"],
            "reason": said["reason"],
            "signer": said["signer"],
            "expires_at": None if record.expires_at is None else micros(record.expires_at),
            "conditions": said["conditions"],
            "signed": str(hearing.added.get("signed", "")),
            "by": hearing.actor,
            "authenticated": hearing.authenticated,
            **({"key_id": key_id} if (key_id := hearing.added.get("key_id")) else {}),
        },
    )
    telling.edge(Decided(Principal(hearing.actor), approval), {"decision": said["decision"]})
