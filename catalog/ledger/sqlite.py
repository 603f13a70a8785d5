"""The ledger in one SQLite file: WAL, every commit synced, one writing thread with group commit, readers beside it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from catalog.errors import OperatorError
from catalog.ledger import audit, merkle, published
from catalog.ledger.audit import Rehash
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.entry import MalformedEntryError
from catalog.ledger.group_commit import GroupCommit, Limits
from catalog.ledger.keys import SiteKeys
from catalog.ledger.merkle import Frontier, Node
from catalog.ledger.protocol import Clock, Draft, Progress, Receipt, StoredEntry, VerifyReport
from catalog.ledger.reading import ReadableLedger
from catalog.ledger.sealing import SealedDraft, seal, utc_microseconds
from catalog.ledger.sqlite_file import (
    MAX_BODY,
    SqliteSnapshot,
    compress,
    connect,
    explain,
    transaction,
    translated,
)
from catalog.ledger.sqlite_opening import check_about, check_end, check_format, keys_for, take_lock

_DEFAULT_LIMITS: Final = Limits()


@dataclass(slots=True)
class _Head:
    """Where the next entry goes."""

    frontier: Frontier
    recorded_at: int


@dataclass(slots=True)
class _Batch:
    """What one transaction adds, as rows."""

    entries: list[tuple[int, bytes]]
    bodies: list[tuple[int, bytes, int, bytes]]
    nodes: list[Node]
    placed: dict[bytes, Receipt]
    seen: list[tuple[bytes]]


class SqliteLedger(ReadableLedger):
    """A Ledger (see `protocol`) in a file, of which one process may write and any number read.

    Beside the file lie `<file>.checkpoint`, the newest checkpoint as it is published, and `<file>.lock`.
    """

    def __init__(
        self, path: Path, keys: SiteKeys, *, lock: sqlite3.Connection | None, limits: Limits, clock: Clock
    ) -> None:
        self._path = path
        super().__init__(keys)
        self._clock = clock
        self._lock = lock
        self._idle_readers: list[sqlite3.Connection] = []
        self._readers_lock = threading.Lock()
        self._checkpoint_lock = threading.Lock()
        self._grown = threading.Condition()
        self._writing: sqlite3.Connection | None = None
        self._head: _Head | None = None
        self._size = 0
        self._closed = False
        self._writer: GroupCommit[SealedDraft, Receipt] | None = None
        if lock is not None:
            self._ready_to_write()
            self._writer = GroupCommit(self._commit, limits, name="ledger-writer")

    @classmethod
    def open(
        cls,
        path: Path,
        keys_folder: Path,
        origin: str,
        *,
        limits: Limits = _DEFAULT_LIMITS,
        clock: Clock = utc_microseconds,
    ) -> Self:
        """Open the ledger for writing, made on the first start together with its keys.

        Raises OperatorError where another process writes it, or keys, folder or disk are missing; EvidenceError where
        its end does not re-hash, or its newest checkpoint, there or in the file beside, is not one of this tree.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # SQLite gives its other files the same mode.
            path.touch(mode=0o600)
        except OSError as error:
            raise OperatorError(
                f"The ledger {path} cannot be made: {error.strerror or error}.",
                action="Make its folder, writable for this user.",
            ) from error
        with translated(path):
            lock = take_lock(path)
        try:
            with translated(path):
                connection = connect(path, writable=True)
            try:
                keys = keys_for(SqliteSnapshot(connection, path), connection, path, keys_folder, origin)
            finally:
                connection.close()
            check_end(path, keys)
            return cls(path, keys, lock=lock, limits=limits, clock=clock)
        except BaseException:
            lock.close()
            raise

    @classmethod
    def open_to_read(cls, path: Path, keys_folder: Path, origin: str) -> Self:
        """Open a ledger that another process may be writing; appending, signing and erasing raise OperatorError."""
        keys = SiteKeys.load(keys_folder, origin)
        ledger = cls(path, keys, lock=None, limits=_DEFAULT_LIMITS, clock=utc_microseconds)
        with ledger._snapshot() as snapshot:
            check_format(snapshot, path)
            check_about(snapshot, keys)
        return ledger

    def append(self, draft: Draft) -> Future[Receipt]:
        """Take a record; see `Ledger.append`."""
        writer = self._writable()
        if len(draft.body) > MAX_BODY:
            raise MalformedEntryError(f"a body has at most {MAX_BODY} bytes")
        return writer.submit(seal(draft, self._keys), len(draft.body))

    def size(self) -> int:
        """Return how many entries are durable."""
        if self._writer is not None:
            return self._size
        with self._snapshot() as snapshot:
            return snapshot.size

    def checkpoint(self) -> SignedCheckpoint:
        """Sign the present size, after reading back and re-hashing what is new."""
        writer = self._writable()
        with self._checkpoint_lock:
            checkpoint = self._signed_already() or self._sign(writer)
            published.publish(published.published_path(self._path), checkpoint)
            return checkpoint

    def erase(self, indexes: Iterable[int], by: int) -> int:
        """Erase salt and body of these entries, also from the file's free pages and its log."""
        writer = self._writable()
        wanted = sorted(set(indexes))
        if wanted and not 0 <= wanted[0] <= wanted[-1] < by < self._size:
            raise IndexError(f"entry {by} cannot erase entries {wanted[0]} to {wanted[-1]}")
        return writer.run(lambda: self._erase(wanted, by))

    def wait_for(self, index: int, timeout: float) -> bool:
        """Wait up to so many seconds for an entry to be durable."""
        if self._writer is None:
            return self.size() > index
        with self._grown:
            return self._grown.wait_for(lambda: self._size > index, timeout)

    def verify(self, progress: Progress | None = None, held: Sequence[SignedCheckpoint] = ()) -> VerifyReport:
        """Re-hash everything; the published checkpoint beside the file counts as one that is held elsewhere."""
        with self._snapshot() as snapshot:
            return audit.verify(
                snapshot, self._keys, progress, (*published.held(published.published_path(self._path)), *held)
            )

    def close(self) -> None:
        """Write what was taken, and let go of everything."""
        self._closed = True
        if self._writer is not None:
            self._writer.close()
        with self._readers_lock:
            while self._idle_readers:
                self._idle_readers.pop().close()
        # Last, because only the last connection to go, and only if it may write, folds the log into the file.
        self._drop_writing()
        if self._lock is not None:
            self._lock.close()

    def _writable(self) -> GroupCommit[SealedDraft, Receipt]:
        if self._writer is None:
            raise OperatorError(
                f"The ledger {self._path} was opened for reading.", action="Ask the service that writes it."
            )
        return self._writer

    @contextmanager
    def _snapshot(self) -> Iterator[SqliteSnapshot]:
        """Lend a reading connection, inside one transaction so that everything read is of one moment."""
        with self._readers_lock:
            if self._closed:
                raise OperatorError("The ledger is closed.", action="Start the service again.")
            connection = self._idle_readers.pop() if self._idle_readers else None
        with translated(self._path):
            connection = connection or connect(self._path, writable=False)
            try:
                with transaction(connection, "BEGIN"):
                    yield SqliteSnapshot(connection, self._path)
            except BaseException:
                connection.close()
                raise
            with self._readers_lock:
                if self._closed:
                    connection.close()
                else:
                    self._idle_readers.append(connection)

    def _ready_to_write(self) -> tuple[sqlite3.Connection, _Head]:
        """Return the writing connection and the ledger's head, read anew after an error."""
        if self._writing is None:
            with translated(self._path):
                self._writing = connect(self._path, writable=True)
        if self._head is None:
            snapshot = SqliteSnapshot(self._writing, self._path)
            size = snapshot.size
            last = audit.read_again(snapshot, size - 1).entry.recorded_at if size else -1
            self._head = _Head(Frontier.load(size, snapshot.node), last)
            self._grow_to(size)
        return self._writing, self._head

    def _drop_writing(self) -> None:
        """Forget connection and head: after an error, only the file knows what was written."""
        self._head = None
        if self._writing is not None:
            with suppress(sqlite3.Error):
                self._writing.close()
            self._writing = None

    def _grow_to(self, size: int) -> None:
        with self._grown:
            self._size = size
            self._grown.notify_all()

    def _commit(self, jobs: Sequence[SealedDraft]) -> list[Receipt]:
        """Write one batch in one transaction."""
        try:
            connection, head = self._ready_to_write()
            after = _Head(head.frontier.copy(), head.recorded_at)
            with transaction(connection):
                receipts = self._write(connection, after, jobs)
        except sqlite3.Error as error:
            self._drop_writing()
            raise explain(error, self._path) from error
        except BaseException:
            self._drop_writing()
            raise
        self._head = after
        self._grow_to(after.frontier.size)
        return receipts

    def _write(self, connection: sqlite3.Connection, head: _Head, jobs: Sequence[SealedDraft]) -> list[Receipt]:
        snapshot = SqliteSnapshot(connection, self._path)
        batch = _Batch([], [], [], {}, [])
        known = snapshot.duplicates([job.duplicate_key for job in jobs])
        receipts = []
        for job in jobs:
            key = job.duplicate_key
            first = batch.placed.get(key)
            if first is None and key in known:
                first = _receipt(audit.read_again(snapshot, known[key]))
            if first is None:
                receipts.append(_place(job, head, self._clock(), batch))
            else:
                batch.seen.append((key,))
                receipts.append(replace(first, duplicate=True))
        connection.executemany("INSERT INTO entry VALUES (?, ?)", batch.entries)
        connection.executemany("INSERT INTO body VALUES (?, ?, ?, ?)", batch.bodies)
        connection.executemany(
            "INSERT INTO node VALUES (?, ?, ?)", [(node.level, node.position, node.hash) for node in batch.nodes]
        )
        connection.executemany(
            "INSERT INTO duplicate (key, idx) VALUES (?, ?)",
            [(key, receipt.index) for key, receipt in batch.placed.items()],
        )
        connection.executemany("UPDATE duplicate SET seen = seen + 1 WHERE key = ?", batch.seen)
        return receipts

    def _signed_already(self) -> SignedCheckpoint | None:
        """Return the newest checkpoint where it covers everything, under every key that signs at present."""
        latest = self.latest_checkpoint()
        if latest is None or latest.checkpoint.size != self._size:
            return None
        return latest.checkpoint if latest.checkpoint.names(self._keys.signers) else None

    def _sign(self, writer: GroupCommit[SealedDraft, Receipt]) -> SignedCheckpoint:
        """Re-hash what no checkpoint covers yet, over a new connection that has nothing of it in memory, and sign."""
        with translated(self._path):
            connection = connect(self._path, writable=False)
            try:
                with transaction(connection, "BEGIN"):
                    snapshot = SqliteSnapshot(connection, self._path)
                    latest = next((issued.checkpoint for issued in snapshot.checkpoints(last=1)), None)
                    if latest is not None:
                        audit.check_root(latest, snapshot)
                    size = snapshot.size
                    root = Rehash.after(snapshot, latest.size if latest else 0).through(size).root()
            finally:
                connection.close()
        checkpoint = SignedCheckpoint.sign(self.origin, size, root, self._keys.signers)
        writer.run(lambda: self._keep(checkpoint))
        return checkpoint

    def _keep(self, checkpoint: SignedCheckpoint) -> None:
        connection, _ = self._ready_to_write()
        try:
            with transaction(connection):
                connection.execute(
                    "INSERT INTO checkpoint (note, signed_at) VALUES (?, ?)", (checkpoint.text, self._clock())
                )
        except sqlite3.Error as error:
            self._drop_writing()
            raise explain(error, self._path) from error

    def _erase(self, indexes: list[int], by: int) -> int:
        connection, _ = self._ready_to_write()
        erased = 0
        try:
            with transaction(connection):
                for index in indexes:
                    connection.execute("INSERT OR IGNORE INTO erasure VALUES (?, ?)", (index, by))
                    erased += connection.execute("DELETE FROM body WHERE idx = ?", (index,)).rowcount
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.Error as error:
            self._drop_writing()
            raise explain(error, self._path) from error
        if busy:
            raise OperatorError(
                "The bodies are erased, but a long reading still keeps their bytes in the ledger's log.",
                action="Erase them again once it has ended.",
                retry_after=60,
            )
        return erased


def _receipt(stored: StoredEntry) -> Receipt:
    return Receipt(stored.index, stored.leaf, stored.entry.recorded_at, duplicate=False)


def _place(job: SealedDraft, head: _Head, now: int, batch: _Batch) -> Receipt:
    """Give a record its time and its place, behind everything before it."""
    index, head.recorded_at = head.frontier.size, max(now, head.recorded_at + 1)
    entry_bytes = job.entry(head.recorded_at).serialize()
    completed = head.frontier.append(merkle.leaf_hash(entry_bytes))
    receipt = Receipt(index, completed[0].hash, head.recorded_at, duplicate=False)
    batch.entries.append((index, entry_bytes))
    batch.bodies.append((index, job.salt, len(job.body), compress(job.body)))
    batch.nodes += completed
    batch.placed[job.duplicate_key] = receipt
    return receipt
