"""By when a sealed snapshot is to be verified again."""

from __future__ import annotations

import pytest

from catalog.snapshots.rules import is_under_root, verify_by
from catalog.snapshots.verifying import VerificationDue, verification_due
from graph_schema.facts import NOW
from graph_schema.times import SECOND
from tests.support.records import House, event, seal, verification

DAY = 86_400 * SECOND


def due(house: House, before: int = NOW) -> list[VerificationDue]:
    return list(verification_due(house.view(), before, 30 * DAY))


def test_a_period_counts_from_the_seal_and_then_from_what_was_found_as_sealed() -> None:
    assert verify_by(5, None, 10) == 15
    assert verify_by(5, 9, 10) == 19
    assert verify_by(9, 5, 10) == 19


def test_a_seal_is_due_a_period_later_and_a_verification_puts_that_off(house: House) -> None:
    house.send(event())
    assert due(house) == []
    sealed = house.record(seal()).receipt
    (one,) = due(house)
    assert (one.due_at, one.verified_at, one.entries) == (sealed.recorded_at + 30 * DAY, None, (sealed.index,))
    verified = house.record(verification()).receipt
    (one,) = due(house)
    assert (one.due_at, one.entries) == (verified.recorded_at + 30 * DAY, (sealed.index, verified.index))
    assert due(house, one.due_at) == []
    assert due(house, one.due_at + 1) == [one]


def test_what_was_found_otherwise_is_not_due(house: House) -> None:
    house.send(event())
    house.record(seal())
    house.record(verification(result="MISSING", differing=["part-a.csv"]))
    assert due(house) == []


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "a//b", ".", "a/.", ""])
def test_a_path_that_leads_out_of_its_root_is_told(path: str) -> None:
    assert not is_under_root(path)


def test_paths_with_dots_in_their_names_are_none_of_those() -> None:
    assert all(map(is_under_root, ["..a", "a..b/c", ".hidden/x", "a/b.c"]))
