from __future__ import annotations

from collections.abc import Iterable

from catalog.evidence.model import EntryEvidence
from catalog.evidence.queries import entries
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.entry import format_time
from catalog.ledger.note import Note
from catalog.ledger.protocol import Ledger
from catalog.record import canonical_bytes
from reports import contexts

# Bytes up to which a cited entry's redacted body stands in the evidence.
_DISCLOSED = 64 * 1024


def covering(ledger: Ledger, size: int) -> SignedCheckpoint:
    """Return the oldest checkpoint over at least so many entries, signed now where there is none."""
    held = [one.checkpoint for one in ledger.checkpoints() if one.checkpoint.size >= size]
    return held[0] if held else ledger.checkpoint()


def proof(ledger: Ledger, checkpoint: SignedCheckpoint, size: int, cited: Iterable[int]) -> contexts.Evidence:
    return contexts.Evidence(
        checkpoint=checkpoint.text,
        vkey=_signer(ledger, checkpoint),
        consistency=tuple(one.hex() for one in ledger.consistency_proof(size, checkpoint.size)),
        cited=tuple(
            contexts.EvidenceEntry(
                index=one.index,
                kind=one.kind,
                recorded_at=format_time(one.recorded_at),
                actor=one.actor,
                leaf=one.leaf,
                entry=one.entry,
                proof=one.proof,
                salt=one.salt if _is_disclosed(one) else None,
                body=canonical_bytes(one.body).decode() if _is_disclosed(one) else None,
            )
            for one in entries(ledger, cited, checkpoint.size)
        ),
    )


def _signer(ledger: Ledger, checkpoint: SignedCheckpoint) -> str:
    """Return the newest of the log's keys that signed the checkpoint: it may have been rotated since."""
    signed = {(line.name, line.key_id) for line in Note.parse(checkpoint.text).signatures}
    return str(next(key for key in ledger.verifiers if (key.name, key.key_id) in signed))


def _is_disclosed(one: EntryEvidence) -> bool:
    """Tell whether the redacted body travels along, so that it can be checked against the entry's digest."""
    return not one.erased and one.salt is not None and len(canonical_bytes(one.body)) <= _DISCLOSED
