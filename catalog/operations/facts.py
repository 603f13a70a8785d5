"""From records about the ledger itself to facts."""

from __future__ import annotations

from catalog.operations.records import EraseEntries, RestoreLedger
from catalog.record import RecordContext
from graph_schema.nodes import Node, Principal


def subjects(record: EraseEntries | RestoreLedger) -> tuple[Node, ...]:  # noqa: ARG001  the same shape as the others
    """Return what the record is about: the ledger, which is no node."""
    return ()


def project_erasure(record: EraseEntries, context: RecordContext) -> None:
    """Say who erased what, why, and on whose authority."""
    context.builder.add_statement(Principal(context.actor), "erasure", record.fields())


def project_restore(record: RestoreLedger, context: RecordContext) -> None:
    """Say who restored what, and why."""
    context.builder.add_statement(Principal(context.actor), "restore", record.fields())
