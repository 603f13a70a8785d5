"""A ledger that is shorter than its high-water mark, or another one, is neither opened for writing nor signed."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from catalog.errors import EvidenceError, OperatorError
from catalog.ledger.high_water import (
    ACKNOWLEDGED,
    HIGH_WATER,
    Acknowledgements,
    HighWater,
    State,
    load_acknowledged,
)
from catalog.ledger.keys import SiteKeys
from catalog.ledger.merkle import EMPTY_ROOT
from catalog.ledger.sqlite import SqliteLedger
from tests.contract.ledger.making import ORIGIN, fill, make_draft, make_erasure
from tests.integration.ledger.conftest import Open


def mark_in(keys: Path) -> HighWater:
    mark = HighWater.load(keys, SiteKeys.load(keys, ORIGIN))
    assert mark is not None
    return mark


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)


def make_unbound(path: Path) -> None:
    """Make a file of format 1 of one of format 2."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for table in ("entry_mac", "checkpoint_mac"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("PRAGMA user_version = 1")


def test_a_new_ledger_has_a_mark_before_it_has_an_entry(opened: Open, keys: Path) -> None:
    opened()
    mark = mark_in(keys)
    assert (mark.checkpoint.size, mark.checkpoint.root, mark.ledger_format, mark.signed) == (0, EMPTY_ROOT, 2, 0)


def test_the_mark_rises_with_every_signing(opened: Open, keys: Path) -> None:
    ledger = opened()
    for number in (1, 2, 3):
        fill(ledger, 2)
        checkpoint = ledger.checkpoint()
        mark = mark_in(keys)
        assert (mark.checkpoint.size, mark.checkpoint.root, mark.signed) == (2 * number, checkpoint.root, number)


def test_a_mark_that_cannot_be_written_is_why_nothing_is_signed(opened: Open, keys: Path) -> None:
    ledger = opened()
    fill(ledger, 2)
    (keys / f".{HIGH_WATER}.new").mkdir()
    with pytest.raises(OperatorError, match="high-water mark cannot be written"):
        ledger.checkpoint()
    assert ledger.checkpoints() == []
    assert mark_in(keys).checkpoint.size == 0


def test_a_file_without_its_mark_is_refused(opened: Open, keys: Path) -> None:
    ledger = opened()
    fill(ledger, 2)
    (keys / HIGH_WATER).unlink()
    with pytest.raises(EvidenceError, match="no high-water mark"):
        ledger.checkpoint()
    assert "no high-water mark" in ledger.verify().problems[0].detail
    ledger.close()
    with pytest.raises(EvidenceError, match="no high-water mark"):
        opened()


@pytest.mark.parametrize("signed", [0, 1])
@pytest.mark.parametrize("folded", [0, 12])
def test_a_copy_without_its_log_is_refused(
    opened: Open, path: Path, keys: Path, tmp_path: Path, signed: int, folded: int
) -> None:
    ledger = opened()
    fill(ledger, folded)
    if folded:
        ledger.close()
        ledger = opened()
    fill(ledger, 124 - folded)
    if signed:
        ledger.checkpoint()
    copy = tmp_path / "copy" / path.name
    copy.parent.mkdir()
    shutil.copy(path, copy)
    shutil.copytree(keys, tmp_path / "copy" / "keys")
    with pytest.raises(EvidenceError, match=f"holds {folded} entries.* 124 were|there is no ledger.* 124 entries"):
        SqliteLedger.open(copy, tmp_path / "copy" / "keys", ORIGIN)
    if folded:
        reading = SqliteLedger.open_to_read(copy, tmp_path / "copy" / "keys", ORIGIN)
        assert not reading.verify().ok
        reading.close()


def test_what_was_acknowledged_and_not_signed_yet_is_missed_too(opened: Open, path: Path, tmp_path: Path) -> None:
    ledger = opened()
    fill(ledger, 3)
    ledger.checkpoint()
    ledger.close()
    shutil.copy(path, tmp_path / "older")
    ledger = opened()
    fill(ledger, 2)
    ledger.close()
    shutil.copy(tmp_path / "older", path)
    with pytest.raises(EvidenceError, match="5 were acknowledged"):
        opened()


@pytest.mark.parametrize("content", [b"", bytes(151)])
def test_what_a_power_cut_leaves_of_the_acknowledgements_is_no_damage(opened: Open, keys: Path, content: bytes) -> None:
    ledger = opened()
    fill(ledger, 3)
    ledger.close()
    (keys / ACKNOWLEDGED).write_bytes(content)
    assert opened().size() == 3


