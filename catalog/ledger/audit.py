"""Holding what a ledger stores to what it must be: every entry, body, subtree, memory of a duplicate and checkpoint.

Whatever keeps a ledger shows it as a Snapshot; the same checks then serve reading, opening, signing and verifying.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

from catalog.errors import EvidenceError
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.entry import Entry, MalformedEntryError
from catalog.ledger.keys import SiteKeys
from catalog.ledger.merkle import Frontier, leaf_hash
from catalog.ledger.note import NoteError
from catalog.ledger.protocol import IssuedCheckpoint, Problem, Progress, StoredEntry, VerifyReport
from catalog.ledger.sealing import body_digest, duplicate_key

MAX_PROBLEMS = 100
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as it is stored; `erased_by` is the index of the record that erased its body."""

    index: int
    entry_bytes: bytes
    salt: bytes | None
    body: bytes | None
    erased_by: int | None


class Snapshot(Protocol):
    """What is stored, at one moment. Everything raises EvidenceError where what it reads cannot be read or is gone."""

    @property
    def size(self) -> int:
        """How many entries there are."""

    def node(self, level: int, position: int) -> bytes:
        """Return the stored hash of a complete subtree."""

    def completed(self, start: int, end: int) -> dict[tuple[int, int], bytes]:
        """Return, by level and position, the stored hashes of the subtrees that entries start up to end complete."""

    def node_count(self) -> int:
        """Return how many subtree hashes are stored."""

    def row(self, index: int) -> Row:
        """Return one row."""

    def rows(self, start: int, end: int) -> Iterator[Row]:
        """Yield the rows from start up to end."""

    def checkpoints(self, last: int | None = None) -> list[IssuedCheckpoint]:
        """Return every stored checkpoint, the oldest first, or only the `last` so many."""

    def duplicates(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """Return the indexes remembered under those of these keys that are known."""

    def duplicate_count(self) -> int:
        """Return how many duplicate keys are remembered."""


def read_back(row: Row, leaf: bytes) -> StoredEntry:
    """Return the entry of a row, held to its leaf hash, its format and its body's digest; raises EvidenceError."""
    index = row.index
    if leaf_hash(row.entry_bytes) != leaf:
        raise EvidenceError(f"entry {index} is not the one that was hashed into the tree", index=index)
    try:
        entry = Entry.parse(row.entry_bytes)
    except MalformedEntryError as error:
        raise EvidenceError(f"entry {index} is malformed: {error}", index=index) from error
    if row.salt is None or row.body is None:
        if row.erased_by is None:
            raise EvidenceError(f"the body of entry {index} is gone, and no record erased it", index=index)
        return StoredEntry(index, entry, row.entry_bytes, leaf, None, None)
    if row.erased_by is not None:
        raise EvidenceError(
            f"the body of entry {index} is there, although entry {row.erased_by} erased it", index=index
        )
    if body_digest(row.salt, row.body) != entry.body:
        raise EvidenceError(f"the body of entry {index} does not fit the digest in the entry", index=index)
    return StoredEntry(index, entry, row.entry_bytes, leaf, row.salt, row.body)


def read_again(snapshot: Snapshot, index: int) -> StoredEntry:
    """Return one entry of a snapshot, held to all that `read_back` holds it to."""
    return read_back(snapshot.row(index), snapshot.node(0, index))


@dataclass(slots=True)
class Rehash:
    """Grows a tree from what is stored, entry by entry, and raises EvidenceError at the first difference."""

    snapshot: Snapshot
    frontier: Frontier
    recorded_at: int

    @classmethod
    def after(cls, snapshot: Snapshot, start: int) -> Rehash:
        """Begin behind the first `start` entries, which are taken as stored."""
        last = read_again(snapshot, start - 1).entry.recorded_at if start else -1
        return cls(snapshot, Frontier.load(start, snapshot.node), last)

    def through(self, end: int) -> Frontier:
        """Re-hash up to `end` and return the edge of the tree there."""
        for start in range(self.frontier.size, end, _CHUNK):
            for _ in self.entries(start, min(start + _CHUNK, end)):
                pass
        return self.frontier

    def entries(self, start: int, end: int) -> Iterator[StoredEntry]:
        """Re-hash these entries, of which the first must be the next, one by one."""
        nodes = self.snapshot.completed(start, end)
        for row in self.rows(start, end):
            yield self.take(row, nodes)

    def rows(self, start: int, end: int) -> Iterator[Row]:
        """Yield the rows from start up to end, none of them missing."""
        expected = start
        for row in self.snapshot.rows(start, end):
            if row.index != expected:
                break
            yield row
            expected += 1
        if expected != end:
            raise EvidenceError(f"entry {expected} is missing", index=expected)

    def take(self, row: Row, nodes: Mapping[tuple[int, int], bytes]) -> StoredEntry:
        """Re-hash one row, which must be the next, and hold it to the stored subtrees that it completes."""
        index = row.index
        # The tree goes on with the entry's own hash, so that a changed entry cannot hide from a signed root.
        completed = self.frontier.append(leaf_hash(row.entry_bytes))
        for node in completed:
            if (node.level, node.position) not in nodes:
                raise EvidenceError(f"the level {node.level} subtree hash over entry {index} is gone", index=index)
        stored = read_back(row, nodes[0, index])
        last, self.recorded_at = self.recorded_at, stored.entry.recorded_at
        if stored.entry.recorded_at <= last:
            raise EvidenceError(f"entry {index} is not recorded after the one before it", index=index)
        for node in completed:
            if nodes[node.level, node.position] != node.hash:
                raise EvidenceError(f"the level {node.level} subtree hash over entry {index} is wrong", index=index)
        return stored


def check_opening(snapshot: Snapshot, keys: SiteKeys, held: Sequence[SignedCheckpoint], tail: int) -> None:
    """Raise EvidenceError unless the newest checkpoints hold and the last `tail` entries re-hash to what is stored."""
    issued = snapshot.checkpoints(last=1)
    for checkpoint in (*(each.checkpoint for each in issued), *held):
        _check_signature(checkpoint, keys)
        check_root(checkpoint, snapshot)
    check_counts(snapshot)
    Rehash.after(snapshot, max(0, snapshot.size - tail)).through(snapshot.size)


def check_root(checkpoint: SignedCheckpoint, snapshot: Snapshot) -> None:
    """Raise EvidenceError unless the stored tree is the one that was signed, or has grown from it."""
    if checkpoint.size > snapshot.size:
        raise EvidenceError(
            f"the ledger holds {snapshot.size} entries, but {checkpoint.size} were signed for: it was truncated, or"
            " rolled back to an older copy",
            index=snapshot.size,
        )
    if Frontier.load(checkpoint.size, snapshot.node).root() != checkpoint.root:
        raise EvidenceError(f"the first {checkpoint.size} entries are not those of the checkpoint that signed them")


def check_counts(snapshot: Snapshot) -> None:
    """Raise EvidenceError unless there are exactly as many subtrees as the size makes complete."""
    expected = 2 * snapshot.size - snapshot.size.bit_count()
    if snapshot.node_count() != expected:
        raise EvidenceError(f"{snapshot.node_count()} subtree hashes are stored where there must be {expected}")


def verify(
    snapshot: Snapshot, keys: SiteKeys, progress: Progress | None = None, held: Sequence[SignedCheckpoint] = ()
) -> VerifyReport:
    """Check everything that is stored, and go on after a problem."""
    return _Verification(snapshot, keys).run(progress or _ignore, held)


@dataclass(slots=True)
class _Verification:
    snapshot: Snapshot
    keys: SiteKeys
    bodies: int = 0
    erased: int = 0
    problems: list[Problem] = field(default_factory=list)

    def run(self, progress: Progress, held: Sequence[SignedCheckpoint]) -> VerifyReport:
        size, checkpoints = 0, list[SignedCheckpoint]()
        rehash = Rehash(self.snapshot, Frontier(), -1)
        with self._noting():
            size = self.snapshot.size
        with self._noting():
            checkpoints = [issued.checkpoint for issued in self.snapshot.checkpoints()]
        self._check_history(checkpoints)
        signed = [*checkpoints, *held]
        for checkpoint in signed:
            with self._noting():
                _check_signature(checkpoint, self.keys)
        self._check_entries(rehash, size, signed, progress)
        with self._noting():
            check_counts(self.snapshot)
        with self._noting():
            if self.snapshot.duplicate_count() != size:
                raise EvidenceError(
                    f"{self.snapshot.duplicate_count()} duplicate keys are remembered for {size} entries"
                )
        return VerifyReport(
            size=size,
            root=rehash.frontier.root(),
            entries=rehash.frontier.size,
            bodies=self.bodies,
            erased=self.erased,
            checkpoints=len(checkpoints),
            problems=tuple(self.problems[:MAX_PROBLEMS]),
        )

    def _check_history(self, checkpoints: list[SignedCheckpoint]) -> None:
        for older, newer in pairwise(checkpoints):
            if newer.size < older.size:
                detail = f"a checkpoint over {newer.size} entries was signed after one over {older.size}"
                self.problems.append(Problem(newer.size, detail))

    def _check_entries(self, rehash: Rehash, size: int, signed: list[SignedCheckpoint], progress: Progress) -> None:
        waiting = _Waiting(signed)
        self._note_all(waiting.due(rehash.frontier))
        with self._noting():
            for start in range(0, size, _CHUNK):
                progress(start, size)
                end = min(start + _CHUNK, size)
                nodes = self.snapshot.completed(start, end)
                keys: dict[bytes, int] = {}
                for row in rehash.rows(start, end):
                    with self._noting():
                        keys |= self._check_entry(rehash.take(row, nodes), row)
                    self._note_all(waiting.due(rehash.frontier))
                self._check_duplicates(keys)
                if len(self.problems) >= MAX_PROBLEMS:
                    break
            progress(rehash.frontier.size, size)
        self._note_all(waiting.beyond(size))

    def _check_entry(self, stored: StoredEntry, row: Row) -> dict[bytes, int]:
        """Count what the entry has beside it, and return the duplicate key that must be remembered for it."""
        if row.erased_by is None:
            self.bodies += 1
        elif row.index < row.erased_by < self.snapshot.size:
            self.erased += 1
        else:
            raise EvidenceError(
                f"entry {row.erased_by} is said to have erased entry {row.index}, which it cannot", index=row.index
            )
        entry = stored.entry
        return {duplicate_key(entry.kind, entry.actor, entry.received, self.keys): row.index}

    def _check_duplicates(self, keys: dict[bytes, int]) -> None:
        remembered = self.snapshot.duplicates(list(keys))
        for key, index in keys.items():
            if remembered.get(key) != index:
                self._note_all([Problem(index, f"a retry of entry {index} would not be recognised")])

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except EvidenceError as error:
            self.problems.append(Problem(error.index, error.detail))

    def _note_all(self, problems: Iterable[Problem]) -> None:
        self.problems += problems


class _Waiting:
    """The checkpoints that a growing tree has not come to yet."""

    def __init__(self, signed: Iterable[SignedCheckpoint]) -> None:
        self._signed = sorted(signed, key=lambda checkpoint: checkpoint.size, reverse=True)
        self._agreed = 0

    def due(self, frontier: Frontier) -> Iterator[Problem]:
        """Yield a problem for each checkpoint of this size that signed another tree."""
        while self._signed and self._signed[-1].size == frontier.size:
            if self._signed.pop().root == frontier.root():
                self._agreed = frontier.size
            else:
                yield Problem(
                    self._agreed, f"entries {self._agreed} to {frontier.size - 1} are not those that were signed for"
                )

    def beyond(self, size: int) -> Iterator[Problem]:
        """Yield a problem for each checkpoint of more entries than there are."""
        for checkpoint in reversed(self._signed):
            if checkpoint.size > size:
                yield Problem(
                    size, f"{checkpoint.size} entries were signed for, but the ledger holds {size}: it was truncated"
                )


def _check_signature(checkpoint: SignedCheckpoint, keys: SiteKeys) -> None:
    try:
        checkpoint.verify(keys.origin, keys.verifiers)
    except NoteError as error:
        raise EvidenceError(f"the checkpoint over {checkpoint.size} entries is not this log's: {error}") from error


def _ignore(_done: int, _all: int) -> None:
    return
