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
class EnvironmentAssessment(Part):
    """What an environment is made of, and how many vulnerabilities of that somebody knew (FD&C Act 524B)."""

    sbom_format: Annotated[str, "SPDX or CYCLONEDX."]
    sbom_digest: Annotated[str, "The digest of the software bill of materials."]
    critical: Annotated[int, "How many critical vulnerabilities are known of it."]
    high: Annotated[int, "How many high ones."]
    medium: Annotated[int, "How many medium ones."]
    low: Annotated[int, "How many low ones."]
    source: Annotated[str, "What it was held against, such as a vulnerability database."]


@dataclass(frozen=True, slots=True)
class InputFeature(Part):
    """An input feature that measures what one may not discriminate by (45 CFR 92.210), and what is done about that."""

    feature: Annotated[str, "What the feature is called."]
    measures: Annotated[tuple[str, ...], "RACE, COLOR, NATIONAL_ORIGIN, SEX, AGE or DISABILITY."]
    mitigation: Annotated[str, "What is done so that nobody is discriminated by it."]


@dataclass(frozen=True, slots=True)
class FeatureAssessment(Part):
    """The input features of a model version that measure such; none where there is none."""

    features: Annotated[tuple[InputFeature, ...], "The features."]
    reason: Annotated[str, "How that was looked for."]


@dataclass(frozen=True, slots=True)
class MonitoringPlan(Part):
    """How a model version is watched in use, and what takes its place where it has to go."""

    plan: Annotated[str, "What the plan is called."]
    review_by: Annotated[int, "By when it is to be reviewed, in microseconds UTC."]
    plan_digest: Annotated[str | None, "The digest of the plan's document."] = None
    fallback: Annotated[str | None, "What is done without the version, where no other can take its place."] = None


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
    recipient: Annotated[str | None, "Which organization is to have it."] = None


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
    diseases: Annotated[tuple[str, ...], "Every disease that is studied, by MONDO id."] = ()
