"""What is recorded of a model version and the release gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True)
class ChangeAssessment(Part):
    """How somebody found a model version to stand to the plan of changes."""

    status: Annotated[str, "INITIAL, INSIDE or OUTSIDE."]
    plan: Annotated[str, "What the plan is called."]
    reason: Annotated[str, "Why it is so."]
    plan_digest: Annotated[str | None, "The digest of the plan's document."] = None


@dataclass(frozen=True, slots=True)
class GateOverride(Part):
    """That somebody lets a model version pass the gate although a check does not."""

    evaluation: Annotated[int, "The ledger index of the evaluation that it is about."]
    reason: Annotated[str, "Why it may pass."]
    until: Annotated[int, "Until when, in microseconds UTC."]


@dataclass(frozen=True, slots=True)
class GateRequester(Part):
    """Who is to use a model version, as far as terms of use ask."""

    user: Annotated[str | None, "Who it is."] = None
    organization: Annotated[str | None, "For which kind of organization."] = None
    commercial: Annotated[bool | None, "Whether the purpose is commercial."] = None
    institute: Annotated[str | None, "At which institute."] = None
    project: Annotated[str | None, "In which project."] = None


@dataclass(frozen=True, slots=True)
class GateCheck(Part):
    """What one check of the gate came to."""

    check: Annotated[str, "Which check."]
    outcome: Annotated[str, "PASS, FAIL or UNKNOWN."]
    required: Annotated[bool, "Whether it was required."]


@dataclass(frozen=True, slots=True)
class GateEvaluation(Part):
    """What the gate said of a model version, for what, by what, as of when, and until when that holds."""

    verdict: Annotated[str, "PASS, FAIL, UNKNOWN or BY_EXCEPTION."]
    purpose: Annotated[str, "The HL7 purpose that was asked about."]
    place: Annotated[str, "The place that was asked about."]
    environment: Annotated[str, "The environment that was asked about."]
    requester: Annotated[GateRequester, "Who is to use it."]
    policies_digest: Annotated[str, "The digest of the policies, or of the requirements as shipped."]
    valid_at: Annotated[int, "The time that it was asked of, in microseconds UTC."]
    known_at: Annotated[int, "The last ledger entry that it knew."]
    holds_until: Annotated[int, "Until when it may be quoted, in microseconds UTC."]
    checks: Annotated[tuple[GateCheck, ...], "What each check came to."]
    artifact_digest: Annotated[str | None, "The digest of the artifact; null: it is not registered."] = None
