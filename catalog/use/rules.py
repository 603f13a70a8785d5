"""What statements of permitted use come to: values in, decision out.

Codes: the Data Use Ontology (GA4GH; release 2021-02-23) and HL7 v3-ActReason 4.0.0. What is stricter here than in the
matcher of DUOS stands in `docs/use.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from catalog.use.model import (
    Agreement,
    Ancestors,
    Consent,
    Decision,
    Judgement,
    Licence,
    OrganizationKind,
    Promise,
    Reason,
    RecordKind,
    SensitiveTopic,
    Term,
    Transfer,
    UseQuestion,
    UseStatement,
    Verdict,
)
from catalog.use.places import Places
from catalog.use.terms import (
    CC,
    COL,
    DS,
    GENETIC,
    GRU,
    GS,
    GSO,
    HMB,
    IRB,
    IS,
    METHODS,
    MLTRAINING,
    MOR,
    NCU,
    NMDS,
    NPOA,
    NPU,
    NPUNCU,
    NRES,
    PERMISSIONS,
    POA,
    PS,
    PUB,
    RS,
    RTN,
    TS,
    US,
    short,
    sought,
)
from graph_schema.vocabulary import hl7
from graph_schema.vocabulary.words import ConsentState, WithdrawalEffect
from reports.naming import counted

_SENSITIVE_INVESTIGATIONS: Final = {
    "DUO:0000032": SensitiveTopic.POPULATION,
    "DUO:0000034": SensitiveTopic.CHILDREN,
    "DUO:0000035": SensitiveTopic.ONE_GENDER,
    "DUO:0000036": SensitiveTopic.CONTROLS,
}
_OF_RESEARCH: Final = frozenset({RS, NMDS, GSO, PUB, COL, MOR, NPOA})
"""The modifiers that say something of research; the others restrict every use."""
_MONTHS_A_YEAR: Final = 12


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
    milder. `transfers` are exceptions to the places of
    some statements. `ancestors` are of the disease ontology,
    None where none is configured; a place that the tree has not is unknown.
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
    acting = [one.since for one in statement.withdrawals if one.since <= at or _is_retroactive(one)]
    since = max(acting, default=None)
    return tuple(
        one
        for one in sorted(licences, key=lambda one: (one.entry, one.id))
        if statement.id in one.replaces
        and one.authority == statement.authority
        and _holds(one.since, one.until, at)
        and (since is None or since < one.since)
    )


def counts(statement: UseStatement, at: int) -> bool:
    """Tell whether a statement says anything by a time: it has begun, or was withdrawn with effect for all before."""
    return statement.since <= at or any(
        one.state is ConsentState.WITHDRAWN and _is_retroactive(one)
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
    judge = _Judge(statement, question, ancestors, places or Places({}), transfers)
    reasons = tuple(judge.reasons())
    worst = max((one.decision for one in reasons), default=Decision.ABSTAIN)
    return Judgement(
        statement,
        worst,
        tuple(one for one in reasons if one.decision is worst),
        statement.obligations | frozenset(judge.obligations),
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
        return tuple(_abstain(f"It allows {named}, and no place is recorded.", RecordKind.PLACE) for named in every)
    judge = _Judge(statement, UseQuestion(purpose="", date=at, place=place), None, places, transfers)
    return tuple(judge.where())


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


class _Judge:
    """One statement held against one question."""

    def __init__(
        self,
        statement: UseStatement,
        question: UseQuestion,
        ancestors: Ancestors | None,
        places: Places,
        transfers: Collection[Transfer],
    ) -> None:
        self._statement = statement
        self._question = question
        self._ancestors = ancestors
        self._places = places
        self._transfers = transfers
        self._terms: dict[str, list[Term]] = {}
        for term in sorted(statement.terms, key=lambda one: (one.code, sorted(one.values), one.date or 0)):
            self._terms.setdefault(term.code, []).append(term)
        self._purpose, self._sought = sought(question)
        self.obligations: set[str] = set()

    def reasons(self) -> Iterator[Reason]:
        """Yield what every rule that applies comes to."""
        if not counts(self._statement, self._question.date):
            yield _abstain(f"It holds from {_day(self._statement.since)}.", RecordKind.USE_STATEMENT)
            return
        if self._statement.limits_only:
            yield from self._of_places()
            return
        yield from self._of_time()
        yield from self._of_axes()
        yield from self._of_sensitivity()
        for code in sorted(self._terms.keys() - PERMISSIONS - {CC}):
            if self._sought or code not in _OF_RESEARCH:
                yield from self._of_modifier(code)
        yield from self._of_places()
        yield from self._of_agreement()
        for code in sorted(self._statement.unknown):
            yield _abstain(f"It names {code}, which no table has as a code in use.", RecordKind.USE_STATEMENT)

    def where(self) -> Iterator[Reason]:
        """Yield what the rules of places alone come to."""
        yield from self._of_places()
        for term in self._terms.get(GS, ()):
            yield self._geography(term)

    # When it holds

    def _of_time(self) -> Iterator[Reason]:
        statement, date = self._statement, self._question.date
        if statement.until is not None and statement.until <= date:
            yield _deny(f"It ended on {_day(statement.until)}.")
        if statement.consent is not None:
            yield from _of_consent(statement.consent, date)
        for withdrawal in statement.withdrawals:
            yield from _of_consent(withdrawal, date)
        if statement.agreement is not None and not _holds(statement.agreement.since, statement.agreement.until, date):
            yield _deny(f"The agreement {statement.agreement.name} is not in force on {_day(date)}.")

    # Data use terms, and purposes

    def _of_axes(self) -> Iterator[Reason]:
        by_terms, by_purpose = list(self._of_terms()), list(self._of_purpose())
        yield from by_terms
        yield from by_purpose
        if not by_terms and not by_purpose:
            what = "this purpose" if self._terms else "purposes"
            yield _abstain(f"It says nothing of {what}.", RecordKind.USE_STATEMENT)

    def _of_purpose(self) -> Iterator[Reason]:
        """Judge the axis of HL7 purposes, where the statement says any."""
        allowed, purpose = self._statement.purposes, self._purpose
        if allowed is None:
            return
        if purpose is None:
            yield _abstain("It names purposes of HL7, and the question names none.", RecordKind.REQUEST)
        elif any(hl7.PURPOSE_OF_USE.covers(one, purpose) for one in allowed):
            yield _permit(f"It allows {', '.join(sorted(allowed))}, which covers {purpose}.")
        else:
            named = ", ".join(sorted(allowed)) or "no purpose"
            yield _deny(f"It allows {named}, not {purpose}.")

    def _of_terms(self) -> Iterator[Reason]:
        """Judge the axis of data use terms: research and clinical care alone are theirs, and NRES is everything."""
        if not self._terms:
            return
        if NRES in self._terms and not self._terms.keys() & (PERMISSIONS - {NRES}):
            yield _permit("It has no restriction (NRES).")
        elif self._sought:
            yield from self._of_research()
        elif self._is_clinical_care():
            if CC in self._terms:
                yield _permit("It allows clinical care (CC).")
            elif self._statement.purposes is None:
                yield _deny("It allows research, and clinical care not (no CC).")

    def _is_clinical_care(self) -> bool:
        return self._purpose is not None and hl7.PURPOSE_OF_USE.covers("TREAT", self._purpose)

    def _of_research(self) -> Iterator[Reason]:
        permissions = sorted(self._terms.keys() & PERMISSIONS)
        if not permissions:
            yield _abstain(
                "It names restrictions and no permission (NRES, GRU, HMB, DS or POA).", RecordKind.USE_STATEMENT
            )
        for code in permissions:
            yield from (self._of_permission(code, sought) for sought in sorted(self._sought))

    def _of_permission(self, code: str, sought: str) -> Reason:
        """Judge one permission: NRES covers GRU, GRU covers HMB and POA, HMB covers DS."""
        if code == DS:
            return self._of_diseases(sought)
        if sought == METHODS:
            return _permit(f"{short(code)} allows the development of methods.")
        covered = {NRES: PERMISSIONS, GRU: PERMISSIONS - {NRES}, HMB: {HMB, DS}, POA: {POA}}[code]
        if sought in covered:
            return _permit(f"{short(code)} covers {short(sought)}.")
        return _deny(f"{short(code)} does not cover {short(sought)}.")

    def _of_diseases(self, sought: str) -> Reason:
        """Judge disease specific research: every disease studied is one of the statement's, or a kind of one."""
        if sought == METHODS and not self._question.diseases:
            return _permit("DS allows the development of methods.")
        if sought not in {DS, METHODS}:
            return _deny(f"DS does not cover {short(sought)}.")
        named = self._diseases()
        if not named:
            return _abstain("It allows disease specific research and names no disease.", RecordKind.USE_STATEMENT)
        if not self._question.diseases:
            return _abstain("The question names no disease.", RecordKind.REQUEST)
        return max(
            (self._of_disease(one, named) for one in sorted(self._question.diseases)), key=lambda one: one.decision
        )

    def _diseases(self) -> frozenset[str]:
        return frozenset().union(*(term.values for term in self._terms.get(DS, ())))

    def _of_disease(self, studied: str, named: frozenset[str]) -> Reason:
        if studied in named:
            return _permit(f"{studied} is named.")
        among = ", ".join(sorted(named))
        if self._ancestors is None:
            return _abstain(
                f"Whether {studied} is a kind of {among} only the disease ontology tells, and no file of it is set "
                "(disease_ontology).",
                RecordKind.ONTOLOGY,
            )
        above = self._ancestors.get(studied)
        if above is None:
            return _abstain(f"The disease ontology has no {studied}.", RecordKind.REQUEST)
        if above & named:
            return _permit(f"{studied} is a kind of {min(above & named)}.")
        return _deny(f"{studied} is no kind of {among}.")

    def _of_sensitivity(self) -> Iterator[Reason]:
        """Leave sensitive research to a person, whatever is permitted."""
        determined = self._promised(RecordKind.DETERMINATION)
        found = set(self._question.sensitive)
        found |= {topic for code, topic in _SENSITIVE_INVESTIGATIONS.items() if code in self._question.investigations}
        for topic in sorted(found):
            if determined is not None:
                yield _permit(f"The research is sensitive ({topic}): a person determined it.", determined.entries)
                continue
            yield _abstain(f"The research is sensitive ({topic}): a person decides.", RecordKind.DETERMINATION)

    # Modifiers

    def _of_modifier(self, code: str) -> Iterator[Reason]:
        for term in self._terms[code]:
            rule = _MODIFIERS.get(code)
            if rule is None:
                yield _abstain(f"It names {code}, of which no rule is known.", RecordKind.DETERMINATION)
            else:
                yield rule(self, term)

    def _no_methods(self, _: Term) -> Reason:
        if METHODS not in self._question.investigations:
            return _permit("No methods are developed.")
        named = self._diseases()
        if named and self._question.diseases:
            return max(
                (self._of_disease(one, named) for one in sorted(self._question.diseases)), key=lambda one: one.decision
            )
        return _deny("NMDS prohibits the development of methods but for the statement's own disease.")

    def _genetic_only(self, _: Term) -> Reason:
        genetic = self._question.genetic
        if genetic or GENETIC in self._question.investigations:
            return _permit("The study is genetic, as GSO asks.")
        if genetic is None:
            return _abstain("GSO allows genetic studies, and whether this is one was not said.", RecordKind.REQUEST)
        return _deny("GSO allows genetic studies alone.")

    def _not_for_profit(self, _: Term) -> Reason:
        kind = self._question.requester.organization
        if kind is None:
            return _abstain("NPU allows organizations without profit, and who asks was not said.", RecordKind.REQUEST)
        if kind is OrganizationKind.NONPROFIT:
            return _permit("Who asks makes no profit, as NPU asks.")
        return _deny("NPU does not allow organizations for profit.")

    def _not_commercial(self, _: Term) -> Reason:
        commercial = self._question.requester.commercial
        if commercial is None:
            return _abstain("NCU allows use that is not commercial, and which it is was not said.", RecordKind.REQUEST)
        if commercial:
            return _deny("NCU does not allow commercial use.")
        return _permit("The use is not commercial, as NCU asks.")

    def _neither(self, term: Term) -> Reason:
        return max(self._not_for_profit(term), self._not_commercial(term), key=lambda one: one.decision)

    def _no_ancestry(self, _: Term) -> Reason:
        if POA in self._terms:
            return _deny("It allows ancestry research alone (POA) and prohibits it (NPOA).")
        if POA in self._sought:
            return _deny("NPOA prohibits research on population origins or ancestry.")
        return _permit("No origins or ancestry are studied.")

    def _geography(self, term: Term) -> Reason:
        place = self._question.place
        if not term.values:
            return _abstain("GS names no place.", RecordKind.USE_STATEMENT)
        return self._at(place, term.values, "GS")

    def _time_limit(self, term: Term) -> Reason:
        if term.months is None:
            return _abstain("TS names no number of months.", RecordKind.USE_STATEMENT)
        grant = self._promised(RecordKind.GRANT)
        if grant is None:
            return _abstain(
                f"TS allows {counted(term.months, 'month')} from the grant, and none is recorded.", RecordKind.GRANT
            )
        end = _months_after(grant.since, term.months)
        if end <= self._question.date:
            return _deny(f"TS allowed {counted(term.months, 'month')}, until {_day(end)}.", grant.entries)
        self.obligations.add(f"end use before {_day(end)} (TS)")
        return _permit(f"TS allows {counted(term.months, 'month')}, until {_day(end)}.", grant.entries)

    def _moratorium(self, term: Term) -> Reason:
        if term.date is None:
            return _abstain("MOR names no date.", RecordKind.USE_STATEMENT)
        if term.date <= self._question.date:
            return _permit(f"The moratorium ended on {_day(term.date)}.")
        return self._by_promise(RecordKind.MORATORIUM, f"MOR allows no publication before {_day(term.date)}")

    def _listed(self, value: str | None, term: Term, what: str) -> Reason:
        code = short(term.code)
        if not term.values:
            return _abstain(f"{code} names no {what}.", RecordKind.USE_STATEMENT)
        if value is None:
            return _abstain(f"{code} names the {what}s that may, and none was said.", RecordKind.REQUEST)
        if value in term.values:
            return _permit(f"The {what} is one that {code} names.")
        return _deny(f"The {what} is none that {code} names.")

    def _users(self, term: Term) -> Reason:
        return self._listed(self._question.requester.user, term, "user")

    def _projects(self, term: Term) -> Reason:
        return self._listed(self._question.requester.project, term, "project")

    def _institutes(self, term: Term) -> Reason:
        return self._listed(self._question.requester.institute, term, "institute")

    def _topics(self, term: Term) -> Reason:
        if term.values and self._question.topics and self._question.topics <= term.values:
            return _permit("The topics are ones that RS names.")
        named = ", ".join(sorted(term.values)) or "a topic that it does not name"
        determined = self._promised(RecordKind.DETERMINATION)
        if determined is not None:
            return _permit(f"RS restricts research to {named}: a person determined it.", determined.entries)
        return _abstain(f"RS restricts research to {named}: a person decides.", RecordKind.DETERMINATION)

    def _ethics(self, _: Term) -> Reason:
        return self._by_promise(RecordKind.IRB_APPROVAL, "IRB asks for an ethics approval of the project", owed=False)

    def _collaboration(self, _: Term) -> Reason:
        return self._by_promise(RecordKind.COLLABORATION, "COL asks to collaborate with the data's investigators")

    def _publication(self, _: Term) -> Reason:
        return self._by_promise(RecordKind.PUBLICATION, "PUB asks to publish")

    def _return(self, _: Term) -> Reason:
        return self._by_promise(RecordKind.RETURN, "RTN asks to return results")

    def _by_promise(self, kind: RecordKind, text: str, *, owed: bool = True) -> Reason:
        """Judge by the record that the statement leaves it to; what was promised is owed from then on."""
        promise = self._promised(kind)
        if promise is None:
            return _abstain(f"{text}, and no record of it is in force.", kind)
        if owed:
            self.obligations.add(text if promise.due is None else f"{text}, by {_day(promise.due)}")
        return _permit(f"{text}, as recorded.", promise.entries)

    def _promised(self, kind: RecordKind) -> Promise | None:
        date = self._question.date
        some = [
            one
            for one in self._question.promises
            if one.kind is kind and one.statement in {None, self._statement.id} and _holds(one.since, one.until, date)
        ]
        return min(some, key=lambda one: (one.since, one.entry), default=None)

    # Places, and agreements

    def _of_places(self) -> Iterator[Reason]:
        allowed = self._statement.places
        if allowed is not None:
            basis = f"residency ({self._statement.basis})" if self._statement.basis else "residency"
            yield self._at(self._question.place, allowed, basis)

    def _at(self, place: str | None, allowed: frozenset[str], why: str) -> Reason:
        named = ", ".join(sorted(allowed)) or "nowhere"
        if place is None:
            return _abstain(f"{why} allows {named}, and the place was not said.", RecordKind.REQUEST)
        within = self._places.within(place, allowed)
        if within:
            return _permit(f"{place} lies within {named}.")
        for transfer in sorted(self._transfers, key=lambda one: (one.entry, one.id)):
            begun = _holds(transfer.since, transfer.until, self._question.date)
            if begun and self._places.within(place, (transfer.place,)):
                entries = transfer.cites or (transfer.entry,)
                return _permit(f"A transfer to {transfer.place} is recorded: {transfer.basis}.", entries)
        if within is None:
            return _abstain(
                f"{place} is no declared place: whether it lies within {named} is unknown.", RecordKind.PLACE
            )
        return _deny(f"{why} allows {named}, not {place}.")

    def _of_agreement(self) -> Iterator[Reason]:
        """Judge what an agreement must name, purposes and recipients: 45 CFR 164.514(e)(3)(i), (e)(4)(ii)."""
        agreement, question = self._statement.agreement, self._question
        if question.limited_data_set and (agreement is None or not agreement.limited_data_set):
            yield _deny("A limited data set is used under a data use agreement alone, 45 CFR 164.514(e)(4).")
            return
        if agreement is None:
            return
        yield from self._of_recipient(agreement)
        if agreement.limited_data_set:
            self.obligations.add(_OF_LIMITED_DATA_SETS)
        if self._purpose is None:
            return
        if agreement.purposes:
            limited = question.limited_data_set or agreement.limited_data_set
            yield _named(agreement, self._purpose, limited_data_set=limited)
        elif question.limited_data_set or agreement.limited_data_set:
            yield _abstain(
                f"The agreement {agreement.name} does not name the purposes of the limited data set.",
                RecordKind.AGREEMENT,
            )

    def _of_recipient(self, agreement: Agreement) -> Iterator[Reason]:
        recipient = self._question.requester.recipient
        if agreement.recipients:
            named = ", ".join(sorted(agreement.recipients))
            if recipient is None:
                text = f"The agreement {agreement.name} is with {named}, and who is to have the data was not said."
                yield _abstain(text, RecordKind.REQUEST)
            elif recipient in agreement.recipients:
                yield _permit(f"The agreement {agreement.name} names {recipient}.")
            else:
                yield _deny(f"The agreement {agreement.name} is with {named}, not with {recipient}.")
        elif recipient is not None and agreement.limited_data_set:
            text = (
                f"The agreement {agreement.name} does not name who may have the limited data set, "
                "45 CFR 164.514(e)(4)(ii)(B)."
            )
            yield _abstain(text, RecordKind.AGREEMENT)


