from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from catalog.errors import EvidenceError, OperatorError
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.entry import MalformedEntryError
from catalog.ledger.merkle import EMPTY_ROOT, leaf_hash, verify_consistency, verify_inclusion
from catalog.ledger.note import NoteError
from catalog.ledger.proof import ProofFile
from catalog.ledger.protocol import Ledger, Receipt
from tests.contract.ledger.making import SetClock, make_draft, make_erasure

Fill = Callable[[int], list[Receipt]]


def test_an_empty_ledger_has_the_empty_root_and_verifies(ledger: Ledger) -> None:
    assert ledger.size() == 0
    assert ledger.root() == EMPTY_ROOT
    assert ledger.entries(0, 10) == []
    assert ledger.latest_checkpoint() is None
    assert ledger.verify().ok


def test_an_entry_is_read_back_as_it_was_taken(ledger: Ledger, clock: SetClock) -> None:
    receipt = ledger.append(make_draft(7)).result(timeout=10)
    stored = ledger.entry(0)
    assert receipt == Receipt(0, stored.leaf, clock.now, duplicate=False)
    assert (stored.entry.kind, stored.entry.actor) == ("record.tag", "principal:alpha")
    assert (stored.entry.correlation_id, stored.entry.subjects) == ("request-7", ("Dataset:7",))
    assert stored.entry.recorded_at == clock.now
    assert stored.body == b'{"number":7}'
    assert stored.leaf == leaf_hash(stored.entry_bytes)


def test_the_entry_carries_the_digest_of_salt_and_body(ledger: Ledger) -> None:
    ledger.append(make_draft(7)).result(timeout=10)
    stored = ledger.entry(0)
    assert stored.salt is not None
    assert stored.body is not None
    assert len(stored.salt) == 32
    assert stored.entry.body == "sha256:" + hashlib.sha256(stored.salt + stored.body).hexdigest()


def test_what_was_received_is_bound_by_a_keyed_mac_alone(ledger: Ledger) -> None:
    ledger.append(make_draft(7)).result(timeout=10)
    entry = ledger.entry(0).entry
    assert re.fullmatch(r"hmac-sha256:[0-9a-f]{8}:[0-9a-f]{64}", entry.received)
    assert hashlib.sha256(make_draft(7).received).hexdigest() not in entry.received


def test_a_large_body_comes_back_whole(ledger: Ledger) -> None:
    large = make_draft(1, body=b'{"text":"' + b"abcdefgh" * 100_000 + b'"}')
    ledger.append(large).result(timeout=10)
    assert ledger.entry(0).body == large.body
    assert ledger.verify().ok


def test_the_same_record_again_is_answered_with_its_old_place(ledger: Ledger, clock: SetClock) -> None:
    first = ledger.append(make_draft(1)).result(timeout=10)
    ledger.append(make_draft(2)).result(timeout=10)
    clock.now += 1_000_000
    again = ledger.append(make_draft(1)).result(timeout=10)
    assert again == Receipt(first.index, first.leaf, first.recorded_at, duplicate=True)
    assert ledger.size() == 2
    assert ledger.verify().ok


@pytest.mark.parametrize("count", [0, 1, 7, 8, 63, 64, 141])
def test_what_is_handed_in_together_stands_as_if_it_came_one_by_one(ledger: Ledger, count: int) -> None:
    ledger.append(make_draft(0)).result(timeout=10)
    receipts = ledger.append_all([make_draft(number) for number in range(count)]).result(timeout=10)
    assert [receipt.index for receipt in receipts] == list(range(count))
    assert [receipt.duplicate for receipt in receipts] == [number == 0 for number in range(count)]
    assert [stored.body for stored in ledger.entries(0, 200)] == [b'{"number":%d}' % n for n in range(max(count, 1))]
    assert ledger.verify().ok


def test_of_what_is_handed_in_together_nothing_is_taken_where_one_cannot_be(ledger: Ledger) -> None:
    with pytest.raises(MalformedEntryError):
        ledger.append_all([make_draft(1), replace(make_draft(2), kind="No Kind")])
    ledger.append(make_draft(3)).result(timeout=10)
    assert ledger.size() == 1


def test_duplicates_handed_in_together_become_one_entry(ledger: Ledger) -> None:
    receipts = [future.result(timeout=10) for future in [ledger.append(make_draft(1)) for _ in range(50)]]
    assert [receipt.index for receipt in receipts] == [0] * 50
    assert [receipt.duplicate for receipt in receipts].count(False) == 1
    assert ledger.size() == 1


@pytest.mark.parametrize("other", [{"actor": "principal:beta"}, {"kind": "record.seal_snapshot"}])
def test_the_same_words_by_another_or_of_another_kind_are_a_record_of_their_own(
    ledger: Ledger, other: dict[str, Any]
) -> None:
    ledger.append(make_draft(1)).result(timeout=10)
    assert not ledger.append(replace(make_draft(1), **other)).result(timeout=10).duplicate
    assert ledger.size() == 2


