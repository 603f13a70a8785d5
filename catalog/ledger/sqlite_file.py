"""The ledger's database file: its tables, its connections, and SQLite's errors sorted by who has to act."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from pathlib import Path

from catalog.errors import EvidenceError, OperatorError
from catalog.ledger.packing import decompress
from catalog.ledger.rows import CheckpointRow, Row

APPLICATION_ID = 0x4C57_4C47  # "LWLG"
FORMAT, UNBOUND_FORMAT = 2, 1
"""The format that is written, and the one before it, whose rows have no MACs: read as it is, bound before writing."""


_RETRY_AFTER = 30
_BUSY_SECONDS = 5.0
_PRIMARY_CODE = 0xFF
_AT_ONCE = 500
_ROWS_AT_ONCE = (64, 8, 1)
# SQLITE_ERROR is a statement that does not fit the file; these are fixed, so it is the file that is not as it was made.
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_ERROR}
_ACTIONS = {
    sqlite3.SQLITE_FULL: "Free space on its disk; nothing acknowledged is lost, and writing goes on by itself.",
    sqlite3.SQLITE_IOERR: "See whether its disk is full or failing; nothing acknowledged is lost.",
    sqlite3.SQLITE_READONLY: "Make the file and its folder writable for this user.",
    sqlite3.SQLITE_CANTOPEN: "See that its folder exists and is writable for this user.",
    sqlite3.SQLITE_PERM: "Make the file and its folder writable for this user.",
    sqlite3.SQLITE_BUSY: "Another program holds the file; end it, or wait.",
    sqlite3.SQLITE_LOCKED: "Another program holds the file; end it, or wait.",
}

# The triggers stop accidents, not attackers: whoever can write the file is found by MACs and high-water mark.
UNBOUND_SCHEMA = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE entry (idx INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE body (
  idx INTEGER PRIMARY KEY REFERENCES entry, salt BLOB NOT NULL, size INTEGER NOT NULL, bytes BLOB NOT NULL
) STRICT;
CREATE TABLE erasure (
  idx INTEGER PRIMARY KEY REFERENCES entry, erased_by INTEGER NOT NULL REFERENCES entry
) STRICT;
CREATE TABLE node (
  level INTEGER NOT NULL, position INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE duplicate (
  key BLOB PRIMARY KEY, idx INTEGER NOT NULL REFERENCES entry, seen INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;
CREATE TABLE checkpoint (number INTEGER PRIMARY KEY, note TEXT NOT NULL, signed_at INTEGER NOT NULL) STRICT;
CREATE TRIGGER body_update BEFORE UPDATE ON body
  BEGIN SELECT RAISE(ABORT, 'a body is erased, or it stays as it is'); END;
CREATE TRIGGER body_delete BEFORE DELETE ON body WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE idx = OLD.idx)
  BEGIN SELECT RAISE(ABORT, 'a body is erased only by a record'); END;
CREATE TRIGGER duplicate_update BEFORE UPDATE OF key, idx ON duplicate
  BEGIN SELECT RAISE(ABORT, 'a retry must find the first record'); END;
CREATE TRIGGER duplicate_delete BEFORE DELETE ON duplicate
  BEGIN SELECT RAISE(ABORT, 'a retry must find the first record'); END;
CREATE TRIGGER about_update BEFORE UPDATE ON about
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER about_delete BEFORE DELETE ON about
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entry_update BEFORE UPDATE ON entry
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entry_delete BEFORE DELETE ON entry
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER erasure_update BEFORE UPDATE ON erasure
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER erasure_delete BEFORE DELETE ON erasure
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER node_update BEFORE UPDATE ON node
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER node_delete BEFORE DELETE ON node
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER checkpoint_update BEFORE UPDATE ON checkpoint
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER checkpoint_delete BEFORE DELETE ON checkpoint
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
"""
BINDING_SCHEMA = """
CREATE TABLE entry_mac (idx INTEGER PRIMARY KEY REFERENCES entry, mac BLOB NOT NULL) STRICT;
CREATE TABLE checkpoint_mac (number INTEGER PRIMARY KEY REFERENCES checkpoint, mac BLOB NOT NULL) STRICT;
CREATE TRIGGER entry_mac_update BEFORE UPDATE ON entry_mac
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entry_mac_delete BEFORE DELETE ON entry_mac
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER checkpoint_mac_update BEFORE UPDATE ON checkpoint_mac
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER checkpoint_mac_delete BEFORE DELETE ON checkpoint_mac
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
"""
SCHEMA = UNBOUND_SCHEMA + BINDING_SCHEMA


