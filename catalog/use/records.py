"""What may be written about permitted use: statements, licences, withdrawals, ends, transfers and undertakings."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Final, Self

from pydantic import Field, StrictBool, StrictInt, ValidationInfo, model_validator

from catalog.assets.records import Diseases
from catalog.record import (
    MAX_LIST,
    DatasetRef,
    Index,
    Name,
    Part,
    Record,
    SnapshotRef,
    Text,
    Time,
    code_of,
    coded,
    distinct,
    exactly_one,
    is_replayed,
    refusal,
    warn,
)
from catalog.use import terms as codes
from graph_schema.nodes import Dataset, Snapshot, Source, Transfer, Undertaking, UseStatement
from graph_schema.times import parse_zoned
from graph_schema.vocabulary import duo, hl7
from graph_schema.vocabulary.codes import Found
from graph_schema.vocabulary.words import AgreementKind, ConsentState, UndertakingKind, WithdrawalEffect

_MAX_MONTHS: Final = 1200
_EIGHT_DIGITS: Final = re.compile(r"(?:https?://purl\.obolibrary\.org/obo/)?DUO[:_]00000044", re.ASCII)


def _data_use(text: str) -> Found:
    """Return a term of the Data Use Ontology; its own README writes NPOA with a digit too many."""
    if _EIGHT_DIGITS.fullmatch(text):
        found = duo.find(codes.NPOA)
        return Found(found.code, f"{text} has eight digits: it is taken as {found.code.code} (NPOA).")
    return duo.find(text)


PurposeCode = Annotated[str, Field(max_length=64), code_of(hl7.PURPOSE_OF_USE)]
RefrainCode = Annotated[str, Field(max_length=64), code_of(hl7.REFRAINS)]
ObligationCode = Annotated[str, Field(max_length=64), code_of(hl7.OBLIGATIONS)]
TermCode = Annotated[str, Field(max_length=64), coded(_data_use)]
Names = Annotated[tuple[Name, ...], Field(max_length=MAX_LIST), distinct()]
Purposes = Annotated[tuple[PurposeCode, ...], Field(max_length=MAX_LIST), distinct()]

_ARGUMENT: Final = {
    codes.DS: "diseases",
    codes.GS: "places",
    codes.US: "users",
    codes.PS: "projects",
    codes.IS: "institutes",
    codes.RS: "topics",
    codes.COL: "contacts",
    codes.MOR: "date",
    codes.TS: "months",
}
"""The member that holds what a term is about."""


class DataUseTerm(Part):
    """A term of the GA4GH Data Use Ontology, with what it is about where it takes that."""

    code: TermCode
    """The term, by id or shorthand, such as DUO:0000042 or GRU."""
    diseases: Diseases = ()
    """For DS: the diseases, by MONDO id."""
    places: Names = ()
    """For GS: the places within which it may be used."""
    users: Names = ()
    """For US: who may use it."""
    projects: Names = ()
    """For PS: the projects that may."""
    institutes: Names = ()
    """For IS: the institutes that may."""
    topics: Names = ()
    """For RS: the topics of research that are allowed."""
    contacts: Names = ()
    """For COL: whom to collaborate with."""
    date: Time | None = None
    """For MOR: before when nothing may be published."""
    months: Annotated[StrictInt, Field(ge=1, le=_MAX_MONTHS)] | None = None
    """For TS: how many months use may last."""

    @model_validator(mode="after")
    def _takes_what_it_names(self, info: ValidationInfo) -> Self:
        if is_replayed(info):
            return self
        own = _ARGUMENT.get(self.code)
        for name in sorted(_ARGUMENT.values()):
            if name != own and getattr(self, name):
                takes = f"it takes {own}" if own else "it takes nothing"
                raise ValueError(f"{codes.short(self.code)} takes no {name}: {takes}.")
        if own is not None and own != "contacts" and not getattr(self, own):
            warn(info, f"{codes.short(self.code)} names no {own}: what depends on it stays open.")
        return self


class Consent(Part):
    """The consent that a statement rests on."""

    state: ConsentState = ConsentState.GIVEN
    """How it stands."""
    since: Time | None = None
    """When it was given, or withdrawn; left out, when the statement begins to hold."""
    until: Time | None = None
    """When it ends."""
    scope: Text | None = None
    """What it covers, in words."""
    effect: WithdrawalEffect = WithdrawalEffect.FROM_ITS_DATE
    """From when a withdrawal acts."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self, info: ValidationInfo) -> Self:
        if not is_replayed(info) and self.since and self.until and parse_zoned(self.until) <= parse_zoned(self.since):
            raise ValueError("This consent ends before it begins: `until` comes after `since`.")
        return self


