"""From rules of names, and from who joins and parts datasets, to facts."""

from __future__ import annotations

from catalog.names.records import DefineNamespaceRule, EndNamespaceRule, StitchDatasets, UnstitchDatasets
from catalog.record import RecordContext
from graph_schema.aspects.names import NamespaceRule
from graph_schema.edges import IsSameAs
from graph_schema.nodes import Node


def rule_subjects(record: DefineNamespaceRule | EndNamespaceRule) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project_rule(record: DefineNamespaceRule, context: RecordContext) -> None:
    """Add the rule as it stands from then on."""
    context.builder.add_statement(record.node, "namespace_rule", NamespaceRule.from_json(record.fields()))


def project_end(record: EndNamespaceRule, context: RecordContext) -> None:
    """Add that the rule ends, or that it never held."""
    if record.never_held:
        context.builder.add_statement(record.node, "withdrawn", True)
    context.builder.add_statement(record.node, "namespace_rule", None)


def pair_subjects(record: StitchDatasets | UnstitchDatasets) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.dataset.node, record.same_as.node)


def project_stitch(record: StitchDatasets, context: RecordContext) -> None:
    """Add that the two are one."""
    context.builder.add_edge(IsSameAs(record.dataset.node, record.same_as.node), {"reason": record.reason})


def project_unstitch(record: UnstitchDatasets, context: RecordContext) -> None:
    """Add that the two are not one."""
    context.builder.add_edge(
        IsSameAs(record.dataset.node, record.same_as.node), {"apart": True, "reason": record.reason}
    )
