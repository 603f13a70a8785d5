from __future__ import annotations

from collections.abc import Iterable

from catalog.approvals.model import Approval, ApprovalState
from catalog.evidence.dossier.phrases import time_of
from catalog.evidence.dossier.teller import Teller
from catalog.evidence.findings import bound_now
from catalog.releases.model import ModelVersionRecord, Registration
from graph_schema.times import format_time
from reports.parts import approvals as part

_STATUS: dict[ApprovalState, part.ApprovalStatus] = {
    ApprovalState.REQUESTED: "PENDING",
    ApprovalState.APPROVED: "APPROVED",
    ApprovalState.DENIED: "DENIED",
    ApprovalState.ABSTAINED: "ABSTAINED",
    ApprovalState.EXPIRED: "EXPIRED",
}


def approvals(teller: Teller, version: ModelVersionRecord, registration: Registration) -> Iterable[part.Approval]:
    for found in teller.scene.approvals:
        yield _approval(teller, found, version, registration)


def _approval(
    teller: Teller, found: Approval, version: ModelVersionRecord, registration: Registration
) -> part.Approval:
    status, because = _STATUS[found.state], None
    if found.because is not None and found.because not in {one.entry for one in found.decisions}:
        because = f"decided in entry {found.because}"
    if found.subject == version.id and frozenset(found.digests) != bound_now(registration):
        status, because = "INVALIDATED", "the version was registered anew, with other digests"
    return part.Approval(
        subject=teller.subject(found.subject),
        kind=found.approval_kind,
        use_case=found.use_case,
        reason=found.reason,
        requested_by=teller.actor(found.requested_by, authenticated=found.authenticated),
        requested_at=format_time(found.requested_at),
        expires_at=time_of(found.expires_at),
        status=status,
        because=because,
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