def statements(schema: str) -> list[str]:
    """Return the statements of a schema, one by one."""
    return [statement.strip() for statement in schema.split(";\n") if statement.strip()]


STATEMENTS = {FORMAT: frozenset(statements(SCHEMA)), UNBOUND_FORMAT: frozenset(statements(UNBOUND_SCHEMA))}
"""By format, what makes the tables and triggers of a file."""

_ROWS = """
SELECT entry.idx, coalesce(CAST(entry.bytes AS BLOB), x''), CAST(body.salt AS BLOB), CAST(body.bytes AS BLOB),
  coalesce(CAST(body.size AS INTEGER), -1), CAST(erased_by AS INTEGER), CAST(entry_mac.mac AS BLOB)
FROM entry LEFT JOIN body USING (idx) LEFT JOIN erasure USING (idx) LEFT JOIN entry_mac USING (idx)
WHERE entry.idx >= ? AND entry.idx < ? ORDER BY entry.idx
"""
_UNBOUND_ROWS = _ROWS.replace("CAST(entry_mac.mac AS BLOB)", "NULL").replace(" LEFT JOIN entry_mac USING (idx)", "")
_CHECKPOINTS = """
SELECT number, coalesce(CAST(note AS TEXT), ''), CAST(signed_at AS INTEGER), CAST(mac AS BLOB)
FROM checkpoint LEFT JOIN checkpoint_mac USING (number) ORDER BY number DESC LIMIT ?
"""
_UNBOUND_CHECKPOINTS = _CHECKPOINTS.replace("CAST(mac AS BLOB)", "NULL").replace(
    " LEFT JOIN checkpoint_mac USING (number)", ""
)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise SQLite's errors as OperatorError or EvidenceError; one that is neither is a defect of ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error
    except UnicodeDecodeError as error:
        # What Python makes of SQLite's message about a table whose own definition is damaged.
        raise EvidenceError(f"the ledger file {path} is damaged: {error}") from error


def explain(error: sqlite3.Error, path: Path) -> Exception:
    """Return what the error means for whoever has to act."""
    # Python's own errors have no code: an operational one says that a stored text is not UTF-8.
    own = sqlite3.SQLITE_CORRUPT if isinstance(error, sqlite3.OperationalError) else sqlite3.SQLITE_MISUSE
    code = getattr(error, "sqlite_errorcode", own) & _PRIMARY_CODE
    if code in _DAMAGED:
        return EvidenceError(f"the ledger file {path} is damaged: {error}")
    if code in _ACTIONS:
        return OperatorError(
            f"The ledger {path} cannot be used: {error}.", action=_ACTIONS[code], retry_after=_RETRY_AFTER
        )
    return error


