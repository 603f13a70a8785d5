"""One statement of permitted use, held against one question: what several rules ask of both."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from catalog.use.model import Ancestors, Promise, Reason, RecordKind, Term, Transfer, UseQuestion, UseStatement
from catalog.use.places import Places
from catalog.use.reasons import abstain, day, deny, permit
from catalog.use.terms import DS, sought
from graph_schema.bitemporal import lasts


class Inquiry:
    """One statement held against one question; `obligations` are what a permission brings with it."""

    def __init__(
        self,
        statement: UseStatement,
        question: UseQuestion,
        ancestors: Ancestors | None,
        places: Places,
        transfers: Collection[Transfer],
    ) -> None:
        self.statement = statement
        self.question = question
        self.ancestors = ancestors
        self.places = places
        self.transfers = transfers
        self.terms: dict[str, list[Term]] = {}
        for term in sorted(statement.terms, key=lambda one: (one.code, sorted(one.values), one.date or 0)):
            self.terms.setdefault(term.code, []).append(term)
        self.purpose, self.sought = sought(question)
        self.obligations: set[str] = set()

    @cached_property
    def diseases(self) -> frozenset[str]:
        """The diseases that the statement allows the study of."""
        return frozenset().union(*(term.values for term in self.terms.get(DS, ())))

    def judge_diseases(self) -> Reason:
        """Judge what is studied: each disease, of which there is one at least, is one of the statement's or a kind of
        one.
        """
        return max((self._disease(one) for one in sorted(self.question.diseases)), key=lambda one: one.decision)

    def _disease(self, studied: str) -> Reason:
        named = self.diseases
        if studied in named:
            return permit(f"{studied} is named.")
        among = ", ".join(sorted(named))
        if self.ancestors is None:
            return abstain(
                f"Whether {studied} is a kind of {among} only the disease ontology tells, and no file of it is set "
                "(disease_ontology).",
                RecordKind.ONTOLOGY,
            )
        above = self.ancestors.get(studied)
        if above is None:
            return abstain(f"The disease ontology has no {studied}.", RecordKind.REQUEST)
        if above & named:
            return permit(f"{studied} is a kind of {min(above & named)}.")
        return deny(f"{studied} is no kind of {among}.")

    def by_promise(self, kind: RecordKind, text: str, *, owed: bool = True) -> Reason:
        """Judge by the record that the statement leaves it to; what was promised is owed from then on."""
        promise = self.promised(kind)
        if promise is None:
            return abstain(f"{text}, and no record of it is in force.", kind)
        if owed:
            self.obligations.add(text if promise.due is None else f"{text}, by {day(promise.due)}")
        return permit(f"{text}, as recorded.", promise.entries)

    def promised(self, kind: RecordKind) -> Promise | None:
        """Return the first promise of a kind that is in force for the statement; None where there is none."""
        date = self.question.date
        some = [
            one
            for one in self.question.promises
            if one.kind is kind and one.statement in {None, self.statement.id} and lasts(one.since, one.until, date)
        ]
        return min(some, key=lambda one: (one.since, one.entry), default=None)

    def judge_place(self, allowed: frozenset[str], why: str) -> Reason:
        """Judge where the data is to be by the places that are allowed, and by what allows them."""
        place = self.question.place
        named = ", ".join(sorted(allowed)) or "nowhere"
        if place is None:
            return abstain(f"{why} allows {named}, and the place was not said.", RecordKind.REQUEST)
        within = self.places.within(place, allowed)
        if within:
            return permit(f"{place} lies within {named}.")
        for transfer in sorted(self.transfers, key=lambda one: (one.entry, one.id)):
            begun = lasts(transfer.since, transfer.until, self.question.date)
            if begun and self.places.within(place, (transfer.place,)):
                entries = transfer.cites or (transfer.entry,)
                return permit(f"A transfer to {transfer.place} is recorded: {transfer.basis}.", entries)
        if within is None:
            return abstain(
                f"{place} is no declared place: whether it lies within {named} is unknown.", RecordKind.PLACE
            )
        return deny(f"{why} allows {named}, not {place}.")
