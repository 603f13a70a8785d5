"""Whether the file is what was written: what a damaged disk or a half-copied file leaves behind.

Looked at are the pages and indexes (SQLite's own integrity check), the definitions of the tables, every fact by the sum
that was kept of all, every value by its digest, and that what is current is said and every number names a row. Not seen
is a changed time, entry or number in what follows from the facts (runs, flows, contributions) where the row stays a
possible one: `lineward ledger verify --graph` projects anew and sees all.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from hashlib import blake2b
from typing import Final

from catalog.store.sqlite.schema import SCHEMA

FACTS_SUM: Final = "facts"
"""The row of `state` that holds the sum of all facts."""

_FACTS: Final = (
    "SELECT n, id, label, title, key, entry FROM node WHERE entry IS NOT NULL",
    "SELECT t, entry, valid_from, rank, tie, run, job, by, authenticated FROM attribution",
    "SELECT source, kind, saying, target, attribution, value FROM edge",
    "SELECT subject, aspect, valid_from, attribution, role, value, run FROM statement",
    "SELECT entry, kind, subjects, reason FROM quarantined",
)
_UNSAID: Final = """
SELECT 1 FROM current c WHERE NOT EXISTS (SELECT 1 FROM statement s WHERE s.subject = c.subject
  AND s.aspect = c.aspect AND s.attribution = c.attribution AND s.role = c.role AND s.value = c.value
  AND (c.role = 'out' OR c.at = s.valid_from)) LIMIT 1
"""
_LOOK_UP_EVERY: Final = 10_000
_TRANSIENT: Final = ("SQLITE_BUSY", "SQLITE_INTERRUPT", "SQLITE_LOCKED", "SQLITE_NOMEM", "SQLITE_CANTOPEN")
_NAMES: Final = (
    ("attribution", "by", "value", "v"),
    ("run", "n", "node", "n"),
    ("flow", "source", "node", "n"),
    ("flow", "target", "node", "n"),
    ("flow", "job", "node", "n"),
    ("inlet", "source", "node", "n"),
    ("inlet", "hub", "hub", "h"),
    ("outlet", "target", "node", "n"),
    ("outlet", "hub", "hub", "h"),
    ("output", "run", "node", "n"),
    ("output", "target", "node", "n"),
    ("moment", "run", "node", "n"),
    ("contribution", "target", "node", "n"),
    ("contribution", "job", "node", "n"),
    ("contribution", "run", "node", "n"),
    ("producer", "target", "node", "n"),
    ("current", "subject", "node", "n"),
    ("facet", "n", "node", "n"),
    ("key_word", "n", "node", "n"),
    ("value_word", "v", "value", "v"),
)
"""Table and column, and the table and column whose row it names; 0 and NULL name none."""


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
    kept = connection.execute("SELECT entry FROM state WHERE name = ?", (FACTS_SUM,)).fetchone()
    total = sum(sum_of(_until(over, connection, query)) for query in _FACTS)
    if not over() and total != (kept[0] if kept else 0):
        yield "its facts are not those that were written"
    values = _until(over, connection, "SELECT digest, text FROM value")
    if any(blake2b(str(text).encode(), digest_size=16).digest() != digest for digest, text in values):
        yield "a value is not the one that its digest names"
    if connection.execute(_UNSAID).fetchone():
        yield "something is current that nobody said"
    for table, column, of, number in _NAMES:
        if over():
            return
        query = (
            f"SELECT 1 FROM {table} a WHERE a.{column} <> 0"  # noqa: S608  names of ours
            f" AND NOT EXISTS (SELECT 1 FROM {of} b WHERE b.{number} = a.{column}) LIMIT 1"
        )
        if connection.execute(query).fetchone():
            yield f"a row of {table} names a {of} that is not there"


def _until(over: Callable[[], bool], connection: sqlite3.Connection, query: str) -> Iterator[tuple[object, ...]]:
    rows = connection.execute(query)
    while not over() and (some := rows.fetchmany(_LOOK_UP_EVERY)):
        yield from some


def _definitions(connection: sqlite3.Connection) -> set[tuple[object, ...]]:
    return set(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))


def _defined() -> set[tuple[object, ...]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in SCHEMA.split(";"):
            connection.execute(statement)
        return _definitions(connection)


_DEFINED: Final = _defined()
