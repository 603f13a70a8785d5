"""From what is said of encryption keys to facts."""

from __future__ import annotations

from catalog.encryption.records import DeclareKey, EndKey
from catalog.record import RecordContext
from graph_schema.aspects.keys import EncryptionKey
from graph_schema.nodes import Node


def subjects(record: DeclareKey | EndKey) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project(record: DeclareKey, context: RecordContext) -> None:
    """Add the scope of the key, and who has to do with it."""
    context.builder.add_statement(record.node, "encryption_key", EncryptionKey.from_json(record.fields()))


def project_end(record: EndKey, context: RecordContext) -> None:
    """Add that it is declared no longer."""
    context.builder.add_statement(record.node, "encryption_key", None)