@pytest.mark.parametrize("content", [b"x", b"1 2 3\n", b"-1 00 00\n", b"9" * 40 + b" 00 00\n", b"0" * 151, b"\xff"])
def test_acknowledgements_that_somebody_else_wrote_are_damage(opened: Open, keys: Path, content: bytes) -> None:
    ledger = opened()
    fill(ledger, 3)
    ledger.close()
    (keys / ACKNOWLEDGED).write_bytes(content)
    with pytest.raises(EvidenceError, match="not written by whoever holds"):
        opened()


def test_a_file_that_was_removed_is_not_begun_anew(opened: Open, path: Path) -> None:
    ledger = opened()
    fill(ledger, 3)
    ledger.checkpoint()
    ledger.close()
    for file in path.parent.glob("ledger.db*"):
        file.unlink()
    for _ in range(2):
        with pytest.raises(EvidenceError, match="3 entries were taken"):
            opened()
        assert not list(path.parent.glob("ledger.db*"))


def test_a_fork_of_the_same_keys_is_not_signed(opened: Open, path: Path, keys: Path, tmp_path: Path) -> None:
    ledger = opened()
    fill(ledger, 4)
    ledger.checkpoint()
    ledger.close()
    fork = tmp_path / "fork" / path.name
    shutil.copytree(path.parent, fork.parent)
    ledger = opened()
    other = SqliteLedger.open(fork, keys, ORIGIN)
    try:
        other.append(make_draft(100)).result(timeout=10)
        other.append(make_draft(101)).result(timeout=10)
        other.checkpoint()
    finally:
        other.close()
    fill(ledger, 3)
    with pytest.raises(EvidenceError, match="another history"):
        ledger.checkpoint()


def test_a_checkpoint_that_was_signed_and_not_stored_is_put_back(opened: Open, path: Path, keys: Path) -> None:
    ledger = opened()
    fill(ledger, 2)
    ledger.checkpoint()
    fill(ledger, 2)
    lost = ledger.checkpoint()
    ledger.close()
    change(path, "DELETE FROM checkpoint_mac WHERE number = 2", "DELETE FROM checkpoint WHERE number = 2")
    ledger = opened()
    latest = ledger.latest_checkpoint()
    assert latest is not None
    assert latest.checkpoint == lost
    assert ledger.verify().ok


def test_more_checkpoints_than_that_are_missed(opened: Open, path: Path) -> None:
    ledger = opened()
    for _ in range(3):
        fill(ledger, 2)
        ledger.checkpoint()
    ledger.close()
    change(path, "DELETE FROM checkpoint_mac WHERE number > 1", "DELETE FROM checkpoint WHERE number > 1")
    with pytest.raises(EvidenceError, match="knows of 3"):
        opened()


def test_a_key_folder_put_back_from_an_older_copy_is_brought_up(opened: Open, keys: Path, tmp_path: Path) -> None:
    ledger = opened()
    fill(ledger, 2)
    ledger.checkpoint()
    shutil.copytree(keys, tmp_path / "older")
    fill(ledger, 2)
    ledger.checkpoint()
    ledger.close()
    shutil.rmtree(keys)
    shutil.copytree(tmp_path / "older", keys)
    opened()
    assert (mark_in(keys).checkpoint.size, mark_in(keys).signed) == (4, 2)


@pytest.mark.parametrize("content", [b"", b"\xff", b"no note", b"log\n4\n"])
def test_a_damaged_mark_is_named(opened: Open, keys: Path, content: bytes) -> None:
    opened().close()
    (keys / HIGH_WATER).write_bytes(content)
    with pytest.raises(EvidenceError, match="not a high-water mark"):
        opened()


def test_a_checkpoint_is_no_mark(opened: Open, keys: Path) -> None:
    ledger = opened()
    fill(ledger, 1)
    text = ledger.checkpoint().text
    ledger.close()
    (keys / HIGH_WATER).write_text(text)
    with pytest.raises(EvidenceError, match="not those of a mark"):
        opened()


def test_a_file_of_format_1_is_read_as_it_is(opened: Open, path: Path, keys: Path) -> None:
    ledger = opened()
    fill(ledger, 5)
    ledger.checkpoint()
    ledger.close()
    make_unbound(path)
    (keys / HIGH_WATER).unlink()
    reading = SqliteLedger.open_to_read(path, keys, ORIGIN)
    try:
        assert len(reading.entries(0, 10)) == 5
        assert reading.verify().ok
    finally:
        reading.close()


