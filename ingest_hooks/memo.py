"""What was made before, kept for as long as it is asked for: emitters repeat most of what they say in every event."""

from __future__ import annotations

import os
from collections.abc import Hashable
from hashlib import sha256
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
D = TypeVar("D")

_FINGERPRINTS = sha256(os.urandom(64))
BYTES_OF_A_FINGERPRINT = 300
"""What a memo's line takes beside its value, where a fingerprint is its key."""


def fingerprint(received: bytes) -> bytes:
    """Return what stands for bytes as they were received, in this process alone: so a memo keeps nothing of them."""
    made = _FINGERPRINTS.copy()
    made.update(received)
    return made.digest()


class Memo(Generic[K, V]):
    """Values by key, in so many bytes as their keeper counts; what was not asked for lately goes first.

    Any thread may ask and keep: at worst, something is made once more.
    """

    def __init__(self, most: int) -> None:
        """Keep up to `most` bytes."""
        self._half = most // 2
        self._lately: dict[K, tuple[V, int]] = {}
        self._before: dict[K, tuple[V, int]] = {}
        self._size = 0

    def get(self, key: K, missing: D) -> V | D:
        """Return what is kept under the key, or `missing`."""
        found = self._lately.get(key)
        if found is not None:
            return found[0]
        found = self._before.get(key)
        if found is None:
            return missing
        self.keep(key, *found)
        return found[0]

    def keep(self, key: K, value: V, size: int) -> None:
        """Keep the value of so many bytes, unless it alone would fill the memo."""
        if size > self._half:
            return
        if self._size + size > self._half:
            self._before, self._lately, self._size = self._lately, {}, 0
        self._lately[key] = value, size
        self._size += size
