"""Holding what a ledger stores to what it must be; the numbers stand again at the code.

1. Rows are there in order, none of them missing.
2. An entry hashes to its leaf (RFC 9162, 2.1.1), its MAC is of this site's keys, its bytes are one canonical entry.
3. A body fits the digest in its entry, SHA-256(salt, body). One that is gone was erased by a later record that names
   it, and one that such a record names is gone.
4. Entries are recorded one after the other.
5. Subtree hashes are what the entries make them, and as many as the size makes complete.
6. Checkpoints are numbered without a gap, have their MACs, never shrink, are signed by this log, and each signs the
   tree that the entries grow into.
7. The key folder's high-water mark and acknowledged state are of this ledger, which reaches both: it was neither
   truncated nor rolled back.
8. As many duplicate keys are remembered as there are entries, each entry's own among them.

Whatever keeps a ledger shows it as a LedgerView; the same checks then serve reading (2, 3), opening (1 to 7, over the
end that was never signed for), signing (6) and verifying (all, over everything).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, pairwise

from catalog.errors import EvidenceError
from catalog.ledger import erasure
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.high_water import HighWater, State
from catalog.ledger.keys import SiteKeys
from catalog.ledger.merkle import Frontier, leaf_hash
from catalog.ledger.note import NoteError
from catalog.ledger.protocol import Problem, Progress, StoredEntry, VerifyReport
from catalog.ledger.rows import Erasures, LedgerView, Row, binding_key, read_again, read_back, read_checkpoints
from catalog.ledger.sealing import duplicate_key

MAX_PROBLEMS = 100
_CHUNK = 500
_WHAT_TO_DO = "Put the whole file back; where it is lost, restore a backup: `lineward restore --accept-loss`"


@dataclass(slots=True)
class Rehash:
    """Grows a tree from what is stored, entry by entry, and raises EvidenceError at the first difference."""

    snapshot: LedgerView
    keys: SiteKeys
    frontier: Frontier
    recorded_at: int
    erasures: Erasures = field(init=False)

    def __post_init__(self) -> None:
        """Know no record that erases yet."""
        self.erasures = Erasures(self.snapshot, self.keys)

    @classmethod
    def after(cls, snapshot: LedgerView, keys: SiteKeys, start: int) -> Rehash:
        """Begin behind the first `start` entries, which are taken as stored."""
        last = read_again(snapshot, start - 1, keys).entry.recorded_at if start else -1
        return cls(snapshot, keys, Frontier.load(start, snapshot.node), last)

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
        # 1. No row is missing.
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
        stored = read_back(row, nodes[0, index], binding_key(self.snapshot, self.keys))
        # 3. The record that erased.
        if stored.erased_by is not None:
            self.erasures.check(index, stored.erased_by)
        # 4. Later than the one before.
        last, self.recorded_at = self.recorded_at, stored.entry.recorded_at
        if stored.entry.recorded_at <= last:
            raise EvidenceError(f"entry {index} is not recorded after the one before it", index=index)
        # 5. The subtrees that it completes.
        for node in completed:
            if nodes[node.level, node.position] != node.hash:
                raise EvidenceError(f"the level {node.level} subtree hash over entry {index} is wrong", index=index)
        return stored


def check_opening(
    snapshot: LedgerView, keys: SiteKeys, mark: HighWater | None, held: Sequence[SignedCheckpoint], tail: int
) -> None:
    """Raise EvidenceError unless mark, newest checkpoints and erasures hold, and the end re-hashes to what is stored.

    The end is what was never signed for, and at least the last `tail` entries.
    """
    # 7. The high-water mark.
    check_mark(mark, snapshot, keys)
    # 6. The newest checkpoints, this log's own and those held elsewhere.
    issued = [each.checkpoint for each in read_checkpoints(snapshot, keys, last=1)]
    for checkpoint in (*issued, *held):
        _check_signature(checkpoint, keys)
        check_root(checkpoint, snapshot)
    # 5. As many subtrees as there must be.
    check_counts(snapshot)
    # 3. Whatever is said to be erased, wherever it stands.
    erasures = Erasures(snapshot, keys)
    for index, by in snapshot.erased():
        erasures.check(index, by)
    # 1 to 5, over the end.
    covered = 0 if mark is None else mark.checkpoint.size
    start = max(0, min(covered, snapshot.size - tail))
    Rehash.after(snapshot, keys, start).through(snapshot.size)


def check_acknowledged(state: State | None, snapshot: LedgerView) -> None:
    """Raise EvidenceError unless the ledger holds all that the key folder knows to have been acknowledged."""
    if state is None:
        return
    # 7. All that was acknowledged is there, and is what was acknowledged.
    if state.size > snapshot.size:
        raise EvidenceError(
            f"the ledger holds {snapshot.size} entries, but the key folder knows that {state.size} were acknowledged:"
            " it was truncated, rolled back to an older copy, or copied from a running server without its -wal file."
            f" {_WHAT_TO_DO}",
            index=snapshot.size,
        )
    if Frontier.load(state.size, snapshot.node).root() != state.root:
        raise EvidenceError(
            f"the first {state.size} entries are not those that were acknowledged under these keys: this is another"
            f" history of the ledger. {_WHAT_TO_DO}"
        )


def check_mark(mark: HighWater | None, snapshot: LedgerView, keys: SiteKeys) -> None:
    """Raise EvidenceError unless a ledger that holds anything reaches its high-water mark and is the one it signed."""
    # 7. There is a mark, the ledger reaches it, and is the one that it signed.
    if mark is None:
        if snapshot.size:
            raise EvidenceError(
                f"the ledger holds {snapshot.size} entries, but the key folder has no high-water mark to hold them to."
                " Put back the file high-water.checkpoint of that folder; where it is lost, restore a backup by"
                " `lineward restore`"
            )
        return
    if mark.checkpoint.size > snapshot.size:
        raise EvidenceError(
            f"the ledger holds {snapshot.size} entries, but the key folder knows that {mark.checkpoint.size} were"
            " signed for: it was truncated, rolled back to an older copy, or copied from a running server without its"
            " -wal"
            f" file. {_WHAT_TO_DO}",
            index=snapshot.size,
        )
    if Frontier.load(mark.checkpoint.size, snapshot.node).root() != mark.checkpoint.root:
        raise EvidenceError(
            f"the first {mark.checkpoint.size} entries are not those that the high-water mark in the key folder signed"
            f" for: they were changed, or this is another history of the ledger. {_WHAT_TO_DO}"
        )
    _check_signature(mark.checkpoint, keys)
    rows = snapshot.checkpoints(last=1)
    newest = rows[0].number if rows else 0
    # Signing writes the mark first: of a process that ended in between, the last checkpoint is put back on opening.
    if newest < mark.signed - 1:
        raise EvidenceError(f"the ledger holds {newest} checkpoints, but the key folder knows of {mark.signed}")


def check_root(checkpoint: SignedCheckpoint, snapshot: LedgerView) -> None:
    """Raise EvidenceError unless the stored tree is the one that was signed, or has grown from it."""
    # 6. The tree that was signed.
    if checkpoint.size > snapshot.size:
        raise EvidenceError(
            f"the ledger holds {snapshot.size} entries, but {checkpoint.size} were signed for: it was truncated, or"
            " rolled back to an older copy",
            index=snapshot.size,
        )
    if Frontier.load(checkpoint.size, snapshot.node).root() != checkpoint.root:
        raise EvidenceError(f"the first {checkpoint.size} entries are not those of the checkpoint that signed them")


def check_counts(snapshot: LedgerView) -> None:
    """Raise EvidenceError unless there are exactly as many subtrees as the size makes complete."""
    # 5. The count of subtrees.
    expected = 2 * snapshot.size - snapshot.size.bit_count()
    if snapshot.node_count() != expected:
        raise EvidenceError(f"{snapshot.node_count()} subtree hashes are stored where there must be {expected}")


def verify(
    snapshot: LedgerView,
    keys: SiteKeys,
    progress: Progress | None = None,
    held: Sequence[SignedCheckpoint] = (),
    check: Callable[[LedgerView], None] = lambda _: None,
) -> VerifyReport:
    """Check everything that is stored, and go on after a problem; `check` raises EvidenceError for one more."""
    return _Verification(snapshot, keys).run(progress or _ignore, held, check)


@dataclass(slots=True)
class _Verification:
    snapshot: LedgerView
    keys: SiteKeys
    bodies: int = 0
    erased: int = 0
    problems: list[Problem] = field(default_factory=list)

    def run(
        self, progress: Progress, held: Sequence[SignedCheckpoint], check: Callable[[LedgerView], None]
    ) -> VerifyReport:
        size, checkpoints = 0, list[SignedCheckpoint]()
        rehash = Rehash(self.snapshot, self.keys, Frontier(), -1)
        with self._noting():
            size = self.snapshot.size
        with self._noting():
            # 7. What the caller knows of the key folder.
            check(self.snapshot)
        # 6. Checkpoints: each by itself, their numbers, their sizes, their signatures.
        with self._noting():
            checkpoints = [issued.checkpoint for issued in read_checkpoints(self.snapshot, self.keys)]
            for row, number in zip(self.snapshot.checkpoints(), count(1), strict=False):
                if row.number != number:
                    raise EvidenceError(f"checkpoint {number} is gone")
        self._check_history(checkpoints)
        signed = [*checkpoints, *held]
        for checkpoint in signed:
            with self._noting():
                _check_signature(checkpoint, self.keys)
        # 1 to 4, and 5, 6 and 8 as far as each entry goes.
        self._check_entries(rehash, size, signed, progress)
        with self._noting():
            # 5. No subtree too many.
            check_counts(self.snapshot)
        with self._noting():
            # 8. No duplicate key too many.
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
        else:
            self.erased += 1
        # 3. What this record erases is gone.
        for index in sorted(erasure.named_by(stored)):
            if index < row.index and self.snapshot.row(index).erased_by is None:
                raise EvidenceError(
                    f"the body of entry {index} is there, although entry {row.index} erased it", index=index
                )
        entry = stored.entry
        return {duplicate_key(entry.kind, entry.actor, entry.received, self.keys): row.index}

    def _check_duplicates(self, keys: dict[bytes, int]) -> None:
        # 8. Every duplicate key is remembered.
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
        # 6. Each checkpoint of this size signed this tree.
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
