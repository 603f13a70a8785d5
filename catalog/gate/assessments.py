"""What was assessed and planned of a model version, as functions of a View: what was recorded last is in force."""

from __future__ import annotations

from catalog.gate.model import (
    Assessments,
    Author,
    ChangeAssessment,
    EnvironmentAssessment,
    FeatureAssessment,
    MonitoringPlan,
)
from catalog.recorded import Recorded, recorded
from catalog.view import View
from graph_schema.aspects import gate as aspects
from graph_schema.nodes import Environment
from graph_schema.vocabulary.words import ChangeStatus


def assessed(view: View, version: str, environment: str | None) -> Assessments:
    """Return what was assessed and planned of a version, and of an environment by its digest."""
    return Assessments(
        _change(view, version),
        None if environment is None else _environment(view, environment),
        _features(view, version),
        _monitoring(view, version),
    )


def _change(view: View, version: str) -> ChangeAssessment | None:
    """Return how a version was found to stand to the plan of changes (FD&C Act 515C), None where nobody looked."""
    stated = view.statements([version], ("change_assessment",))
    if not stated:
        return None
    newest = max(stated, key=lambda one: one.order)
    value = aspects.ChangeAssessment.from_json(newest.data)
    return ChangeAssessment(
        status=ChangeStatus(value.status),
        plan=value.plan,
        reason=value.reason,
        by=newest.by,
        authenticated=newest.authenticated,
        entry=newest.entry,
        at=newest.valid_from,
        plan_digest=value.plan_digest,
    )


def _environment(view: View, digest: str) -> EnvironmentAssessment | None:
    """Return what an environment, by its digest, is made of (FD&C Act 524B), None where nobody recorded that."""
    id_ = Environment(digest).id
    held = recorded(view, [id_], ("environment_assessment",)).get(id_, {}).get("environment_assessment")
    if held is None:
        return None
    return EnvironmentAssessment(_author(held), aspects.EnvironmentAssessment.from_json(held.value))


def _features(view: View, version: str) -> FeatureAssessment | None:
    """Return which input features measure what 45 CFR 92.210 names, None where nobody listed them."""
    held = recorded(view, [version], ("feature_assessment",)).get(version, {}).get("feature_assessment")
    return None if held is None else FeatureAssessment(_author(held), aspects.FeatureAssessment.from_json(held.value))


def _monitoring(view: View, version: str) -> MonitoringPlan | None:
    """Return how a version is watched in use, None where nobody planned that."""
    held = recorded(view, [version], ("monitoring_plan",)).get(version, {}).get("monitoring_plan")
    return None if held is None else MonitoringPlan(_author(held), aspects.MonitoringPlan.from_json(held.value))


def _author(one: Recorded) -> Author:
    return Author(one.by, one.authenticated, one.entry, one.since)
