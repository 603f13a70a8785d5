"""Reading back what a ledger stores: each row is held to what it must be, by the rules 2, 3 and 6 of `audit`.

Whatever keeps a ledger shows it as a LedgerView.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from catalog.errors import EvidenceError
from catalog.ledger import binding, erasure
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.entry import Entry, MalformedEntryError
from catalog.ledger.keys import MacKey, SiteKeys
from catalog.ledger.merkle import leaf_hash
from catalog.ledger.note import NoteError
from catalog.ledger.protocol import IssuedCheckpoint, StoredEntry
from catalog.ledger.sealing import SALT_SIZE, body_digest

_MOST = 2**63


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as it is stored, with its MAC; `erased_by` is the index of the record that erased its body."""

    index: int
    entry_bytes: bytes
    salt: bytes | None
    body: bytes | None
    erased_by: int | None
    mac: bytes | None


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """One checkpoint as it is stored, with its MAC; the first is number 1, `signed_at` is in UTC µs."""

    number: int
    note: str
    signed_at: int
    mac: bytes | None


class LedgerView(Protocol):
    """What is stored, at one moment. Everything raises EvidenceError where what it reads cannot be read or is gone."""

    @property
    def size(self) -> int:
        """How many entries there are."""

    @property
    def bound(self) -> bool:
        """Whether rows have MACs, as they do in every file but one of format 1."""

    def node(self, level: int, position: int) -> bytes:
        """Return the stored hash of a complete subtree."""

    def completed(self, start: int, end: int, levels: int | None = None) -> dict[tuple[int, int], bytes]:
        """Return, by level and position, the stored hashes of the subtrees that entries start up to end complete.

        Of so many levels, the leaves' first, or of all.
        """

    def node_count(self) -> int:
        """Return how many subtree hashes are stored."""

    def row(self, index: int) -> Row:
        """Return one row."""

    def rows(self, start: int, end: int) -> Iterator[Row]:
        """Yield the rows from start up to end."""

    def erased(self) -> list[tuple[int, int]]:
        """Return the entries whose bodies are said to be erased, each with the one that is said to have erased it."""

    def of_kinds(self, marks: Sequence[bytes], among: range, most: int | None, *, newest: bool) -> list[int]:
        """Return the indexes of so many of the entries that hold one of these marks, see `entry.mark_of`, the oldest
        or the `newest` first.
        """

    def checkpoints(self, last: int | None = None) -> list[CheckpointRow]:
        """Return every stored checkpoint, the oldest first, or only the `last` so many."""

    def duplicates(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """Return the indexes remembered under those of these keys that are known."""

    def duplicate_count(self) -> int:
        """Return how many duplicate keys are remembered."""


def read_back(row: Row, leaf: bytes, key: MacKey | None) -> StoredEntry:
    """Return the entry of a row, held to its leaf hash, its MAC, its format and its body's digest.

    Whether a record erased what is gone is held by `Erasures`. Without a key, MACs are not looked at: a file of
    format 1 has none. Raises EvidenceError.
    """
    index = row.index
    # 2. Leaf, MAC, form.
    if leaf_hash(row.entry_bytes) != leaf:
        raise EvidenceError(f"entry {index} is not the one that was hashed into the tree", index=index)
    if key is not None and row.mac != binding.entry_mac(index, row.entry_bytes, key):
        raise EvidenceError(f"entry {index} was not written by whoever holds this site's keys", index=index)
    try:
        entry = Entry.parse(row.entry_bytes)
    except MalformedEntryError as error:
        raise EvidenceError(f"entry {index} is malformed: {error}", index=index) from error
    # 3. The body, or who erased it.
    if row.salt is None or row.body is None:
        if row.erased_by is None:
            raise EvidenceError(f"the body of entry {index} is gone, and no record erased it", index=index)
        return StoredEntry(index, entry, row.entry_bytes, leaf, None, None, row.erased_by)
    if row.erased_by is not None:
        raise EvidenceError(
            f"the body of entry {index} is there, although entry {row.erased_by} erased it", index=index
        )
    if len(row.salt) != SALT_SIZE or body_digest(row.salt, row.body) != entry.body:
        raise EvidenceError(f"the body of entry {index} does not fit the digest in the entry", index=index)
    return StoredEntry(index, entry, row.entry_bytes, leaf, row.salt, row.body)


def read_again(snapshot: LedgerView, index: int, keys: SiteKeys) -> StoredEntry:
    """Return one entry of a snapshot, held to all that `read_back` holds it to."""
    return read_back(snapshot.row(index), snapshot.node(0, index), binding_key(snapshot, keys))


def binding_key(snapshot: LedgerView, keys: SiteKeys) -> MacKey | None:
    """Return the key of the rows' MACs, None where the file has none."""
    return keys.binding if snapshot.bound else None


def read_checkpoint(row: CheckpointRow, key: MacKey | None) -> IssuedCheckpoint:
    """Return the checkpoint of a row, held to its form and its MAC; raises EvidenceError."""
    # 6. Form and MAC of a checkpoint.
    try:
        checkpoint = SignedCheckpoint.parse(row.note)
    except NoteError as error:
        raise EvidenceError(f"checkpoint {row.number} is malformed: {error}") from error
    if key is not None and not (
        0 <= row.signed_at < _MOST
        and 0 <= row.number < _MOST
        and row.mac == binding.checkpoint_mac(row.number, row.note, row.signed_at, key)
    ):
        raise EvidenceError(f"checkpoint {row.number} was not written by whoever holds this site's keys")
    return IssuedCheckpoint(checkpoint, row.signed_at)


def read_checkpoints(snapshot: LedgerView, keys: SiteKeys, last: int | None = None) -> list[IssuedCheckpoint]:
    """Return the checkpoints of a snapshot, held to all that `read_checkpoint` holds them to."""
    key = binding_key(snapshot, keys)
    return [read_checkpoint(row, key) for row in snapshot.checkpoints(last)]


class Erasures:
    """Holds what is erased in a snapshot to the records that erase; each record is read once."""

    def __init__(self, snapshot: LedgerView, keys: SiteKeys) -> None:
        self._snapshot = snapshot
        self._keys = keys
        self._named: dict[int, frozenset[int]] = {}

    def check(self, index: int, by: int) -> None:
        """Raise EvidenceError unless entry `by` is a later record that erases entry `index`."""
        # 3. The record that erased.
        if by not in self._named and index < by < self._snapshot.size:
            self._named[by] = erasure.named_by(read_again(self._snapshot, by, self._keys))
        if by <= index or index not in self._named.get(by, ()):
            raise EvidenceError(
                f"the body of entry {index} is gone, and entry {by} is no record that erased it", index=index
            )
