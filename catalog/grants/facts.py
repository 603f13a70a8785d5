"""From grants to facts: each is said of the principal."""

from __future__ import annotations

from catalog.grants.records import EndGrant, GrantAccess
from catalog.record import RecordContext
from graph_schema.aspects.access import AccessGrant, GrantEnd
from graph_schema.nodes import Node


def subjects(record: GrantAccess | EndGrant) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project(record: GrantAccess, context: RecordContext) -> None:
    """Add what was granted."""
    context.builder.add_statement(record.node, "access_grant", AccessGrant.from_json(record.fields()))


def project_end(record: EndGrant, context: RecordContext) -> None:
    """Add that the grant ended."""
    context.builder.add_statement(record.node, "access_grant_end", GrantEnd.from_json(record.fields()))
