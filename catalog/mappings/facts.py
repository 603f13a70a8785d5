"""From mappings to facts: each is said of the mapping itself."""

from __future__ import annotations

from catalog.mappings.records import MapFacet, MapTag, WithdrawMapping
from catalog.record import RecordContext
from graph_schema.aspects import mappings as aspects
from graph_schema.nodes import Node


def subjects(record: MapFacet | MapTag | WithdrawMapping) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project_facet(record: MapFacet, context: RecordContext) -> None:
    """Add what the facet means."""
    context.builder.add_statement(record.node, "facet_mapping", aspects.FacetMapping.from_json(record.fields()))


def project_tag(record: MapTag, context: RecordContext) -> None:
    """Add what the tag claims."""
    context.builder.add_statement(record.node, "tag_mapping", aspects.TagMapping.from_json(record.fields()))


def project_withdrawal(record: WithdrawMapping, context: RecordContext) -> None:
    """Add that it was withdrawn, and why."""
    context.builder.add_statement(record.node, "mapping_withdrawal", aspects.MappingWithdrawal(record.reason))
