"""The modifiers of data use terms, each a rule (the Data Use Ontology, GA4GH; release 2021-02-23)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from catalog.use.inquiry import Inquiry
from catalog.use.model import OrganizationKind, Reason, RecordKind, Term
from catalog.use.reasons import abstain, day, deny, months_after, permit
from catalog.use.terms import (
    COL,
    GENETIC,
    GS,
    GSO,
    IRB,
    IS,
    METHODS,
    MOR,
    NCU,
    NMDS,
    NPOA,
    NPU,
    NPUNCU,
    POA,
    PS,
    PUB,
    RS,
    RTN,
    TS,
    US,
    short,
)
from reports.naming import counted


def judge_modifier(inquiry: Inquiry, code: str) -> list[Reason]:
    """Return what each of a statement's modifiers of one code comes to."""
    rule = _RULES.get(code)
    if rule is None:
        unknown = abstain(f"It names {code}, of which no rule is known.", RecordKind.DETERMINATION)
        return [unknown for _ in inquiry.terms[code]]
    return [rule(inquiry, term) for term in inquiry.terms[code]]


def _no_methods(inquiry: Inquiry, _: Term) -> Reason:
    if METHODS not in inquiry.question.investigations:
        return permit("No methods are developed.")
    if inquiry.diseases and inquiry.question.diseases:
        return inquiry.judge_diseases()
    return deny("NMDS prohibits the development of methods but for the statement's own disease.")


def _genetic_only(inquiry: Inquiry, _: Term) -> Reason:
    genetic = inquiry.question.genetic
    if genetic or GENETIC in inquiry.question.investigations:
        return permit("The study is genetic, as GSO asks.")
    if genetic is None:
        return abstain("GSO allows genetic studies, and whether this is one was not said.", RecordKind.REQUEST)
    return deny("GSO allows genetic studies alone.")


def _not_for_profit(inquiry: Inquiry, _: Term) -> Reason:
    kind = inquiry.question.requester.organization
    if kind is None:
        return abstain("NPU allows organizations without profit, and who asks was not said.", RecordKind.REQUEST)
    if kind is OrganizationKind.NONPROFIT:
        return permit("Who asks makes no profit, as NPU asks.")
    return deny("NPU does not allow organizations for profit.")


def _not_commercial(inquiry: Inquiry, _: Term) -> Reason:
    commercial = inquiry.question.requester.commercial
    if commercial is None:
        return abstain("NCU allows use that is not commercial, and which it is was not said.", RecordKind.REQUEST)
    if commercial:
        return deny("NCU does not allow commercial use.")
    return permit("The use is not commercial, as NCU asks.")


def _neither(inquiry: Inquiry, term: Term) -> Reason:
    return max(_not_for_profit(inquiry, term), _not_commercial(inquiry, term), key=lambda one: one.decision)


def _no_ancestry(inquiry: Inquiry, _: Term) -> Reason:
    if POA in inquiry.terms:
        return deny("It allows ancestry research alone (POA) and prohibits it (NPOA).")
    if POA in inquiry.sought:
        return deny("NPOA prohibits research on population origins or ancestry.")
    return permit("No origins or ancestry are studied.")


def _geography(inquiry: Inquiry, term: Term) -> Reason:
    if not term.values:
        return abstain("GS names no place.", RecordKind.USE_STATEMENT)
    return inquiry.judge_place(term.values, "GS")


def _time_limit(inquiry: Inquiry, term: Term) -> Reason:
    if term.months is None:
        return abstain("TS names no number of months.", RecordKind.USE_STATEMENT)
    grant = inquiry.promised(RecordKind.GRANT)
    if grant is None:
        return abstain(
            f"TS allows {counted(term.months, 'month')} from the grant, and none is recorded.", RecordKind.GRANT
        )
    end = months_after(grant.since, term.months)
    if end <= inquiry.question.date:
        return deny(f"TS allowed {counted(term.months, 'month')}, until {day(end)}.", grant.entries)
    inquiry.obligations.add(f"end use before {day(end)} (TS)")
    return permit(f"TS allows {counted(term.months, 'month')}, until {day(end)}.", grant.entries)


def _moratorium(inquiry: Inquiry, term: Term) -> Reason:
    if term.date is None:
        return abstain("MOR names no date.", RecordKind.USE_STATEMENT)
    if term.date <= inquiry.question.date:
        return permit(f"The moratorium ended on {day(term.date)}.")
    return inquiry.by_promise(RecordKind.MORATORIUM, f"MOR allows no publication before {day(term.date)}")


def _listed(value: str | None, term: Term, what: str) -> Reason:
    code = short(term.code)
    if not term.values:
        return abstain(f"{code} names no {what}.", RecordKind.USE_STATEMENT)
    if value is None:
        return abstain(f"{code} names the {what}s that may, and none was said.", RecordKind.REQUEST)
    if value in term.values:
        return permit(f"The {what} is one that {code} names.")
    return deny(f"The {what} is none that {code} names.")


def _users(inquiry: Inquiry, term: Term) -> Reason:
    return _listed(inquiry.question.requester.user, term, "user")


def _projects(inquiry: Inquiry, term: Term) -> Reason:
    return _listed(inquiry.question.requester.project, term, "project")


def _institutes(inquiry: Inquiry, term: Term) -> Reason:
    return _listed(inquiry.question.requester.institute, term, "institute")


def _topics(inquiry: Inquiry, term: Term) -> Reason:
    if term.values and inquiry.question.topics and inquiry.question.topics <= term.values:
        return permit("The topics are ones that RS names.")
    named = ", ".join(sorted(term.values)) or "a topic that it does not name"
    determined = inquiry.promised(RecordKind.DETERMINATION)
    if determined is not None:
        return permit(f"RS restricts research to {named}: a person determined it.", determined.entries)
    return abstain(f"RS restricts research to {named}: a person decides.", RecordKind.DETERMINATION)


def _ethics(inquiry: Inquiry, _: Term) -> Reason:
    return inquiry.by_promise(RecordKind.IRB_APPROVAL, "IRB asks for an ethics approval of the project", owed=False)


def _collaboration(inquiry: Inquiry, _: Term) -> Reason:
    return inquiry.by_promise(RecordKind.COLLABORATION, "COL asks to collaborate with the data's investigators")


def _publication(inquiry: Inquiry, _: Term) -> Reason:
    return inquiry.by_promise(RecordKind.PUBLICATION, "PUB asks to publish")


def _return(inquiry: Inquiry, _: Term) -> Reason:
    return inquiry.by_promise(RecordKind.RETURN, "RTN asks to return results")


_RULES: Final[dict[str, Callable[[Inquiry, Term], Reason]]] = {
    RS: _topics,
    NMDS: _no_methods,
    GSO: _genetic_only,
    NPUNCU: _neither,
    PUB: _publication,
    COL: _collaboration,
    IRB: _ethics,
    GS: _geography,
    MOR: _moratorium,
    TS: _time_limit,
    US: _users,
    PS: _projects,
    IS: _institutes,
    RTN: _return,
    NPOA: _no_ancestry,
    NPU: _not_for_profit,
    NCU: _not_commercial,
}
