"""What is recorded of permitted use: statements, what ends or replaces them, transfers, and what was undertaken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True)
class DataUseTerm(Part):
    """A term of the Data Use Ontology with its argument."""

    code: Annotated[str, "The term, by id."]
    values: Annotated[tuple[str, ...], "Diseases, places, users, projects, institutes, topics or contacts."] = ()
    date: Annotated[int | None, "When a moratorium ends, in microseconds UTC."] = None
    months: Annotated[int | None, "How many months use may last."] = None


@dataclass(frozen=True, slots=True)
class Consent(Part):
    """The consent that a statement rests on."""

    state: Annotated[str, "GIVEN or WITHDRAWN."]
    since: Annotated[int | None, "Since when, in microseconds UTC; left out, since the statement holds."] = None
    until: Annotated[int | None, "When it ends, in microseconds UTC."] = None
    effect: Annotated[str, "FROM_ITS_DATE or RETROACTIVE: from when a withdrawal acts."] = "FROM_ITS_DATE"
    scope: Annotated[str | None, "What it covers, in words."] = None


@dataclass(frozen=True, slots=True)
class Agreement(Part):
    """The agreement that a statement rests on."""

    name: Annotated[str, "What it is called."]
    kind: Annotated[str, "DUA, BAA, CONTRACT or OTHER."]
    since: Annotated[int | None, "Since when it is in force, in microseconds UTC."] = None
    until: Annotated[int | None, "When it ends, in microseconds UTC."] = None
    purposes: Annotated[tuple[str, ...], "HL7 PurposeOfUse codes that it names."] = ()
    limited_data_set: Annotated[bool, "Whether it is one of 45 CFR 164.514(e)(4)."] = False
    recipients: Annotated[tuple[str, ...], "Who may have and use the data under it."] = ()


@dataclass(frozen=True, slots=True)
class Licence(Part):
    """That the statement replaces others of its own authority for what passes what it applies to."""

    replaces: Annotated[tuple[str, ...], "The ids of the statements that it replaces."]
    basis: Annotated[str, "On what basis."]


@dataclass(frozen=True, slots=True)
class UseStatement(Part):
    """What an authority says that data may be used for; what is left out it says nothing of."""

    authority: Annotated[str, "Whose statement it is."]
    terms: Annotated[tuple[DataUseTerm, ...], "Data use terms."] = ()
    purposes: Annotated[tuple[str, ...] | None, "HL7 PurposeOfUse codes that are allowed."] = None
    obligations: Annotated[tuple[str, ...], "HL7 obligation codes."] = ()
    refrains: Annotated[tuple[str, ...], "HL7 refrain codes."] = ()
    places: Annotated[tuple[str, ...] | None, "Where the data may be."] = None
    basis: Annotated[str | None, "The law, contract or permit that it rests on."] = None
    permit: Annotated[str | None, "The id of the permit."] = None
    consent: Annotated[Consent | None, "The consent that it rests on."] = None
    agreement: Annotated[Agreement | None, "The agreement that it rests on."] = None
    until: Annotated[int | None, "When it ends, in microseconds UTC."] = None
    statement: Annotated[str | None, "The same in words."] = None
    licence: Annotated[Licence | None, "What it replaces, where it is a licence."] = None


@dataclass(frozen=True, slots=True)
class ConsentWithdrawal(Part):
    """That the consent was withdrawn; from when is the statement's valid time."""

    effect: Annotated[str, "FROM_ITS_DATE or RETROACTIVE."]
    reason: Annotated[str, "Why, or how it was received."]


@dataclass(frozen=True, slots=True)
class UseEnd(Part):
    """That the statement ends; from when is the statement's valid time."""

    reason: Annotated[str, "Why."]


@dataclass(frozen=True, slots=True)
class Transfer(Part):
    """That data may be at a place beside those that statements name."""

    place: Annotated[str, "The place."]
    basis: Annotated[str, "On what basis."]
    until: Annotated[int | None, "When it ends, in microseconds UTC."] = None


@dataclass(frozen=True, slots=True)
class Undertaking(Part):
    """What decides a condition that a statement leaves open."""

    kind: Annotated[str, "COLLABORATION, PUBLICATION, MORATORIUM, RETURN, GRANT or DETERMINATION."]
    reason: Annotated[str, "What was agreed, promised, granted or determined."]
    project: Annotated[str | None, "The project that it is of; left out, of every one."] = None
    until: Annotated[int | None, "When it ends, in microseconds UTC."] = None
    due: Annotated[int | None, "When what was promised is due, in microseconds UTC."] = None


@dataclass(frozen=True, slots=True)
class ExceptionEnd(Part):
    """That a transfer or an undertaking ends; from when is the statement's valid time."""

    effect: Annotated[str, "FROM_ITS_DATE, or RETROACTIVE: it never held."]
    reason: Annotated[str, "Why."]
