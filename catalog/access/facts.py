"""From records about principals to facts."""

from __future__ import annotations

from catalog.access.records import DefinePrincipal, IssueKey, RevokeKey
from catalog.record import RecordContext
from graph_schema.aspects.principals import ISSUED, REVOKED, ApiKey, PrincipalDefinition
from graph_schema.nodes import Node


def subjects(record: DefinePrincipal | IssueKey | RevokeKey) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project_principal(record: DefinePrincipal, context: RecordContext) -> None:
    """Add who the principal is."""
    context.builder.add_statement(record.node, "principal", PrincipalDefinition.from_json(record.fields()))


def project_issue(record: IssueKey, context: RecordContext) -> None:
    """Add that a key was issued."""
    context.builder.add_statement(record.node, "api_key", ApiKey(record.key_id, ISSUED))


def project_revocation(record: RevokeKey, context: RecordContext) -> None:
    """Add that a key was revoked."""
    context.builder.add_statement(record.node, "api_key", ApiKey(record.key_id, REVOKED))
