"""What statements of permitted use come to: values in, decision out.

Codes: the Data Use Ontology (GA4GH; release 2021-02-23) and HL7 v3-ActReason 4.0.0. What is stricter here than in the
matcher of DUOS stands in `docs/use.md`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from catalog.use.agreements import judge_agreement
from catalog.use.axes import judge_axes
from catalog.use.consent import is_retroactive, of_consent
from catalog.use.inquiry import Inquiry
from catalog.use.model import (
    Ancestors,
    Decision,
    Judgement,
    Licence,
    Reason,
    RecordKind,
    SensitiveTopic,
    Transfer,
    UseQuestion,
    UseStatement,
    Verdict,
)
from catalog.use.modifiers import judge_modifier
from catalog.use.places import Places
from catalog.use.reasons import abstain, day, deny, permit
from catalog.use.terms import CC, COL, GS, GSO, MOR, NMDS, NPOA, PERMISSIONS, PUB, RS
from graph_schema.bitemporal import lasts
from graph_schema.vocabulary.words import ConsentState

_SENSITIVE_INVESTIGATIONS: Final = {
    "DUO:0000032": SensitiveTopic.POPULATION,
    "DUO:0000034": SensitiveTopic.CHILDREN,
    "DUO:0000035": SensitiveTopic.ONE_GENDER,
    "DUO:0000036": SensitiveTopic.CONTROLS,
}
_OF_RESEARCH: Final = frozenset({RS, NMDS, GSO, PUB, COL, MOR, NPOA})
"""The modifiers that say something of research; the others restrict every use."""


def decide(
    statements: Iterable[UseStatement],
    question: UseQuestion,
    *,
    unstated: bool = False,
    ancestors: Ancestors | None = None,
    places: Places | None = None,
    transfers: Mapping[UseStatement, Collection[Transfer]] | None = None,
) -> Verdict:
    """Return what statements come to: the worst of what each comes to, with the obligations of all.

    `unstated` tells that some source, of which the data was made, has no statement: that is no permission. Nothing at
    all said is the same, and what begins after the date says nothing by then. One more statement never makes the answer
    milder. `transfers` are exceptions to the places of some statements. `ancestors` are of the disease ontology, None
    where none is configured; a place that the tree has not is unknown.
    """
    where = places or Places({})
    judgements = [
        judge(one, question, ancestors=ancestors, places=where, transfers=(transfers or {}).get(one, ()))
        for one in sorted(set(statements), key=lambda one: (one.entry, one.id))
        if counts(one, question.date)
    ]
    if unstated or all(one.statement is None or one.statement.limits_only for one in judgements):
        judgements.append(_NOT_STATED)
    worst = max(one.decision for one in judgements)
    return Verdict(
        worst,
        tuple(one for one in judgements if one.decision is worst),
        tuple(judgements),
        frozenset().union(*(one.obligations for one in judgements)),
        frozenset().union(*(one.refrains for one in judgements)),
    )


def replacing(statement: UseStatement, licences: Iterable[Licence], at: int) -> tuple[Licence, ...]:
    """Return the licences that replace a statement at a time: those in force, of its own authority, that name it.

    A withdrawal of consent is not the authority's to replace: one that acts then stands beside the licences before it.
    """
    acting = [one.since for one in statement.withdrawals if one.since <= at or is_retroactive(one)]
    since = max(acting, default=None)
    return tuple(
        one
        for one in sorted(licences, key=lambda one: (one.entry, one.id))
        if statement.id in one.replaces
        and one.authority == statement.authority
        and lasts(one.since, one.until, at)
        and (since is None or since < one.since)
    )


def counts(statement: UseStatement, at: int) -> bool:
    """Tell whether a statement says anything by a time: it has begun, or was withdrawn with effect for all before."""
    return statement.since <= at or any(
        one.state is ConsentState.WITHDRAWN and is_retroactive(one)
        for one in (*statement.withdrawals, *((statement.consent,) if statement.consent else ()))
    )


def judge(
    statement: UseStatement,
    question: UseQuestion,
    *,
    ancestors: Ancestors | None = None,
    places: Places | None = None,
    transfers: Collection[Transfer] = (),
) -> Judgement:
    """Return what one statement comes to: both its axes, data use terms and purposes, must permit, and all else too."""
    inquiry = Inquiry(statement, question, ancestors, places or Places({}), transfers)
    reasons = tuple(_reasons(inquiry))
    worst = max((one.decision for one in reasons), default=Decision.ABSTAIN)
    return Judgement(
        statement,
        worst,
        tuple(one for one in reasons if one.decision is worst),
        statement.obligations | frozenset(inquiry.obligations),
        statement.refrains,
    )


def judge_place(
    statement: UseStatement,
    place: str | None,
    at: int,
    places: Places,
    transfers: Collection[Transfer] = (),
) -> tuple[Reason, ...]:
    """Return what a statement comes to for data that is at a place at a time, nothing where it says nothing of places.

    A place that nobody said is None. A statement that did not hold yet says nothing; one that ended limits as before.
    """
    if at < statement.since:
        return ()
    if place is None:
        every = (", ".join(sorted(allowed)) or "nowhere" for allowed in _allowed((statement,), at))
        return tuple(abstain(f"It allows {named}, and no place is recorded.", RecordKind.PLACE) for named in every)
    inquiry = Inquiry(statement, UseQuestion(purpose="", date=at, place=place), None, places, transfers)
    return tuple(_where(inquiry))


def common_places(statements: Iterable[UseStatement], at: int, places: Places) -> frozenset[str] | None:
    """Return where all of the statements that hold let data be, None where none says anything of places.

    Of places that are not declared nobody knows what lies within them: they are taken to meet themselves alone.
    """
    common: frozenset[str] | None = None
    for allowed in _allowed(statements, at):
        common = allowed if common is None else places.meet(common, allowed)
    return common


def no_place_left(statements: Collection[UseStatement], at: int, places: Places) -> bool:
    """Tell whether it is certain that no place is allowed by all: a place that is not declared leaves it open."""
    named = {place for allowed in _allowed(statements, at) for place in allowed}
    return common_places(statements, at, places) == frozenset() and all(place in places for place in named)


def _allowed(statements: Iterable[UseStatement], at: int) -> Iterator[frozenset[str]]:
    for one in statements:
        if one.since <= at:
            if one.places is not None:
                yield one.places
            yield from (term.values for term in one.terms if term.code == GS and term.values)


_BULK_PERSONS: Final = 10_000
_BULK_GENOMES: Final = 100


def is_bulk(persons: int | None, genomic: bool | None) -> bool | None:  # noqa: FBT001  as it is recorded
    """Tell whether data is bulk data of 28 CFR 202.205, identifiers removed or not; None where too little is recorded.

    That is health data of more than 10,000 persons, or genomic data of more than 100.
    """
    if persons is None:
        return None
    if persons <= _BULK_GENOMES:
        return False
    return True if persons > _BULK_PERSONS else genomic


def _reasons(inquiry: Inquiry) -> Iterator[Reason]:
    """Yield what every rule that applies comes to."""
    if not counts(inquiry.statement, inquiry.question.date):
        yield abstain(f"It holds from {day(inquiry.statement.since)}.", RecordKind.USE_STATEMENT)
        return
    if inquiry.statement.limits_only:
        yield from _of_places(inquiry)
        return
    yield from _of_time(inquiry)
    yield from judge_axes(inquiry)
    yield from _of_sensitivity(inquiry)
    for code in sorted(inquiry.terms.keys() - PERMISSIONS - {CC}):
        if inquiry.sought or code not in _OF_RESEARCH:
            yield from judge_modifier(inquiry, code)
    yield from _of_places(inquiry)
    yield from judge_agreement(inquiry)
    for code in sorted(inquiry.statement.unknown):
        yield abstain(f"It names {code}, which no table has as a code in use.", RecordKind.USE_STATEMENT)


def _where(inquiry: Inquiry) -> Iterator[Reason]:
    """Yield what the rules of places alone come to."""
    yield from _of_places(inquiry)
    if GS in inquiry.terms:
        yield from judge_modifier(inquiry, GS)


def _of_time(inquiry: Inquiry) -> Iterator[Reason]:
    statement, date = inquiry.statement, inquiry.question.date
    if statement.until is not None and statement.until <= date:
        yield deny(f"It ended on {day(statement.until)}.")
    if statement.consent is not None:
        yield from of_consent(statement.consent, date)
    for withdrawal in statement.withdrawals:
        yield from of_consent(withdrawal, date)
    if statement.agreement is not None and not lasts(statement.agreement.since, statement.agreement.until, date):
        yield deny(f"The agreement {statement.agreement.name} is not in force on {day(date)}.")


def _of_sensitivity(inquiry: Inquiry) -> Iterator[Reason]:
    """Leave sensitive research to a person, whatever is permitted."""
    determined = inquiry.promised(RecordKind.DETERMINATION)
    found = set(inquiry.question.sensitive)
    found |= {topic for code, topic in _SENSITIVE_INVESTIGATIONS.items() if code in inquiry.question.investigations}
    for topic in sorted(found):
        if determined is not None:
            yield permit(f"The research is sensitive ({topic}): a person determined it.", determined.entries)
            continue
        yield abstain(f"The research is sensitive ({topic}): a person decides.", RecordKind.DETERMINATION)


def _of_places(inquiry: Inquiry) -> Iterator[Reason]:
    allowed = inquiry.statement.places
    if allowed is not None:
        basis = f"residency ({inquiry.statement.basis})" if inquiry.statement.basis else "residency"
        yield inquiry.judge_place(allowed, basis)


_NOT_STATED: Final = Judgement(
    None, Decision.ABSTAIN, (abstain("Nothing was said of what it may be used for.", RecordKind.USE_STATEMENT),)
)
