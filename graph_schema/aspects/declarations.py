"""What whoever answers for a dataset declares of it, where that is more than one code or text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True)
class SourceSystem(Part):
    """The system that the data comes from, and its kind."""

    name: Annotated[str, "What the system is called."]
    kind: Annotated[str, "EHR, HL7V2, FHIR, PACS_DICOM, PATHOLOGY_SLIDES, LAB, CLAIMS, GENOMICS or OTHER."]


@dataclass(frozen=True, slots=True)
class Retention(Part):
    """The retention class and its period in days."""

    policy_class: Annotated[str, "The class."]
    period_days: Annotated[int, "The period in days."]


@dataclass(frozen=True, slots=True)
class PermittedUse(Part):
    """Purposes, data use codes, refrains and obligations."""

    purposes: Annotated[tuple[str, ...], "HL7 PurposeOfUse codes."]
    duo: Annotated[tuple[str, ...], "Data Use Ontology codes."]
    refrains: Annotated[tuple[str, ...], "HL7 refrain codes: what must not be done."]
    obligations: Annotated[tuple[str, ...], "HL7 obligation codes: what must be done."]
    statement: Annotated[str | None, "The same in words."] = None
