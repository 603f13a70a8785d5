"""What may be written about a dataset: its declaration."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field, StrictInt, model_validator

from catalog.record import MAX_LIST, DatasetRef, Name, Part, Record, Text, Time, code_of, coded, distinct
from graph_schema.vocabulary import duo, hl7
from graph_schema.vocabulary.words import DeidentificationState, PhiKind, RetentionClass, SourceKind, Zone

PurposeCode = Annotated[str, Field(max_length=64), code_of(hl7.PURPOSE_OF_USE)]
DuoCode = Annotated[str, Field(max_length=64), coded(duo.find)]
RefrainCode = Annotated[str, Field(max_length=64), code_of(hl7.REFRAINS)]
ObligationCode = Annotated[str, Field(max_length=64), code_of(hl7.OBLIGATIONS)]
_MAX_DAYS = 365 * 200


class SourceSystem(Part):
    """The system that the data comes from."""

    name: Name
    kind: SourceKind


class Retention(Part):
    """How long the data is kept."""

    policy_class: RetentionClass
    period_days: Annotated[StrictInt, Field(ge=1, le=_MAX_DAYS)]


class PermittedUse(Part):
    """What the owner permits, in codes and in words."""

    purposes: Annotated[tuple[PurposeCode, ...], Field(max_length=MAX_LIST), distinct()] = ()
    duo: Annotated[tuple[DuoCode, ...], Field(max_length=MAX_LIST), distinct()] = ()
    refrains: Annotated[tuple[RefrainCode, ...], Field(max_length=MAX_LIST), distinct()] = ()
    obligations: Annotated[tuple[ObligationCode, ...], Field(max_length=MAX_LIST), distinct()] = ()
    statement: Text | None = None

    @model_validator(mode="after")
    def _is_no_empty_statement(self) -> Self:
        if not (self.purposes or self.duo or self.refrains or self.obligations or self.statement):
            raise ValueError("says nothing; name purposes, data use codes, refrains, obligations or a statement")
        return self


class DeclareDataset(Record):
    """What a dataset is, as whoever answers for it says; what is left out stays as it was."""

    name: ClassVar[str] = "declare_dataset"

    dataset: DatasetRef
    owner: Name | None = None
    source_system: SourceSystem | None = None
    schema_version: Name | None = None
    clinical_purpose: Text | None = None
    phi_category: Annotated[tuple[PhiKind, ...], distinct()] | None = None
    deidentification_state: DeidentificationState | None = None
    retention: Retention | None = None
    permitted_use: PermittedUse | None = None
    zone: Zone | None = None
    site: Name | None = None
    region: Name | None = None
    valid_from: Time | None = None

    @model_validator(mode="after")
    def _is_no_empty_statement(self) -> Self:
        if not self.model_fields_set - {"dataset", "valid_from"}:
            raise ValueError("Declare at least one thing about the dataset, such as its owner.")
        return self
