"""From declarations to facts: one statement for each thing that they give."""

from __future__ import annotations

from catalog.assets.records import DeclareDataset, DeclareSource, EndSource
from catalog.record import RecordContext
from graph_schema.aspects import DECLARED, DECLARED_OF_SOURCE
from graph_schema.edges import IsEncryptedUnder, IsHeldAt, LiesIn, Supplies
from graph_schema.nodes import EncryptionKey, Node, Place, Site, Source


def subjects(record: DeclareDataset) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.dataset.node,)


def project(record: DeclareDataset, context: RecordContext) -> None:
    """Add what the declaration gives, where the data comes from and where it is held."""
    builder, dataset = context.builder, record.dataset.node
    builder.add_node(dataset)
    given = record.fields()
    for aspect in DECLARED:
        if aspect in given:
            builder.add_statement(dataset, aspect, given[aspect])
    if record.source_system is not None:
        builder.add_edge(
            Supplies(Source(record.source_system.name), dataset), {"kind": record.source_system.kind.value}
        )
    if record.source is not None:
        builder.add_edge(Supplies(Source(record.source), dataset))
    if record.site is not None:
        builder.add_edge(IsHeldAt(dataset, Site(record.site)))
    if record.place is not None:
        builder.add_edge(LiesIn(dataset, Place(record.place)))
    for use in record.encryption_keys or ():
        builder.add_edge(IsEncryptedUnder(dataset, EncryptionKey(use.key)), {"environment": use.environment.value})


def source_subjects(record: DeclareSource | EndSource) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project_source(record: DeclareSource, context: RecordContext) -> None:
    """Add what the declaration gives."""
    given = record.fields()
    for aspect in DECLARED_OF_SOURCE:
        if aspect in given:
            context.builder.add_statement(record.node, aspect, given[aspect])


def project_source_end(record: EndSource, context: RecordContext) -> None:
    """Add that nothing holds of its data any more."""
    for aspect in DECLARED_OF_SOURCE:
        context.builder.add_statement(record.node, aspect, None)
