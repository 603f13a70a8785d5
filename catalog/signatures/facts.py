"""From what is said of signing keys to facts."""

from __future__ import annotations

from catalog.record import RecordContext
from catalog.signatures.records import EndSigningKey, RegisterSigningKey
from graph_schema.aspects.signatures import SigningKey, SigningKeyEnd
from graph_schema.nodes import Node


def subjects(record: RegisterSigningKey | EndSigningKey) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project(record: RegisterSigningKey, context: RecordContext) -> None:
    """Add the key, and who holds it."""
    context.builder.add_statement(record.node, "signing_key", SigningKey.from_json(record.fields()))


def project_end(record: EndSigningKey, context: RecordContext) -> None:
    """Add that it signs no longer."""
    context.builder.add_statement(record.node, "signing_key_end", SigningKeyEnd(record.reason))
