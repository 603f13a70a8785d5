"""What may be written about a dataset, and about the source that supplies it: their declarations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictInt, ValidationInfo, model_validator

from catalog.encryption.records import KeyName
from catalog.record import (
    MAX_LIST,
    DatasetRef,
    Day,
    Name,
    Part,
    Record,
    Text,
    Time,
    code_of,
    coded,
    distinct,
    is_replayed,
    refusal,
    warn,
)
from graph_schema.nodes import Source
from graph_schema.vocabulary import duo, hl7
from graph_schema.vocabulary.mondo import NO_DISEASE, disease_of
from graph_schema.vocabulary.policy_labels import PolicyLabel, PolicyLabelError, parse
from graph_schema.vocabulary.words import (
    FORMER_SOURCE_KINDS,
    DeidentificationState,
    Egress,
    EncryptionAtRest,
    EncryptionInTransit,
    EncryptionInUse,
    KeyEnvironment,
    PhiKind,
    ProcessingPattern,
    RetentionClass,
    RetentionClock,
    RetentionDisposition,
    SourceKind,
    StoragePattern,
    Zone,
)


def _disease(text: str, info: ValidationInfo) -> str:
    found = text if is_replayed(info) else disease_of(text)
    if found is None:
        raise ValueError(NO_DISEASE)
    return found


Diseases = Annotated[
    tuple[Annotated[str, Field(max_length=64), AfterValidator(_disease)], ...], Field(max_length=MAX_LIST), distinct()
]
PurposeCode = Annotated[str, Field(max_length=64), code_of(hl7.PURPOSE_OF_USE)]
DuoCode = Annotated[str, Field(max_length=64), coded(duo.find)]
RefrainCode = Annotated[str, Field(max_length=64), code_of(hl7.REFRAINS)]
ObligationCode = Annotated[str, Field(max_length=64), code_of(hl7.OBLIGATIONS)]
PolicyLabelText = Annotated[str, Field(min_length=1, max_length=256)]
_MAX_DAYS = 365 * 200


def spelled(kind: object, info: ValidationInfo) -> object:
    """Return a kind of source as it is spelled now: older ledgers and pipelines have others, whoever writes is told."""
    now = FORMER_SOURCE_KINDS.get(kind) if isinstance(kind, str) else None
    if now is None:
        return kind
    if not is_replayed(info):
        warn(info, f"The kind of source {kind} is called {now.value}: taken as that.")
    return now


P = TypeVar("P", bound=Part)


def _not_empty(part: P, members: str) -> P:
    if not part.model_fields_set:
        raise ValueError(f"says nothing; give {members}")
    return part


class SourceSystem(Part):
    """The system that the data comes from."""

    name: Name
    """What the system is called where it runs."""
    kind: Annotated[SourceKind, BeforeValidator(spelled)]
    """What kind of system it is."""


class Retention(Part):
    """How long the data is kept."""

    policy_class: RetentionClass
    """The class of the retention policy."""
    period_days: Annotated[StrictInt, Field(ge=1, le=_MAX_DAYS)]
    """How many days the data is kept."""
    clock: RetentionClock | None = None
    """From what the days count."""
    starts_on: Day | None = None
    """The day from which they count, where that is known: YYYY-MM-DD."""
    disposition: RetentionDisposition | None = None
    """What is done with the data once they are over."""

    @model_validator(mode="after")
    def _clock_names_its_day(self) -> Self:
        if self.starts_on is not None and self.clock is None:
            raise ValueError("Name the clock that starts on that day, such as CREATION.")
        return self


class KeyUse(Part):
    """A key that the data is encrypted under, and in which environment."""

    key: KeyName
    """The id of the key in the key store that holds it, as `declare_key` calls it; never the key itself."""
    environment: KeyEnvironment
    """The environment that it is used in."""


class Encryption(Part):
    """How the data is encrypted; what is left out nobody says."""

    at_rest: EncryptionAtRest | None = None
    """Where it is stored."""
    in_transit: EncryptionInTransit | None = None
    """While it is sent."""
    in_use: EncryptionInUse | None = None
    """While it is worked with."""

    @model_validator(mode="after")
    def _is_no_empty_statement(self) -> Self:
        return _not_empty(self, "at_rest, in_transit or in_use")


class PlaintextWindow(Part):
    """Where the data lies decrypted, and for how long at most."""

    where: Text
    """Where, in a few words, such as the memory of the training nodes."""
    seconds: Annotated[StrictInt, Field(ge=0, le=_MAX_DAYS * 86_400)]
    """For how many seconds at most; 0 where it never does."""


class ComputeIsolation(Part):
    """How the machines are kept apart that the data is worked with on; what is left out nobody says."""

    ephemeral_nodes: StrictBool | None = None
    """Whether they are made for the work and destroyed after it."""
    hardened_image: Name | None = None
    """The hardened image that they are made of, by name or digest."""
    egress: Egress | None = None
    """What may leave them over the network."""

    @model_validator(mode="after")
    def _is_no_empty_statement(self) -> Self:
        return _not_empty(self, "ephemeral_nodes, hardened_image or egress")


class PermittedUse(Part):
    """What the owner permits, in codes and in words."""

    purposes: Annotated[tuple[PurposeCode, ...], Field(max_length=MAX_LIST), distinct()] = ()
    """Purposes that it may be used for: codes of HL7 PurposeOfUse."""
    duo: Annotated[tuple[DuoCode, ...], Field(max_length=MAX_LIST), distinct()] = ()
    """Permissions and their modifiers: codes of the GA4GH Data Use Ontology, such as DUO:0000006."""
    refrains: Annotated[tuple[RefrainCode, ...], Field(max_length=MAX_LIST), distinct()] = ()
    """What must not be done with it: codes of HL7 RefrainPolicy."""
    obligations: Annotated[tuple[ObligationCode, ...], Field(max_length=MAX_LIST), distinct()] = ()
    """What must be done by whoever uses it: codes of HL7 ObligationPolicy."""
    statement: Text | None = None
    """The same in the owner's own words."""

    @model_validator(mode="after")
    def _is_no_empty_statement(self) -> Self:
        if not (self.purposes or self.duo or self.refrains or self.obligations or self.statement):
            raise ValueError("says nothing; name purposes, data use codes, refrains, obligations or a statement")
        return self


