from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from catalog.access.keys import local_actor
from catalog.access.model import Holder
from catalog.access.rules import can_administer
from catalog.errors import SenderError
from tests.support.records import House, principal

LEFT = "leave nobody who can administer"


def revocation(name: str, key_id: str | None, **more: Any) -> dict[str, Any]:
    return {"kind": "revoke_key", "key_id": key_id, "principal": name, **more}


@pytest.mark.parametrize(
    ("holder", "able"),
    [
        (Holder("ada", frozenset({"admin"}), active=True, keys=frozenset({"k"})), True),
        (Holder("ada", frozenset({"admin"}), active=True, keys=frozenset()), False),
        (Holder("ada", frozenset({"admin"}), active=False, keys=frozenset({"k"})), False),
        (Holder("ada", frozenset({"engineer"}), active=True, keys=frozenset({"k"})), False),
    ],
)
def test_an_administrator_is_active_and_has_role_and_key(holder: Holder, *, able: bool) -> None:
    assert can_administer([holder]) is able


@pytest.mark.parametrize("lost", [principal("ada", "engineer"), principal("ada", "admin", active=False)])
def test_the_last_administrator_keeps_role_and_activity(house: House, lost: dict[str, Any]) -> None:
    house.act_as("ada", "admin")
    size = house.ledger.size()
    with pytest.raises(SenderError, match=LEFT) as caught:
        house.record(lost)
    assert (caught.value.status, caught.value.pointer) == (422, "/force")
    assert house.ledger.size() == size
    house.act_as("grace", "admin")
    house.record(lost)
    assert not can_administer([holder for holder in house.keys.holders() if holder.principal == "ada"])


def test_the_last_key_of_the_last_administrator_stays_and_another_goes(house: House) -> None:
    first, second = house.act_as("ada", "admin").key_id, house.act_as("ada", "admin").key_id
    house.record(revocation("ada", first))
    with pytest.raises(SenderError, match=LEFT):
        house.record(revocation("ada", second))
    assert [use.key_id for use in house.keys.uses() if not use.revoked] == [second]


def test_force_is_on_record(house: House) -> None:
    key_id = house.act_as("ada", "admin").key_id
    index = house.record(revocation("ada", key_id, force=True)).receipt.index
    assert b'"force":true' in (house.ledger.entry(index).body or b"")
    assert not can_administer(house.keys.holders())


def test_where_nobody_administers_nothing_is_held_back(house: House) -> None:
    key_id = house.act_as("ada", "engineer").key_id
    house.record(principal("grace", "admin"))
    house.record(principal("grace", "engineer"))
    house.record(revocation("ada", key_id))


def test_of_two_administrators_who_go_at_once_one_stays(house: House) -> None:
    for number in range(20):
        names = f"a-{number}", f"b-{number}"
        for name in names:
            house.act_as(name, "admin")
        if number:
            house.record(principal(f"a-{number - 1}", "engineer"))
            house.record(principal(f"b-{number - 1}", "engineer"))

        def demote(name: str) -> bool:
            try:
                house.intake.submit_record(principal(name, "engineer"), local_actor(), "tests").result()
            except SenderError:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(demote, names)) == [False, True]
        house.project()
