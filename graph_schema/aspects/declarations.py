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
    """The retention class, its period in days, from what that counts, and what is done then."""

    policy_class: Annotated[str, "The class."]
    period_days: Annotated[int, "The period in days."]
    clock: Annotated[
        str | None,
        "From what the period counts: CREATION, LAST_IN_EFFECT, LATER_OF_BOTH, STUDY_END, LAST_ENCOUNTER or LAST_USE.",
    ] = None
    starts_on: Annotated[str | None, "The day from which it counts, where that is known: YYYY-MM-DD."] = None
    disposition: Annotated[str | None, "What is done with the data once it is over: MOVE, EXPIRE or DELETE."] = None


@dataclass(frozen=True, slots=True)
class PermittedUse(Part):
    """Purposes, data use codes, refrains and obligations."""

    purposes: Annotated[tuple[str, ...], "HL7 PurposeOfUse codes."]
    duo: Annotated[tuple[str, ...], "Data Use Ontology codes."]
    refrains: Annotated[tuple[str, ...], "HL7 refrain codes: what must not be done."]
    obligations: Annotated[tuple[str, ...], "HL7 obligation codes: what must be done."]
    statement: Annotated[str | None, "The same in words."] = None


@dataclass(frozen=True, slots=True)
class KeyUse(Part):
    """A key that data is encrypted under, and in which environment."""

    key: Annotated[str, "The id of the key."]
    environment: Annotated[str, "PRODUCTION, TRAINING, EVALUATION, ARCHIVE or SANDBOX."]


@dataclass(frozen=True, slots=True)
class Encryption(Part):
    """How data is encrypted at rest, in transit and in use; what is absent nobody said."""

    at_rest: Annotated[str | None, "NONE, PROVIDER_KEY, CUSTOMER_KEY or CLIENT_SIDE."] = None
    in_transit: Annotated[str | None, "NONE, TLS or MUTUAL_TLS."] = None
    in_use: Annotated[str | None, "NONE, CONFIDENTIAL_COMPUTING or HOMOMORPHIC."] = None


@dataclass(frozen=True, slots=True)
class PlaintextWindow(Part):
    """Where data lies decrypted, and for how long at most."""

    where: Annotated[str, "Where, in words."]
    seconds: Annotated[int, "For how many seconds at most."]


@dataclass(frozen=True, slots=True)
class ComputeIsolation(Part):
    """How the machines are kept apart that data is worked with on; what is absent nobody said."""

    ephemeral_nodes: Annotated[bool | None, "Whether they are made for the work and destroyed after it."] = None
    hardened_image: Annotated[str | None, "The hardened image that they are made of."] = None
    egress: Annotated[str | None, "What may leave them: NONE, ALLOW_LISTED or OPEN."] = None
