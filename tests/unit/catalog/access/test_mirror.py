"""Who may act follows from the ledger alone, whatever became of the key file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from catalog.access.keys import Authenticator, KeyFile, NewKey, local_actor
from catalog.access.mirror import mirror
from catalog.errors import AskerError
from catalog.ledger.keys import SiteKeys
from catalog.ledger.memory import MemoryLedger
from catalog.ledger.protocol import Draft, StoredEntry
from tests.support.records import House, event, may_act, principal

Opened = Callable[[str], KeyFile]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Open key files by name; each is closed afterwards."""
    files: list[KeyFile] = []

    def open_(name: str) -> KeyFile:
        files.append(KeyFile(tmp_path / name))
        return files[-1]

    yield open_
    for file in files:
        file.close()


def issue(house: House, name: str, *roles: str) -> NewKey:
    house.record(principal(name, *roles))
    key, issued = house.intake.issue_key(name, local_actor(), "tests")
    issued.result()
    house.project()
    return key


def revoke(house: House, key: NewKey) -> None:
    house.record({"kind": "revoke_key", "key_id": key.key_id, "principal": key.principal})


def test_a_lost_key_file_does_not_open_the_door(house: House, opened: Opened) -> None:
    key = issue(house, "ada", "admin")
    fresh = opened("fresh")
    assert not fresh.has_ever_issued()
    mirror(house.ledger, fresh)
    assert fresh.has_ever_issued()
    assert may_act(fresh, "ada")
    for bearer in (None, key.secret):
        with pytest.raises(AskerError):
            Authenticator(fresh).authenticate(bearer, from_loopback=True)


def test_a_ledger_that_never_issued_a_key_leaves_the_door_to_this_machine(house: House, opened: Opened) -> None:
    house.record(principal("ada", "admin"))
    fresh = opened("fresh")
    mirror(house.ledger, fresh)
    assert not fresh.has_ever_issued()
    assert Authenticator(fresh).authenticate(None, from_loopback=True) == local_actor()


def test_an_older_key_file_knows_what_was_revoked_and_taken_away_since(
    house: House, opened: Opened, tmp_path: Path
) -> None:
    key, other = issue(house, "ada", "steward"), issue(house, "grace", "engineer")
    mirror(house.ledger, house.keys)
    with (
        closing(sqlite3.connect(house.folder / "keys.sqlite")) as now,
        closing(sqlite3.connect(tmp_path / "older")) as copy,
    ):
        now.backup(copy)
    revoke(house, key)
    house.record({**principal("grace", "engineer"), "active": False})
    older = opened("older")
    assert older.actor(key.secret) is not None
    mirror(house.ledger, older)
    assert older.actor(key.secret) is None
    assert older.actor(other.secret) is None


def test_the_key_file_of_another_ledger_lets_nobody_in(house: House, opened: Opened) -> None:
    foreign = opened("foreign")
    foreign.upsert_principal("mallory", "Testperson Mu", ["admin"], active=True, entry=10**6)
    key = foreign.make("mallory")
    foreign.keep(key)
    foreign.note_mirrored(1, b"r" * 32)
    own = issue(house, "ada", "admin")
    mirror(house.ledger, foreign)
    assert foreign.actor(key.secret) is None
    assert not may_act(foreign, "mallory")
    assert foreign.actor(own.secret) is None


def test_a_key_that_only_a_lost_history_issued_does_not_work(house: House, opened: Opened) -> None:
    """The ledger was restored to a state before the key was issued, and went on."""
    keys = opened("kept")
    kept = keys.make("ada")
    keys.upsert_principal("ada", "Testperson Alpha", ["admin"], active=True, entry=3)
    keys.keep(kept)
    keys.note_mirrored(5, b"\0" * 32)
    for number in range(6):
        house.record(principal(f"p-{number}", "engineer"))
    mirror(house.ledger, keys)
    assert keys.actor(kept.secret) is None
    assert keys.has_ever_issued()


