"""What may be written for the gate: how a version stands to the plan of changes, what its environment is made of, which
of its features measure what one may not discriminate by, how it is watched, that it is let pass although a check does
not, and, by the catalog itself, what the gate said.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field, StrictBool, StrictInt

from catalog.assets.records import Diseases, PurposeCode
from catalog.record import MAX_LIST, Digest, Index, ModelVersionRef, Name, Part, Record, Text, Time, code_of, distinct
from catalog.releases.records import EnvironmentName
from catalog.safe_use.model import Outcome
from catalog.use.model import OrganizationKind, Requester
from graph_schema.nodes import Environment
from graph_schema.vocabulary import section1557
from graph_schema.vocabulary.words import ChangeStatus, GateCheckName, GateVerdict, SbomFormat


class AssessChange(Record):
    """How a person found a model version to stand to the plan of changes."""

    name: ClassVar[str] = "assess_change"

    model_version: ModelVersionRef
    """The version that is held against the plan."""
    status: ChangeStatus
    """Whether it is the first version, inside the plan, or outside."""
    plan: Name
    """What the plan is called."""
    plan_digest: Digest | None = None
    """The digest of the plan's document, where there is one."""
    reason: Text
    """Why it is so."""


_Count = Annotated[StrictInt, Field(ge=0, le=1_000_000)]


class VulnerabilitiesOf(Part):
    """How many vulnerabilities are known, by severity of CVSS."""

    critical: _Count
    """How many critical ones."""
    high: _Count
    """How many high ones."""
    medium: _Count
    """How many medium ones."""
    low: _Count
    """How many low ones."""


class AssessEnvironment(Record):
    """What a software environment is made of, and how many vulnerabilities of that are known: FD&C Act 524B."""

    name: ClassVar[str] = "assess_environment"

    environment: Digest
    """The digest of the environment, as the registration of a model version names it."""
    sbom_format: SbomFormat
    """In which form the software bill of materials is written."""
    sbom_digest: Digest
    """The digest of the file that lists what is in it; the file lies where it was made."""
    vulnerabilities: VulnerabilitiesOf
    """How many vulnerabilities are known of that."""
    source: Name
    """What it was held against: a vulnerability database, and of which day."""
    valid_from: Time | None = None
    """When it was assessed; by default when this is recorded."""

    @property
    def node(self) -> Environment:
        """Return the environment."""
        return Environment(self.environment)


CharacteristicCode = Annotated[str, Field(max_length=32), code_of(section1557.CHARACTERISTICS)]


class InputFeatureOf(Part):
    """An input feature that measures race, color, national origin, sex, age or disability."""

    feature: Name
    """What the feature is called, such as the column of the training data."""
    measures: Annotated[tuple[CharacteristicCode, ...], Field(min_length=1, max_length=6), distinct()]
    """What it measures, itself or by proxy: RACE, COLOR, NATIONAL_ORIGIN, SEX, AGE or DISABILITY."""
    mitigation: Text
    """What is done so that nobody is discriminated by it, such as what was measured by group."""


class AssessFeatures(Record):
    """Which input features of a model version measure race, color, national origin, sex, age or disability, and what is
    done about each: 45 CFR 92.210(b) and (c).
    """

    name: ClassVar[str] = "assess_features"

    model_version: ModelVersionRef
    """The version whose features were looked at."""
    features: Annotated[tuple[InputFeatureOf, ...], Field(max_length=MAX_LIST), distinct()]
    """All that measure such; an empty list says that none does."""
    reason: Text
    """How that was looked for."""


class PlanMonitoring(Record):
    """How a model version is watched once it is in use, until when that is to be reviewed, and what replaces it."""

    name: ClassVar[str] = "plan_monitoring"

    model_version: ModelVersionRef
    """The version that is watched."""
    plan: Name
    """What the plan is called."""
    plan_digest: Digest | None = None
    """The digest of the plan's document, where there is one."""
    review_by: Time
    """By when the plan is to be reviewed, by this record anew."""
    fallback: Text | None = None
    """What is done without the version where there is no other to go back to, such as a score on paper."""


class OverrideGate(Record):
    """That a person lets a model version pass the gate although a check does not; it acts once a second one does."""

    name: ClassVar[str] = "override_gate"

    model_version: ModelVersionRef
    """The version that may pass."""
    evaluation: Index
    """The ledger index of the evaluation that it did not pass."""
    reason: Text
    """Why it may pass all the same."""
    until: Time
    """Until when."""


class RequesterOf(Part):
    """Who is to use it, as far as terms of use ask."""

    user: Name | None = None
    """Who it is."""
    organization: OrganizationKind | None = None
    """For which kind of organization."""
    commercial: StrictBool | None = None
    """Whether the purpose is commercial."""
    institute: Name | None = None
    """At which institute."""
    project: Name | None = None
    """In which project."""
    recipient: Name | None = None
    """Which organization is to have it, as agreements and attestations name it."""

    @classmethod
    def of(cls, requester: Requester) -> Self:
        """Return the part of a record that says who it is."""
        return cls(
            user=requester.user,
            organization=requester.organization,
            commercial=requester.commercial,
            institute=requester.institute,
            project=requester.project,
            recipient=requester.recipient,
        )

    @property
    def requester(self) -> Requester:
        """Return who it is."""
        return Requester(**{name: getattr(self, name) for name in type(self).model_fields})


class GateCheckOf(Part):
    """What one check came to."""

    check: GateCheckName
    outcome: Outcome
    required: StrictBool


class GateEvaluated(Record):
    """What the gate said of a model version: asked what, as of when, by which requirements, and until when it holds."""

    name: ClassVar[str] = "gate_evaluated"

    model_version: ModelVersionRef
    verdict: GateVerdict
    purpose: PurposeCode
    place: Name
    environment: EnvironmentName
    requester: RequesterOf
    diseases: Diseases = ()
    artifact_digest: Digest | None = None
    policies_digest: Digest
    valid_at: Time
    known_at: Index
    holds_until: Time
    checks: tuple[GateCheckOf, ...]
