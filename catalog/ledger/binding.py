"""What binds the rows of a ledger to their site: a MAC that nobody can make who has the file alone.

The key is derived from K_site (`keys.SiteKeys.binding`). An entry's MAC covers its index and its bytes; these carry the
salted digest of the body, so that salt and body are bound as well, and the binding outlives an erasure.
"""

from __future__ import annotations

from catalog.ledger.keys import MacKey

_ENTRY, _CHECKPOINT, _STATE = b"entry\n", b"checkpoint\n", b"state\n"
_NUMBER_SIZE = 8


def entry_mac(index: int, entry_bytes: bytes, key: MacKey) -> bytes:
    """Return the MAC that stands beside an entry."""
    return key.mac(_ENTRY + index.to_bytes(_NUMBER_SIZE) + entry_bytes)


def state_mac(size: int, root: bytes, key: MacKey) -> bytes:
    """Return the MAC over a size that was acknowledged, and its root."""
    return key.mac(_STATE + size.to_bytes(_NUMBER_SIZE) + root)


def checkpoint_mac(number: int, note: str, signed_at: int, key: MacKey) -> bytes:
    """Return the MAC that stands beside a checkpoint: the first is number 1, `signed_at` is in UTC µs."""
    numbers = number.to_bytes(_NUMBER_SIZE) + signed_at.to_bytes(_NUMBER_SIZE)
    return key.mac(_CHECKPOINT + numbers + note.encode())