class Agreement(Part):
    """The agreement that a statement rests on."""

    agreement: Name
    """What it is called."""
    kind: AgreementKind
    """What kind of agreement it is."""
    since: Time | None = None
    """Since when it is in force; left out, since the statement holds."""
    until: Time | None = None
    """When it ends."""
    purposes: Purposes = ()
    """The purposes that it names: codes of HL7 PurposeOfUse."""
    limited_data_set: StrictBool = False
    """Whether it is a data use agreement of 45 CFR 164.514(e)(4)."""
    recipients: Names = ()
    """Who may have and use the data under it, 45 CFR 164.514(e)(4)(ii)(B); left out, it does not say."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self, info: ValidationInfo) -> Self:
        if not is_replayed(info) and self.since and self.until and parse_zoned(self.until) <= parse_zoned(self.since):
            raise ValueError("This agreement ends before it begins: `until` comes after `since`.")
        return self


class UseSubject(Part):
    """What a use statement is about: exactly one of a dataset, a snapshot or a source."""

    dataset: DatasetRef | None = None
    """The dataset that it is about."""
    snapshot: SnapshotRef | None = None
    """The snapshot that it is about."""
    source: Name | None = None
    """The source system that it is about, by name: what it supplies is bound by the statement."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        exactly_one(self, "dataset", "snapshot", "source")
        return self

    @property
    def node(self) -> Dataset | Snapshot | Source:
        """Return the node."""
        if self.dataset is not None:
            return self.dataset.node
        if self.snapshot is not None:
            return self.snapshot.node
        if self.source is None:
            raise AssertionError("a subject is one of three")
        return Source(self.source)

    @property
    def field(self) -> str:
        """Return which of the three it is."""
        return "dataset" if self.dataset else "snapshot" if self.snapshot else "source"


class _Statement(Record):
    """What permissions and licences have in common."""

    use_statement: Name
    """What the authority calls the statement; no other one is called so."""
    of: UseSubject
    """What it is about, with everything that is made of it."""
    authority: Name
    """Whose statement it is: a board, a data access committee, a contract party."""
    terms: Annotated[tuple[DataUseTerm, ...], Field(max_length=MAX_LIST)] = ()
    """Terms of the Data Use Ontology: permissions and what restricts them."""
    purposes: Purposes | None = None
    """Purposes that are allowed: codes of HL7 PurposeOfUse; an empty list allows none."""
    obligations: Annotated[tuple[ObligationCode, ...], Field(max_length=MAX_LIST), distinct()] = ()
    """What must be done by whoever uses it: codes of HL7 ObligationPolicy."""
    refrains: Annotated[tuple[RefrainCode, ...], Field(max_length=MAX_LIST), distinct()] = ()
    """What must not be done with it: codes of HL7 RefrainPolicy."""
    places: Names | None = None
    """Where the data may be; an empty list is nowhere."""
    consent: Consent | None = None
    """The consent that it rests on."""
    agreement: Agreement | None = None
    """The agreement that it rests on."""
    permit: Name | None = None
    """The id of the permit or request that it rests on, where there is one."""
    words: Text | None = None
    """The same in words."""
    valid_from: Time | None = None
    """Since when this holds; by default since it is recorded."""
    until: Time | None = None
    """Until when this holds; left out, it has no end."""

    @property
    def node(self) -> UseStatement:
        """Return the statement's node."""
        return UseStatement(self.use_statement)

    @model_validator(mode="after")
    def _holds_together(self, info: ValidationInfo) -> Self:
        if is_replayed(info):
            return self
        if not (self.terms or self.obligations or self.refrains or self.words or self.consent or self.agreement) and (
            self.purposes is None and self.places is None
        ):
            raise ValueError("Say what is permitted: terms, purposes, places, a consent or an agreement.")
        consent = self.consent
        ends = consent.until if consent is not None and consent.since is None else None
        if ends and self.valid_from and parse_zoned(ends) <= parse_zoned(self.valid_from):
            raise refusal("This consent ends before it begins: `until` comes after valid_from.", "/consent/until")
        permitting = {term.code for term in self.terms} & (codes.PERMISSIONS | {codes.CC})
        if self.purposes is not None and not self.purposes and not permitting:
            warn(info, "This statement permits nothing: it allows no purpose.")
        elif self.places is not None and not self.places:
            warn(info, "This statement permits nothing: it allows no place.")
        elif not permitting and not self.purposes:
            warn(info, "This statement permits nothing: it names neither a permission nor a purpose.")
        several = sorted(codes.short(code) for code in permitting & codes.PERMISSIONS)
        if len(several) > 1:
            warn(info, f"It names more than one permission, and all are kept: {', '.join(several)}.")
        return self


