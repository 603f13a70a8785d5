"""From what is said of encryption keys to facts."""

from __future__ import annotations

from catalog.encryption.records import DeclareKey, EndKey
from catalog.record import RecordContext
from graph_schema.aspects.keys import EncryptionKey
from graph_schema.nodes import Node
from graph_schema.times import parse_zoned


def subjects(record: DeclareKey | EndKey) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project(record: DeclareKey, context: RecordContext) -> None:
    """Add the scope of the key, and who has to do with it."""
    until = None if record.until is None else parse_zoned(record.until)
    scope = EncryptionKey.from_json(record.fields() | {"until": until})
    context.builder.add_statement(record.node, "encryption_key", scope)


def project_end(record: EndKey, context: RecordContext) -> None:
    """Add that it is declared no longer."""
    context.builder.add_statement(record.node, "encryption_key", None)
