from __future__ import annotations

from collections.abc import Iterable

from catalog.canonical import canonical_bytes
from catalog.evidence.model import EntryEvidence
from catalog.evidence.queries import entries
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.note import Note
from catalog.ledger.protocol import Ledger
from graph_schema.times import format_time
from reports import context

DISCLOSED = 4 * 1024 * 1024
"""Bytes up to which a cited entry's redacted body stands in the evidence: a seal of some thirty thousand files."""


def covering(ledger: Ledger, size: int) -> SignedCheckpoint:
    """Return the oldest checkpoint over at least so many entries, signed now where there is none."""
    held = [one.checkpoint for one in ledger.checkpoints() if one.checkpoint.size >= size]
    return held[0] if held else ledger.checkpoint()


def signer(ledger: Ledger, checkpoint: SignedCheckpoint) -> str:
    """Return the newest of the log's keys that signed the checkpoint: it may have been rotated since."""
    signed = {(line.name, line.key_id) for line in Note.parse(checkpoint.text).signatures}
    return str(next(key for key in ledger.verifiers if (key.name, key.key_id) in signed))


def unproven(ledger: Ledger, size: int, cited: Iterable[int]) -> context.Evidence:
    """Return what a report cites, and the last entry that was read, all of it still without a proof.

    That last one gives the time of the read point; where no line rests on it, its body is nobody's business here.
    """
    lines = set(cited)
    return context.Evidence(
        cited=tuple(
            entry_evidence(one, cited=one.index in lines, proven=False)
            for one in entries(ledger, lines | {size - 1}, size)
        )
    )


def entry_evidence(one: EntryEvidence, *, cited: bool = True, proven: bool = True) -> context.EvidenceEntry:
    """Return an entry as a report carries it: with its body where that may be disclosed."""
    body = None if one.erased or one.salt is None or not cited else canonical_bytes(one.body)
    disclosed = body is not None and len(body) <= DISCLOSED
    return context.EvidenceEntry(
        index=one.index,
        kind=one.kind,
        recorded_at=format_time(one.recorded_at),
        actor=one.actor,
        leaf=one.leaf,
        entry=one.entry,
        proof=one.proof if proven else (),
        salt=one.salt if disclosed else None,
        body=body.decode() if body is not None and disclosed else None,
        withheld=None if disclosed else "NOT_CITED" if not cited else "ERASED" if body is None else "TOO_LARGE",
    )
