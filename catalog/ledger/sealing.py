"""From a draft to what the ledger keeps: the salted digest, the MACs and, at its turn, the entry."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from dataclasses import dataclass

from catalog.ledger.entry import check_names
from catalog.ledger.keys import SiteKeys
from catalog.ledger.packing import compress
from catalog.ledger.protocol import Draft, PackedDraft

SALT_SIZE = 32
_SALTS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class SealedDraft:
    """A draft of which only the time is open; what was received is gone from it."""

    kind: str
    actor: str
    correlation_id: str
    subjects: tuple[str, ...]
    salt: bytes
    body: bytes
    received: str
    duplicate_key: bytes
    erases: tuple[int, ...] = ()

    def packed(self) -> PackedDraft:
        """Return it as it is kept, its body hashed and compressed."""
        return PackedDraft(
            self.kind,
            self.actor,
            self.correlation_id,
            self.subjects,
            self.salt,
            len(self.body),
            compress(self.body),
            body_digest(self.salt, self.body),
            self.received,
            self.duplicate_key,
            self.erases,
        )


class _Salts:
    """The system's random bytes, drawn for many salts at once.

    Each call lets the interpreter go, and then waits for it again behind the thread that writes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._drawn: list[bytes] = []
        # No two processes may use the same ones.
        os.register_at_fork(after_in_child=self._drawn.clear)

    def next(self) -> bytes:
        with self._lock:
            if not self._drawn:
                block = os.urandom(SALT_SIZE * _SALTS_AT_ONCE)
                self._drawn += [block[start : start + SALT_SIZE] for start in range(0, len(block), SALT_SIZE)]
            return self._drawn.pop()


_SALTS = _Salts()


def seal(draft: Draft, keys: SiteKeys) -> SealedDraft:
    """Return the sealed draft; raises MalformedEntryError for names that no entry may carry."""
    check_names(draft.kind, draft.actor, draft.correlation_id, draft.subjects)
    received = f"hmac-sha256:{keys.received.key_id}:{keys.received.mac(draft.received).hex()}"
    return SealedDraft(
        kind=draft.kind,
        actor=draft.actor,
        correlation_id=draft.correlation_id,
        subjects=draft.subjects,
        salt=_SALTS.next(),
        body=draft.body,
        received=received,
        duplicate_key=duplicate_key(draft.kind, draft.actor, received, keys),
        erases=draft.erases,
    )


def duplicate_key(kind: str, actor: str, received: str, keys: SiteKeys) -> bytes:
    """Return what two records have in common exactly if they are the same one sent twice.

    The actor is part of it, because two people may say the same: the second approval is no copy of the first. What was
    received enters through its MAC, so that the key can be recomputed from the entry and a changed row be found.
    """
    return keys.duplicates.mac(f"{kind}\n{actor}\n{received}".encode("ascii"))


def body_digest(salt: bytes, body: bytes) -> str:
    """Return the digest that the entry carries: unsalted, one unknown number in known text falls in minutes."""
    digest = hashlib.sha256(salt)
    digest.update(body)
    return f"sha256:{digest.hexdigest()}"


def utc_microseconds() -> int:
    """Return the time of the system's clock."""
    return time.time_ns() // 1_000
