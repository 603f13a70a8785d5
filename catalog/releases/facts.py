"""From what is said of model versions to facts."""

from __future__ import annotations

from catalog.assets.run_refs import add_run, job_named, run_named
from catalog.record import RecordContext
from catalog.releases.records import (
    DeployModelVersion,
    EndDeployment,
    RegisterModelVersion,
    ReleaseModelVersion,
    RetireModelVersion,
    RollBackDeployment,
)
from graph_schema.aspects import releases as aspects
from graph_schema.aspects.events import Code, Environment
from graph_schema.aspects.models import Metric, Registration
from graph_schema.edges import (
    Assessed,
    BuiltFrom,
    BuiltIn,
    Captures,
    Deploys,
    EvaluatedOn,
    IsDeployedAt,
    IsVersionOf,
    MeasuredOn,
    Produced,
    Registered,
    TrainedOn,
)
from graph_schema.nodes import Deployment, Evaluation, ModelVersion, Node, Place, Principal
from graph_schema.times import parse_zoned


def subjects(record: RegisterModelVersion) -> tuple[Node, ...]:
    """Return what the record is about: the version, its model, and the snapshots that it names."""
    named = dict.fromkeys(each.node for each in (*record.trained_on, *record.evaluated_on))
    return (record.node, record.model.node, *named)


def project(record: RegisterModelVersion, context: RecordContext) -> None:
    """Add what the version was made from, how it measured, and who registered it.

    Figures measured on the evaluation split belong to each snapshot that it was evaluated on; all stand in the
    registration.
    """
    builder, version = context.builder, record.node
    run, job = run_named(record.run_id, record.job, context.added), job_named(record.job, context.added)
    if run is not None:
        builder.run = add_run(builder, run)
    if job is not None:
        builder.job = builder.add_node(job.node)
    metrics = tuple(Metric(each.name, each.decimal, each.split) for each in record.metrics)
    builder.add_statement(
        version,
        "registration",
        Registration.from_json(record.fields() | {"metrics": [each.to_json() for each in metrics]}),
    )
    builder.add_edge(IsVersionOf(version, record.model.node))
    for snapshot in record.trained_on:
        builder.add_edge(Captures(snapshot.node, snapshot.dataset.node))
        builder.add_edge(TrainedOn(version, snapshot.node), {"dataset": snapshot.dataset.node.id})
    for snapshot in record.evaluated_on:
        builder.add_edge(Captures(snapshot.node, snapshot.dataset.node))
        builder.add_edge(EvaluatedOn(version, snapshot.node), {"dataset": snapshot.dataset.node.id})
        evaluation = Evaluation(version.namespace, version.model, version.version, snapshot.digest)
        builder.add_statement(evaluation, "metrics", tuple(each for each in metrics if _is_evaluation(each.split)))
        builder.add_edge(Assessed(evaluation, version))
        builder.add_edge(MeasuredOn(evaluation, snapshot.node))
    builder.add_edge(BuiltFrom(version, record.code.node))
    builder.add_edge(BuiltIn(version, record.environment.node))
    if record.code.clean is not None:
        builder.add_statement(record.code.node, "code", Code(record.code.clean))
    if record.environment.description is not None:
        builder.add_statement(record.environment.node, "environment", Environment(record.environment.description))
    if run is not None:
        builder.add_edge(Produced(run, version))
    builder.add_edge(Registered(Principal(context.actor), version))


def _is_evaluation(split: str | None) -> bool:
    return split is None or split.casefold() not in {"train", "training"}


def version_subjects(record: ReleaseModelVersion | DeployModelVersion | RetireModelVersion) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.model_version.node,)


def rollback_subjects(record: RollBackDeployment) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node, record.model_version.node)


def deployment_subjects(record: EndDeployment) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project_release(record: ReleaseModelVersion, context: RecordContext) -> None:
    """Add that it is released, as which artifact."""
    value = aspects.Release(record.environment, record.reason, context.added.get("artifact_digest"), record.gate)
    context.builder.add_statement(record.model_version.node, "release", value)


def project_deployment(record: DeployModelVersion, context: RecordContext) -> None:
    """Add that it runs there, and the end of what it replaces."""
    value = aspects.Deployment(
        place=record.place,
        environment=record.environment,
        artifact_digest=context.added.get("artifact_digest"),
        gate=record.gate,
        until=None if record.until is None else parse_zoned(record.until),
        replaces=record.replaces,
    )
    _deploy(record.model_version.node, value, context)
    if record.replaces is not None:
        _end(Deployment(str(record.replaces)), "Another deployment takes its place.", context)


def project_rollback(record: RollBackDeployment, context: RecordContext) -> None:
    """Add the end of the one deployment and the beginning of the other, at the same place."""
    value = aspects.Deployment(
        place=context.added["place"],
        environment=context.added["environment"],
        artifact_digest=context.added.get("artifact_digest"),
        gate=record.gate,
        replaces=record.deployment,
        rolls_back=True,
    )
    _deploy(record.model_version.node, value, context)
    _end(record.node, record.reason, context)


def project_deployment_end(record: EndDeployment, context: RecordContext) -> None:
    """Add that it runs there no longer."""
    _end(record.node, record.reason, context)


def project_retirement(record: RetireModelVersion, context: RecordContext) -> None:
    """Add that it is retired."""
    context.builder.add_statement(record.model_version.node, "retirement", aspects.Retirement(record.reason))


def _deploy(version: ModelVersion, value: aspects.Deployment, context: RecordContext) -> None:
    deployment = Deployment(str(context.builder.entry))
    context.builder.add_statement(deployment, "deployment", value)
    context.builder.add_edge(Deploys(deployment, version))
    context.builder.add_edge(IsDeployedAt(deployment, Place(value.place)))


def _end(deployment: Deployment, reason: str, context: RecordContext) -> None:
    context.builder.add_statement(deployment, "deployment_end", aspects.DeploymentEnd(reason))