def test_recorded_times_rise_although_the_clock_is_set_back(ledger: Ledger, clock: SetClock) -> None:
    times = []
    for number in range(5):
        times.append(ledger.append(make_draft(number)).result(timeout=10).recorded_at)
        clock.now -= 60_000_000
    assert times == sorted(set(times))
    assert ledger.verify().ok


def test_a_page_ends_after_so_many_bytes_but_never_without_an_entry(ledger: Ledger, filled: Fill) -> None:
    filled(5)
    sizes = [len(stored.body or b"") for stored in ledger.entries(0, 5)]
    assert [stored.index for stored in ledger.entries(0, 5, 0)] == [0]
    assert [stored.index for stored in ledger.entries(1, 9, sum(sizes[1:3]))] == [1, 2, 3]
    assert len(ledger.entries(0, 5, sum(sizes))) == 5


def test_entries_come_in_pages_in_order(ledger: Ledger, filled: Fill) -> None:
    filled(25)
    pages = [ledger.entries(start, 10) for start in (0, 10, 20, 30)]
    assert [[stored.index for stored in page] for page in pages] == [
        list(range(10)),
        list(range(10, 20)),
        list(range(20, 25)),
        [],
    ]


@pytest.mark.parametrize("index", [-1, 3])
def test_an_index_that_is_not_there_is_a_lookup_error(ledger: Ledger, filled: Fill, index: int) -> None:
    filled(3)
    with pytest.raises(LookupError):
        ledger.entry(index)
    with pytest.raises(LookupError):
        ledger.inclusion_proof(index)
    with pytest.raises(LookupError):
        ledger.root(4)


def test_proofs_lead_from_every_entry_to_every_later_root(ledger: Ledger, filled: Fill) -> None:
    receipts = filled(13)
    for size in range(1, 14):
        root = ledger.root(size)
        for receipt in receipts[:size]:
            path = ledger.inclusion_proof(receipt.index, size)
            assert verify_inclusion(receipt.index, size, receipt.leaf, path, root)
        for old in range(size + 1):
            assert verify_consistency(old, size, ledger.root(old), root, ledger.consistency_proof(old, size))


def test_a_checkpoint_signs_size_and_root(ledger: Ledger, filled: Fill) -> None:
    filled(5)
    checkpoint = ledger.checkpoint()
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == (ledger.origin, 5, ledger.root())
    assert SignedCheckpoint.open(checkpoint.text, ledger.origin, ledger.verifiers) == checkpoint


def test_an_empty_ledger_can_be_signed_for(ledger: Ledger, filled: Fill) -> None:
    checkpoint = ledger.checkpoint()
    assert (checkpoint.size, checkpoint.root) == (0, EMPTY_ROOT)
    filled(1)
    assert ledger.checkpoint().size == 1
    assert ledger.verify().ok


def test_nothing_new_is_not_signed_again_and_what_was_signed_is_kept(
    ledger: Ledger, filled: Fill, clock: SetClock
) -> None:
    filled(3)
    first = ledger.checkpoint()
    assert ledger.checkpoint() == first
    filled(2)
    second = ledger.checkpoint()
    assert [issued.checkpoint for issued in ledger.checkpoints()] == [first, second]
    latest = ledger.latest_checkpoint()
    assert latest is not None
    assert (latest.checkpoint, latest.signed_at) == (second, clock.now)


def test_a_proof_file_verifies_with_nothing_but_the_entry_and_a_key(ledger: Ledger, filled: Fill) -> None:
    filled(6)
    old = ledger.checkpoint()
    filled(4)
    proof = ProofFile.parse(ledger.proof_file(3))
    proof.verify(ledger.entry(3).entry_bytes, ledger.origin, ledger.verifiers)
    assert proof.checkpoint == old
    later = ProofFile.parse(ledger.proof_file(8))
    later.verify(ledger.entry(8).entry_bytes, ledger.origin, ledger.verifiers)
    with pytest.raises(NoteError):
        later.verify(ledger.entry(7).entry_bytes, ledger.origin, ledger.verifiers)


def test_an_erased_body_is_gone_and_every_proof_stays(ledger: Ledger, filled: Fill) -> None:
    filled(5)
    before = ledger.checkpoint()
    ledger.append(make_erasure(5, 1, 2)).result(timeout=10)
    ledger.append(make_erasure(6, 2, 3)).result(timeout=10)
    stored = ledger.entry(1)
    assert (stored.salt, stored.body, stored.erased_by) == (None, None, 5)
    assert [ledger.entry(index).erased_by for index in (2, 3, 4)] == [5, 6, None]
    assert ledger.root(5) == before.root
    report = ledger.verify(held=[before])
    assert report.ok
    assert (report.bodies, report.erased) == (4, 3)


def test_a_retry_does_not_bring_an_erased_body_back(ledger: Ledger, filled: Fill) -> None:
    filled(3)
    ledger.append(make_erasure(3, 0)).result(timeout=10)
    receipt = ledger.append(make_draft(0)).result(timeout=10)
    assert (receipt.index, receipt.duplicate) == (0, True)
    assert ledger.entry(0).body is None


