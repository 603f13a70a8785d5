"""The ledger in memory: the same answers and nothing durable, for what needs a ledger and no disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

from catalog.errors import EvidenceError, OperatorError
from catalog.ledger import audit, binding, merkle
from catalog.ledger.audit import Rehash
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.clock import ClockWatch
from catalog.ledger.keys import SiteKeys
from catalog.ledger.merkle import Frontier
from catalog.ledger.packing import decompress
from catalog.ledger.protocol import Clock, Draft, PackedDraft, Progress, Receipt, VerifyReport
from catalog.ledger.reading import ReadableLedger
from catalog.ledger.rows import CheckpointRow, Row, read_again
from catalog.ledger.sealing import seal, utc_microseconds


class MemoryLedger(ReadableLedger):
    """A Ledger (see `protocol`) without threads of its own: the futures that it answers with are resolved."""

    def __init__(self, keys: SiteKeys, clock: Clock = utc_microseconds, watch: ClockWatch | None = None) -> None:
        super().__init__(keys, watch)
        self._clock = clock
        self._stored = MemorySnapshot()
        self._frontier = Frontier()
        self._closed = False
        self._lock = threading.RLock()

    def append(self, draft: Draft) -> Future[Receipt]:
        """Take a record; see `Ledger.append`."""
        future: Future[Receipt] = Future()
        future.set_result(self._take([draft])[0])
        return future

    def append_all(self, drafts: Sequence[Draft]) -> Future[Sequence[Receipt]]:
        """Take several records; see `Ledger.append_all`."""
        future: Future[Sequence[Receipt]] = Future()
        future.set_result(self._take(drafts))
        return future

    def append_packed(self, drafts: Sequence[PackedDraft]) -> Future[Sequence[Receipt]]:
        """Take records that were sealed elsewhere; see `Ledger.append_packed`."""
        future: Future[Sequence[Receipt]] = Future()
        future.set_result(self._place_all(drafts))
        return future

    def _take(self, drafts: Sequence[Draft]) -> list[Receipt]:
        sealed = [seal(draft, self._keys).packed() for draft in drafts]
        with self._lock:
            for draft in drafts:
                self._check_erasable(draft)
            return self._place_all(sealed)

    def _place_all(self, sealed: Sequence[PackedDraft]) -> list[Receipt]:
        with self._lock:
            self._refuse_closed()
            if self._watch is not None:
                self._watch.check(self._newest)
            return [self._place(one) for one in sealed]

    def size(self) -> int:
        """Return how many entries there are."""
        return self._stored.size

    def checkpoint(self) -> SignedCheckpoint:
        """Sign the present size, after re-hashing what is new."""
        with self._lock:
            self._refuse_closed()
            latest = self.latest_checkpoint()
            if latest is not None and latest.checkpoint.size == self._stored.size:
                return latest.checkpoint
            if latest is not None:
                audit.check_root(latest.checkpoint, self._stored)
            rehash = Rehash.after(self._stored, self._keys, latest.checkpoint.size if latest else 0)
            root = rehash.through(self._stored.size).root()
            checkpoint = SignedCheckpoint.sign(self.origin, self._stored.size, root, self._keys.signers)
            number, signed_at = len(self._stored.issued) + 1, self._clock()
            mac = binding.checkpoint_mac(number, checkpoint.text, signed_at, self._keys.binding)
            self._stored.issued.append(CheckpointRow(number, checkpoint.text, signed_at, mac))
            return checkpoint

    def wait_for(
        self,
        index: int,
        timeout: float,  # noqa: ARG002  nothing is ever on its way here
        ended: Callable[[], bool] = lambda: False,  # noqa: ARG002  the same
    ) -> bool:
        """Return whether the entry is there."""
        return self._stored.size > index

    def wake(self) -> None:
        """Wake nobody: nobody ever waits here."""

    def verify(self, progress: Progress | None = None, held: Sequence[SignedCheckpoint] = ()) -> VerifyReport:
        """Re-hash everything."""
        with self._snapshot() as snapshot:
            return audit.verify(snapshot, self._keys, progress, held)

    def close(self) -> None:
        """Take nothing any more."""
        self._closed = True

    @contextmanager
    def _snapshot(self) -> Iterator[MemorySnapshot]:
        with self._lock:
            self._refuse_closed()
            yield self._stored

    def _refuse_closed(self) -> None:
        if self._closed:
            raise OperatorError("The ledger is closed.", action="Start the service again.")

    def _place(self, sealed: PackedDraft) -> Receipt:
        known = self._stored.remembered.get(sealed.duplicate_key)
        if known is not None:
            stored = read_again(self._stored, known, self._keys)
            return Receipt(known, stored.leaf, stored.entry.recorded_at, duplicate=True)
        recorded_at = self._clock() if self._newest is None else max(self._clock(), self._newest + 1)
        index, self._newest = self._stored.size, recorded_at
        entry = sealed.entry(recorded_at).serialize()
        completed = self._frontier.append(merkle.leaf_hash(entry))
        mac = binding.entry_mac(index, entry, self._keys.binding)
        self._stored.entries.append(Row(index, entry, sealed.salt, decompress(sealed.stored, sealed.size), None, mac))
        for erased in sealed.erases:
            row = self._stored.entries[erased]
            if row.erased_by is None:
                self._stored.entries[erased] = replace(row, salt=None, body=None, erased_by=index)
        self._stored.nodes.update({(node.level, node.position): node.hash for node in completed})
        self._stored.remembered[sealed.duplicate_key] = index
        return Receipt(index, completed[0].hash, recorded_at, duplicate=False)


class MemorySnapshot:
    """Everything that a ledger in memory holds."""

    def __init__(self) -> None:
        self.entries: list[Row] = []
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.remembered: dict[bytes, int] = {}
        self.issued: list[CheckpointRow] = []

    @property
    def size(self) -> int:
        """How many entries there are."""
        return len(self.entries)

    @property
    def bound(self) -> bool:
        """Whether rows have MACs."""
        return True

    def node(self, level: int, position: int) -> bytes:
        """Return the stored hash of a complete subtree."""
        try:
            return self.nodes[level, position]
        except KeyError as error:
            raise EvidenceError(
                f"the hash of subtree {position} on level {level} is gone", index=position << level
            ) from error

    def completed(self, start: int, end: int, levels: int | None = None) -> dict[tuple[int, int], bytes]:
        """Return, by level and position, the stored hashes of the subtrees that entries start up to end complete.

        Of so many levels, the leaves' first, or of all.
        """
        height = end.bit_length() if levels is None else levels
        wanted = ((level, position) for level in range(height) for position in range(start >> level, end >> level))
        return {key: self.nodes[key] for key in wanted if key in self.nodes}

    def node_count(self) -> int:
        """Return how many subtree hashes are stored."""
        return len(self.nodes)

    def row(self, index: int) -> Row:
        """Return one row."""
        return self.entries[index]

    def rows(self, start: int, end: int) -> Iterator[Row]:
        """Yield the rows from start up to end."""
        yield from self.entries[start:end]

    def erased(self) -> list[tuple[int, int]]:
        """Return the entries whose bodies are erased, each with the one that erased it."""
        return [(row.index, row.erased_by) for row in self.entries if row.erased_by is not None]

    def of_kinds(self, marks: Sequence[bytes], among: range, most: int | None, *, newest: bool) -> list[int]:
        """Return the indexes of the entries that hold one of these marks."""
        rows = (self.entries[index] for index in (reversed(among) if newest else among))
        return list(islice((row.index for row in rows if any(mark in row.entry_bytes for mark in marks)), most))

    def checkpoints(self, last: int | None = None) -> list[CheckpointRow]:
        """Return every checkpoint, the oldest first, or only the `last` so many."""
        return self.issued[-last:] if last else self.issued.copy()

    def duplicates(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """Return the indexes remembered under those of these keys that are known."""
        return {key: self.remembered[key] for key in keys if key in self.remembered}

    def duplicate_count(self) -> int:
        """Return how many duplicate keys are remembered."""
        return len(self.remembered)
