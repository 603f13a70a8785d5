"""What an audit finds in a ledger whose hashes and MACs all fit: a site that holds its keys wrote it wrongly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.ledger import binding
from catalog.ledger.keys import SiteKeys
from catalog.ledger.memory import MemoryLedger
from tests.contract.ledger.making import ORIGIN, SetClock, make_draft, make_erasure


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


def test_no_record_erases_what_came_after_it(ledger: MemoryLedger) -> None:
    ledger.append(make_draft(0))
    ledger.append(replace(make_erasure(1, 0, 2), erases=(0,)))
    ledger.append(make_draft(2))
    assert problems(ledger) == []
    rows = ledger._stored.entries
    rows[2] = replace(rows[2], salt=None, body=None, erased_by=1)
    assert problems(ledger) == [(2, "the body of entry 2 is gone, and entry 1 is no record that erased it")]


def test_a_checkpoint_of_less_after_one_of_more_is_found(ledger: MemoryLedger) -> None:
    for number in range(2):
        ledger.append(make_draft(number))
        ledger.checkpoint()
    older, newer = ledger._stored.issued
    ledger._stored.issued[:] = [
        replace(row, note=note, mac=binding.checkpoint_mac(row.number, note, row.signed_at, ledger._keys.binding))
        for row, note in ((older, newer.note), (newer, older.note))
    ]
    assert problems(ledger) == [(1, "a checkpoint over 1 entries was signed after one over 2")]