_OF_LIMITED_DATA_SETS: Final = "neither identify nor contact the persons, 45 CFR 164.514(e)(4)(ii)(C)(5)"
"""The term of every agreement on a limited data set that binds whoever has it."""

_MODIFIERS: Final[dict[str, Callable[[_Judge, Term], Reason]]] = {
    RS: _Judge._topics,  # noqa: SLF001  the table of the class's own rules
    NMDS: _Judge._no_methods,  # noqa: SLF001
    GSO: _Judge._genetic_only,  # noqa: SLF001
    NPUNCU: _Judge._neither,  # noqa: SLF001
    PUB: _Judge._publication,  # noqa: SLF001
    COL: _Judge._collaboration,  # noqa: SLF001
    IRB: _Judge._ethics,  # noqa: SLF001
    GS: _Judge._geography,  # noqa: SLF001
    MOR: _Judge._moratorium,  # noqa: SLF001
    TS: _Judge._time_limit,  # noqa: SLF001
    US: _Judge._users,  # noqa: SLF001
    PS: _Judge._projects,  # noqa: SLF001
    IS: _Judge._institutes,  # noqa: SLF001
    RTN: _Judge._return,  # noqa: SLF001
    NPOA: _Judge._no_ancestry,  # noqa: SLF001
    NPU: _Judge._not_for_profit,  # noqa: SLF001
    NCU: _Judge._not_commercial,  # noqa: SLF001
}


