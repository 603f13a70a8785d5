"""Whether the file is what was written: what a damaged disk or a half-copied file leaves behind.

Looked at are the pages and indexes (SQLite's own integrity check), the definitions of the tables, every fact, every row
of an index and of what batches touched by the sums that were kept of all, and every value by its digest.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from hashlib import blake2b
from typing import Final

from catalog.store.indexes import INDEXES
from catalog.store.sqlite.index_tables import sum_of_rows
from catalog.store.sqlite.schema import SCHEMA
from catalog.store.sqlite.touching import TOUCHED_SUM, sum_of_touched

FACTS_SUM: Final = "facts"
"""The row of `state` that holds the sum of all facts."""

_FACTS: Final = (
    "SELECT n, id, label, title, key, entry FROM node WHERE entry IS NOT NULL",
    "SELECT a, run, job, valid_from, rank, tie, entry, by, authenticated, content FROM attribution",
    "SELECT c, digest FROM content",
    "SELECT content, subject, aspect, value, role FROM content_statement",
    "SELECT content, source, kind, target, value FROM content_edge",
    "SELECT subject, aspect, attribution, value, role FROM statement",
    "SELECT source, kind, target, attribution, value FROM edge",
    "SELECT source, kind, target, entry FROM structure",
    "SELECT entry, kind, subjects, reason FROM quarantined",
)
_LOOK_UP_EVERY: Final = 10_000
_TRANSIENT: Final = ("SQLITE_BUSY", "SQLITE_INTERRUPT", "SQLITE_LOCKED", "SQLITE_NOMEM", "SQLITE_CANTOPEN")


def sum_of(rows: Iterable[tuple[object, ...]]) -> int:
    """Return the sum of the rows' CRC-32: of the same rows in any order the same, in parts the sum of theirs."""
    return sum(zlib.crc32("\x1f".join(map(str, row)).encode()) for row in rows)


def damage(connection: sqlite3.Connection, over: Callable[[], bool] = lambda: False) -> str | None:
    """Return what is damaged, in a few words without any value, None where nothing is found or `over()` ends the look.

    Linear in the file; nothing is locked meanwhile but a read. Raises sqlite3.OperationalError where the file cannot be
    read now.
    """
    try:
        connection.execute("BEGIN")
        return next(_found(connection, over), None)
    except sqlite3.OperationalError as error:
        if (getattr(error, "sqlite_errorname", None) or "").startswith(_TRANSIENT):
            raise
        return str(error)
    except sqlite3.DatabaseError as error:
        return str(error)


def _found(connection: sqlite3.Connection, over: Callable[[], bool]) -> Iterator[str]:
    if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
        yield "its pages or indexes do not fit together"
    if not _definitions(connection) >= _DEFINED:
        yield "its tables are not those that were made"
    total = sum(sum_of(_until(over, connection, query)) for query in _FACTS)
    if not over() and total != _kept(connection, FACTS_SUM):
        yield "its facts are not those that were written"
    touched = sum_of_touched(connection.execute("SELECT keys FROM touched"))
    if touched != _kept(connection, TOUCHED_SUM):
        yield "what its batches touched is not what was written"
    values = _until(over, connection, "SELECT digest, text FROM value")
    if any(blake2b(str(text).encode(), digest_size=16).digest() != digest for digest, text in values):
        yield "a value is not the one that its digest names"
    for index in INDEXES:
        row = connection.execute("SELECT sum FROM index_state WHERE name = ?", (index.name,)).fetchone()
        tables = (_until(over, connection, f"SELECT * FROM {table.name}") for table in index.tables)  # noqa: S608  ours
        rows = sum(sum_of_rows(found) for found in tables)
        if not over() and rows != (row[0] if row else 0):
            yield f"its index {index.name} is not what was written"


def _kept(connection: sqlite3.Connection, name: str) -> int:
    found = connection.execute("SELECT entry FROM state WHERE name = ?", (name,)).fetchone()
    return int(found[0]) if found else 0


def _until(over: Callable[[], bool], connection: sqlite3.Connection, query: str) -> Iterator[tuple[object, ...]]:
    rows = connection.execute(query)
    while not over() and (some := rows.fetchmany(_LOOK_UP_EVERY)):
        yield from some


def _definitions(connection: sqlite3.Connection) -> set[tuple[object, ...]]:
    return set(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))


def _defined() -> set[tuple[object, ...]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in SCHEMA:
            connection.execute(statement)
        return _definitions(connection)


_DEFINED: Final = _defined()
