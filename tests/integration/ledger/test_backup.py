"""A backup is whole, whenever it is taken; a restore loses nothing unseen."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from catalog.errors import EvidenceError, OperatorError
from catalog.ledger.backup import Manifest, Site, back_up
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.high_water import HighWater
from catalog.ledger.restoring import Loss, Restored, restore
from catalog.ledger.sqlite import SqliteLedger
from tests.contract.ledger.making import ORIGIN, fill, make_draft, make_erasure

MADE_AT = "2026-11-25T12:00:00Z"


def site_in(folder: Path, keys: Path | None = None) -> Site:
    return Site(folder / "ledger.db", folder / "keys.db", keys or folder / "keys", ORIGIN)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return site_in(tmp_path / "data")


@pytest.fixture
def opened() -> Iterator[Callable[[Site], SqliteLedger]]:
    ledgers = []

    def open_it(site: Site) -> SqliteLedger:
        ledgers.append(SqliteLedger.open(site.ledger, site.keys, ORIGIN))
        return ledgers[-1]

    yield open_it
    for ledger in ledgers:
        ledger.close()


Open = Callable[[Site], SqliteLedger]


def take(site: Site, folder: Path, *, with_keys: bool = False) -> Manifest:
    return back_up(site, folder, version="0", made_at=MADE_AT, with_keys=with_keys)


def recording(site: Site) -> tuple[list[Loss], Callable[[Path, Path, Loss], None]]:
    """Return what accepts a loss, and where it is kept."""
    losses: list[Loss] = []

    def record(path: Path, marks: Path, loss: Loss) -> None:
        losses.append(loss)
        ledger = SqliteLedger.open(path, site.keys, ORIGIN, marks=marks)
        ledger.append(make_draft(9_999, kind="record.restore_ledger")).result(timeout=10)
        ledger.close()

    return losses, record


def test_a_backup_taken_while_writing_verifies(site: Site, opened: Open, tmp_path: Path) -> None:
    ledger = opened(site)
    over = threading.Event()
    acknowledged: list[int] = []

    def write() -> None:
        while not over.is_set():
            acknowledged.append(ledger.append(make_draft(len(acknowledged))).result(timeout=10).index)

    writer = threading.Thread(target=write)
    writer.start()
    sizes = []
    try:
        for number in range(5):
            before = len(acknowledged)
            made = take(site, tmp_path / f"backup-{number}")
            assert made.size >= before
            sizes.append(made.size)
    finally:
        over.set()
        writer.join()
    assert sizes == sorted(sizes)
    assert sizes[-1] <= ledger.size()
    for number, size in enumerate(sizes):
        with closing(sqlite3.connect(tmp_path / f"backup-{number}" / "ledger.db")) as copy:
            assert copy.execute("SELECT count(*) FROM entry").fetchone() == (size,)


def test_a_backup_is_complete_in_itself_and_for_its_owner_alone(site: Site, opened: Open, tmp_path: Path) -> None:
    ledger = opened(site)
    fill(ledger, 5)
    site.api_keys.write_bytes(b"")
    made = take(site, tmp_path / "backup")
    assert sorted(file.name for file in (tmp_path / "backup").iterdir()) == [
        "keys.db",
        "ledger.db",
        "ledger.db.checkpoint",
        "manifest.json",
    ]
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o700
    for name in ("ledger.db", "keys.db", "manifest.json"):
        assert stat.S_IMODE((tmp_path / "backup" / name).stat().st_mode) == 0o600
    text = (tmp_path / "backup" / "ledger.db.checkpoint").read_text()
    checkpoint = SignedCheckpoint.open(text, ORIGIN, ledger.verifiers)
    assert (checkpoint.size, checkpoint.root.hex()) == (made.size, made.root) == (5, ledger.root().hex())
    assert json.loads((tmp_path / "backup" / "manifest.json").read_text())["made_at"] == MADE_AT


def test_keys_are_in_a_backup_only_where_asked_for(site: Site, opened: Open, tmp_path: Path) -> None:
    fill(opened(site), 2)
    take(site, tmp_path / "without")
    take(site, tmp_path / "with", with_keys=True)
    secrets = [(site.keys / name).read_bytes() for name in ("signing.pem", "received.key", "duplicates.key")]
    without = [file.read_bytes() for file in (tmp_path / "without").rglob("*") if file.is_file()]
    assert not any(secret in content for secret in secrets for content in without)
    keys = tmp_path / "with" / "keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in keys.iterdir()} == {0o600}
    assert [(keys / name).read_bytes() for name in ("signing.pem", "received.key", "duplicates.key")] == secrets


def test_a_ledger_of_format_1_is_brought_up_before_it_is_backed_up(site: Site, opened: Open, tmp_path: Path) -> None:
    ledger = opened(site)
    fill(ledger, 2)
    ledger.close()
    with closing(sqlite3.connect(site.ledger, isolation_level=None)) as connection:
        for table in ("entry_mac", "checkpoint_mac"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("PRAGMA user_version = 1")
    with pytest.raises(OperatorError, match=f"{site.ledger} is a ledger of format 1"):
        take(site, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_a_damaged_ledger_leaves_no_backup(site: Site, opened: Open, tmp_path: Path) -> None:
    ledger = opened(site)
    fill(ledger, 5)
    ledger.close()
    with closing(sqlite3.connect(site.ledger, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER body_update")
        connection.execute("UPDATE body SET salt = zeroblob(32) WHERE idx = 2")
        connection.execute(
            "CREATE TRIGGER body_update BEFORE UPDATE ON body\n"
            "  BEGIN SELECT RAISE(ABORT, 'a body is erased, or it stays as it is'); END"
        )
    with pytest.raises(EvidenceError, match="entry 2"):
        take(site, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


@pytest.mark.parametrize(("what", "sentence"), [("folder", "not empty"), ("file", "is a file")])
def test_nothing_is_written_over(site: Site, opened: Open, tmp_path: Path, what: str, sentence: str) -> None:
    fill(opened(site), 2)
    if what == "folder":
        (tmp_path / "backup").mkdir()
        (tmp_path / "backup" / "something").touch()
    else:
        (tmp_path / "backup").touch()
    with pytest.raises(OperatorError, match=sentence):
        take(site, tmp_path / "backup")


def test_a_restored_ledger_goes_on(site: Site, opened: Open, tmp_path: Path) -> None:
    ledger = opened(site)
    fill(ledger, 5)
    ledger.append(make_erasure(5, 1)).result(timeout=10)
    made = take(site, tmp_path / "backup", with_keys=True)
    elsewhere = site_in(tmp_path / "elsewhere")
    done = restore(tmp_path / "backup", elsewhere)
    assert done == Restored(6, bytes.fromhex(made.root), marked=True, loss=None, keys_copied=True, api_keys=False)
    other = opened(elsewhere)
    assert other.append(make_draft(3)).result(timeout=10).duplicate
    fill(other, 2)
    other.checkpoint()
    assert other.verify().ok
    assert other.entry(1).erased_by == 5


def test_a_restore_with_the_keys_that_are_there_uses_those(site: Site, opened: Open, tmp_path: Path) -> None:
    ledger = opened(site)
    fill(ledger, 5)
    take(site, tmp_path / "backup", with_keys=True)
    ledger.close()
    elsewhere = site_in(tmp_path / "elsewhere", site.keys)
    assert not restore(tmp_path / "backup", elsewhere).keys_copied
    assert not (tmp_path / "elsewhere" / "keys").exists()


def test_a_restore_without_keys_says_so(site: Site, opened: Open, tmp_path: Path) -> None:
    fill(opened(site), 2)
    take(site, tmp_path / "backup")
    with pytest.raises(OperatorError, match="no keys in it"):
        restore(tmp_path / "backup", site_in(tmp_path / "elsewhere"))


def test_a_key_folder_without_a_mark_gets_that_of_the_backup(site: Site, opened: Open, tmp_path: Path) -> None:
    ledger = opened(site)
    fill(ledger, 3)
    take(site, tmp_path / "backup")
    ledger.close()
    for file in site.keys.glob("high-water.*"):
        file.unlink()
    elsewhere = site_in(tmp_path / "elsewhere", site.keys)
    assert not restore(tmp_path / "backup", elsewhere).marked
    mark = HighWater.load(site.keys, elsewhere.load_keys())
    assert mark is not None
    assert mark.checkpoint.size == 3
    assert opened(elsewhere).size() == 3


@pytest.mark.parametrize("signed", [0, 1])
def test_a_loss_is_refused_unless_it_is_accepted_and_then_recorded(
    site: Site, opened: Open, tmp_path: Path, signed: int
) -> None:
    ledger = opened(site)
    fill(ledger, 5)
    take(site, tmp_path / "backup")
    fill(ledger, 4)
    if signed:
        ledger.checkpoint()
    root = ledger.root()
    ledger.close()
    elsewhere = site_in(tmp_path / "elsewhere", site.keys)
    with pytest.raises(EvidenceError, match="holds 5 entries, but 9 were taken: entries 5 to 8 are lost"):
        restore(tmp_path / "backup", elsewhere)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    losses, record = recording(elsewhere)
    done = restore(tmp_path / "backup", elsewhere, record=record)
    assert [(loss.size, loss.signed.size, loss.signed.root) for loss in losses] == [(5, 9, root)]
    SignedCheckpoint.open(losses[0].signed.text, ORIGIN, ledger.verifiers)
    assert (done.size, done.loss) == (6, losses[0])
    assert [file.name for file in (tmp_path / "elsewhere").iterdir()] == ["ledger.db"]
    other = opened(elsewhere)
    assert other.entry(5).entry.kind == "record.restore_ledger"
    fill(other, 1)
    other.checkpoint()
    assert other.verify().ok


def test_the_ledger_that_was_given_up_does_not_go_on(site: Site, opened: Open, tmp_path: Path) -> None:
    ledger = opened(site)
    fill(ledger, 5)
    take(site, tmp_path / "backup")
    fill(ledger, 4)
    ledger.close()
    elsewhere = site_in(tmp_path / "elsewhere", site.keys)
    restore(tmp_path / "backup", elsewhere, record=recording(elsewhere)[1])
    with pytest.raises(EvidenceError, match="another history"):
        opened(site)


def test_a_restore_that_fails_while_it_records_leaves_nothing(site: Site, opened: Open, tmp_path: Path) -> None:
    ledger = opened(site)
    fill(ledger, 5)
    take(site, tmp_path / "backup")
    fill(ledger, 1)
    ledger.close()
    elsewhere = site_in(tmp_path / "elsewhere", site.keys)

    def record(path: Path, marks: Path, loss: Loss) -> None:
        raise OperatorError("Nothing can be written.", action="See why.")

    with pytest.raises(OperatorError, match="Nothing can be written"):
        restore(tmp_path / "backup", elsewhere, record=record)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert opened(site).size() == 6


def test_a_folder_that_is_not_empty_is_left_as_it_is(site: Site, opened: Open, tmp_path: Path) -> None:
    ledger = opened(site)
    fill(ledger, 3)
    take(site, tmp_path / "backup", with_keys=True)
    ledger.close()
    before = site.ledger.read_bytes()
    with pytest.raises(OperatorError, match="not empty"):
        restore(tmp_path / "backup", site)
    assert site.ledger.read_bytes() == before


def test_a_copy_is_no_backup(site: Site, opened: Open, tmp_path: Path) -> None:
    ledger = opened(site)
    fill(ledger, 3)
    ledger.close()
    elsewhere = site_in(tmp_path / "elsewhere", site.keys)
    with pytest.raises(OperatorError, match="nobody can tell what is missing"):
        restore(site.ledger.parent, elsewhere)
    done = restore(site.ledger.parent, elsewhere, record=recording(elsewhere)[1])
    assert (done.size, done.loss) == (3, None)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE entry SET bytes = CAST(replace(bytes, 'request-1', 'request-2') AS BLOB) WHERE idx = 1", "entry 1"),
        ("DELETE FROM entry WHERE idx = 2", "subtree hashes"),
        ("UPDATE body SET salt = zeroblob(32) WHERE idx = 0", "entry 0"),
        ("DROP TABLE entry_mac", "tables and triggers"),
        ("PRAGMA user_version = 1", "tables and triggers"),
    ],
)
def test_a_backup_that_was_changed_is_not_restored(
    site: Site, opened: Open, tmp_path: Path, statement: str, found: str
) -> None:
    fill(opened(site), 3)
    take(site, tmp_path / "backup", with_keys=True)
    with closing(sqlite3.connect(tmp_path / "backup" / "ledger.db", isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
        for name, sql in triggers:
            if "entry_mac" not in name or "DROP" not in statement:
                connection.execute(sql)
    elsewhere = site_in(tmp_path / "elsewhere")
    with pytest.raises(EvidenceError, match=found):
        restore(tmp_path / "backup", elsewhere)
    assert not elsewhere.ledger.exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"backup": 2}'])
def test_a_manifest_that_is_none_is_named(site: Site, opened: Open, tmp_path: Path, content: str) -> None:
    fill(opened(site), 1)
    take(site, tmp_path / "backup", with_keys=True)
    (tmp_path / "backup" / "manifest.json").write_text(content)
    with pytest.raises(OperatorError, match="manifest"):
        restore(tmp_path / "backup", site_in(tmp_path / "elsewhere"))


def test_a_backup_shorter_than_its_manifest_is_not_restored(site: Site, opened: Open, tmp_path: Path) -> None:
    ledger = opened(site)
    fill(ledger, 2)
    take(site, tmp_path / "older")
    fill(ledger, 2)
    take(site, tmp_path / "backup", with_keys=True)
    shutil.copy(tmp_path / "older" / "ledger.db", tmp_path / "backup" / "ledger.db")
    with pytest.raises(EvidenceError, match="manifest"):
        restore(tmp_path / "backup", site_in(tmp_path / "elsewhere"))


def test_where_there_is_no_backup_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no backup"):
        restore(tmp_path, site_in(tmp_path / "elsewhere"))
    assert not (tmp_path / "elsewhere").exists()
