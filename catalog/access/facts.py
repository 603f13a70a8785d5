"""From records about principals to facts."""

from __future__ import annotations

from catalog.access.records import DefinePrincipal, IssueKey, RevokeKey
from catalog.record import Hearing
from graph_schema.nodes import Node


def subjects(record: DefinePrincipal | IssueKey | RevokeKey) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def tell_principal(record: DefinePrincipal, hearing: Hearing) -> None:
    """Say who the principal is."""
    said = record.fields()
    value = {key: said[key] for key in ("display_name", "principal_kind", "roles", "active")}
    if record.approves:
        value["approves"] = said["approves"]
    hearing.telling.say(record.node, "principal", {**value, "by": hearing.actor})


def tell_issue(record: IssueKey, hearing: Hearing) -> None:
    """Say that a key was issued."""
    hearing.telling.say(record.node, "api_key", {"key_id": record.key_id, "event": "issued", "by": hearing.actor})


def tell_revocation(record: RevokeKey, hearing: Hearing) -> None:
    """Say that a key was revoked."""
    hearing.telling.say(record.node, "api_key", {"key_id": record.key_id, "event": "revoked", "by": hearing.actor})
