"""What was assessed and planned of a model version, as a report shows it."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.gate import model
from catalog.gate.queries import assessments
from catalog.releases.model import Registration
from catalog.reporting.citations import Citations
from catalog.view import View
from graph_schema.times import format_time
from reports.context import Actor
from reports.parts.assessments import (
    ChangeAssessment,
    EnvironmentAssessment,
    FeatureAssessment,
    InputFeature,
    MonitoringPlan,
)


@dataclass(frozen=True, slots=True)
class Assessed:
    """What was recorded last of each, None where nobody recorded it."""

    change: ChangeAssessment | None
    environment: EnvironmentAssessment | None
    features: FeatureAssessment | None
    monitoring: MonitoringPlan | None


def assessed(citations: Citations, view: View, version: str, registration: Registration) -> Assessed:
    """Return what was assessed and planned of a version, and of the environment that its registration names."""
    found = assessments(view, version, registration.environment.digest)
    return Assessed(
        change=None if found.change is None else _change(citations, found.change),
        environment=None if found.environment is None else _environment(citations, found.environment),
        features=None if found.features is None else _features(citations, found.features),
        monitoring=None if found.monitoring is None else _monitoring(citations, found.monitoring),
    )


def _change(citations: Citations, found: model.ChangeAssessment) -> ChangeAssessment:
    return ChangeAssessment(
        status=found.status.value,
        plan=found.plan,
        plan_digest=found.plan_digest,
        reason=found.reason,
        by=_by(citations, model.Author(found.by, found.authenticated, found.entry, found.at)),
        at=format_time(found.at),
        entry=citations.cite(found.entry),
    )


def _environment(citations: Citations, found: model.EnvironmentAssessment) -> EnvironmentAssessment:
    return EnvironmentAssessment(
        sbom_format=found.value.sbom_format,
        sbom_digest=found.value.sbom_digest,
        source=found.value.source,
        critical=found.value.critical,
        high=found.value.high,
        medium=found.value.medium,
        low=found.value.low,
        by=_by(citations, found.author),
        at=format_time(found.author.at),
        entry=citations.cite(found.author.entry),
    )


def _features(citations: Citations, found: model.FeatureAssessment) -> FeatureAssessment:
    return FeatureAssessment(
        features=tuple(
            InputFeature(feature=one.feature, measures=one.measures, mitigation=one.mitigation)
            for one in found.value.features
        ),
        reason=found.value.reason,
        by=_by(citations, found.author),
        at=format_time(found.author.at),
        entry=citations.cite(found.author.entry),
    )


def _monitoring(citations: Citations, found: model.MonitoringPlan) -> MonitoringPlan:
    return MonitoringPlan(
        plan=found.value.plan,
        plan_digest=found.value.plan_digest,
        review_by=format_time(found.value.review_by),
        fallback=found.value.fallback,
        by=_by(citations, found.author),
        at=format_time(found.author.at),
        entry=citations.cite(found.author.entry),
    )


def _by(citations: Citations, author: model.Author) -> Actor:
    citations.introduce({author.by})
    return citations.actor(author.by, authenticated=author.authenticated)
