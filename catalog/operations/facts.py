"""From records about the ledger itself to facts."""

from __future__ import annotations

from catalog.operations.records import EraseEntries, RestoreLedger
from catalog.record import RecordContext
from graph_schema.aspects.principals import Erasure, Restore
from graph_schema.nodes import Node, Principal


def subjects(record: EraseEntries | RestoreLedger) -> tuple[Node, ...]:  # noqa: ARG001  the same shape as the others
    """Return what the record is about: the ledger, which is no node."""
    return ()


def project_erasure(record: EraseEntries, context: RecordContext) -> None:
    """Add who erased what, why, and on whose authority."""
    context.builder.add_statement(Principal(context.actor), "erasure", Erasure.from_json(record.fields()))


def project_restore(record: RestoreLedger, context: RecordContext) -> None:
    """Add who restored what, and why."""
    context.builder.add_statement(Principal(context.actor), "restore", Restore.from_json(record.fields()))