def _named(agreement: Agreement, purpose: str, *, limited_data_set: bool) -> Reason:
    """Judge a purpose by those that an agreement names; that HL7 puts machine learning under another is not enough for
    a limited data set, since its tree is no law.
    """
    if purpose in agreement.purposes:
        return _permit(f"The agreement {agreement.name} names {purpose}.")
    named = ", ".join(sorted(agreement.purposes))
    if not any(hl7.PURPOSE_OF_USE.covers(one, purpose) for one in agreement.purposes):
        return _deny(f"The agreement {agreement.name} names {named}, not {purpose}.")
    if limited_data_set and purpose == MLTRAINING:
        text = (
            f"The agreement {agreement.name} names {named}, and of a limited data set it has to name {purpose} itself."
        )
        return _abstain(text, RecordKind.AGREEMENT)
    return _permit(f"The agreement {agreement.name} names {named}, which covers {purpose}.")


def _of_consent(consent: Consent, date: int) -> Iterator[Reason]:
    if consent.state is ConsentState.WITHDRAWN:
        if _is_retroactive(consent):
            yield _deny("Consent was withdrawn, with effect for what was before too.")
        elif consent.since <= date:
            yield _deny(f"Consent was withdrawn on {_day(consent.since)}.")
    elif date < consent.since:
        yield _deny(f"Consent was given on {_day(consent.since)}, later.")
    elif consent.until is not None and consent.until <= date:
        yield _deny(f"Consent ended on {_day(consent.until)}.")


