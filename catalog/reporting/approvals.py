"""Approvals, what is found and missing on a subject, and what could not be projected, as a report shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from catalog.access import queries as access
from catalog.access.model import Definition, Powers, is_proven
from catalog.approvals.model import Approval as ApprovalRecord
from catalog.approvals.model import ConditionMet as ConditionRecord
from catalog.approvals.model import Decision as DecisionRecord
from catalog.approvals.persons import Delegation as DelegationRecord
from catalog.approvals.queries import people_of
from catalog.approvals.states import ApprovalState
from catalog.findings.estate.model import Decided as DecidedRecord
from catalog.findings.estate.model import EstateFinding as EstateFindingRecord
from catalog.findings.model import Finding as FindingRecord
from catalog.findings.model import Gap as GapRecord
from catalog.reporting.citations import Citations, time_of
from catalog.store.protocol import Quarantined as QuarantinedEntry
from catalog.view import View
from graph_schema.aspects import approvals as aspects
from graph_schema.times import format_time
from reports.parts.approvals import Approval, ApprovalStatus, ConditionMet, Delegation, Invalidation
from reports.parts.estate import Decided, EstateFinding
from reports.parts.findings import Finding
from reports.parts.gaps import Gap
from reports.parts.quarantine import Quarantined
from reports.parts.signatures import Decision, Determination, Signer, SignIn, Waiver, local_time

_STATUS: dict[ApprovalState, ApprovalStatus] = {
    ApprovalState.REQUESTED: "PENDING",
    ApprovalState.APPROVED: "APPROVED",
    ApprovalState.DENIED: "DENIED",
    ApprovalState.ABSTAINED: "ABSTAINED",
    ApprovalState.CONDITIONAL: "CONDITIONAL",
    ApprovalState.EXPIRED: "EXPIRED",
    ApprovalState.LAPSED: "LAPSED",
    ApprovalState.INVALIDATED: "INVALIDATED",
}


def approvals(citations: Citations, found: Iterable[ApprovalRecord], powers: Powers) -> Iterator[Approval]:
    """Yield the requests with every decision on them, and who their signers were then."""
    for one in found:
        yield Approval(
            subject=citations.key_of(one.subject),
            kind=one.approval_kind,
            use_case=one.use_case,
            reason=one.reason,
            requested_by=citations.actor(one.requested_by, authenticated=one.authenticated),
            requested_at=format_time(one.requested_at),
            expires_at=time_of(one.expires_at),
            status=_STATUS[one.state],
            because=one.explanation,
            invalidated=_invalidation(citations, one),
            entries=citations.view.cite(*one.rests_on),
            digests=tuple(f"{bound.of}: {bound.digest}" for bound in one.digests),
            decisions=tuple(_decision(citations, decision, powers) for decision in one.decisions),
            needed=one.needed,
            emergency=one.emergency,
            depends_on=one.depends_on,
            dossier=one.dossier,
            dossier_digest=one.dossier_digest,
            approved_by=one.approved_by,
            ends_at=time_of(one.ends_at),
            met=tuple(_met(citations, each) for each in one.met),
            entry=citations.cite(one.request),
            leaf=citations.leaf(one.request),
        )


def _met(citations: Citations, one: ConditionRecord) -> ConditionMet:
    return ConditionMet(
        text=one.text,
        evidence=one.evidence,
        by=citations.actor(one.met_by, authenticated=is_proven(one.met_by)),
        at=format_time(one.met_at),
        entry=citations.cite(one.entry),
    )


def delegations(
    citations: Citations,
    view: View,
    found: Sequence[ApprovalRecord],
    *,
    also: Sequence[DelegationRecord] = (),
    signers: Iterable[str] = (),
) -> Iterator[Delegation]:
    """Yield who lets whom decide in their place, of those who asked for any of these approvals or decided on them, and
    of other `signers`.

    `also` are others that are shown.
    """
    acted = {name for one in found for name in (one.requested_by, *(each.decided_by for each in one.decisions))}
    acted.update(signers)
    every = {one.entry: one for one in also}
    for one in people_of(view).delegations if acted else ():
        if not acted.isdisjoint({one.of, one.to}):
            every[one.entry] = one
    citations.introduce({name for one in every.values() for name in (one.of, one.to)})
    for one in sorted(every.values(), key=lambda each: each.entry):
        yield Delegation(
            of=citations.actor(one.of, authenticated=is_proven(one.of)),
            to=citations.actor(one.to, authenticated=is_proven(one.to)),
            kinds=tuple(sorted(one.kinds)),
            since=format_time(one.since),
            until=format_time(one.until),
            reason=one.reason,
            entry=citations.cite(one.entry),
        )


def _invalidation(citations: Citations, one: ApprovalRecord) -> Invalidation | None:
    if one.state is not ApprovalState.INVALIDATED or one.because is None:
        return None
    return Invalidation(at=format_time(one.since), entry=citations.cite(one.because))


def _decision(citations: Citations, one: DecisionRecord, powers: Powers) -> Decision:
    return Decision(
        decision=one.decision,  # type: ignore[arg-type]  # the record's own closed list
        decided_by=citations.actor(one.decided_by, authenticated=one.authenticated),
        decided_at=format_time(one.decided_at),
        reason=one.reason,
        meaning=one.meaning,
        printed_name=one.printed_name,
        signer=_signer(citations, powers.at(one.decided_by, one.entry)),
        key_id=one.key_id,
        time_zone=one.time_zone,
        local_at=local_time(format_time(one.decided_at), one.time_zone),
        expires_at=time_of(one.expires_at),
        conditions=one.conditions,
        requires=one.requires,
        interest=one.interest,
        conflicts=one.conflicts,
        counts_for=one.counts_for,
        sign_in=None
        if one.sign_in is None
        else SignIn(at=format_time(one.sign_in.at), components=one.sign_in.components),
        irb=None if one.irb is None else _determination(one.irb),
        signed=one.signed or None,
        entry=citations.cite(one.entry),
        leaf=citations.leaf(one.entry),
    )


def _determination(one: aspects.IrbDetermination) -> Determination:
    waiver = one.waiver
    return Determination(
        determination=one.determination,
        protocol=one.protocol,
        continuing_review=time_of(one.continuing_review),
        waiver=None
        if waiver is None
        else Waiver(
            board=waiver.board,
            acted_on=waiver.acted_on,
            criteria=waiver.criteria,
            information=waiver.information,
            procedure=waiver.procedure,
        ),
    )


def _signer(citations: Citations, was: Definition | None) -> Signer | None:
    if was is None:
        return None
    return Signer(title=was.title, organisation=was.organisation, entry=citations.cite(was.entry))


def powers_of(citations: Citations) -> Powers:
    """Return what everyone who acted was allowed to do over time, and by which records."""
    by_id = {record.id: name for name, record in citations.principals.items()}
    return Powers(
        {by_id[id_]: each for id_, each in access.definitions(citations.view, list(by_id)).items()},
        {name: record.keys for name, record in citations.principals.items()},
    )


def findings(citations: Citations, found: Iterable[FindingRecord]) -> Iterator[Finding]:
    """Yield what the rules found."""
    for one in found:
        rule = one.rule.value
        yield Finding(
            rule=rule.name,
            severity=rule.severity.value,
            topic=rule.topic.value,
            subject=citations.key_of(one.subject),
            text=one.text,
            entries=citations.view.cite(*one.entries),
        )


def estate_findings(
    citations: Citations, found: Iterable[EstateFindingRecord], own: Iterable[FindingRecord]
) -> Iterator[EstateFinding]:
    """Yield what the rules over the estate find, without what the subject's own rules say already."""
    own_findings = {(one.rule, one.subject) for one in own}
    for one in found:
        if (one.rule, one.subject) not in own_findings:
            yield EstateFinding(
                rule=one.rule.value.name,
                code=one.rule.name,
                severity=one.rule.value.severity.value,
                subject=one.name,
                node=one.subject,
                text=one.text,
                since=time_of(one.since),
                stands=one.state.value,  # type: ignore[arg-type]  # one that holds
                decided=None if one.decided is None else _decided(citations, one.decided),
                entries=citations.view.cite(*one.entries),
            )


def _decided(citations: Citations, one: DecidedRecord) -> Decided:
    return Decided(
        by=citations.actor(one.by, authenticated=one.authenticated),
        at=format_time(citations.header(one.entry).recorded_at),
        reason=one.reason,
        until=time_of(one.until),
        entry=citations.cite(one.entry),
    )


def gaps(found: Iterable[GapRecord]) -> Iterator[Gap]:
    """Yield what is not recorded of a version and of what it rests on."""
    for gap in found:
        yield Gap(subject=gap.name, field=gap.field, note=gap.note, rule=gap.rule and gap.rule.value.name)


def quarantined(citations: Citations, found: Iterable[QuarantinedEntry]) -> Iterator[Quarantined]:
    """Yield the entries that could not be projected."""
    for one in found:
        yield Quarantined(entry=citations.cite(one.entry), kind=one.kind, reason=one.reason)
