"""What is checked before a ledger file is trusted: that nobody else writes it, its format, its keys, mark and end."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from catalog.errors import EvidenceError, OperatorError
from catalog.ledger import audit, binding
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.high_water import HIGH_WATER, HighWater, State, load_acknowledged
from catalog.ledger.keys import SiteKeys, sync_folder
from catalog.ledger.merkle import EMPTY_ROOT
from catalog.ledger.published import held, published_path
from catalog.ledger.rows import read_checkpoints
from catalog.ledger.sqlite_file import (
    APPLICATION_ID,
    BINDING_SCHEMA,
    FORMAT,
    SCHEMA,
    STATEMENTS,
    UNBOUND_FORMAT,
    SqliteSnapshot,
    connect,
    statements,
    transaction,
    translated,
)

_OPENING_TAIL = 256
_MAC_CHUNK = 500


def take_lock(path: Path) -> sqlite3.Connection:
    """Hold a lock that ends with the process, however it ends; SQLite's own, so that it works where SQLite does."""
    file = path.with_name(f"{path.name}.lock")
    with suppress(OSError):
        file.touch(mode=0o600)
    lock = sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        raise OperatorError(
            f"Another process writes the ledger {path}.", action="End it, or give this one a ledger of its own."
        ) from error
    return lock


def prepare(path: Path, folder: Path, marks: Path, origin: str, now: int) -> SiteKeys:
    """Make a file ready to be written, and return its keys: a new one is made, one of format 1 is bound.

    Keys lie in `folder`, the high-water mark in `marks`. What a process that ended between mark and checkpoint left
    undone is done; `now` is in UTC µs. Raises OperatorError
    where keys or file cannot be used, EvidenceError where what is there does not hold.
    """
    with translated(path):
        connection = connect(path, writable=True)
    try:
        snapshot = SqliteSnapshot(connection, path)
        if snapshot.format() == (0, 0) and not snapshot.schema():
            return _make(connection, path, folder, marks, origin)
        check_format(snapshot, path)
        keys = SiteKeys.load(folder, origin)
        check_about(snapshot, keys)
        mark = HighWater.load(marks, keys)
        _refuse_older_format(snapshot, mark, path)
        if snapshot.format()[1] == UNBOUND_FORMAT:
            _bind(connection, path, marks, keys, mark)
        elif mark is None and snapshot.size == 0:
            # The process that made the file ended before it could write the first mark.
            _mark_empty(marks, keys, len(snapshot.checkpoints()))
        check_end(path, marks, keys)
        _settle(connection, path, marks, keys, now)
        return keys
    finally:
        connection.close()


def check_present(path: Path, folder: Path, marks: Path, origin: str) -> None:
    """Raise EvidenceError where a file that held entries is gone, before another is begun in its place."""
    if not path.exists() and (marks / HIGH_WATER).exists():
        _refuse_lost(path, marks, SiteKeys.load(folder, origin))


def _refuse_lost(path: Path, marks: Path, keys: SiteKeys) -> None:
    if size := Marks.load(marks, keys).size:
        raise EvidenceError(
            f"there is no ledger in {path}, but the key folder knows that {size} entries were taken. Put the file back,"
            " or restore a backup: `lineward restore`; for a new ledger, name a new key folder",
            index=0,
        )


def _make(connection: sqlite3.Connection, path: Path, folder: Path, marks: Path, origin: str) -> SiteKeys:
    keys = SiteKeys.create(folder, origin)
    _refuse_lost(path, marks, keys)
    with translated(path), transaction(connection):
        for statement in statements(SCHEMA):
            connection.execute(statement)
        connection.executemany("INSERT INTO about VALUES (?, ?)", _about(keys).items())
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
    sync_folder(path.parent)
    _mark_empty(marks, keys)
    return keys


def _mark_empty(marks: Path, keys: SiteKeys, signed: int = 0) -> None:
    HighWater.sign(keys, 0, EMPTY_ROOT, ledger_format=FORMAT, signed=signed).save(marks)


def check_format(snapshot: SqliteSnapshot, path: Path) -> None:
    """Raise OperatorError unless the file is a ledger of a known format, EvidenceError where its tables are not."""
    application, version = snapshot.format()
    if application != APPLICATION_ID:
        raise OperatorError(f"{path} is not a ledger.", action="Name the ledger's file, or a new one.")
    if version not in STATEMENTS:
        raise OperatorError(
            f"{path} is a ledger of format {version}; this program writes {FORMAT}.", action="Use a newer version."
        )
    if snapshot.schema() != STATEMENTS[version]:
        raise EvidenceError(f"the tables and triggers of {path} are not those that a ledger is made with")


def _refuse_older_format(snapshot: SqliteSnapshot, mark: HighWater | None, path: Path) -> None:
    version = snapshot.format()[1]
    if mark is not None and mark.ledger_format > version:
        raise EvidenceError(
            f"{path} says that it is of format {version}, but the key folder knows it as one of format"
            f" {mark.ledger_format}: somebody took the MACs out of it"
        )


def _about(keys: SiteKeys) -> dict[str, str]:
    return {
        "origin": keys.origin,
        "received_key": keys.received.key_id,
        "duplicates_key": keys.duplicates.key_id,
    }


def check_about(snapshot: SqliteSnapshot, keys: SiteKeys) -> None:
    """Raise OperatorError unless these are the keys that the file was made with."""
    about, expected = snapshot.about(), _about(keys)
    for name in expected:
        if about.get(name) != expected[name]:
            raise OperatorError(
                f"The ledger's {name.replace('_', ' ')} is {about.get(name)!r}, but that of the key folder is"
                f" {expected[name]!r}.",
                action="Name the key folder that belongs to this ledger.",
            )


