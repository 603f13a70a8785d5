"""What a read of evidence gives. Times are UTC microseconds, hashes lower-case hex."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class EntryEvidence:
    """One ledger entry behind an answer, with its inclusion proof in the tree of `Evidence.ledger_size`.

    `entry` is the canonical entry as text, `body` the redacted body parsed (None once erased, and `erased` says so),
    `statements` what it says of the node: aspects and edge types, sorted.
    """

    index: int
    kind: str
    recorded_at: int
    actor: str
    correlation_id: str
    subjects: tuple[str, ...]
    leaf: str
    entry: str
    body: Any
    salt: str | None
    erased: bool
    proof: tuple[str, ...]
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Every ledger entry that speaks of a node, by index, up to `limit` of `total`, and the tree they are proven in."""

    id: str
    ledger_size: int
    ledger_root: str
    entries: tuple[EntryEvidence, ...]
    total: int
    quarantined: tuple[int, ...] = ()
    """Entries that name the node and could not be projected."""
