"""Connections to the file, and SQLite's errors as ours.

WAL, so that readers and the one writer never wait for each other. `synchronous=NORMAL`: a power cut can take the newest
transactions but never part of one, and each carries the checkpoint, so that the projection applies them again from the
ledger, which alone has to be durable. `FULL` would pay a disk flush a batch for facts that cannot be lost.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from catalog.errors import OperatorError
from catalog.store.sqlite.schema import SCHEMA, TABLES, VERSION

_BUSY_SECONDS: Final = 30
_IDLE_READERS: Final = 16
_PRAGMAS: Final = (
    "PRAGMA synchronous = NORMAL",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA mmap_size = 268435456",
    "PRAGMA cache_size = -32768",
)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what SQLite says of disk, file and locks into what the operator can do about it."""
    try:
        yield
    except sqlite3.OperationalError as error:
        name = getattr(error, "sqlite_errorname", "") or ""
        if not name or name in {"SQLITE_ERROR", "SQLITE_INTERRUPT"}:
            raise
        action, retry_after = _ADVICE.get(name.removeprefix("SQLITE_").partition("_")[0], _LOOK)
        raise OperatorError(
            f"The graph at {path} cannot be used: {error}.", action=action, retry_after=retry_after
        ) from error
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            raise OperatorError(
                f"The graph at {path} is damaged: {error}.",
                action="Move the file away and rebuild it from the ledger: lineward graph rebuild.",
            ) from error
        raise


_LOOK: Final[tuple[str, int | None]] = ("Look at the file, its folder and the disk.", 30)
_ADVICE: Final[dict[str, tuple[str, int | None]]] = {
    "FULL": ("Free space on the disk; nothing of the batch was applied.", 30),
    "READONLY": ("Make the file and its folder writable for the service.", 30),
    "CANTOPEN": ("Create the folder and make it writable for the service.", None),
    "PERM": ("Make the file and its folder readable and writable for the service.", None),
    "BUSY": ("Another process is writing; end it or wait.", 5),
    "LOCKED": ("Another process is writing; end it or wait.", 5),
}


class Connections:
    """One connection to write with, and as many to read with as there are readers at a time."""

    def __init__(self, path: Path) -> None:
        """Open or create the file.

        Raises:
            OperatorError: the folder is missing, the file is no graph, or it is of another version.
        """
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._closed = False
        self.writing = threading.RLock()
        with translated(path):
            self.writer = self._open()
            try:
                self._prepare(self.writer)
            except BaseException:
                self.writer.close()
                raise

    @contextmanager
    def reader(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection inside one read transaction."""
        with translated(self.path):
            with self._guard:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                connection = self._open()
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                connection.rollback()
                with self._guard:
                    keep = not self._closed and len(self._idle) < _IDLE_READERS
                    if keep:
                        self._idle.append(connection)
                if not keep:
                    connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Lend the writing connection inside one transaction, committed at the end or rolled back by an exception."""
        with self.writing, translated(self.path):
            self.writer.execute("BEGIN IMMEDIATE")
            try:
                yield self.writer
                self.writer.execute("COMMIT")
            except BaseException:
                if self.writer.in_transaction:
                    self.writer.execute("ROLLBACK")
                raise

    def fold(self) -> None:
        """Bring the log into the file and empty it, as far as no reader needs it."""
        with self.writing, translated(self.path):
            self.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def close(self) -> None:
        """Close what is idle now, and what is lent when it comes back."""
        with self._guard:
            self._closed, idle = True, self._idle
            self._idle = []
        for connection in idle:
            connection.close()
        with self.writing:
            self.writer.close()

    def _open(self) -> sqlite3.Connection:
        # SQLite gives the files beside it the same mode.
        with suppress(OSError):
            self.path.touch(mode=0o600)
        connection = sqlite3.connect(
            self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found == VERSION:
            return
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("BEGIN IMMEDIATE")
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        present = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        if 0 < found < VERSION or (found == 0 and not set(present) & set(TABLES)):
            # Nothing in it but what follows from the ledger: it is filled again from there.
            for name in present if found else ():
                connection.execute(f"DROP TABLE {name}")
            for statement in SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")
            return
        connection.execute("ROLLBACK")
        if found != VERSION:
            raise OperatorError(
                f"The graph at {self.path} has layout {found}, this version of Lineward has {VERSION}.",
                action="Use the version that made it, or move the file away: it is made anew from the ledger.",
            )
