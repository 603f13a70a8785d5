"""From a registration to facts."""

from __future__ import annotations

from catalog.assets.run_refs import add_run, job_named, run_named
from catalog.record import RecordContext
from catalog.releases.records import RegisterModelVersion
from graph_schema.aspects.events import Code, Environment
from graph_schema.aspects.models import Metric, Registration
from graph_schema.edges import (
    Assessed,
    BuiltFrom,
    BuiltIn,
    Captures,
    EvaluatedOn,
    IsVersionOf,
    MeasuredOn,
    Produced,
    Registered,
    TrainedOn,
)
from graph_schema.nodes import Evaluation, Node, Principal


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
