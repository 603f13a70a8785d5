"""The context of the approvals record of a period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from catalog.access.model import is_proven
from catalog.approvals.binding import Binding
from catalog.approvals.model import Approval
from catalog.approvals.persons import Delegation
from catalog.approvals.queries import approvals as approvals_known
from catalog.approvals.queries import bindings, people_of
from catalog.approvals.states import ApprovalState
from catalog.assets.naming import names_of
from catalog.errors import SenderError
from catalog.findings.judgement import approval_findings
from catalog.findings.rules import Rule
from catalog.ledger.protocol import Ledger
from catalog.reporting.approvals import approvals, delegations, findings, powers_of, quarantined
from catalog.reporting.approvals_record import subject_shown
from catalog.reporting.citations import Citations
from catalog.reporting.dossier_data import deciders
from catalog.reporting.people import people
from catalog.reporting.read_point import settled
from catalog.view import View
from graph_schema.identity import label_of
from graph_schema.times import format_time, parse_zoned
from reports.context import Actor
from reports.kinds import ApprovalsOfPeriod
from reports.parts.approval_subject import ApprovalSubject
from reports.parts.approvals_period import Happened, PeriodSubject, What

LABEL: Final = "Period"
"""What begins the id of a period: `Period:SINCE..UNTIL`."""
_DECIDED: Final[Mapping[str, What]] = {
    "APPROVE": "APPROVED",
    "DENY": "DENIED",
    "ABSTAIN": "ABSTAINED",
    "WITHDRAW": "WITHDRAWN",
}
_ENDED: Final[Mapping[ApprovalState, What]] = {
    ApprovalState.EXPIRED: "EXPIRED",
    ApprovalState.LAPSED: "LAPSED",
    ApprovalState.INVALIDATED: "INVALIDATED",
}


@dataclass(frozen=True, slots=True)
class Period:
    """A time in UTC microseconds, half-open."""

    since: int
    until: int

    @classmethod
    def parse(cls, identifier: str) -> Period:
        """Return the period of an id, `Period:SINCE..UNTIL`, each a date (its beginning in UTC) or an RFC 3339 time.

        Raises SenderError for anything else, and where it does not begin before it ends.
        """
        since, dots, until = identifier.removeprefix(f"{LABEL}:").partition("..")
        try:
            found = cls(_moment(since), _moment(until))
        except ValueError:
            found = cls(0, 0)
        if not dots or found.since >= found.until:
            raise SenderError(
                "A period is SINCE..UNTIL: two dates or RFC 3339 times with their zones, the earlier first, such as "
                "2031-01-01..2031-04-01.",
                status=422,
            )
        return found

    def holds(self, at: int) -> bool:
        """Tell whether a time lies in it."""
        return self.since <= at < self.until


def _moment(text: str) -> int:
    try:
        day = date.fromisoformat(text) if len(text) == len("2031-01-01") else None
    except ValueError:
        day = None
    return parse_zoned(text if day is None else f"{day.isoformat()}T00:00:00Z")


def approvals_of_period(
    view: View, ledger: Ledger, identifier: str, organisation: str | None = None
) -> ApprovalsOfPeriod | None:
    """Return the record's context for a period, `Period:SINCE..UNTIL`, None where nothing was known by then.

    What is later than the read point has not happened. The entries that it cites are in its evidence without their
    proofs, as `model_dossier` says. Raises SenderError where it is no period, EvidenceError where the ledger is not
    whole.
    """
    period = Period.parse(identifier)
    point = settled(view.remembering, ledger)
    if point is None:
        return None
    uncited = point.view.uncited
    every = sorted(approvals_known(uncited, uncited.all_of("Approval")).values(), key=lambda one: one.request)
    shown = _shown(every, period)
    lent = [one for one in people_of(uncited).delegations if period.holds(one.since)]
    citations = Citations.of(point.view, ledger, deciders(shown))
    citations.introduce({name for one in lent for name in (one.of, one.to)})
    powers = powers_of(citations)
    about = sorted({one.subject for one in shown}, key=lambda id_: (label_of(id_), citations.title(id_), id_))
    stuck = uncited.quarantined({*about})
    found = approval_findings("", "", shown, powers, names=names_of(citations.view, about))
    context = ApprovalsOfPeriod(
        organisation=organisation,
        read_point=point.read_point(point.answer(len(stuck))),
        subject=PeriodSubject(kind="period", since=format_time(period.since), until=format_time(period.until)),
        subjects=tuple(_subjects(citations, uncited, about)),
        happened=tuple(_happened(citations, shown, lent, period, uncited.moment)),
        approvals=tuple(approvals(citations, shown, powers)),
        delegations=tuple(delegations(citations, uncited, shown, also=lent)),
        # A period has no approval of its own.
        findings=tuple(findings(citations, (one for one in found if one.rule is not Rule.APPROVAL_REQUESTED))),
        quarantined=tuple(quarantined(citations, stuck)),
    )
    # Last: by now every entry that the rest cites is noted.
    context = replace(context, people=people(citations))
    return replace(context, entry_subjects=citations.entry_subjects(), evidence=point.evidence())


def _shown(every: Sequence[Approval], period: Period) -> list[Approval]:
    """Return the requests to which something happened in a period, and those that these depend on."""
    by_request = {one.request: one for one in every}
    wanted = {one.request for one in every if any(period.holds(at) for at in _times(one))}
    front = set(wanted)
    while front:
        front = {index for one in front for index in by_request[one].depends_on if index in by_request} - wanted
        wanted |= front
    return [one for one in every if one.request in wanted]


def _times(one: Approval) -> Iterator[int]:
    yield one.requested_at
    yield from (decision.decided_at for decision in one.decisions)
    yield from (met.met_at for met in one.met)
    if one.state in _ENDED:
        yield one.since


def _subjects(citations: Citations, view: View, about: Sequence[str]) -> Iterator[ApprovalSubject]:
    known = view.nodes(about)
    binding: Mapping[str, Binding] = bindings(view, about)
    for id_ in about:
        if id_ in known and id_ in binding:
            yield subject_shown(citations, known[id_].node, binding[id_])


def _happened(
    citations: Citations, shown: Sequence[Approval], lent: Sequence[Delegation], period: Period, moment: int
) -> Iterator[Happened]:
    """Yield what happened in the period, by time, then in the order of the ledger."""
    found = [(at, place, one) for approval in shown for at, place, one in _of_request(citations, approval)]
    found += [(one.since, one.entry, _lent(citations, one)) for one in lent]
    for at, _, one in sorted(found, key=lambda each: (each[0], each[1], each[2].request or -1, each[2].what)):
        if period.holds(at) and at <= moment:
            yield one


def _of_request(citations: Citations, one: Approval) -> Iterator[tuple[int, int, Happened]]:
    """Yield what happened to a request, each with its time and the entry behind which it stands."""
    request, kinds, subject = one.request, (one.approval_kind,), citations.key_of(one.subject)

    def happened(at: int, what: What, entry: int | None, by: Actor | None, because: str | None = None) -> Happened:
        return Happened(
            at=format_time(at),
            what=what,
            request=request,
            kinds=kinds,
            subject=subject,
            by=by,
            because=because,
            entries=() if entry is None else citations.view.cite(entry),
        )

    asked = citations.actor(one.requested_by, authenticated=one.authenticated)
    yield one.requested_at, request, happened(one.requested_at, "ASKED", request, asked)
    for decision in one.decisions:
        by = citations.actor(decision.decided_by, authenticated=decision.authenticated)
        what = _DECIDED[decision.decision]
        yield decision.decided_at, decision.entry, happened(decision.decided_at, what, decision.entry, by)
    for met in one.met:
        by = citations.actor(met.met_by, authenticated=is_proven(met.met_by))
        yield met.met_at, met.entry, happened(met.met_at, "CONDITION_MET", met.entry, by)
    if one.state in _ENDED:
        cause = one.because if one.state is ApprovalState.INVALIDATED else None
        ended = happened(one.since, _ENDED[one.state], cause, None, one.explanation)
        yield one.since, request if cause is None else cause, ended


def _lent(citations: Citations, one: Delegation) -> Happened:
    return Happened(
        at=format_time(one.since),
        what="DELEGATED",
        kinds=tuple(sorted(one.kinds)),
        by=citations.actor(one.of, authenticated=is_proven(one.of)),
        entries=citations.view.cite(one.entry),
    )
