from __future__ import annotations

import shutil
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from catalog.errors import EvidenceError, OperatorError
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.clock import ClockLimits, ClockWatch
from catalog.ledger.keys import SiteKeys
from catalog.ledger.sqlite import SqliteLedger
from tests.contract.ledger.making import ORIGIN, fill, make_draft, make_erasure
from tests.integration.ledger.conftest import Open


@pytest.fixture
def closed(opened: Open) -> SqliteLedger:
    """A ledger of ten entries, eight of them signed for, closed."""
    ledger = opened()
    fill(ledger, 8)
    ledger.checkpoint()
    fill(ledger, 2)
    ledger.close()
    return ledger


def tamper(path: Path, *statements: str) -> None:
    """Do what someone with the file can do, leaving the triggers, which stop accidents only, as they were."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)


def test_what_was_written_is_there_after_opening_again(closed: SqliteLedger, opened: Open) -> None:
    ledger = opened()
    assert ledger.size() == 10
    assert ledger.append(make_draft(3)).result(timeout=10).duplicate
    fill(ledger, 5)
    assert ledger.verify().ok


def test_the_newest_checkpoint_lies_beside_the_file(opened: Open, path: Path) -> None:
    ledger = opened()
    fill(ledger, 3)
    checkpoint = ledger.checkpoint()
    assert path.with_name("ledger.db.checkpoint").read_text() == checkpoint.text


def test_a_checkpoint_file_that_was_lost_is_written_again(opened: Open, path: Path) -> None:
    ledger = opened()
    fill(ledger, 3)
    ledger.checkpoint()
    published = path.with_name("ledger.db.checkpoint")
    published.unlink()
    assert ledger.checkpoint().text == published.read_text()


def test_only_one_writes_a_ledger(opened: Open, path: Path) -> None:
    first = opened()
    with pytest.raises(OperatorError, match="Another process writes"):
        opened()
    first.close()
    assert opened().size() == 0


def test_others_may_read_while_one_writes(opened: Open, path: Path, keys: Path) -> None:
    writing = opened()
    fill(writing, 3)
    reading = SqliteLedger.open_to_read(path, keys, ORIGIN)
    try:
        assert reading.size() == 3
        fill(writing, 2)
        assert reading.entry(4).entry == writing.entry(4).entry
        assert reading.wait_for(4, timeout=0)
        assert reading.verify().ok
        with pytest.raises(OperatorError, match="opened for reading"):
            reading.append(make_draft(1))
        with pytest.raises(OperatorError, match="opened for reading"):
            reading.checkpoint()
    finally:
        reading.close()


def test_many_threads_append_and_read_at_once(opened: Open) -> None:
    ledger = opened()

    def work(worker: int) -> int:
        for number in range(50):
            receipt = ledger.append(make_draft(worker * 1000 + number)).result(timeout=10)
            assert ledger.entry(receipt.index).leaf == receipt.leaf
        return ledger.checkpoint().size

    with ThreadPoolExecutor(8) as pool:
        sizes = list(pool.map(work, range(8)))
    assert ledger.size() == max(sizes) == 400
    assert ledger.verify().ok


def test_a_missing_file_cannot_be_read(path: Path, keys: Path) -> None:
    SiteKeys.create(keys, ORIGIN)
    with pytest.raises(OperatorError, match="cannot be used"):
        SqliteLedger.open_to_read(path, keys, ORIGIN)


def test_a_ledger_that_holds_something_does_not_get_new_keys(closed: SqliteLedger, opened: Open, keys: Path) -> None:
    shutil.rmtree(keys)
    with pytest.raises(OperatorError, match="cannot be used"):
        opened()
    assert not keys.exists()


def test_the_keys_of_another_site_are_refused(closed: SqliteLedger, opened: Open, keys: Path) -> None:
    shutil.rmtree(keys)
    SiteKeys.create(keys, ORIGIN)
    with pytest.raises(OperatorError, match="Name the key folder that belongs"):
        opened()


def test_a_rotated_key_signs_beside_the_old_one_and_old_checkpoints_verify(
    closed: SqliteLedger, opened: Open, keys: Path
) -> None:
    old = closed.verifiers[0]
    new = SiteKeys.rotate(keys, ORIGIN).signers[0].verifier
    ledger = opened()
    both = ledger.checkpoint()
    for key in (old, new):
        assert SignedCheckpoint.open(both.text, ORIGIN, [key]).size == 10
    ledger.close()
    (keys / "signing.previous.pem").unlink()
    ledger = opened()
    fill(ledger, 1)
    assert SignedCheckpoint.open(ledger.checkpoint().text, ORIGIN, [new]).size == 11
    report = ledger.verify()
    assert report.ok
    assert report.checkpoints == 3


@pytest.mark.parametrize("content", [b"no database " * 1000, b""])
def test_what_is_no_ledger_is_told_from_a_new_one(path: Path, opened: Open, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    if not content:
        assert opened().size() == 0
        return
    with pytest.raises(EvidenceError, match="damaged"):
        opened()


def test_another_programs_database_is_left_alone(path: Path, opened: Open) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    with pytest.raises(OperatorError, match="is not a ledger"):
        opened()


def test_a_newer_format_is_left_alone(closed: SqliteLedger, opened: Open, path: Path) -> None:
    tamper(path, "PRAGMA user_version = 3")
    with pytest.raises(OperatorError, match="format 3"):
        opened()


def test_a_dropped_trigger_is_found(closed: SqliteLedger, opened: Open, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER entry_delete")
    with pytest.raises(EvidenceError, match="triggers"):
        opened()


def test_an_older_copy_of_the_file_is_found(opened: Open, path: Path, tmp_path: Path) -> None:
    ledger = opened()
    fill(ledger, 4)
    ledger.checkpoint()
    ledger.close()
    shutil.copy(path, tmp_path / "copy")
    ledger = opened()
    fill(ledger, 4)
    ledger.checkpoint()
    ledger.close()
    shutil.copy(tmp_path / "copy", path)
    with pytest.raises(EvidenceError, match="rolled back"):
        opened()


@pytest.mark.parametrize(
    "statements",
    [
        ("UPDATE entry SET bytes = CAST(replace(bytes, 'request-9', 'request-8') AS BLOB) WHERE idx = 9",),
        ("DELETE FROM entry WHERE idx = 9",),
        ("DELETE FROM entry WHERE idx >= 6", "DELETE FROM node WHERE (position << level) + (1 << level) > 6"),
        ("UPDATE node SET hash = zeroblob(32) WHERE level = 1 AND position = 4",),
        ("UPDATE body SET salt = zeroblob(32) WHERE idx = 8",),
        ("DELETE FROM body WHERE idx = 8",),
        ("UPDATE checkpoint SET note = replace(note, char(10) || '8' || char(10), char(10) || '9' || char(10))",),
        ("UPDATE checkpoint SET note = ''",),
    ],
    ids=["edit", "delete", "truncate", "subtree", "salt", "body", "checkpoint", "no checkpoint"],
)
def test_a_tampered_end_is_found_on_opening(
    closed: SqliteLedger, opened: Open, path: Path, statements: tuple[str, ...]
) -> None:
    tamper(path, *statements)
    with pytest.raises(EvidenceError):
        opened()


def test_a_checkpoint_is_not_signed_over_what_does_not_read_back(opened: Open, path: Path) -> None:
    ledger = opened()
    fill(ledger, 5)
    tamper(path, "UPDATE body SET bytes = zeroblob(12) WHERE idx = 2")
    with pytest.raises(EvidenceError, match="entry 2"):
        ledger.checkpoint()
    assert ledger.latest_checkpoint() is None


def test_a_flipped_entry_is_found_when_it_is_read(opened: Open, path: Path) -> None:
    ledger = opened()
    fill(ledger, 5)
    tamper(path, "UPDATE entry SET bytes = CAST(replace(bytes, 'request-2', 'request-3') AS BLOB) WHERE idx = 2")
    assert ledger.entry(1).index == 1
    with pytest.raises(EvidenceError) as caught:
        ledger.entries(0, 5)
    assert caught.value.index == 2


def test_a_body_that_a_reading_still_keeps_in_the_log_goes_with_the_next_checkpoint(
    opened: Open, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.ledger.sqlite_file._BUSY_SECONDS", 0.05)
    ledger = opened()
    secret = b"Testperson-Alpha-whose-words-go"
    ledger.append(make_draft(0, body=b'{"text":"%s"}' % secret)).result(timeout=10)

    def kept() -> list[str]:
        return [file.name for file in path.parent.iterdir() if secret in file.read_bytes()]

    with closing(sqlite3.connect(path, isolation_level=None)) as reading:
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM body").fetchone()
        ledger.append(make_erasure(1, 0)).result(timeout=10)
        assert ledger.entry(0).body is None
        assert kept() == [f"{path.name}-wal"]
        reading.execute("COMMIT")
    ledger.checkpoint()
    assert kept() == []


def test_only_its_owner_can_read_the_ledger(opened: Open, path: Path) -> None:
    fill(opened(), 1)
    assert {
        stat.S_IMODE(file.stat().st_mode) for file in path.parent.glob("ledger.db*") if "lock" not in file.name
    } == {0o600}


def test_a_folder_that_cannot_be_made_is_the_operators_to_solve(path: Path, opened: Open) -> None:
    path.parent.write_text("a file")
    with pytest.raises(OperatorError, match="cannot be made"):
        opened()


def test_a_damaged_published_checkpoint_is_found(closed: SqliteLedger, opened: Open, path: Path) -> None:
    published = path.with_name("ledger.db.checkpoint")
    published.write_text(published.read_text().replace("8", "9", 1))
    with pytest.raises(EvidenceError):
        opened()


def test_an_erased_body_is_in_no_file(opened: Open, path: Path) -> None:
    ledger = opened()
    secret = b"Testperson-Alpha-whose-words-go"
    ledger.append(make_draft(0, body=b'{"text":"%s"}' % secret)).result(timeout=10)
    fill(ledger, 2)
    ledger.append(make_erasure(3, 0)).result(timeout=10)
    ledger.close()
    assert not [file for file in path.parent.iterdir() if secret in file.read_bytes()]


def test_a_clock_in_doubt_is_in_the_log_from_the_start_and_keeps_records_out(
    closed: SqliteLedger, path: Path, keys: Path, caplog: pytest.LogCaptureFixture
) -> None:
    newest = closed_at(path, keys)
    watch = ClockWatch(ClockLimits(gap=86_400_000_000, jump=3_600_000_000), wall=lambda: newest - 2 * 86_400_000_000)
    ledger = SqliteLedger.open(path, keys, ORIGIN, watch=watch)
    try:
        assert [record.message for record in caplog.records] == ["the clock is not believed"]
        assert "2 days before the newest entry" in (ledger.clock_doubt() or "")
        with pytest.raises(OperatorError, match="nothing is taken"):
            ledger.append(make_draft(99)).result(timeout=10)
        assert ledger.size() == 10
        assert len(caplog.records) == 1
    finally:
        ledger.close()


def closed_at(path: Path, keys: Path) -> int:
    """Return when the newest entry was recorded."""
    ledger = SqliteLedger.open_to_read(path, keys, ORIGIN)
    try:
        return ledger.entry(ledger.size() - 1).entry.recorded_at
    finally:
        ledger.close()


def test_the_same_event_again_is_counted_and_changes_nothing_else(opened: Open, path: Path) -> None:
    ledger = opened()
    first = ledger.append(make_draft(0)).result(timeout=10)
    size, root = ledger.size(), ledger.root()
    together = [ledger.append(make_draft(0)) for _ in range(3)]
    assert {one.result(timeout=10).index for one in together} == {first.index}
    ledger.append(make_draft(0)).result(timeout=10)
    assert (ledger.size(), ledger.root()) == (size, root)
    ledger.append(make_draft(1)).result(timeout=10)
    ledger.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT idx, seen FROM duplicate ORDER BY idx").fetchall() == [(0, 5), (1, 1)]