def connect(path: Path, *, writable: bool) -> sqlite3.Connection:
    """Open the file, which must exist unless writable; reading connections cannot write."""
    uri = f"{path.absolute().as_uri()}?mode={'rwc' if writable else 'ro'}"
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        if writable:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA cache_size = -16384")
        else:
            connection.execute("PRAGMA query_only = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """Commit what is done inside, or none of it."""
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite itself has rolled back after some errors, a full disk among them.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def insert_rows(connection: sqlite3.Connection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert rows of one length into a table, which is named with its columns.

    Many go in with one statement: each statement lets the interpreter go, and then waits for it again behind the
    threads that take requests.
    """
    start = 0
    while start < len(rows):
        size = next(size for size in _ROWS_AT_ONCE if size <= len(rows) - start)
        statement = _insertion(table, len(rows[0]), size)
        connection.execute(statement, list(chain.from_iterable(rows[start : start + size])))
        start += size


@lru_cache(maxsize=64)
def _insertion(table: str, columns: int, rows: int) -> str:
    row = f"({','.join('?' * columns)})"
    return f"INSERT INTO {table} VALUES {','.join([row] * rows)}"  # noqa: S608 (marks only)


class SqliteSnapshot:
    """What one connection sees; inside a transaction, of one moment.

    Values are cast to the type of their column, which damage to the file may have changed.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._bound: bool | None = None

    @property
    def bound(self) -> bool:
        """Whether rows have MACs: all but those of format 1, so that no other number takes them away."""
        if self._bound is None:
            self._bound = self.format()[1] != UNBOUND_FORMAT
        return self._bound

    @property
    def size(self) -> int:
        """How many entries there are."""
        return self._number("SELECT coalesce(max(idx) + 1, 0) FROM entry")

    def node(self, level: int, position: int) -> bytes:
        """Return the stored hash of a complete subtree."""
        with translated(self._path):
            found = self._connection.execute(
                "SELECT CAST(hash AS BLOB) FROM node WHERE level = ? AND position = ?", (level, position)
            ).fetchone()
        hash_: bytes | None = found[0] if found else None
        if hash_ is None:
            raise EvidenceError(f"the hash of subtree {position} on level {level} is gone", index=position << level)
        return hash_

    def completed(self, start: int, end: int, levels: int | None = None) -> dict[tuple[int, int], bytes]:
        """Return, by level and position, the stored hashes of the subtrees that entries start up to end complete.

        Of so many levels, the leaves' first, or of all.
        """
        found: dict[tuple[int, int], bytes] = {}
        with translated(self._path):
            for level in range(end.bit_length() if levels is None else levels):
                some = self._connection.execute(
                    "SELECT position, CAST(hash AS BLOB) FROM node WHERE level = ? AND position >= ? AND position < ?",
                    (level, start >> level, end >> level),
                )
                found.update({(level, position): hash_ for position, hash_ in some})
        return found

    def node_count(self) -> int:
        """Return how many subtree hashes are stored, from the last position on each level, which is quick."""
        highest = self.size.bit_length()
        return sum(
            self._number("SELECT coalesce(max(position) + 1, 0) FROM node WHERE level = ?", level)
            for level in range(highest)
        ) + self._number("SELECT count(*) FROM node WHERE level >= ?", highest)

    def row(self, index: int) -> Row:
        """Return one row."""
        for row in self.rows(index, index + 1):
            return row
        raise EvidenceError(f"entry {index} is missing", index=index)

    def rows(self, start: int, end: int) -> Iterator[Row]:
        """Yield the rows from start up to end."""
        with translated(self._path):
            cursor = self._connection.execute(
                _ROWS if self.bound else _UNBOUND_ROWS,
                (start, end),
            )
            for index, entry_bytes, salt, stored, size, erased_by, mac in cursor:
                body = None if stored is None else decompress(stored, size)
                yield Row(index, entry_bytes, salt, body, erased_by, mac)

    def erased(self) -> list[tuple[int, int]]:
        """Return the entries whose bodies are said to be erased, each with the one that is said to have erased it."""
        with translated(self._path):
            return self._connection.execute(
                "SELECT idx, CAST(erased_by AS INTEGER) FROM erasure ORDER BY idx"
            ).fetchall()

    def of_kinds(self, marks: Sequence[bytes], among: range, most: int | None, *, newest: bool) -> list[int]:
        """Return the indexes of the entries that hold one of these marks: the headers are read once, no body is."""
        order = "DESC" if newest else "ASC"
        holds = " OR ".join(["instr(CAST(bytes AS BLOB), ?)"] * len(marks)) or "0"
        with translated(self._path):
            found = self._connection.execute(
                f"SELECT idx FROM entry WHERE idx >= ? AND idx < ? AND ({holds}) ORDER BY idx {order} LIMIT ?",  # noqa: S608 (marks only)
                (among.start, among.stop, *marks, -1 if most is None else most),
            )
            return [index for (index,) in found]

    def checkpoints(self, last: int | None = None) -> list[CheckpointRow]:
        """Return every stored checkpoint, the oldest first, or only the `last` so many."""
        with translated(self._path):
            found = self._connection.execute(
                _CHECKPOINTS if self.bound else _UNBOUND_CHECKPOINTS,
                (-1 if last is None else last,),
            ).fetchall()
        return [CheckpointRow(*row) for row in reversed(found)]

    def duplicates(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """Return the indexes remembered under those of these keys that are known."""
        found: dict[bytes, int] = {}
        with translated(self._path):
            for start in range(0, len(keys), _AT_ONCE):
                some = keys[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                query = f"SELECT key, CAST(idx AS INTEGER) FROM duplicate WHERE key IN ({marks})"  # noqa: S608 (marks only)
                found.update(self._connection.execute(query, some))
        return found

    def duplicate_count(self) -> int:
        """Return how many duplicate keys are remembered."""
        return self._number("SELECT count(*) FROM duplicate")

    def about(self) -> dict[str, str]:
        """Return what the file says of itself."""
        with translated(self._path):
            return dict(self._connection.execute("SELECT key, value FROM about").fetchall())

    def format(self) -> tuple[int, int]:
        """Return application id and format version, both 0 for a file that nobody has written to."""
        return self._number("PRAGMA application_id"), self._number("PRAGMA user_version")

    def schema(self) -> frozenset[str]:
        """Return the statements that made the file's tables and triggers."""
        with translated(self._path):
            found = self._connection.execute("SELECT CAST(sql AS TEXT) FROM sqlite_schema WHERE sql IS NOT NULL")
            return frozenset(sql for (sql,) in found)

    def _number(self, query: str, *values: int) -> int:
        with translated(self._path):
            return int(self._connection.execute(query, values).fetchone()[0])
