from __future__ import annotations

from collections.abc import Iterable

from catalog.approvals.model import Approval, ApprovalState
from catalog.evidence.dossier.phrases import time_of
from catalog.evidence.dossier.teller import Teller
from graph_schema.times import format_time
from reports.parts import approvals as part

_STATUS: dict[ApprovalState, part.ApprovalStatus] = {
    ApprovalState.REQUESTED: "PENDING",
    ApprovalState.APPROVED: "APPROVED",
    ApprovalState.DENIED: "DENIED",
    ApprovalState.ABSTAINED: "ABSTAINED",
    ApprovalState.EXPIRED: "EXPIRED",
    ApprovalState.INVALIDATED: "INVALIDATED",
}


def approvals(teller: Teller) -> Iterable[part.Approval]:
    for found in teller.scene.approvals:
        yield _approval(teller, found)


def _approval(teller: Teller, found: Approval) -> part.Approval:
    return part.Approval(
        subject=teller.subject(found.subject),
        kind=found.approval_kind,
        use_case=found.use_case,
        reason=found.reason,
        requested_by=teller.actor(found.requested_by, authenticated=found.authenticated),
        requested_at=format_time(found.requested_at),
        expires_at=time_of(found.expires_at),
        status=_STATUS[found.state],
        because=found.explanation,
        invalidated=_invalidation(teller, found),
        entries=teller.cites(found.rests_on),
        digests=tuple(f"{one.of}: {one.digest}" for one in found.digests),
        decisions=tuple(
            part.Decision(
                decision=one.decision,  # type: ignore[arg-type]  # the record's own closed list
                decided_by=teller.actor(one.decided_by, authenticated=one.authenticated),
                decided_at=format_time(one.decided_at),
                reason=one.reason,
                meaning=one.meaning,
                printed_name=one.printed_name,
                time_zone=one.time_zone,
                local_at=part.local_time(format_time(one.decided_at), one.time_zone),
                expires_at=time_of(one.expires_at),
                conditions=one.conditions,
                entry=teller.cite(one.entry),
                leaf=teller.ledger.entry(one.entry).leaf.hex(),
            )
            for one in found.decisions
        ),
        entry=teller.cite(found.request),
        leaf=teller.ledger.entry(found.request).leaf.hex(),
    )


def _invalidation(teller: Teller, found: Approval) -> part.Invalidation | None:
    if found.state is not ApprovalState.INVALIDATED or found.because is None:
        return None
    return part.Invalidation(at=format_time(found.since), entry=teller.cite(found.because))
