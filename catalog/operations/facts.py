"""From records about the ledger itself to facts."""

from __future__ import annotations

from catalog.operations.records import EraseEntries, ReleaseQuarantined, RestoreLedger
from catalog.record import RecordContext
from graph_schema.aspects.policies import QuarantineRelease
from graph_schema.aspects.principals import Erasure, Restore
from graph_schema.nodes import Node, PolicySet, Principal


def subjects(record: EraseEntries | ReleaseQuarantined | RestoreLedger) -> tuple[Node, ...]:  # noqa: ARG001  the same shape as the others
    """Return what the record is about: the ledger, which is no node."""
    return ()


def project_erasure(record: EraseEntries, context: RecordContext) -> None:
    """Add who erased what, why, and on whose authority."""
    context.builder.add_statement(Principal(context.actor), "erasure", Erasure.from_json(record.fields()))


def project_restore(record: RestoreLedger, context: RecordContext) -> None:
    """Add who restored what, and why."""
    context.builder.add_statement(Principal(context.actor), "restore", Restore.from_json(record.fields()))


def project_release(record: ReleaseQuarantined, context: RecordContext) -> None:
    """Add which entries are let in, by which set; what they say is added beside it, see `projection.LedgerFacts`."""
    of = PolicySet(context.added["policy_set"])
    context.builder.add_statement(of, "quarantine_release", QuarantineRelease.from_json(record.fields()))
