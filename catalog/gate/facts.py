"""From what is recorded of the gate to facts: each is said of the model version."""

from __future__ import annotations

from catalog.gate.records import (
    AssessChange,
    AssessEnvironment,
    AssessFeatures,
    GateEvaluated,
    OverrideGate,
    PlanMonitoring,
)
from catalog.record import RecordContext
from graph_schema.aspects import gate as aspects
from graph_schema.nodes import Node
from graph_schema.times import parse_zoned


def subjects(record: AssessChange | AssessFeatures | PlanMonitoring | OverrideGate | GateEvaluated) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.model_version.node,)


def project_assessment(record: AssessChange, context: RecordContext) -> None:
    """Add how the version stands to the plan of changes."""
    value = aspects.ChangeAssessment.from_json(record.fields())
    context.builder.add_statement(record.model_version.node, "change_assessment", value)


def environment_subjects(record: AssessEnvironment) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project_environment(record: AssessEnvironment, context: RecordContext) -> None:
    """Add what the environment is made of, and what is known against it."""
    fields = record.fields()
    value = aspects.EnvironmentAssessment.from_json(fields | fields["vulnerabilities"])
    context.builder.add_statement(record.node, "environment_assessment", value)


def project_features(record: AssessFeatures, context: RecordContext) -> None:
    """Add which features measure what one may not discriminate by."""
    value = aspects.FeatureAssessment.from_json(record.fields())
    context.builder.add_statement(record.model_version.node, "feature_assessment", value)


def project_monitoring(record: PlanMonitoring, context: RecordContext) -> None:
    """Add how the version is watched."""
    value = aspects.MonitoringPlan.from_json(record.fields() | {"review_by": parse_zoned(record.review_by)})
    context.builder.add_statement(record.model_version.node, "monitoring_plan", value)


def project_override(record: OverrideGate, context: RecordContext) -> None:
    """Add that somebody lets it pass, and until when."""
    value = aspects.GateOverride(record.evaluation, record.reason, parse_zoned(record.until))
    context.builder.add_statement(record.model_version.node, "gate_override", value)


def project_evaluation(record: GateEvaluated, context: RecordContext) -> None:
    """Add what the gate said: no check reads it, so that what was said changes nothing of what will be."""
    times = {"valid_at": parse_zoned(record.valid_at), "holds_until": parse_zoned(record.holds_until)}
    value = aspects.GateEvaluation.from_json(record.fields() | times)
    context.builder.add_statement(record.model_version.node, "gate_evaluation", value)