class PermitUse(_Statement):
    """What data may be used for, by whose authority: it holds of everything that is made of it."""

    name: ClassVar[str] = "permit_use"

    basis: Text | None = None
    """What it rests on: a law, a contract, a permit."""


class LicenseUse(_Statement):
    """That statements of the same authority are replaced by another for what passes a dataset, on a basis."""

    name: ClassVar[str] = "license_use"

    replaces: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MAX_LIST), distinct()]
    """The statements that it replaces, each of the same authority, as `lineward use show` names them."""
    basis: Text
    """On what basis: a new consent, a determination, an amendment."""


class WithdrawConsent(Record):
    """That the consent that a statement rests on was withdrawn."""

    name: ClassVar[str] = "withdraw_consent"

    use_statement: Name
    """The use statement that rests on the consent."""
    effect: WithdrawalEffect = WithdrawalEffect.FROM_ITS_DATE
    """From when it acts."""
    reason: Text
    """How it was received, or why; nothing of who withdrew it."""
    valid_from: Time | None = None
    """When it was withdrawn; by default when it is recorded."""

    @property
    def node(self) -> UseStatement:
        """Return the statement's node."""
        return UseStatement(self.use_statement)


class EndUseStatement(Record):
    """That a use statement ends: from then on it permits nothing."""

    name: ClassVar[str] = "end_use_statement"

    use_statement: Name
    """The use statement that ends."""
    reason: Text
    """Why it ends."""
    valid_from: Time | None = None
    """When it ends; by default when it is recorded."""

    @property
    def node(self) -> UseStatement:
        """Return the statement's node."""
        return UseStatement(self.use_statement)


class RecordTransfer(Record):
    """That data may be at a place beside those that its use statements name, on a basis, for a time."""

    name: ClassVar[str] = "record_transfer"

    of: UseSubject
    """What is transferred, with everything that is made of it."""
    place: Name
    """Where to."""
    basis: Text
    """On what basis: a contract, an adequacy decision, a permit."""
    valid_from: Time | None = None
    """Since when this holds; by default since it is recorded."""
    until: Time | None = None
    """Until when this holds; left out, it has no end."""


class UndertakeUse(Record):
    """What decides a condition that a use statement leaves open: an agreement, a promise, a grant, a determination."""

    name: ClassVar[str] = "undertake_use"

    use_statement: Name
    """The statement whose condition it decides."""
    condition: UndertakingKind
    """Which condition."""
    project: Name | None = None
    """The project that it is of; left out, of every one."""
    reason: Text
    """What was agreed, promised, granted or determined."""
    due: Time | None = None
    """When what was promised is due."""
    valid_from: Time | None = None
    """Since when this holds, of a grant when it was granted; by default since it is recorded."""
    until: Time | None = None
    """Until when this holds; left out, it has no end."""

    @property
    def node(self) -> UseStatement:
        """Return the statement's node."""
        return UseStatement(self.use_statement)


class EndTransfer(Record):
    """That a transfer, named by its ledger index, ends, or never held."""

    name: ClassVar[str] = "end_transfer"

    transfer: Index
    """The ledger index of the transfer."""
    effect: WithdrawalEffect = WithdrawalEffect.FROM_ITS_DATE
    """From when it acts: at every time where the transfer should never have been recorded."""
    reason: Text
    """Why it ends."""
    valid_from: Time | None = None
    """When it ends; by default when this is recorded."""

    @property
    def node(self) -> Transfer:
        """Return the transfer's node."""
        return Transfer(str(self.transfer))


class EndUndertaking(Record):
    """That an undertaking, named by its ledger index, ends, or never held."""

    name: ClassVar[str] = "end_undertaking"

    undertaking: Index
    """The ledger index of the undertaking."""
    effect: WithdrawalEffect = WithdrawalEffect.FROM_ITS_DATE
    """From when it acts: at every time where the undertaking should never have been recorded."""
    reason: Text
    """Why it ends."""
    valid_from: Time | None = None
    """When it ends; by default when this is recorded."""

    @property
    def node(self) -> Undertaking:
        """Return the undertaking's node."""
        return Undertaking(str(self.undertaking))
