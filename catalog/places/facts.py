"""From what is said of places to facts."""

from __future__ import annotations

from catalog.places.records import DeclareJob, DeclareOperator, DeclarePlace, EndOperator, EndPlace
from catalog.record import RecordContext
from graph_schema.aspects.places import Operator
from graph_schema.aspects.places import Place as PlaceAspect
from graph_schema.edges import LiesIn
from graph_schema.nodes import Node, Place
from graph_schema.times import parse_zoned


def subjects(record: DeclarePlace | EndPlace | DeclareOperator | EndOperator) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project_place(record: DeclarePlace, context: RecordContext) -> None:
    """Add what kind of place it is, and what it lies in."""
    context.builder.add_statement(record.node, "location", PlaceAspect.from_json(record.fields()))
    if record.within is not None:
        context.builder.add_edge(LiesIn(record.node, Place(record.within)))


def project_end(record: EndPlace, context: RecordContext) -> None:
    """Add that it is none any more."""
    context.builder.add_statement(record.node, "location", None)


def project_operator(record: DeclareOperator, context: RecordContext) -> None:
    """Add who runs models there."""
    agreements = [
        one.model_dump() | {"until": None if one.until is None else parse_zoned(one.until)} for one in record.agreements
    ]
    value = Operator.from_json(record.fields() | {"agreements": agreements, "internal": record.internal})
    context.builder.add_statement(record.node, "operator", value)


def project_operator_end(record: EndOperator, context: RecordContext) -> None:
    """Add that nobody is known any more to run models there."""
    context.builder.add_statement(record.node, "operator", None)


def job_subjects(record: DeclareJob) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.job.node,)


def project_job(record: DeclareJob, context: RecordContext) -> None:
    """Add where the job runs."""
    context.builder.add_statement(record.job.node, "runs_at", record.place)
    context.builder.add_node(Place(record.place))