class DeclareDataset(Record):
    """What a dataset is, as whoever answers for it says; what is left out stays as it was."""

    name: ClassVar[str] = "declare_dataset"

    dataset: DatasetRef
    """The dataset that is declared."""
    owner: Name | None = None
    """The unit or role that answers for it; never a patient."""
    source_system: SourceSystem | None = None
    """The system outside that its data comes from."""
    schema_version: Name | None = None
    """The version of its schema, as its owner counts."""
    clinical_purpose: Text | None = None
    """What it is for clinically, in a sentence."""
    phi_category: Annotated[tuple[PhiKind, ...], distinct()] | None = None
    """Every kind of PHI that it holds; an empty list says that it holds none."""
    deidentification_state: DeidentificationState | None = None
    """How far identifiers are gone from it, as 45 CFR 164.514 counts."""
    gdpr_state: DeidentificationState | None = None
    """How far they are gone as the GDPR counts: DE_IDENTIFIED is anonymous; what a key leads back from is not."""
    retention: Retention | None = None
    """How long it is kept."""
    permitted_use: PermittedUse | None = None
    """What it may be used for."""
    policy_label: PolicyLabelText | None = None
    """State and permitted use as one label in words, such as `de-identified, research only`: taken as what they say."""
    zone: Zone | None = None
    """Where in the estate it lies."""
    site: Name | None = None
    """The hospital, institute or place that holds it."""
    region: Name | None = None
    """The region that it lies in, such as EU or DE; `place` says it more closely, `permit_use` limits places."""
    source: Name | None = None
    """The source that supplies it, as `declare_source` calls it: it has what that says, unless itself says else."""
    place: Name | None = None
    """The place that it lies in, as `declare_place` calls it."""
    storage_pattern: StoragePattern | None = None
    """How it is stored."""
    storage_format: Name | None = None
    """The format that it is stored in, such as parquet or DICOM."""
    encryption_keys: Annotated[tuple[KeyUse, ...], Field(max_length=MAX_LIST), distinct()] | None = None
    """Every key that it is encrypted under; an empty list says that there is none."""
    encryption: Encryption | None = None
    """How it is encrypted at rest, in transit and in use."""
    plaintext_window: PlaintextWindow | None = None
    """Where it lies decrypted, and for how long at most."""
    compute_isolation: ComputeIsolation | None = None
    """How the machines are kept apart that it is worked with on."""
    persons: Annotated[StrictInt, Field(ge=0, le=2**53 - 1)] | None = None
    """Of how many persons it holds data, whether or not they can be told: 28 CFR 202 counts them."""
    genomic: StrictBool | None = None
    """Whether it holds human genomic data: 28 CFR 202 counts fewer persons of that."""
    feature_set_version: Name | None = None
    """The version of the feature set that it holds, which computed again gives the same."""
    valid_from: Time | None = None
    """Since when this holds; by default since it is recorded."""

    @model_validator(mode="before")
    @classmethod
    def _label_gives_state_and_use(cls, given: Any, info: ValidationInfo) -> Any:  # noqa: ANN401  as it came
        text = given.get("policy_label") if isinstance(given, Mapping) else None
        if is_replayed(info) or not isinstance(text, str):
            return given
        try:
            label = parse(text)
        except PolicyLabelError as error:
            raise refusal(str(error), "/policy_label") from None
        members = _members_of(label)
        for member in ("deidentification_state", "permitted_use"):
            value = given.get(member)
            if value is not None and _without_empty(value) != _without_empty(members.get(member)):
                raise refusal(f"The label and {member} say different things: leave one of them out.", "/policy_label")
        for sentence in label.warnings:
            warn(info, sentence)
        return {**given, "policy_label": label.words, **members}

    @model_validator(mode="after")
    def _is_no_empty_statement(self) -> Self:
        if not self.model_fields_set - {"dataset", "valid_from"}:
            raise ValueError("Declare at least one thing about the dataset, such as its owner.")
        return self


