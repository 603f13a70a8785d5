"""The tables of the graph: ids as integers, texts once, what records restate once.

`node` holds every id ever mentioned, named or not. `attribution` is what all facts of one record have in common; what
it restates is its `content`, in which a source of 0 is the run of whoever states it. `statement` and `edge` hold what
one attribution alone says, `structure` the edges that are stored once, whoever says them. All other tables are those of
the indexes, by their declaration: they follow from the facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from catalog.store.indexes import INDEXES
from catalog.store.indexes.table import Kind, Table

VERSION: Final = 9
"""Raised with every change of the tables; a file of an earlier version is emptied, and filled again from the ledger."""

INDEX_TABLES: Final = tuple(table for index in INDEXES for table in index.tables)
FACT_TABLES: Final = (
    "edge",
    "statement",
    "structure",
    "content_edge",
    "content_statement",
    "content",
    "attribution",
    "value",
    "node",
    "quarantined",
    "touched",
    "tally",
    "state",
    "made",
    "index_state",
)
TABLES: Final = (*(table.name for table in INDEX_TABLES), *FACT_TABLES)

_FACTS: Final = """
CREATE TABLE node (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  label TEXT, title TEXT, key TEXT, entry INTEGER
) STRICT;
CREATE INDEX node_listed ON node (label, title, id) WHERE entry IS NOT NULL;
CREATE TABLE value (v INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, text TEXT NOT NULL) STRICT;
CREATE TABLE attribution (
  a INTEGER PRIMARY KEY, run INTEGER NOT NULL, job INTEGER NOT NULL, valid_from INTEGER NOT NULL,
  rank INTEGER NOT NULL, tie ANY NOT NULL, entry INTEGER NOT NULL, by INTEGER NOT NULL,
  authenticated INTEGER NOT NULL, content INTEGER NOT NULL
) STRICT;
CREATE INDEX attribution_of_run ON attribution (run, valid_from);
CREATE INDEX attribution_of_content ON attribution (content);
CREATE TABLE content (c INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE) STRICT;
CREATE TABLE content_statement (
  content INTEGER, subject INTEGER, aspect TEXT, value INTEGER, role TEXT,
  PRIMARY KEY (content, subject, aspect, value, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX content_statement_about ON content_statement (subject, aspect);
CREATE TABLE content_edge (
  content INTEGER, source INTEGER, kind TEXT, target INTEGER, value INTEGER,
  PRIMARY KEY (content, source, kind, target, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX content_edge_leaving ON content_edge (source, kind) WHERE source <> 0;
CREATE INDEX content_edge_reaching ON content_edge (target, kind);
CREATE TABLE statement (
  subject INTEGER, aspect TEXT, attribution INTEGER, value ANY, role TEXT,
  PRIMARY KEY (subject, aspect, attribution, value, role)
) STRICT, WITHOUT ROWID;
CREATE TABLE edge (
  source INTEGER, kind TEXT, target INTEGER, attribution INTEGER, value ANY,
  PRIMARY KEY (source, kind, target, attribution, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX edge_reaching ON edge (target, kind);
CREATE TABLE structure (
  source INTEGER, kind TEXT, target INTEGER, entry INTEGER NOT NULL, PRIMARY KEY (source, kind, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX structure_reaching ON structure (target, kind);
CREATE TABLE quarantined (entry INTEGER PRIMARY KEY, kind TEXT NOT NULL, subjects TEXT NOT NULL, reason TEXT NOT NULL)
  STRICT;
CREATE TABLE touched (slot INTEGER PRIMARY KEY, keys BLOB NOT NULL) STRICT;
CREATE TABLE tally (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE state (name TEXT PRIMARY KEY, entry INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE made (by TEXT NOT NULL) STRICT;
CREATE TABLE index_state (
  name TEXT PRIMARY KEY, version INTEGER NOT NULL, checkpoint INTEGER NOT NULL, sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""
"""An absent job, run, source or content is 0, and so is the value of an ending: NULL would never equal itself. A short
text of one statement or edge alone stands in its row."""

_TYPES: Final = {
    Kind.ID: "INTEGER NOT NULL",
    Kind.VALUE: "INTEGER NOT NULL",
    Kind.TEXT: "TEXT",
    Kind.INTEGER: "INTEGER",
}


def definitions_of(table: Table) -> Iterator[str]:
    """Yield what makes a table of an index, and the orders in which it is read."""
    if table.packed is not None:
        shared = ", ".join(f'"{name}" {_TYPES[dict(table.columns)[name]]}' for name in shared_by(table))
        key = f"{quoted(shared_by(table))}, chunk"
        yield (
            f"CREATE TABLE {table.name} ({shared}, chunk INTEGER NOT NULL, bits ANY NOT NULL, PRIMARY KEY ({key})) "
            "STRICT, WITHOUT ROWID"
        )
        return
    columns = ", ".join(f'"{name}" {_TYPES[kind]}' for name, kind in table.columns)
    yield (
        f"CREATE TABLE {table.name} ({columns}, PRIMARY KEY ({quoted(table.names[: table.key])})) STRICT, WITHOUT ROWID"
    )
    for number, order in enumerate(table.orders, start=1):
        yield f"CREATE INDEX {table.name}_{number} ON {table.name} ({quoted(order)})"


def shared_by(table: Table) -> tuple[str, ...]:
    """Return the columns that the ids of one set have in common, of a table whose ids are packed."""
    return tuple(name for name in table.names if name != table.packed)


def quoted(columns: tuple[str, ...]) -> str:
    """Return the names of columns as they are written: some are words of the language."""
    return ", ".join(f'"{column}"' for column in columns)


SCHEMA: Final = (
    *(statement.strip() for statement in _FACTS.split(";") if statement.strip()),
    *(definition for table in INDEX_TABLES for definition in definitions_of(table)),
)

INDEX_VERSIONS: Final = tuple((index.name, index.version) for index in INDEXES)
