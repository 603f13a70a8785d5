"""The ledger in one SQLite file: WAL, every commit synced, one writing thread with group commit, readers beside it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from catalog.errors import EvidenceError, OperatorError
from catalog.ledger import audit, binding, merkle, published
from catalog.ledger.audit import Rehash
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.clock import ClockWatch
from catalog.ledger.entry import MalformedEntryError
from catalog.ledger.group_commit import GroupCommit, Limits
from catalog.ledger.high_water import Acknowledgements, HighWater, State, newest
from catalog.ledger.keys import SiteKeys
from catalog.ledger.merkle import Frontier, Node
from catalog.ledger.packing import MAX_BODY
from catalog.ledger.protocol import Clock, Draft, PackedDraft, Progress, Receipt, VerifyReport
from catalog.ledger.reading import ReadableLedger
from catalog.ledger.rows import read_again, read_checkpoints
from catalog.ledger.sealing import SealedDraft, duplicate_key, seal, utc_microseconds
from catalog.ledger.sqlite_file import (
    FORMAT,
    SqliteSnapshot,
    connect,
    explain,
    insert_rows,
    transaction,
    translated,
)
from catalog.ledger.sqlite_opening import (
    Marks,
    check_about,
    check_format,
    check_present,
    prepare,
    store_checkpoint,
    take_lock,
)

_DEFAULT_LIMITS: Final = Limits()
_Job = SealedDraft | PackedDraft


@dataclass(slots=True)
class _Head:
    """Where the next entry goes."""

    frontier: Frontier
    recorded_at: int


@dataclass(slots=True)
class _Batch:
    """What one transaction adds, as rows."""

    entries: list[tuple[int, bytes]]
    macs: list[tuple[int, bytes]]
    bodies: list[tuple[int, bytes, int, bytes]]
    nodes: list[Node]
    placed: dict[bytes, Receipt]
    seen: list[tuple[bytes]]
    erasures: list[tuple[int, int]]


class SqliteLedger(ReadableLedger):
    """A Ledger (see `protocol`) in a file, of which one process may write and any number read.

    Beside the file lie `<file>.checkpoint`, the newest checkpoint as it is published, and `<file>.lock`.
    """

    def __init__(
        self,
        path: Path,
        keys: SiteKeys,
        marks: Path,
        *,
        lock: sqlite3.Connection | None,
        limits: Limits,
        clock: Clock,
        watch: ClockWatch | None = None,
    ) -> None:
        self._path = path
        self._marks = marks
        super().__init__(keys, watch)
        self._clock = clock
        self._refusal: EvidenceError | None = None
        self._lock = lock
        self._idle_readers: list[sqlite3.Connection] = []
        self._readers_lock = threading.Lock()
        self._checkpoint_lock = threading.Lock()
        self._grown = threading.Condition()
        self._writing: sqlite3.Connection | None = None
        self._head: _Head | None = None
        self._size = 0
        self._closed = False
        self._unfolded = False
        self._writer: GroupCommit[_Job, Receipt] | None = None
        self._acknowledgements: Acknowledgements | None = None
        if lock is not None:
            self._acknowledgements = Acknowledgements(marks, keys)
            self._ready_to_write()
            self._acknowledgements.sync()
            if watch is not None:
                # What is odd about the clock is in the log from the start.
                watch.doubt(self._newest)
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
        watch: ClockWatch | None = None,
        marks: Path | None = None,
    ) -> Self:
        """Open the ledger for writing, made on the first start together with its keys.

        The clock is held to `watch`, where there is one. The high-water mark lies with the keys; `marks` is another
        folder for it, for a ledger that is being restored.
        A file of format 1 is brought to the present one first, after everything in it was verified once more.

        Raises OperatorError where another process writes it, or keys, folder or disk are missing; EvidenceError where
        its end does not re-hash, or it does not reach the high-water mark of the key folder or its newest checkpoint,
        there or in the file beside, or is not of the tree that these signed.
        """
        check_present(path, keys_folder, marks or keys_folder, origin)
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
            keys = prepare(path, keys_folder, marks or keys_folder, origin, clock())
            return cls(path, keys, marks or keys_folder, lock=lock, limits=limits, clock=clock, watch=watch)
        except BaseException:
            lock.close()
            raise

    @classmethod
    def open_to_read(cls, path: Path, keys_folder: Path, origin: str) -> Self:
        """Open a ledger that another process may be writing; appending and signing raise OperatorError."""
        keys = SiteKeys.load(keys_folder, origin)
        ledger = cls(path, keys, keys_folder, lock=None, limits=_DEFAULT_LIMITS, clock=utc_microseconds)
        with ledger._snapshot() as snapshot:
            check_format(snapshot, path)
            check_about(snapshot, keys)
        return ledger

    def append(self, draft: Draft) -> Future[Receipt]:
        """Take a record; see `Ledger.append`."""
        writer = self._writable()
        return writer.submit(self._sealed(draft), len(draft.body))

    def append_all(self, drafts: Sequence[Draft]) -> Future[Sequence[Receipt]]:
        """Take several records; see `Ledger.append_all`."""
        writer = self._writable()
        return writer.submit_all([self._sealed(draft) for draft in drafts], sum(len(draft.body) for draft in drafts))

    def append_packed(self, drafts: Sequence[PackedDraft]) -> Future[Sequence[Receipt]]:
        """Take records that were sealed elsewhere; see `Ledger.append_packed`."""
        writer = self._writable()
        self._hold_refusal()
        return writer.submit_all(drafts, sum(len(draft.stored) for draft in drafts))

    def _hold_refusal(self) -> None:
        if self._refusal is not None:
            raise EvidenceError(self._refusal.detail, index=self._refusal.index)

    def _sealed(self, draft: Draft) -> SealedDraft:
        if len(draft.body) > MAX_BODY:
            raise MalformedEntryError(f"a body has at most {MAX_BODY} bytes")
        self._hold_refusal()
        self._check_erasable(draft)
        return seal(draft, self._keys)

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

    def wait_for(self, index: int, timeout: float, ended: Callable[[], bool] = lambda: False) -> bool:
        """Wait up to so many seconds for an entry to be durable, or until it `ended`."""
        if self._writer is None:
            return self.size() > index
        with self._grown:
            self._grown.wait_for(lambda: self._size > index or ended(), timeout)
            return self._size > index

    def wake(self) -> None:
        """Let everybody who waits for an entry look again."""
        with self._grown:
            self._grown.notify_all()

    def verify(self, progress: Progress | None = None, held: Sequence[SignedCheckpoint] = ()) -> VerifyReport:
        """Re-hash everything, and hold it to the high-water mark of the key folder.

        The published checkpoint beside the file counts as one that is held elsewhere.
        """
        marks = Marks.load(self._marks, self._keys)
        known = (*published.held(published.published_path(self._path)), *held)

        with self._snapshot() as snapshot:
            return audit.verify(
                snapshot,
                self._keys,
                progress,
                known,
                lambda _: marks.check(snapshot, self._path, self._keys),
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
        if self._acknowledgements is not None:
            self._acknowledgements.close()
            self._acknowledgements = None
        if self._lock is not None:
            self._lock.close()

    def _writable(self) -> GroupCommit[_Job, Receipt]:
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
            last = read_again(snapshot, size - 1, self._keys).entry.recorded_at if size else -1
            self._head = _Head(Frontier.load(size, snapshot.node), last)
            self._newest = last if size else None
            self._grow_to(self._head.frontier)
        return self._writing, self._head

    def _drop_writing(self) -> None:
        """Forget connection and head: after an error, only the file knows what was written."""
        self._head = None
        if self._writing is not None:
            with suppress(sqlite3.Error):
                self._writing.close()
            self._writing = None

    def _grow_to(self, frontier: Frontier) -> None:
        if self._acknowledgements is not None:
            self._acknowledgements.note(State(frontier.size, frontier.root()))
        with self._grown:
            self._size = frontier.size
            self._grown.notify_all()

    def _commit(self, jobs: Sequence[_Job]) -> list[Receipt]:
        """Write one batch in one transaction."""
        if self._watch is not None:
            self._watch.check(self._newest)
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
        self._head, self._newest = after, after.recorded_at
        self._grow_to(after.frontier)
        if any(job.erases for job in jobs):
            self._unfolded = True
            self._fold()
        return receipts

    def _write(self, connection: sqlite3.Connection, head: _Head, jobs: Sequence[_Job]) -> list[Receipt]:
        snapshot = SqliteSnapshot(connection, self._path)
        batch = _Batch([], [], [], [], {}, [], [])
        known = snapshot.duplicates([job.duplicate_key for job in jobs])
        receipts = []
        for job in jobs:
            key = job.duplicate_key
            first = batch.placed.get(key)
            if first is None and key in known:
                first = self._known(snapshot, key, known[key])
            if first is None:
                receipts.append(_place(job.packed(), head, self._clock(), batch, self._keys))
            else:
                batch.seen.append((key,))
                receipts.append(replace(first, duplicate=True))
        insert_rows(connection, "entry (idx, bytes)", batch.entries)
        insert_rows(connection, "entry_mac (idx, mac)", batch.macs)
        insert_rows(connection, "body (idx, salt, size, bytes)", batch.bodies)
        insert_rows(
            connection,
            "node (level, position, hash)",
            [(node.level, node.position, node.hash) for node in batch.nodes],
        )
        insert_rows(connection, "duplicate (key, idx)", [(key, receipt.index) for key, receipt in batch.placed.items()])
        if batch.seen:
            connection.executemany("UPDATE duplicate SET seen = seen + 1 WHERE key = ?", batch.seen)
        if batch.erasures:
            connection.executemany("INSERT OR IGNORE INTO erasure VALUES (?, ?)", batch.erasures)
            connection.executemany("DELETE FROM body WHERE idx = ?", [(index,) for index, _ in batch.erasures])
        return receipts

    def _known(self, snapshot: SqliteSnapshot, key: bytes, index: int) -> Receipt:
        """Return the receipt of what was there before, held to be the same record."""
        stored = read_again(snapshot, index, self._keys)
        entry = stored.entry
        if duplicate_key(entry.kind, entry.actor, entry.received, self._keys) != key:
            raise EvidenceError(f"entry {index} is not the one that a retry is remembered for", index=index)
        return Receipt(stored.index, stored.leaf, entry.recorded_at, duplicate=False)

    def _signed_already(self) -> SignedCheckpoint | None:
        """Return the newest checkpoint where it covers everything, under every key that signs at present."""
        latest = self.latest_checkpoint()
        if latest is None or latest.checkpoint.size != self._size:
            return None
        return latest.checkpoint if latest.checkpoint.names(self._keys.signers) else None

    def _sign(self, writer: GroupCommit[_Job, Receipt]) -> SignedCheckpoint:
        """Re-hash what was never signed for, over a new connection that has nothing of it in memory, and sign.

        The high-water mark is durable before the checkpoint is seen anywhere.
        """
        marks = Marks.load(self._marks, self._keys)
        with translated(self._path):
            connection = connect(self._path, writable=False)
            try:
                with transaction(connection, "BEGIN"):
                    snapshot = SqliteSnapshot(connection, self._path)
                    self._hold_to(marks, snapshot)
                    rows = snapshot.checkpoints(last=1)
                    issued = [each.checkpoint for each in read_checkpoints(snapshot, self._keys, last=1)]
                    for checkpoint in issued:
                        audit.check_root(checkpoint, snapshot)
                    base = newest([*issued, marks.mark.checkpoint if marks.mark else None])
                    size = snapshot.size
                    root = Rehash.after(snapshot, self._keys, base.size if base else 0).through(size).root()
            finally:
                connection.close()
        number = rows[0].number + 1 if rows else 1
        HighWater.sign(self._keys, size, root, ledger_format=FORMAT, signed=number).save(self._marks)
        checkpoint = SignedCheckpoint.sign(self.origin, size, root, self._keys.signers)
        writer.run(lambda: self._keep(number, checkpoint))
        return checkpoint

    def _hold_to(self, marks: Marks, snapshot: SqliteSnapshot) -> None:
        """Take nothing more once the key folder knows another ledger than this: it would only grow a fork."""
        try:
            marks.check(snapshot, self._path, self._keys)
        except EvidenceError as error:
            self._refusal = error
            raise

    def _keep(self, number: int, checkpoint: SignedCheckpoint) -> None:
        connection, _ = self._ready_to_write()
        try:
            with transaction(connection):
                store_checkpoint(connection, number, checkpoint.text, self._clock(), self._keys)
        except sqlite3.Error as error:
            self._drop_writing()
            raise explain(error, self._path) from error
        self._fold()

    def _fold(self) -> None:
        """Take erased bytes out of the file's log; while a long reading still needs them, with the next checkpoint."""
        if not self._unfolded:
            return
        connection, _ = self._ready_to_write()
        try:
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.Error:
            # What was taken is durable; only the folding waits.
            self._drop_writing()
            return
        self._unfolded = bool(busy)


def _place(job: PackedDraft, head: _Head, now: int, batch: _Batch, keys: SiteKeys) -> Receipt:
    """Give a record its time and its place, behind everything before it."""
    index, head.recorded_at = head.frontier.size, max(now, head.recorded_at + 1)
    entry_bytes = job.entry(head.recorded_at).serialize()
    completed = head.frontier.append(merkle.leaf_hash(entry_bytes))
    receipt = Receipt(index, completed[0].hash, head.recorded_at, duplicate=False)
    batch.entries.append((index, entry_bytes))
    batch.macs.append((index, binding.entry_mac(index, entry_bytes, keys.binding)))
    batch.bodies.append((index, job.salt, job.size, job.stored))
    batch.nodes += completed
    batch.placed[job.duplicate_key] = receipt
    batch.erasures += [(erased, index) for erased in job.erases]
    return receipt
