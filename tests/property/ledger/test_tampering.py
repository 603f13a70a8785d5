"""Whatever someone with the file changes is found, or changes no answer."""

# ruff: noqa: S608 (tables and columns are named by this file alone)

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalog.errors import EvidenceError, OperatorError
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.sqlite import SqliteLedger
from tests.contract.ledger.making import ORIGIN, make_draft, make_erasure

SIZE = 21
# What no answer depends on: how often a record was sent again.
CELLS = {
    "about": ("key", "value"),
    "entry": ("idx", "bytes"),
    "body": ("idx", "salt", "size", "bytes"),
    "erasure": ("idx", "erased_by"),
    "node": ("level", "position", "hash"),
    "duplicate": ("key", "idx"),
    "checkpoint": ("number", "note", "signed_at"),
    "entry_mac": ("idx", "mac"),
    "checkpoint_mac": ("number", "mac"),
}
# Found or not, these change no answer: another spelling of the same compressed body, and its size.
HARMLESS = {("body", "bytes"), ("body", "size")}


class Site:
    """A ledger, a copy of its file to be tampered with, and the newest checkpoint as an auditor holds it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "copy.sqlite"
        self.keys = folder / "keys"
        self._original = folder / "ledger.sqlite"
        ledger = SqliteLedger.open(self._original, self.keys, ORIGIN)
        for number in range(SIZE):
            body = b'{"number":%d,"text":"%s"}' % (number, b"made up " * (number * 3))
            ledger.append(make_draft(number, body=body)).result(timeout=10)
            if number in {6, 15}:
                ledger.checkpoint()
        ledger.append(make_erasure(SIZE, 3, 4)).result(timeout=10)
        self.held = ledger.checkpoint()
        ledger.close()
        self.restore()
        self.answers = self.found()

    def restore(self) -> None:
        for leftover in self.path.parent.glob("copy.sqlite*"):
            leftover.unlink()
        shutil.copy(self._original, self.path)

    def found(self, held: SignedCheckpoint | None = None) -> Any:
        """Return every answer of the copy; raises EvidenceError or OperatorError where it cannot be trusted."""
        ledger = SqliteLedger.open_to_read(self.path, self.keys, ORIGIN)
        try:
            report = ledger.verify(held=(held,) if held else ())
            if not report.ok:
                raise EvidenceError(report.problems[0].detail, index=report.problems[0].index)
            checkpoints = [issued.checkpoint for issued in ledger.checkpoints()]
            return ledger.entries(0, ledger.size()), ledger.root(), checkpoints
        finally:
            ledger.close()

    def change(self, *statements: tuple[str, tuple[Any, ...]]) -> None:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            for statement, values in statements:
                connection.execute(statement, values)
            for _, sql in triggers:
                connection.execute(sql)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("site"))


def flipped(value: Any, bit: int) -> Any:
    """Return the value with one bit changed."""
    if isinstance(value, int):
        return value ^ (1 << bit % 40)
    raw = bytearray(value.encode() if isinstance(value, str) else value)
    assume(raw)
    raw[bit // 8 % len(raw)] ^= 1 << bit % 8
    if isinstance(value, bytes):
        return bytes(raw)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        assume(False)
        raise


cells = st.sampled_from([(table, column) for table, columns in CELLS.items() for column in columns])


@given(cell=cells, row=st.integers(0, 50), bit=st.integers(0, 8 * 600))
def test_a_flipped_bit_in_any_cell_is_found(site: Site, cell: tuple[str, str], row: int, bit: int) -> None:
    table, column = cell
    site.restore()
    with closing(sqlite3.connect(site.path)) as connection:
        count = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        key = {
            "about": "key",
            "node": "level || ',' || position",
            "duplicate": "key",
            "checkpoint": "number",
            "checkpoint_mac": "number",
        }.get(table, "idx")
        chosen, value = connection.execute(
            f"SELECT {key}, {column} FROM {table} ORDER BY 1 LIMIT 1 OFFSET ?", (row % count,)
        ).fetchone()
    try:
        site.change((f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (flipped(value, bit), chosen)))
    except sqlite3.IntegrityError:
        assume(False)
    try:
        answers = site.found()
    except (EvidenceError, OperatorError):
        return
    assert cell in HARMLESS
    assert answers == site.answers


@given(st.integers(min_value=0), st.integers(0, 7))
def test_a_flipped_bit_anywhere_in_the_file_is_found_or_changes_no_answer(site: Site, offset: int, bit: int) -> None:
    site.restore()
    raw = bytearray(site.path.read_bytes())
    raw[offset % len(raw)] ^= 1 << bit
    site.path.write_bytes(raw)
    try:
        answers = site.found()
    except (EvidenceError, OperatorError):
        return
    assert answers == site.answers


indexes = st.integers(0, SIZE - 1)


@given(first=indexes, second=indexes)
def test_reordered_entries_are_found(site: Site, first: int, second: int) -> None:
    assume(first != second)
    site.restore()
    moves = [(first, -1), (second, first), (-1, second)]
    site.change(
        *(
            (f"UPDATE {table} SET idx = ? WHERE idx = ?", (new, old))
            for table in ("entry", "body")
            for old, new in moves
        )
    )
    with pytest.raises(EvidenceError) as caught:
        site.found()
    assert caught.value.index == min(first, second)


@given(indexes)
def test_a_deleted_entry_is_found(site: Site, index: int) -> None:
    site.restore()
    site.change(("DELETE FROM entry WHERE idx = ?", (index,)))
    with pytest.raises(EvidenceError) as caught:
        site.found()
    assert caught.value.index == index


def rebuilt(size: int, keep_checkpoints: int) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """Return what truncates everything that is stored, consistently, as a careful attacker would."""
    return (
        *(
            (f"DELETE FROM {table} WHERE idx >= ?", (size,))
            for table in ("entry", "entry_mac", "body", "erasure", "duplicate")
        ),
        ("DELETE FROM node WHERE (position + 1) << level > ?", (size,)),
        ("DELETE FROM checkpoint WHERE number > ?", (keep_checkpoints,)),
        ("DELETE FROM checkpoint_mac WHERE number > ?", (keep_checkpoints,)),
    )


@given(st.integers(16, SIZE))
def test_a_truncation_is_found_by_the_mark_in_the_key_folder(site: Site, size: int) -> None:
    site.restore()
    site.change(*rebuilt(size, keep_checkpoints=2))
    with pytest.raises(EvidenceError, match="truncated") as caught:
        site.found()
    assert caught.value.index == size


@given(number=st.integers(1, 3))
def test_a_checkpoint_that_is_gone_is_found(site: Site, number: int) -> None:
    site.restore()
    site.change(
        ("DELETE FROM checkpoint_mac WHERE number = ?", (number,)),
        ("DELETE FROM checkpoint WHERE number = ?", (number,)),
    )
    if number == 3:
        # The newest of all is the one in the key folder, from which it is put back.
        assert len(site.found()[2]) == 2
        return
    with pytest.raises(EvidenceError, match=f"checkpoint {number} is gone"):
        site.found()


@given(st.integers(10, SIZE))
def test_a_truncation_behind_a_stored_checkpoint_is_found(site: Site, size: int) -> None:
    site.restore()
    site.change(*rebuilt(size, keep_checkpoints=3))
    with pytest.raises(EvidenceError, match="signed"):
        site.found()