@dataclass(frozen=True, slots=True)
class Marks:
    """What a key folder knows of a ledger: the mark, and what was acknowledged since."""

    mark: HighWater | None
    acknowledged: State | None

    @classmethod
    def load(cls, folder: Path, keys: SiteKeys) -> Self:
        """Read both; before the ledger is looked at, as one that is written meanwhile may be ahead of it."""
        return cls(HighWater.load(folder, keys), load_acknowledged(folder, keys))

    @property
    def size(self) -> int:
        """Return how many entries are known."""
        return max(self.mark.checkpoint.size if self.mark else 0, self.acknowledged.size if self.acknowledged else 0)

    def check(self, snapshot: SqliteSnapshot, path: Path, keys: SiteKeys) -> None:
        """Raise EvidenceError unless a file is of the format that the mark says, and reaches both.

        A file of format 1 without a mark was never opened for writing by a version that keeps one.
        """
        _refuse_older_format(snapshot, self.mark, path)
        if self.mark is not None or snapshot.bound:
            audit.check_mark(self.mark, snapshot, keys)
        audit.check_acknowledged(self.acknowledged, snapshot)


def check_end(path: Path, marks: Path, keys: SiteKeys) -> None:
    """Raise EvidenceError unless the end re-hashes and mark and newest checkpoints are of this tree."""
    published = held(published_path(path))
    known = Marks.load(marks, keys)
    with _reading(path) as snapshot:
        known.check(snapshot, path, keys)
        audit.check_opening(snapshot, keys, known.mark, published, _OPENING_TAIL)


@contextmanager
def _reading(path: Path) -> Iterator[SqliteSnapshot]:
    """Lend a view over a connection that has nothing of the file in memory."""
    with translated(path):
        connection = connect(path, writable=False)
        try:
            with transaction(connection, "BEGIN"):
                yield SqliteSnapshot(connection, path)
        finally:
            connection.close()


def _bind(connection: sqlite3.Connection, path: Path, marks: Path, keys: SiteKeys, mark: HighWater | None) -> None:
    """Bring a file of format 1 to format 2: everything in it is verified once more, then bound.

    The mark is written before, with the format that the file still has, and after: whenever the process ends, the file
    is one that can be opened, and from then on none that says format 1 is.
    """
    with _reading(path) as snapshot:
        report = audit.verify(
            snapshot,
            keys,
            held=held(published_path(path)),
            check=lambda found: None if mark is None else audit.check_mark(mark, found, keys),
        )
        signed = len(snapshot.checkpoints())
    if report.problems:
        first = report.problems[0]
        raise EvidenceError(first.detail, index=first.index)
    HighWater.sign(keys, report.size, report.root, ledger_format=UNBOUND_FORMAT, signed=signed).save(marks)
    with translated(path), transaction(connection):
        unbound = SqliteSnapshot(connection, path)
        for statement in statements(BINDING_SCHEMA):
            connection.execute(statement)
        for start in range(0, report.size, _MAC_CHUNK):
            rows = unbound.rows(start, min(start + _MAC_CHUNK, report.size))
            connection.executemany(
                "INSERT INTO entry_mac VALUES (?, ?)",
                [(row.index, binding.entry_mac(row.index, row.entry_bytes, keys.binding)) for row in rows],
            )
        connection.executemany(
            "INSERT INTO checkpoint_mac VALUES (?, ?)",
            [
                (row.number, binding.checkpoint_mac(row.number, row.note, row.signed_at, keys.binding))
                for row in unbound.checkpoints()
            ],
        )
        connection.execute(f"PRAGMA user_version = {FORMAT}")
    HighWater.sign(keys, report.size, report.root, ledger_format=FORMAT, signed=signed).save(marks)


def _settle(connection: sqlite3.Connection, path: Path, marks: Path, keys: SiteKeys, now: int) -> None:
    """Put back the checkpoint that a process signed and could not store, and raise a mark that lags behind."""
    mark = HighWater.load(marks, keys)
    snapshot = SqliteSnapshot(connection, path)
    rows = snapshot.checkpoints(last=1)
    newest = rows[0].number if rows else 0
    if mark is None:
        return
    if newest == mark.signed - 1:
        size, root = mark.checkpoint.size, mark.checkpoint.root
        checkpoint = SignedCheckpoint.sign(keys.origin, size, root, keys.signers)
        with translated(path), transaction(connection):
            store_checkpoint(connection, mark.signed, checkpoint.text, now, keys)
    elif mark.ledger_format != FORMAT or newest > mark.signed:
        # The key folder was put back from an older copy, or binding the file ended before its last step.
        latest = read_checkpoints(snapshot, keys, last=1)
        signed = latest[0].checkpoint if latest and newest > mark.signed else mark.checkpoint
        HighWater.sign(keys, signed.size, signed.root, ledger_format=FORMAT, signed=max(newest, mark.signed)).save(
            marks
        )


def store_checkpoint(connection: sqlite3.Connection, number: int, note: str, signed_at: int, keys: SiteKeys) -> None:
    """Add a checkpoint to the file, bound; the caller has a transaction open."""
    connection.execute("INSERT INTO checkpoint VALUES (?, ?, ?)", (number, note, signed_at))
    mac = binding.checkpoint_mac(number, note, signed_at, keys.binding)
    connection.execute("INSERT INTO checkpoint_mac VALUES (?, ?)", (number, mac))