def _members_of(label: PolicyLabel) -> dict[str, Any]:
    """Return what a composite label says, as the members that say it: its words stand beside the codes of its use."""
    members: dict[str, Any] = {} if label.state is None else {"deidentification_state": label.state.value}
    if label.purposes or label.refrains or label.method is not None:
        members["permitted_use"] = {
            "purposes": list(label.purposes),
            "refrains": list(label.refrains),
            "statement": label.words,
        }
    return members


def _without_empty(value: Any) -> Any:  # noqa: ANN401  as it came
    return {name: part for name, part in value.items() if part} if isinstance(value, Mapping) else value


class DeclareSource(Record):
    """What a source is, and what holds of the data that it supplies; what is left out stays as it was."""

    name: ClassVar[str] = "declare_source"

    source: Name
    """What the source is called where it runs."""
    source_kind: Annotated[SourceKind, BeforeValidator(spelled)] | None = None
    """What kind of system it is."""
    owner: Name | None = None
    """The unit or role that answers for it; never a patient."""
    clinical_purpose: Text | None = None
    """What its data is collected for, in a sentence."""
    phi_category: Annotated[tuple[PhiKind, ...], distinct()] | None = None
    """Every kind of PHI that its data holds; an empty list says that it holds none."""
    retention: Retention | None = None
    """How long its data is kept."""
    permitted_processing: Annotated[tuple[ProcessingPattern, ...], Field(min_length=1), distinct()] | None = None
    """In which ways its data may be processed; in no other."""
    permitted_consumers: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MAX_LIST), distinct()] | None = None
    """The units, roles or programs that may have its data; nobody else may."""
    permitted_places: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MAX_LIST), distinct()] | None = None
    """The places where its data may be, as `declare_place` calls them; it may be nowhere else."""
    valid_from: Time | None = None
    """Since when this holds; by default since it is recorded."""

    @property
    def node(self) -> Source:
        """Return the node."""
        return Source(self.source)

    @model_validator(mode="after")
    def _is_no_empty_statement(self) -> Self:
        if not self.model_fields_set - {"source", "valid_from"}:
            raise ValueError("Declare at least one thing about the source, such as its kind.")
        return self


class EndSource(Record):
    """That a source is none any more: from then on the datasets that it supplied have nothing by it."""

    name: ClassVar[str] = "end_source"

    source: Name
    """What the source is called."""
    reason: Text
    """Why it ends."""
    valid_from: Time | None = None
    """From when on; by default from when this is recorded."""

    @property
    def node(self) -> Source:
        """Return the node."""
        return Source(self.source)
