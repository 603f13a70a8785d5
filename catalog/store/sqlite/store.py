"""The store in one SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from catalog.store.deadline import Deadline
from catalog.store.indexes import INDEXES
from catalog.store.indexes.table import Changes, Table
from catalog.store.indexes.table import Row as IndexRow
from catalog.store.ordering import Row, unseen
from catalog.store.protocol import Quarantined, StoreReader
from catalog.store.run_memory import RunMemory
from catalog.store.single import SingleReads
from catalog.store.sqlite.connections import Connections
from catalog.store.sqlite.index_tables import IndexTables
from catalog.store.sqlite.names import Names
from catalog.store.sqlite.reading import SqliteReading
from catalog.store.sqlite.refilling import behind, refill
from catalog.store.sqlite.schema import INDEX_VERSIONS, TABLES
from catalog.store.sqlite.touching import advance, state_of
from catalog.store.sqlite.writing import Batch
from catalog.store.touches import of_step
from graph_schema.facts import Facts
from graph_schema.registry import check_facts


class SqliteStore(SingleReads):
    """A graph in one file, for any number of readers and one writer at a time, of this process or another."""

    name = "sqlite"

    def __init__(self, path: Path | str) -> None:
        """Open the file, created if it is not there.

        Raises:
            OperatorError: the folder is missing or not writable, or the file is damaged or of another version.
        """
        self._connections = Connections(Path(path))
        self._names = Names(self._connections.writer)
        self._tables = IndexTables(self._connections.writer, self._names)
        self._memory = RunMemory()
        try:
            self._bring_up()
        except BaseException:
            self._connections.close()
            raise

    def _bring_up(self) -> None:
        """Fill anew the indexes that another version of them made; nothing is locked where there is none."""
        with self._connections.reader() as connection:
            late = bool(behind(connection))
        if late:
            with self._remembering() as connection:
                refill(connection, self._names, self._tables)

    def apply(self, facts: Facts, upto: int, quarantined: Sequence[Quarantined] = ()) -> None:
        with self._remembering() as connection:
            state = state_of(connection)
            checkpoint = state.checkpoint
            batch = Batch(connection, self._names, self._tables)
            new = unseen(self._names.without_stored(facts), checkpoint, upto)
            check_facts(new)
            if new:
                batch.write(new)
            self._names.keep(facts.structures)
            batch.quarantine(one for one in quarantined if one.entry > checkpoint)
            batch.close(upto)
            advance(connection, state, upto, batch.touched)

    def keep(self, changes: Changes, table: Table, now: IndexRow, before: IndexRow | None) -> bool:
        with self._remembering() as connection:
            batch = Batch(connection, self._names, self._tables)
            key = now[: table.prefix]
            if self._tables.under(table, [key])[key] != ([] if before is None else [before]):
                return False
            changes.add(table, [now])
            for index in INDEXES:
                batch.keep(index, changes)
            batch.close(-1)
            state = state_of(connection)
            advance(connection, state, state.checkpoint, of_step(changes))
        return True

    @contextmanager
    def reading(self, deadline: Deadline | None = None) -> Iterator[StoreReader]:
        with self._connections.reader(deadline) as connection:
            reading = SqliteReading(connection, self._memory)
            reading.deadline = deadline
            yield reading

    def scan(self) -> Generator[Row]:
        with self._connections.reader() as connection:
            yield from SqliteReading(connection, self._memory).scan()

    def clear(self) -> None:
        with self._remembering() as connection:
            self._forget()
            self._memory.forget()
            # What was erased from the ledger must not go on lying in the free pages of this file.
            connection.execute("PRAGMA secure_delete = ON")
            for table in TABLES:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608  # a name of ours
            connection.executemany("INSERT INTO index_state VALUES (?, ?, -1, 0)", INDEX_VERSIONS)
        self._connections.fold()

    def forget(self) -> None:
        self._memory.forget()

    def version(self) -> str | None:
        with self._connections.reader() as connection:
            row = connection.execute("SELECT by FROM made").fetchone()
        return None if row is None else row[0]

    def mark(self, version: str) -> None:
        with self._remembering() as connection:
            connection.execute("DELETE FROM made")
            connection.execute("INSERT INTO made VALUES (?)", (version,))

    def counts(self) -> dict[str, int]:
        with self._connections.reader() as connection:
            return SqliteReading(connection, self._memory).counts_of_kinds()

    def check(self) -> None:
        self._connections.examine()

    def close(self) -> None:
        self._connections.close()

    @contextmanager
    def _remembering(self) -> Iterator[sqlite3.Connection]:
        """Lend the writing connection; what was remembered of ids is forgotten with a transaction that fails."""
        with self._connections.writing:
            try:
                with self._connections.transaction() as connection:
                    yield connection
            except BaseException:
                self._forget()
                raise

    def _forget(self) -> None:
        self._names.forget()
        self._tables.forget()