def test_granted_kinds_of_approval_are_mirrored_and_those_taken_away_since_are_not(
    house: House, opened: Opened
) -> None:
    key = issue(house, "grace", "approver")
    house.record(principal("grace", "approver", approves=["IRB"]))
    fresh = opened("fresh")
    fresh.keep(key)
    mirror(house.ledger, fresh)
    grace = fresh.actor(key.secret)
    assert grace is not None
    assert grace.approves == {"IRB"}


def test_a_key_file_of_the_version_before_grants_no_kinds_of_approval(tmp_path: Path, opened: Opened) -> None:
    with closing(sqlite3.connect(tmp_path / "before")) as before:
        before.execute(
            "CREATE TABLE principal (name TEXT PRIMARY KEY, display_name TEXT NOT NULL, roles TEXT NOT NULL,"
            " active INTEGER NOT NULL, entry INTEGER NOT NULL) STRICT"
        )
        before.execute("""INSERT INTO principal VALUES ('grace', 'Testperson Alpha', '["approver"]', 1, 0)""")
        before.commit()
    keys = opened("before")
    key = keys.make("grace")
    keys.keep(key)
    grace = keys.actor(key.secret)
    assert grace is not None
    assert (grace.roles, grace.approves) == (frozenset({"approver"}), frozenset())


class Counting(MemoryLedger):
    """A ledger that counts what is read of it."""

    def __init__(self) -> None:
        super().__init__(SiteKeys.generate("ledger.example/tests"))
        self.read: list[int] = []

    def entry(self, index: int) -> StoredEntry:
        self.read.append(index)
        return super().entry(index)


def draft(kind: str, record: dict[str, object], number: int, subjects: Sequence[str] = ("Principal:x",)) -> Draft:
    body = orjson.dumps({"record": record, "number": number})
    return Draft(kind, "local", "tests", tuple(subjects), body, body)


def test_only_records_of_who_may_act_are_read_and_each_once(opened: Opened) -> None:
    ledger, keys = Counting(), opened("fresh")
    for number in range(40):
        ledger.append(draft("openlineage.run_event", {}, number))
    ledger.append(draft("record.issue_key", {"key_id": "aaaaaaaaaa", "principal": "ada"}, 40))
    mirror(ledger, keys)
    assert ledger.read == [40]
    mirror(ledger, keys)
    ledger.append(draft("record.revoke_key", {"key_id": "aaaaaaaaaa", "principal": "ada"}, 41))
    mirror(ledger, keys)
    assert ledger.read == [40, 41]


def test_a_name_that_looks_like_a_kind_is_none(opened: Opened) -> None:
    ledger, keys = Counting(), opened("fresh")
    forged = '{"kind":"record.issue_key"}'
    ledger.append(replace(draft("openlineage.run_event", {}, 0), actor=forged, correlation_id=forged))
    mirror(ledger, keys)
    assert (ledger.read, keys.has_ever_issued()) == ([], False)


@pytest.mark.parametrize("gone", [{"roles": ["nothing known"]}, {}])
def test_a_definition_that_cannot_be_read_gives_no_rights(
    house: House, opened: Opened, gone: dict[str, object]
) -> None:
    house.record(principal("ada", "admin"))
    subjects = house.ledger.entry(0).entry.subjects
    record = {"principal": "ada", "display_name": "x", "principal_kind": "PERSON", **gone} if gone else {}
    house.ledger.append(draft("record.define_principal", record, 1, subjects))
    fresh = opened("fresh")
    mirror(house.ledger, fresh)
    assert not may_act(fresh, "ada")
    house.record(principal("ada", "engineer"))
    mirror(house.ledger, fresh)
    assert may_act(fresh, "ada")


def test_an_event_of_any_emitter_changes_nothing(house: House, opened: Opened) -> None:
    house.send(event())
    fresh = opened("fresh")
    mirror(house.ledger, fresh)
    assert fresh.principals() == []
