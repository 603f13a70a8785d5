"""The tables of the indexes as whoever writes sees them: read by prefix, remembered, and summed."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterable
from functools import cache
from operator import itemgetter
from typing import Final

from catalog.store.indexes.index import Index
from catalog.store.indexes.table import Changes, Key, Kind, Row, Table
from catalog.store.packed import places, places_of, stored
from catalog.store.sqlite.index_rows import translated
from catalog.store.sqlite.names import Names
from catalog.store.sqlite.schema import shared_by

_REMEMBERED: Final = 50_000
"""How many rows of each of two generations are remembered: some 30 MB; what is asked for moves to the newer one."""

Rows = dict[Key, Row]
Chunks = dict[tuple[Key, int], int]
"""Places as a set of bits, by what the rows of a packed table share and the number of the chunk."""


class IndexTables:
    """Rows by the prefixes that are asked for."""

    def __init__(self, connection: sqlite3.Connection, names: Names) -> None:
        """Read and write through this connection."""
        self._connection = connection
        self._names = names
        self._young: dict[tuple[str, Key], Rows] = {}
        self._old: dict[tuple[str, Key], Rows] = {}
        self._sets = PackedTables(connection)

    def forget(self) -> None:
        """Remember nothing: someone else wrote, or a transaction was rolled back."""
        self._young, self._old = {}, {}
        self._sets.forget()

    def under(self, table: Table, prefixes: Collection[Key]) -> dict[Key, list[Row]]:
        """Return the rows that begin with each of the prefixes."""
        if prefixes and len(next(iter(prefixes))) != table.prefix:
            return {prefix: list(self._read(table, prefix)) for prefix in prefixes}
        return {prefix: list(self._rows(table, prefix).values()) for prefix in prefixes}

    def write(self, index: Index, changes: Changes) -> int:
        """Write what an index makes of new facts; return by how much the sum of its rows grows."""
        total = 0
        for table in index.tables:
            rows, gone = changes.put.get(table.name, ()), changes.drop.get(table.name, ())
            if rows or gone:
                total += (self._write if table.packed is None else self._pack)(table, rows, gone)
        return total

    def _pack(self, table: Table, rows: Iterable[Row], gone: Iterable[Key]) -> int:
        put = dict.fromkeys(rows)
        dropped = [row for row in dict.fromkeys(gone) if row not in put]
        self._name(table, put)
        self._names.look_up(_ids(table, dropped))
        return self._sets.write(table, self._in_chunks(table, put), self._in_chunks(table, dropped))

    def _write(self, table: Table, rows: Iterable[Row], gone: Iterable[Key]) -> int:
        key, prefix = table.key, table.prefix
        now: Rows = {}
        for row in rows:
            place = row[:key]
            before = now.get(place)
            now[place] = row if before is None else table.merged(before, row)
        self._names.look_up(_ids(table, now.values()))
        put: list[Row] = []
        lost: list[Row] = []
        for place, row in now.items():
            known = self._rows(table, place[:prefix])
            before = known.get(place)
            if before is None:
                put.append(row)
                known[place] = row
            elif (new := table.merged(before, row)) != before:
                put.append(new)
                lost.append(before)
                known[place] = new
        dropped: list[Row] = []
        for place in gone:
            held = {} if place in now else self._rows(table, place[:prefix])
            if place in held:
                dropped.append(held.pop(place))
        if not put and not dropped:
            return 0
        self._name(table, put)
        # What a row said before may name what nothing of this batch does, and what nobody remembers after a restart.
        self._names.look_up(_ids(table, (*lost, *dropped)))
        written, away = self._numbered(table, put), self._numbered(table, dropped)
        if written:
            self._connection.executemany(_put(table), written)
        if away:
            self._connection.executemany(_drop(table), [row[:key] for row in away])
        return sum_of_rows(written) - sum_of_rows(self._numbered(table, lost)) - sum_of_rows(away)

    def _name(self, table: Table, rows: Iterable[Row]) -> None:
        """Give the ids in rows that are written a number, and those that no fact mentions a row of their own."""
        names = self._names
        names.ensure(_ids(table, rows))
        if new := names.unstored():
            numbered = [(names.number(identifier), identifier) for identifier in new]
            self._connection.executemany("INSERT INTO node (n, id) VALUES (?, ?)", numbered)

    def _rows(self, table: Table, prefix: Key) -> Rows:
        place = table.name, prefix
        rows = self._young.get(place)
        if rows is None:
            rows = self._old.pop(place, None)
            if rows is None:
                rows = {row[: table.key]: row for row in self._read(table, prefix)}
            if len(self._young) >= _REMEMBERED:
                self._old, self._young = self._young, {}
            self._young[place] = rows
        return rows

    def _read(self, table: Table, prefix: Key) -> Iterable[Row]:
        """Yield rows by one seek, none where an id of the prefix is not stored or was not until now."""
        names = self._names
        numbers: list[object] = []
        for part, (_, kind) in zip(prefix, table.columns, strict=False):
            if kind is Kind.ID and part is not None:
                if part in names.fresh:
                    return ()
                names.look_up((part,))
                if not names.number(part):
                    return ()
                numbers.append(names.number(part))
            else:
                numbers.append(0 if kind is Kind.ID else part)
        return self._connection.execute(_select(table, len(prefix)), numbers)

    def _in_chunks(self, table: Table, rows: Iterable[Row]) -> Chunks:
        """Return the places of the ids that rows of a packed table name, by what they share and their chunk."""
        shared, packed = _shared(table), itemgetter(table.place(table.packed or ""))
        number = self._names.number
        numbers: dict[Key, list[int]] = {}
        for row in rows:
            numbers.setdefault(shared(row), []).append(number(packed(row)))
        return {(key, chunk): found for key, some in numbers.items() for chunk, found in places_of(some)}

    def _numbered(self, table: Table, rows: Iterable[Row]) -> list[Row]:
        """Return rows as they are stored."""
        ids, values = _places(table, Kind.ID), _places(table, Kind.VALUE)
        number, value = self._names.number, self._names.value
        found: list[Row] = []
        for row in rows:
            parts = list(row)
            for place in ids:
                parts[place] = number(parts[place])
            for place in values:
                parts[place] = value(parts[place])
            found.append(tuple(parts))
        return found


def _ids(table: Table, rows: Iterable[Row]) -> list[str]:
    return [row[place] for place in _places(table, Kind.ID) for row in rows if row[place] is not None]


@cache
def _places(table: Table, kind: Kind) -> tuple[int, ...]:
    return tuple(place for place, (_, found) in enumerate(table.columns) if found is kind)


def sum_of_rows(rows: Iterable[Row]) -> int:
    """Return the sum that is kept of rows as they are stored."""
    return sum([zlib.crc32(repr(row).encode("utf-8", "surrogatepass")) for row in rows])


@cache
def _shared(table: Table) -> Callable[[Row], Key]:
    """Return what takes from a row of a packed table the values that others share."""
    return itemgetter(*map(table.place, shared_by(table)))


@cache
def _put(table: Table) -> str:
    return f"INSERT OR REPLACE INTO {table.name} VALUES ({', '.join('?' * len(table.columns))})"  # noqa: S608


@cache
def _drop(table: Table) -> str:
    return f"DELETE FROM {table.name} WHERE {_equal(table, table.key)}"  # noqa: S608  # names of ours


def _equal(table: Table, columns: int, alias: str = "") -> str:
    return " AND ".join(f'{alias}"{name}" = ?' for name in table.names[:columns]) or "1"


@cache
def _select(table: Table, prefix: int) -> str:
    fields, joins = translated(table)
    return f"SELECT {fields} FROM {table.name} t{joins} WHERE {_equal(table, prefix, 't.')}"  # noqa: S608


class PackedTables:
    """The sets of a packed table, changed chunk by chunk."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read and write through this connection."""
        self._connection = connection
        self._young: dict[tuple[str, Key, int], int] = {}
        self._old: dict[tuple[str, Key, int], int] = {}

    def forget(self) -> None:
        """Remember nothing."""
        self._young, self._old = {}, {}

    def write(self, table: Table, more: Chunks, less: Chunks) -> int:
        """Put numbers into their sets and take others out; return by how much the sum of the rows grows."""
        written: list[Row] = []
        lost: list[Row] = []
        emptied: list[Row] = []
        for place in more.keys() | less.keys():
            before = self._places(table, *place)
            now = (before | more.get(place, 0)) & ~less.get(place, 0)
            if now == before:
                continue
            self._young[table.name, *place] = now
            shared, chunk = place
            if before:
                lost.append((*shared, chunk, stored(chunk, before)))
            if now:
                written.append((*shared, chunk, stored(chunk, now)))
            else:
                emptied.append((*shared, chunk))
        self._connection.executemany(_put_chunk(table), written)
        if emptied:
            self._connection.executemany(_drop_chunk(table), emptied)
        return sum_of_rows(written) - sum_of_rows(lost)

    def _places(self, table: Table, shared: Key, chunk: int) -> int:
        place = table.name, shared, chunk
        found = self._young.get(place)
        if found is None:
            found = self._old.pop(place, None)
            if found is None:
                row = self._connection.execute(_select_chunk(table), (*shared, chunk)).fetchone()
                found = 0 if row is None else places(chunk, row[0])
            if len(self._young) >= _REMEMBERED:
                self._old, self._young = self._young, {}
            self._young[place] = found
        return found


@cache
def _put_chunk(table: Table) -> str:
    return f"INSERT OR REPLACE INTO {table.name} VALUES ({', '.join('?' * (len(table.columns) + 1))})"  # noqa: S608


@cache
def _drop_chunk(table: Table) -> str:
    return f"DELETE FROM {table.name} WHERE {_of_chunk(table)}"  # noqa: S608  # names of ours


@cache
def _select_chunk(table: Table) -> str:
    return f"SELECT bits FROM {table.name} WHERE {_of_chunk(table)}"  # noqa: S608  # names of ours


def _of_chunk(table: Table) -> str:
    return " AND ".join(f'"{name}" = ?' for name in (*shared_by(table), "chunk"))