@pytest.mark.parametrize("index", [-1, 3, 9])
def test_only_what_is_there_can_be_erased(ledger: Ledger, filled: Fill, index: int) -> None:
    filled(3)
    with pytest.raises(LookupError):
        ledger.append(make_erasure(3, 1, index))
    assert ledger.entry(1).body is not None
    assert ledger.size() == 3


def test_what_says_that_something_was_erased_is_never_erased(ledger: Ledger, filled: Fill) -> None:
    filled(2)
    ledger.append(make_erasure(2, 0)).result(timeout=10)
    with pytest.raises(LookupError, match="never erased"):
        ledger.append(make_erasure(3, 2))
    assert ledger.entry(2).body is not None


def test_an_erasure_that_its_record_does_not_name_is_damage(ledger: Ledger, filled: Fill) -> None:
    filled(3)
    ledger.append(replace(make_erasure(3, 1), erases=(0, 1))).result(timeout=10)
    assert ledger.entry(1).body is None
    with pytest.raises(EvidenceError, match="no record that erased it"):
        ledger.entry(0)
    report = ledger.verify()
    assert not report.ok
    assert report.problems[0].index == 0


def test_an_erasure_that_was_not_done_is_damage(ledger: Ledger, filled: Fill) -> None:
    filled(3)
    ledger.append(replace(make_erasure(3, 1), erases=())).result(timeout=10)
    report = ledger.verify()
    assert [(problem.index, problem.detail) for problem in report.problems] == [
        (1, "the body of entry 1 is there, although entry 3 erased it")
    ]


def test_waiting_ends_with_the_entry_or_with_the_time(ledger: Ledger) -> None:
    assert not ledger.wait_for(0, timeout=0)
    ledger.append(make_draft(1))
    assert ledger.wait_for(0, timeout=10)
    assert ledger.size() == 1


def test_whoever_waits_is_woken_to_see_that_it_ended(ledger: Ledger) -> None:
    ended, looked, answers = threading.Event(), threading.Event(), list[bool]()

    def is_over() -> bool:
        looked.set()
        return ended.is_set()

    def wait() -> None:
        answers.append(ledger.wait_for(0, 60, is_over))
        looked.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    assert looked.wait(30)
    ended.set()
    ledger.wake()
    waiter.join(30)
    assert answers == [False]


def test_progress_ends_at_the_whole(ledger: Ledger, filled: Fill) -> None:
    filled(5)
    calls: list[tuple[int, int]] = []
    assert ledger.verify(lambda done, whole: calls.append((done, whole))).ok
    assert calls[-1] == (5, 5)


def test_a_held_checkpoint_of_another_tree_is_found(ledger: Ledger, filled: Fill) -> None:
    filled(5)
    longer = ledger.checkpoint()
    forged = SignedCheckpoint(longer.origin, 4, bytes(32), longer.text)
    report = ledger.verify(held=[forged])
    assert not report.ok
    assert report.problems[0].index == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "Record"},
        {"kind": "record..tag"},
        {"actor": ""},
        {"actor": "Testperson Älpha"},
        {"correlation_id": "a\nb"},
        {"subjects": ("x",) * 65},
        {"subjects": ("x" * 257,)},
    ],
)
def test_names_that_no_entry_may_carry_are_refused_at_once(ledger: Ledger, wrong: dict[str, Any]) -> None:
    bad = replace(make_draft(1), **wrong)
    with pytest.raises(MalformedEntryError):
        ledger.append(bad)
    assert ledger.size() == 0


def test_a_closed_ledger_takes_nothing(ledger: Ledger) -> None:
    ledger.close()
    with pytest.raises(OperatorError):
        ledger.append(make_draft(1))


def test_the_entries_of_some_kinds_are_found_without_their_bodies(ledger: Ledger) -> None:
    kinds = ["record.tag", "record.issue_key", "record.tagged", "openlineage.run_event", "record.issue_key"]
    for number, kind in enumerate(kinds):
        ledger.append(make_draft(number, kind=kind)).result(timeout=10)
    ledger.append(make_draft(5, subjects=('{"kind":"record.issue_key"}',))).result(timeout=10)
    assert ledger.of_kinds({"record.issue_key"}) == [1, 4]
    assert ledger.of_kinds({"record.issue_key", "record.tag"}) == [0, 1, 4, 5]
    assert ledger.of_kinds({"record.issue_key"}, start=2) == [4]
    tags_and_keys = {"record.issue_key", "record.tag"}
    assert ledger.of_kinds(tags_and_keys, 1, 5) == [1, 4]
    assert ledger.of_kinds(tags_and_keys, 0, 99, most=2) == [0, 1]
    assert ledger.of_kinds(tags_and_keys, 1, 5, most=1, newest=True) == [4]
    assert ledger.of_kinds(tags_and_keys, newest=True) == [5, 4, 1, 0]
    assert ledger.of_kinds(tags_and_keys, 4, 2) == []
    assert ledger.of_kinds({"record.issue"}) == []
    assert ledger.of_kinds(()) == []