def why_consent_is_over(statement: UseStatement, date: int) -> str | None:
    """Return in a sentence why the consent that a statement rests on holds no longer; None where it does, or will."""
    for consent in (*statement.withdrawals, statement.consent):
        if consent is not None and (consent.state is ConsentState.WITHDRAWN or consent.since <= date):
            for reason in _of_consent(consent, date):
                return reason.text
    return None


def _is_retroactive(consent: Consent) -> bool:
    return consent.effect is WithdrawalEffect.RETROACTIVE


def _holds(since: int, until: int | None, at: int) -> bool:
    return since <= at and (until is None or at < until)


def _months_after(moment: int, months: int) -> int:
    """Return the same day and time, months later; the last day of a month that is too short."""
    start = datetime.fromtimestamp(moment / 1_000_000, UTC)
    count = start.year * _MONTHS_A_YEAR + start.month - 1 + months
    year, month = divmod(count, _MONTHS_A_YEAR)
    for day in range(start.day, 0, -1):
        try:
            return int(start.replace(year=year, month=month + 1, day=day).timestamp() * 1_000_000)
        except ValueError:
            continue
    raise AssertionError  # every month has a first day


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1_000_000, UTC).strftime("%Y-%m-%d")


def _permit(text: str, entries: Sequence[int] = ()) -> Reason:
    return Reason(Decision.PERMIT, text, None, tuple(entries))


def _abstain(text: str, awaits: RecordKind) -> Reason:
    return Reason(Decision.ABSTAIN, text, awaits)


def _deny(text: str, entries: Sequence[int] = ()) -> Reason:
    return Reason(Decision.DENY, text, None, tuple(entries))


_NOT_STATED: Final = Judgement(
    None, Decision.ABSTAIN, (_abstain("Nothing was said of what it may be used for.", RecordKind.USE_STATEMENT),)
)
