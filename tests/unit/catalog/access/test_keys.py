from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.access.keys import Authenticator, KeyFile, local_actor
from catalog.access.model import LOCAL
from catalog.access.queries import principals
from catalog.errors import AskerError, OperatorError, SenderError
from catalog.view import View
from graph_schema.nodes import Principal
from tests.support.records import House, may_act, principal


def test_without_any_key_this_machine_is_the_local_principal(house: House) -> None:
    actor = house.authenticator.authenticate(None, from_loopback=True)
    assert (actor.principal, actor.authenticated) == (LOCAL, False)
    assert actor.display_name == "local principal, unauthenticated"


def test_without_any_key_nobody_else_is_served(house: House) -> None:
    with pytest.raises(AskerError) as caught:
        house.authenticator.authenticate(None, from_loopback=False)
    assert caught.value.status == 401


def test_from_the_first_key_on_a_key_is_needed(house: House) -> None:
    house.act_as("ada", "engineer")
    with pytest.raises(AskerError) as caught:
        house.authenticator.authenticate(None, from_loopback=True)
    assert caught.value.status == 401


def test_revoking_the_last_key_does_not_open_the_door_again(house: House) -> None:
    key_id = house.act_as("ada", "engineer").key_id
    house.record({"kind": "revoke_key", "key_id": key_id, "principal": "ada"})
    for authenticator in (house.authenticator, Authenticator(house.keys)):
        with pytest.raises(AskerError, match="A key is needed"):
            authenticator.authenticate(None, from_loopback=True)


def test_a_key_says_who_acts_with_which_roles(house: House) -> None:
    actor = house.act_as("ada", "engineer", "emitter")
    assert (actor.principal, actor.roles, actor.authenticated) == ("ada", frozenset({"engineer", "emitter"}), True)


def test_a_revoked_key_stops_working_at_once(house: House) -> None:
    house.record(principal("ada", "engineer"))
    key, issued = house.intake.issue_key("ada", local_actor(), "tests")
    issued.result()
    house.project()
    house.authenticator.authenticate(key.secret, from_loopback=True)
    house.record({"kind": "revoke_key", "key_id": key.key_id, "principal": "ada"})
    with pytest.raises(AskerError):
        house.authenticator.authenticate(key.secret, from_loopback=True)


def test_a_key_is_revoked_only_under_its_own_principal(house: House) -> None:
    key_id = house.act_as("ada", "engineer").key_id
    house.record(principal("grace", "approver"))
    for wrong in ({"key_id": key_id, "principal": "grace"}, {"key_id": "aaaaaaaaaa", "principal": "ada"}):
        with pytest.raises(SenderError) as caught:
            house.record({"kind": "revoke_key", **wrong})
        assert caught.value.pointer == "/key_id"
    assert [each.revoked for each in house.keys.uses()] == [False]


@pytest.mark.parametrize(
    "wrong", ["", "lw_", "Bearer x", "lw_aaaaaaaaaa_" + "A" * 43, "lw_aaaaaaaaaa_" + "A" * 44, "é" * 60]
)
def test_what_is_no_key_is_refused_alike(house: House, wrong: str) -> None:
    house.act_as("ada", "engineer")
    with pytest.raises(AskerError) as caught:
        house.authenticator.authenticate(wrong, from_loopback=True)
    assert caught.value.status == 401


def test_another_secret_under_a_known_id_is_refused(house: House) -> None:
    actor = house.act_as("ada", "engineer")
    with pytest.raises(AskerError):
        house.authenticator.authenticate(f"lw_{actor.key_id}_{'A' * 43}", from_loopback=True)


def test_the_secret_is_neither_in_the_file_nor_in_the_ledger(house: House) -> None:
    house.record(principal("ada", "engineer"))
    key, issued = house.intake.issue_key("ada", local_actor(), "tests")
    index = issued.result().receipt.index
    # The secret itself may hold underscores.
    secret = key.secret.split("_", 2)[2].encode()
    files = [path.read_bytes() for path in house.folder.iterdir()]
    assert all(secret not in content and key.secret.encode() not in content for content in files)
    assert key.key_id.encode() in (house.ledger.entry(index).body or b"")
    assert all(secret not in (house.ledger.entry(each).body or b"") for each in range(house.ledger.size()))


def test_a_key_works_only_once_its_record_is_durable(house: House) -> None:
    house.record(principal("ada", "engineer"))
    made = house.keys.make("ada")
    assert house.keys.actor(made.secret) is None
    house.keys.keep(made)
    assert house.keys.actor(made.secret) is not None


def test_a_key_is_only_made_for_a_principal_that_is_defined(house: House) -> None:
    with pytest.raises(SenderError, match="define it first"):
        house.intake.issue_key("nobody", local_actor(), "tests")
    assert not house.keys.has_ever_issued()


def test_the_file_belongs_to_the_service_alone(house: House) -> None:
    assert (house.folder / "keys.sqlite").stat().st_mode & 0o077 == 0


def test_the_day_of_the_last_use_is_kept(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys.sqlite", clock=lambda: datetime(2026, 5, 1, 23, tzinfo=UTC))
    keys.upsert_principal("ada", "Testperson Ada", ["engineer"], active=True, entry=0)
    made = keys.make("ada")
    keys.keep(made)
    keys.actor(made.secret)
    assert [(each.key_id, each.principal, each.revoked, each.last_used) for each in keys.uses()] == [
        (made.key_id, "ada", False, "2026-05-01")
    ]
    keys.close()


def test_what_an_older_entry_says_of_a_principal_changes_nothing(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys.sqlite")
    keys.upsert_principal("ada", "Ada", [], active=False, entry=9)
    keys.upsert_principal("ada", "Ada", ["admin"], active=True, entry=3)
    assert not may_act(keys, "ada")
    keys.close()


def test_a_principal_is_told_with_its_keys(house: House) -> None:
    key_id = house.act_as("ada", "engineer").key_id
    house.record({"kind": "revoke_key", "key_id": key_id, "principal": "ada"})
    identifier = Principal("ada").id
    record = principals(View(house.store), [identifier])[identifier]
    assert (record.principal, record.roles, record.active) == ("ada", ("engineer",), True)
    ((key),) = record.keys
    assert (key.key_id, key.issued_by, key.revoked_by) == (key_id, "local", "local")
    assert key.revoked_at is not None


def test_nobody_can_be_defined_as_the_local_principal(house: House) -> None:
    with pytest.raises(SenderError, match="another name"):
        house.record(principal(LOCAL, "admin"))


def test_a_key_record_cannot_be_sent(house: House) -> None:
    house.record(principal("ada", "engineer"))
    with pytest.raises(SenderError, match="by the catalog itself"):
        house.record({"kind": "issue_key", "key_id": "aaaaaaaaaa", "principal": "ada"})


def test_a_file_that_is_none_is_the_operators_to_repair(tmp_path: Path) -> None:
    path = tmp_path / "keys.sqlite"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(OperatorError, match="key file"):
        KeyFile(path)


def test_a_key_file_that_breaks_while_it_is_used_is_the_operators_too(house: House) -> None:
    house.act_as("ada", "engineer")
    with sqlite3.connect(house.folder / "keys.sqlite") as other:
        other.execute("DROP TABLE key")
    with pytest.raises(OperatorError):
        house.keys.uses()
