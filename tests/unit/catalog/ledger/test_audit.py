"""What an audit finds in a ledger whose hashes and MACs all fit: a site that holds its keys wrote it wrongly."""

from __future__ import annotations

import pytest

from catalog.ledger.keys import SiteKeys
from catalog.ledger.memory import MemoryLedger
from tests.contract.ledger.making import ORIGIN, SetClock, make_draft


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger(SiteKeys.generate(ORIGIN), SetClock())


def problems(ledger: MemoryLedger) -> list[tuple[int | None, str]]:
    return [(problem.index, problem.detail) for problem in ledger.verify().problems]


@pytest.mark.parametrize("back", [1, 2])
def test_an_entry_of_the_same_time_or_an_earlier_one_is_found(ledger: MemoryLedger, back: int) -> None:
    ledger.append(make_draft(0))
    ledger.append(make_draft(1))
    ledger._recorded_at -= back
    ledger.append(make_draft(2))
    assert problems(ledger) == [(2, "entry 2 is not recorded after the one before it")]


def test_an_entry_that_is_later_by_a_microsecond_is_none(ledger: MemoryLedger) -> None:
    for number in range(3):
        ledger.append(make_draft(number))
    assert problems(ledger) == []
