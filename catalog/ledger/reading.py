"""What is read from a ledger, the same over every snapshot."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from contextlib import AbstractContextManager

from catalog.errors import EvidenceError
from catalog.ledger import erasure, merkle
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.clock import ClockWatch
from catalog.ledger.entry import mark_of
from catalog.ledger.keys import SiteKeys
from catalog.ledger.note import VerifierKey
from catalog.ledger.proof import ProofFile
from catalog.ledger.protocol import Draft, IssuedCheckpoint, StoredEntry
from catalog.ledger.rows import Erasures, LedgerView, binding_key, read_back, read_checkpoints


class ReadableLedger(ABC):
    """The reading half of a Ledger (see `protocol`), for whatever can show a snapshot of itself."""

    def __init__(self, keys: SiteKeys, watch: ClockWatch | None = None) -> None:
        self._keys = keys
        self._watch = watch
        self._newest: int | None = None
        """When the newest entry was recorded, in microseconds UTC; None where there is none, or it is only read."""

    @abstractmethod
    def _snapshot(self) -> AbstractContextManager[LedgerView]:
        """Lend a view of one moment."""

    @abstractmethod
    def checkpoint(self) -> SignedCheckpoint:
        """Sign the present size."""

    def clock_doubt(self) -> str | None:
        """Return why the clock is not believed, None where it is."""
        doubt = None if self._watch is None else self._watch.doubt(self._newest)
        return None if doubt is None else doubt.sentence

    @property
    def origin(self) -> str:
        """The name of this log in its checkpoints."""
        return self._keys.origin

    @property
    def verifiers(self) -> tuple[VerifierKey, ...]:
        """Every public key that ever signed for this log, the present one first."""
        return self._keys.verifiers

    def root(self, size: int | None = None) -> bytes:
        """Return the tree's root at a size, by default the present one."""
        with self._snapshot() as snapshot:
            return merkle.root(_within(size, snapshot.size), snapshot.node)

    def entry(self, index: int) -> StoredEntry:
        """Return one entry."""
        for entry in self.entries(index, 1):
            return entry
        raise IndexError(f"the ledger has no entry {index}")

    def entries(self, start: int, limit: int, most_bytes: int | None = None) -> list[StoredEntry]:
        """Return up to `limit` entries from `start` on, each held to its leaf and its body's digest."""
        if start < 0 or limit < 0:
            raise IndexError(f"the ledger has no {limit} entries from {start} on")
        entries: list[StoredEntry] = []
        left = most_bytes
        with self._snapshot() as snapshot:
            end = min(start + limit, snapshot.size)
            if start >= end:
                return entries
            key = binding_key(snapshot, self._keys)
            erasures = Erasures(snapshot, self._keys)
            nodes = snapshot.completed(start, end, levels=1)
            for row in snapshot.rows(start, end):
                if row.index != start + len(entries):
                    break
                # One that is not there is asked for alone, which says so.
                stored = read_back(row, nodes.get((0, row.index)) or snapshot.node(0, row.index), key)
                if stored.erased_by is not None:
                    erasures.check(stored.index, stored.erased_by)
                entries.append(stored)
                if left is not None:
                    left -= len(stored.body or b"")
                    if left < 0:
                        return entries
        if len(entries) < end - start:
            raise EvidenceError(f"entry {start + len(entries)} is missing", index=start + len(entries))
        return entries

    def of_kinds(
        self,
        kinds: Collection[str],
        start: int = 0,
        stop: int | None = None,
        *,
        most: int | None = None,
        newest: bool = False,
    ) -> list[int]:
        """Return the indexes, from `start` up to `stop`, of the entries of these kinds, oldest or `newest` first."""
        with self._snapshot() as snapshot:
            period = range(start, snapshot.size if stop is None else min(stop, snapshot.size))
            return snapshot.of_kinds([mark_of(kind) for kind in kinds], period, most, newest=newest)

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the path from an entry to the root at a size."""
        with self._snapshot() as snapshot:
            size = _within(size, snapshot.size)
            if not 0 <= index < size:
                raise IndexError(f"a tree of {size} has no entry {index}")
            return merkle.inclusion_proof(index, size, snapshot.node)

    def consistency_proof(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the tree at `old` is a prefix of that at `new`."""
        with self._snapshot() as snapshot:
            return merkle.consistency_proof(_within(old, new), _within(new, snapshot.size), snapshot.node)

    def proof_file(self, index: int) -> str:
        """Return an offline proof for one entry, against the newest checkpoint that covers it."""
        entry = self.entry(index)
        latest = self.latest_checkpoint()
        checkpoint = latest.checkpoint if latest and latest.checkpoint.size > index else self.checkpoint()
        path = tuple(self.inclusion_proof(index, checkpoint.size))
        if not merkle.verify_inclusion(index, checkpoint.size, entry.leaf, path, checkpoint.root):
            raise EvidenceError(f"entry {index} does not lead to the root that was signed", index=index)
        return ProofFile(index, path, checkpoint, entry.entry_bytes).serialize()

    def checkpoints(self) -> list[IssuedCheckpoint]:
        """Return every checkpoint ever signed, the oldest first."""
        with self._snapshot() as snapshot:
            return read_checkpoints(snapshot, self._keys)

    def latest_checkpoint(self) -> IssuedCheckpoint | None:
        """Return the newest checkpoint."""
        with self._snapshot() as snapshot:
            return next(iter(read_checkpoints(snapshot, self._keys, last=1)), None)

    def _check_erasable(self, draft: Draft) -> None:
        """Raise IndexError where a draft would erase what is not there, or what says itself that something was."""
        for index in draft.erases:
            if self.entry(index).entry.kind in erasure.LASTING:
                raise IndexError(f"entry {index} says what was erased or restored: it is never erased itself")


def _within(size: int | None, most: int) -> int:
    """Return a size that the ledger has had."""
    if size is None:
        return most
    if not 0 <= size <= most:
        raise IndexError(f"the ledger has had no size {size}")
    return size