@pytest.mark.parametrize("signed", [0, 1])
def test_a_file_of_format_1_is_bound_when_it_is_opened_for_writing(
    opened: Open, path: Path, keys: Path, signed: int
) -> None:
    ledger = opened()
    fill(ledger, 5)
    if signed:
        ledger.checkpoint()
    ledger.close()
    make_unbound(path)
    (keys / HIGH_WATER).unlink()
    ledger = opened()
    assert (mark_in(keys).checkpoint.size, mark_in(keys).ledger_format) == (5, 2)
    fill(ledger, 2)
    ledger.checkpoint()
    report = ledger.verify()
    assert (report.ok, report.entries, report.checkpoints) == (True, 7, 1 + signed)


def test_binding_goes_on_where_it_was_interrupted(opened: Open, path: Path, keys: Path) -> None:
    ledger = opened()
    fill(ledger, 5)
    ledger.checkpoint()
    ledger.close()
    site = SiteKeys.load(keys, ORIGIN)
    older = HighWater.sign(site, 5, mark_in(keys).checkpoint.root, ledger_format=1, signed=1)
    # Between the second mark and the file …
    older.save(keys)
    opened().close()
    assert mark_in(keys).ledger_format == 2
    # … and between the first mark and the file.
    older.save(keys)
    make_unbound(path)
    ledger = opened()
    assert mark_in(keys).ledger_format == 2
    assert ledger.verify().ok


def test_a_damaged_file_of_format_1_is_not_bound(opened: Open, path: Path, keys: Path) -> None:
    ledger = opened()
    fill(ledger, 600)
    ledger.close()
    make_unbound(path)
    (keys / HIGH_WATER).unlink()
    change(path, "UPDATE body SET salt = zeroblob(32) WHERE idx = 2")
    with pytest.raises(EvidenceError, match="entry 2"):
        opened()
    assert not (keys / HIGH_WATER).exists()


def test_nobody_takes_the_macs_out_of_a_file(opened: Open, path: Path, keys: Path) -> None:
    ledger = opened()
    fill(ledger, 5)
    ledger.close()
    make_unbound(path)
    with pytest.raises(EvidenceError, match="took the MACs out"):
        opened()
    reading = SqliteLedger.open_to_read(path, keys, ORIGIN)
    try:
        assert "took the MACs out" in reading.verify().problems[0].detail
    finally:
        reading.close()


def test_an_erasure_row_without_its_record_is_refused(opened: Open, path: Path) -> None:
    ledger = opened()
    fill(ledger, 600)
    ledger.append(make_erasure(600, 1)).result(timeout=10)
    ledger.close()
    change(path, "INSERT INTO erasure VALUES (2, 600)", "DELETE FROM body WHERE idx = 2")
    with pytest.raises(EvidenceError, match="entry 600 is no record that erased it"):
        opened()


def test_a_retry_that_is_remembered_for_another_entry_is_found(opened: Open, path: Path) -> None:
    ledger = opened()
    fill(ledger, 3)
    change(path, "UPDATE duplicate SET idx = 3 - idx WHERE idx > 0")
    with pytest.raises(EvidenceError, match="not the one that a retry is remembered for"):
        ledger.append(make_draft(1)).result(timeout=10)


def test_acknowledgements_are_read_whole_while_they_are_written(opened: Open, keys: Path) -> None:
    opened().close()
    site = SiteKeys.load(keys, ORIGIN)
    over = threading.Event()

    def write() -> None:
        acknowledgements, size = Acknowledgements(keys, site), 0
        while not over.is_set():
            acknowledgements.note(State(size, bytes([size % 256]) * 32))
            size += 1
        acknowledgements.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        states = [load_acknowledged(keys, site) for _ in range(5_000)]
    finally:
        over.set()
        writer.join()
    sizes = [state.size for state in states if state is not None]
    assert len(sizes) == 5_000
    assert sizes == sorted(sizes)


def test_a_line_that_was_met_in_the_middle_is_read_once_more(
    opened: Open, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened().close()
    site, file = SiteKeys.load(keys, ORIGIN), keys / ACKNOWLEDGED
    whole = file.read_bytes()
    file.write_bytes(whole[:70] + b"0" * 81)
    monkeypatch.setattr("catalog.ledger.high_water.time.sleep", lambda _: file.write_bytes(whole))
    assert load_acknowledged(keys, site) == State(0, EMPTY_ROOT)
