"""From records about the ledger itself to facts."""

from __future__ import annotations

from catalog.operations.records import EraseEntries, RestoreLedger
from catalog.record import Hearing
from graph_schema.nodes import Node, Principal


def subjects(record: EraseEntries | RestoreLedger) -> tuple[Node, ...]:  # noqa: ARG001  the same shape as the others
    """Return what the record is about: the ledger, which is no node."""
    return ()


def tell_erasure(record: EraseEntries, hearing: Hearing) -> None:
    """Say who erased what, why, and on whose authority."""
    hearing.telling.say(Principal(hearing.actor), "erasure", record.fields())


def tell_restore(record: RestoreLedger, hearing: Hearing) -> None:
    """Say who restored what, and why."""
    hearing.telling.say(Principal(hearing.actor), "restore", record.fields())
