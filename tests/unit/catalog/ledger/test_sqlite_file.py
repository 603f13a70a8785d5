from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from catalog.errors import EvidenceError, OperatorError
from catalog.ledger.packing import compress, decompress
from catalog.ledger.sqlite_file import SCHEMA, connect, explain


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.mark.parametrize(
    "body",
    [b"", b"short", b"long and dull " * 1000, random.Random(7).randbytes(5_000)],  # noqa: S311  dense, not secret
    ids=["empty", "short", "long and dull", "dense"],
)
def test_a_body_comes_back_whether_or_not_compression_paid(body: bytes) -> None:
    stored = compress(body)
    assert len(stored) <= len(body)
    assert decompress(stored, len(body)) == body


def test_a_dull_body_is_stored_smaller() -> None:
    assert len(compress(b"long and dull " * 1000)) < 500


def test_a_damaged_body_comes_back_as_something_else() -> None:
    body = b"long and dull " * 1000
    stored = compress(body)
    for damaged in (stored[:-1], stored + b"x", b"x" + stored):
        assert decompress(damaged, len(body)) != body
    assert decompress(stored, len(body) - 1) != body
    assert decompress(stored, -1) != body


def test_a_bomb_is_not_unpacked_beyond_the_size_that_it_claims() -> None:
    bomb = compress(b"0" * 10_000_000)
    assert len(decompress(bomb, 1_000)) < 100_000


def provoke(path: Path, *statements: str) -> Exception:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as connection:
        for statement in statements[:-1]:
            connection.execute(statement)
        with pytest.raises(sqlite3.Error) as caught:
            connection.execute(statements[-1]).fetchall()
        return explain(caught.value, path)


def test_a_full_disk_is_the_operators_to_solve_and_worth_a_retry(path: Path) -> None:
    error = provoke(
        path,
        "CREATE TABLE t (x)",
        "PRAGMA max_page_count = 3",
        "INSERT INTO t VALUES (zeroblob(100000))",
    )
    assert isinstance(error, OperatorError)
    assert "full" in str(error)
    assert error.retry_after
    assert "Free space" in error.action


def test_a_file_that_is_no_database_is_evidence_of_damage(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)
    assert isinstance(provoke(path, "SELECT * FROM sqlite_schema"), EvidenceError)


def test_a_file_that_may_not_be_written_is_the_operators_to_solve(path: Path) -> None:
    provoked = provoke(path, "CREATE TABLE t (x)", "PRAGMA query_only = ON", "INSERT INTO t VALUES (1)")
    assert isinstance(provoked, OperatorError)
    assert "writable" in provoked.action


def test_a_held_file_is_the_operators_to_solve(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert isinstance(provoke(path, "BEGIN EXCLUSIVE"), OperatorError)


def test_a_statement_that_does_not_fit_the_file_is_evidence_of_damage(path: Path) -> None:
    assert isinstance(provoke(path, "SELECT bytes FROM entry"), EvidenceError)


def test_a_text_that_is_not_utf_8_is_evidence_of_damage(path: Path) -> None:
    assert isinstance(provoke(path, "SELECT CAST(x'ff' AS TEXT)"), EvidenceError)


def test_a_broken_constraint_is_a_defect_of_ours(path: Path) -> None:
    statements = ("CREATE TABLE t (x UNIQUE)", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)")
    assert isinstance(provoke(path, *statements), sqlite3.IntegrityError)


def test_every_commit_is_synced_and_erased_bytes_are_overwritten(path: Path) -> None:
    with closing(connect(path, writable=True)) as connection:
        values = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
        assert values == ["wal", 2]
        assert connection.execute("PRAGMA secure_delete").fetchone()[0] == 1


def test_a_reading_connection_cannot_write(path: Path) -> None:
    with closing(connect(path, writable=True)) as connection:
        connection.executescript(SCHEMA)
    with (
        closing(connect(path, writable=False)) as connection,
        pytest.raises(sqlite3.OperationalError, match=r"attempt to write"),
    ):
        connection.execute("INSERT INTO about VALUES ('a', 'b')")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET bytes = x'00'",
        "DELETE FROM entry",
        "UPDATE node SET hash = x'00'",
        "DELETE FROM node",
        "UPDATE checkpoint SET note = ''",
        "DELETE FROM checkpoint",
        "UPDATE about SET value = ''",
        "DELETE FROM about",
        "UPDATE erasure SET erased_by = 1",
        "DELETE FROM erasure",
        "UPDATE body SET bytes = x'00'",
        "DELETE FROM body WHERE idx = 1",
        "UPDATE duplicate SET idx = 1",
        "UPDATE duplicate SET key = x'00'",
        "DELETE FROM duplicate",
    ],
)
def test_no_statement_changes_what_was_written(path: Path, statement: str) -> None:
    with closing(connect(path, writable=True)) as connection:
        connection.executescript(SCHEMA)
        for index in (0, 1):
            connection.execute("INSERT INTO entry VALUES (?, x'01')", (index,))
            connection.execute("INSERT INTO body VALUES (?, x'01', 1, x'01')", (index,))
            connection.execute("INSERT INTO node VALUES (0, ?, x'01')", (index,))
            connection.execute("INSERT INTO duplicate (key, idx) VALUES (?, ?)", (bytes([index]), index))
        connection.execute("INSERT INTO erasure VALUES (0, 1)")
        connection.execute("INSERT INTO checkpoint (note, signed_at) VALUES ('a', 1)")
        connection.execute("INSERT INTO about VALUES ('a', 'b')")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
        connection.execute("DELETE FROM body WHERE idx = 0")
        connection.execute("UPDATE duplicate SET seen = seen + 1")
