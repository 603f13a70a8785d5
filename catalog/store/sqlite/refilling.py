"""Indexes that another version of them made, or none, filled anew from the facts that are stored."""

from __future__ import annotations

import sqlite3

from catalog import logs
from catalog.store.indexes import INDEXES
from catalog.store.indexes.index import Index
from catalog.store.run_memory import RunMemory
from catalog.store.sqlite.index_tables import IndexTables
from catalog.store.sqlite.names import Names
from catalog.store.sqlite.reading import SqliteReading
from catalog.store.sqlite.schema import definitions_of
from catalog.store.sqlite.touching import advance, state_of


def behind(connection: sqlite3.Connection) -> list[Index]:
    """Return the indexes that are of another version or checkpoint than the facts."""
    kept = connection.execute("SELECT name, version, checkpoint FROM index_state").fetchall()
    made = {name: (version, checkpoint) for name, version, checkpoint in kept}
    checkpoint = SqliteReading(connection, RunMemory()).checkpoint()
    return [index for index in INDEXES if made.get(index.name) != (index.version, checkpoint)]


def refill(connection: sqlite3.Connection, names: Names, tables: IndexTables) -> None:
    """Bring each index up to the facts, inside a transaction; its rows are those that its specification says."""
    names.begin()
    tables.forget()
    reading = SqliteReading(connection, RunMemory())
    facts = reading.all_facts()
    state = state_of(connection)
    advance(connection, state, state.checkpoint, None)
    for index in behind(connection):
        for table in index.tables:
            connection.execute(f"DROP TABLE IF EXISTS {table.name}")
            for definition in definitions_of(table):
                connection.execute(definition)
        total = tables.write(index, index.specification(facts))
        connection.execute(
            "INSERT OR REPLACE INTO index_state VALUES (?, ?, ?, ?)",
            (index.name, index.version, reading.checkpoint(), total),
        )
        logs.logger.info("an index was filled anew from the facts", extra={"reason": index.name})
