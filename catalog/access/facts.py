"""From records about principals to facts."""

from __future__ import annotations

from catalog.access.records import DefinePrincipal, IssueKey, RevokeKey
from catalog.record import RecordContext
from graph_schema.nodes import Node


def subjects(record: DefinePrincipal | IssueKey | RevokeKey) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project_principal(record: DefinePrincipal, context: RecordContext) -> None:
    """Say who the principal is."""
    said = record.fields()
    value = {key: said[key] for key in ("display_name", "principal_kind", "roles", "active")}
    if record.approves:
        value["approves"] = said["approves"]
    context.builder.add_statement(record.node, "principal", {**value, "by": context.actor})


def project_issue(record: IssueKey, context: RecordContext) -> None:
    """Say that a key was issued."""
    context.builder.add_statement(
        record.node, "api_key", {"key_id": record.key_id, "event": "issued", "by": context.actor}
    )


def project_revocation(record: RevokeKey, context: RecordContext) -> None:
    """Say that a key was revoked."""
    context.builder.add_statement(
        record.node, "api_key", {"key_id": record.key_id, "event": "revoked", "by": context.actor}
    )
