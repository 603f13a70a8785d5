"""Connections to the file, and SQLite's errors as ours.

WAL, so that readers and the one writer never wait for each other. `synchronous=NORMAL`: a power cut can take the newest
transactions but never part of one, and each carries the checkpoint, so that the projection applies them again from the
ledger, which alone has to be durable. `FULL` would pay a disk flush a batch for facts that cannot be lost.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from catalog import logs
from catalog.errors import DamagedGraphError, OperatorError
from catalog.store.deadline import Deadline, ReadEndedError
from catalog.store.sqlite.schema import INDEX_VERSIONS, SCHEMA, TABLES, VERSION
from catalog.store.sqlite.soundness import damage

_BUSY_SECONDS: Final = 30
_IDLE_READERS: Final = 16
_STEPS_AT_ONCE: Final = 100_000
"""Of SQLite's machine, some milliseconds: more often would cost what it watches."""

_PRAGMAS: Final = (
    "PRAGMA synchronous = NORMAL",
    "PRAGMA temp_store = MEMORY",
    # A mapped file that is cut short ends the process (SIGBUS); what is read often is in the cache anyhow.
    "PRAGMA mmap_size = 0",
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
        if (getattr(error, "sqlite_errorname", None) or "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            raise DamagedGraphError(str(path), str(error)) from error
        raise


_SOUND_SECONDS: Final = 60.0
"""For how long a file that was looked through counts as sound: a defect of ours is then one, and not looked through."""

_DEFECTS: Final = (
    sqlite3.Error,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
)
"""What damaged bytes make our code do where SQLite itself does not notice."""

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
    """One connection to write with, and as many to read with as there are readers at a time.

    A file that is found to be damaged is neither read nor written any more: an answer from it could be a wrong one.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the file.

        Raises:
            OperatorError: the folder is missing, the file is no graph, or it is of another version.
        """
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._closed = False
        self._damage: str | None = None
        self._sound_until = 0.0
        self._examining: sqlite3.Connection | None = None
        self.writing = threading.RLock()
        try:
            with translated(path):
                self.writer = self._open()
                try:
                    self._prepare(self.writer)
                except BaseException:
                    self.writer.close()
                    raise
        except UnicodeDecodeError as error:
            # SQLite quotes the definitions that it cannot read.
            raise DamagedGraphError(str(path), "its tables cannot be read") from error

    @contextmanager
    def reader(self, deadline: Deadline | None = None) -> Iterator[sqlite3.Connection]:
        """Lend a connection inside one read transaction; raises ReadEndedError where nobody waits any more."""
        with self._guarded():
            with self._guard:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                connection = self._open()
            try:
                connection.execute("BEGIN")
                if deadline is not None:
                    connection.set_progress_handler(lambda: not deadline.lasts(), _STEPS_AT_ONCE)
                yield connection
            except sqlite3.OperationalError as error:
                if deadline is not None and not deadline.lasts():
                    raise ReadEndedError from error
                raise
            finally:
                connection.set_progress_handler(None, 0)
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
        with self.writing, self._guarded():
            if self._closed:
                raise OperatorError(f"The graph at {self.path} was closed.", action="Open it again.")
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
            if self._examining is not None:
                self._examining.interrupt()
        for connection in idle:
            connection.close()
        with self.writing:
            self.writer.close()

    def examine(self) -> None:
        """Look through the file; raises DamagedGraphError where it is not what was written, and from then on always."""
        if self._damage is None:
            self._damage = self._look_through()
        if self._damage is not None:
            raise DamagedGraphError(str(self.path), self._damage)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        if self._damage is not None:
            raise DamagedGraphError(str(self.path), self._damage)
        try:
            with translated(self.path):
                yield
        except DamagedGraphError as error:
            self._damage = error.what
            raise
        except _DEFECTS:
            if time.monotonic() > self._sound_until:
                self.examine()
            raise

    def _look_through(self) -> str | None:
        with translated(self.path), closing(self._open()) as connection:
            with self._guard:
                if self._closed:
                    return None
                self._examining = connection
            try:
                found = damage(connection, lambda: self._closed)
                self._sound_until = time.monotonic() + _SOUND_SECONDS
            except sqlite3.OperationalError:
                if self._closed:
                    return None
                raise
            finally:
                with self._guard:
                    self._examining = None
        return found

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
            for statement in SCHEMA:
                connection.execute(statement)
            connection.executemany("INSERT INTO index_state VALUES (?, ?, -1, 0)", INDEX_VERSIONS)
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")
            if found:
                logs.logger.warning("the graph is made anew", extra={"reason": f"it has layout {found}, not {VERSION}"})
            return
        connection.execute("ROLLBACK")
        if found != VERSION:
            raise OperatorError(
                f"The graph at {self.path} has layout {found}, this version of Lineward has {VERSION}.",
                action="Use the version that made it, or move the file away: it is made anew from the ledger.",
            )
