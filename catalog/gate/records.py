"""What may be written about the gate: how a version stands to the plan of changes, that it is let pass although a check
does not, and, by the catalog itself, what the gate said.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field, StrictBool, StrictInt

from catalog.assets.records import PurposeCode
from catalog.record import Digest, ModelVersionRef, Name, Part, Record, Text, Time
from catalog.releases.records import EnvironmentName
from catalog.safe_use.model import Outcome
from catalog.use.model import OrganizationKind, Requester
from graph_schema.vocabulary.words import ChangeStatus, GateCheckName, GateVerdict

_Index = Annotated[StrictInt, Field(ge=0, le=2**53 - 1)]


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


class OverrideGate(Record):
    """That a person lets a model version pass the gate although a check does not; it acts once a second one does."""

    name: ClassVar[str] = "override_gate"

    model_version: ModelVersionRef
    """The version that may pass."""
    evaluation: _Index
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

    @classmethod
    def of(cls, requester: Requester) -> Self:
        """Return the part of a record that says who it is."""
        return cls(
            user=requester.user,
            organization=requester.organization,
            commercial=requester.commercial,
            institute=requester.institute,
            project=requester.project,
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
    artifact_digest: Digest | None = None
    policies_digest: Digest
    valid_at: Time
    known_at: _Index
    holds_until: Time
    checks: tuple[GateCheckOf, ...]
