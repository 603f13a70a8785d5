"""What an audit finds in a ledger whose hashes and MACs all fit: a site that holds its keys wrote it wrongly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.errors import EvidenceError
from catalog.ledger import binding
from catalog.ledger.audit import check_opening
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.high_water import HighWater
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
    ledger._newest = (ledger._newest or 0) - back
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


def test_a_retry_that_would_be_answered_by_another_entry_is_found(ledger: MemoryLedger) -> None:
    for number in range(2):
        ledger.append(make_draft(number))
    remembered = ledger._stored.remembered
    first, second = remembered
    remembered[first], remembered[second] = remembered[second], remembered[first]
    assert problems(ledger) == [
        (0, "a retry of entry 0 would not be recognised"),
        (1, "a retry of entry 1 would not be recognised"),
    ]


def test_a_duplicate_key_too_many_is_found(ledger: MemoryLedger) -> None:
    ledger.append(make_draft(0))
    ledger._stored.remembered[b"of nothing"] = 0
    assert problems(ledger) == [(None, "2 duplicate keys are remembered for 1 entries")]


def test_a_row_of_another_site_is_found(ledger: MemoryLedger) -> None:
    ledger.append(make_draft(0))
    rows = ledger._stored.entries
    rows[0] = replace(rows[0], mac=bytes(32))
    assert problems(ledger) == [(0, "entry 0 was not written by whoever holds this site's keys")]


def test_a_subtree_too_many_is_found(ledger: MemoryLedger) -> None:
    ledger.append(make_draft(0))
    ledger._stored.nodes[7, 0] = bytes(32)
    assert problems(ledger) == [(None, "2 subtree hashes are stored where there must be 1")]


def test_a_checkpoint_held_elsewhere_of_more_than_there_is_shows_a_ledger_that_was_cut(ledger: MemoryLedger) -> None:
    ledger.append(make_draft(0))
    held = SignedCheckpoint.sign(ORIGIN, 2, bytes(32), ledger._keys.signers)
    assert [problem.index for problem in ledger.verify(held=[held]).problems] == [1]


def test_a_checkpoint_held_elsewhere_of_another_history_keeps_a_ledger_from_opening(ledger: MemoryLedger) -> None:
    ledger.append(make_draft(0))
    keys, root = ledger._keys, ledger.checkpoint().root
    mark = HighWater.sign(keys, 1, root, ledger_format=2, signed=1)
    check_opening(ledger._stored, keys, mark, [ledger.checkpoint()], 1)
    other = SignedCheckpoint.sign(ORIGIN, 1, bytes(32), keys.signers)
    with pytest.raises(EvidenceError, match="not those of the checkpoint"):
        check_opening(ledger._stored, keys, mark, [other], 1)
