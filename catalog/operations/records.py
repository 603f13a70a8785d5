"""What may be written about the ledger itself: that bodies were erased, that an older state of it was restored."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from catalog.record import MAX_LIST, Digest, Index, Record, Text, distinct


class Residue(StrEnum):
    """What the graph keeps of an entry whose body is erased."""

    FLOWS = "FLOWS"
    """Identities, flows, states and labels, without any text, so that lineage does not break and no label is lost.

    They lie in the record that erases, and can never be erased themselves.
    """
    NOTHING = "NOTHING"
    """Nothing at all: for what must not stand even as a name."""


def _ascending(entries: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(entries))


Entries = Annotated[
    tuple[Index, ...],
    Field(min_length=1, max_length=MAX_LIST),
    distinct(),
    AfterValidator(_ascending),
]
"""Ledger indexes, each once and in order, at most 1,000."""


class EraseEntries(Record):
    """That the bodies of ledger entries are erased for good: which, why, and on whose authority.

    Entries, leaves and proofs stay; `entries` are ledger indexes, at most 1,000. The record itself is never erased.
    """

    name: ClassVar[str] = "erase_entries"

    entries: Entries
    """The ledger indexes of the entries, at most 1,000."""
    reason: Text
    """Why they are erased."""
    authority: Text
    """On whose authority: an order, a request of the person concerned, a decision of the board."""
    residue: Residue = Residue.FLOWS
    """What the graph keeps of them; by default FLOWS."""


class ReleaseQuarantined(Record):
    """That entries which policies of ingest kept out of the graph are let in, as the set in force now permits.

    They are known from then on, and valid as they were said. The record itself is never erased.
    """

    name: ClassVar[str] = "release_quarantined"

    entries: Entries
    """The ledger indexes of the entries, at most 1,000."""
    reason: Text
    """Why they are let in."""


class RestoreLedger(Record):
    """That an older state of the ledger was restored although a newer one had been signed for.

    `size` and `root` are those restored to; `signed_checkpoint` is the newest one signed before, whole: with it anybody
    can show that there was another history.
    """

    name: ClassVar[str] = "restore_ledger"

    size: Index
    """How many entries the restored ledger has."""
    root: Digest
    """The root of the restored ledger."""
    signed_size: Index
    """How many entries the newest signed checkpoint had."""
    signed_checkpoint: Text
    """The newest checkpoint signed before, whole."""
    reason: Text
    """Why it was restored."""
