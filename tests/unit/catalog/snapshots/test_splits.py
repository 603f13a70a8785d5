"""Divisions of subjects: whether training and evaluation are apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import SenderError
from catalog.reading import AsOf
from catalog.snapshots import splits
from catalog.snapshots.splits import SnapshotPart, Split, split_of
from graph_schema.aspects.snapshots import SplitPart
from graph_schema.nodes import Snapshot
from tests.support.records import (
    CURATED,
    DIGEST,
    EVALUATION_DIGEST,
    MANIFEST,
    RAW,
    House,
    division,
    erasing,
    event,
    seal,
)

TRAINED, EVALUATED, OTHER = (
    Snapshot(dataset["namespace"], dataset["name"], digest).id
    for dataset, digest in ((CURATED, DIGEST), (CURATED, EVALUATION_DIGEST), (RAW, DIGEST))
)


@pytest.fixture
def house(house: House) -> House:
    house.send(event())
    house.record(seal())
    house.record(seal(digest=EVALUATION_DIGEST, manifest=MANIFEST[:1], role="EVALUATION"))
    house.record(seal(dataset=RAW))
    return house


def asked(house: House, as_of: AsOf | None = None) -> Split:
    return split_of(house.view() if as_of is None else house.view(as_of), [TRAINED], [EVALUATED])


def part(name: str, *snapshots: tuple[dict[str, str], str]) -> dict[str, Any]:
    return {"part": name, "snapshots": [{"dataset": dataset, "digest": digest} for dataset, digest in snapshots]}


def test_snapshots_in_different_parts_of_one_division_are_apart_and_cite_it(house: House) -> None:
    before = house.ledger.size() - 1
    entry = house.record(division()).receipt.index
    assert (asked(house).apart, asked(house).entries) == (True, (entry,))
    assert "patient" in asked(house).reason
    assert asked(house, AsOf(known_at=before)).apart is None


def test_without_a_division_it_cannot_be_told(house: House) -> None:
    assert asked(house).apart is None
    assert split_of(house.view(), [TRAINED], []).apart is None


def test_a_division_by_which_subjects_are_in_several_parts_says_that_they_are_not_apart(house: House) -> None:
    house.record(division())
    accepted = house.record(division(unit="SITE", shared=2))
    assert any("not apart" in one for one in accepted.warnings)
    assert (asked(house).apart, asked(house).entries) == (False, (accepted.receipt.index,))


def test_a_part_that_both_stand_in_is_no_division_of_them(house: House) -> None:
    both = part("training", (CURATED, DIGEST), (CURATED, EVALUATION_DIGEST))
    house.record(division(parts=[both, part("evaluation", (RAW, DIGEST))]))
    assert asked(house).apart is False


def test_a_snapshot_on_both_sides_is_not_apart_from_itself(house: House) -> None:
    assert split_of(house.view(), [TRAINED], [TRAINED, EVALUATED]).apart is False


def test_every_pair_has_to_be_divided_and_parts_of_two_divisions_are_not_compared(house: House) -> None:
    house.record(division())
    assert split_of(house.view(), [TRAINED, OTHER], [EVALUATED]).apart is None
    house.record(division(parts=[part("training", (RAW, DIGEST)), part("tuning", (CURATED, DIGEST))]))
    assert split_of(house.view(), [TRAINED, OTHER], [EVALUATED]).apart is None
    house.record(division(parts=[part("fit", (RAW, DIGEST)), part("held out", (CURATED, EVALUATION_DIGEST))]))
    assert split_of(house.view(), [TRAINED, OTHER], [EVALUATED]).apart is True


def test_an_erased_division_is_none(house: House) -> None:
    entry = house.record(division()).receipt.index
    house.record(erasing(entry))
    assert asked(house).apart is None


def withdrawal(split: int) -> dict[str, Any]:
    return {"kind": "withdraw_split", "split": split, "reason": "Made up by mistake"}


def test_a_division_that_was_withdrawn_counts_at_no_time_for_whoever_knows_of_it(house: House) -> None:
    good = house.record(division()).receipt.index
    wrong = house.record(division(unit="SITE", shared=2)).receipt.index
    between = house.clock.micros()
    assert asked(house).apart is False
    entry = house.record(withdrawal(wrong)).receipt.index
    assert (asked(house).apart, asked(house).entries) == (True, (good,))
    # It was a mistake from the beginning, and was known to be one only later.
    assert asked(house, AsOf(between)).apart is True
    assert asked(house, AsOf(between, entry - 1)).apart is False
    last = house.record(withdrawal(good)).receipt.index
    found = asked(house)
    assert (found.apart, found.entries) == (None, (entry, last))
    assert found.reason == "No declared division of subjects covers all of them, but for one that was withdrawn."


def test_whoever_withdraws_a_division_again_is_told_and_one_that_is_none_is_refused(house: House) -> None:
    entry = house.record(division()).receipt.index
    first = house.record(withdrawal(entry))
    assert first.warnings == ()
    again = {**withdrawal(entry), "reason": "Said in other words"}
    assert house.record(again).warnings == (
        f"It was withdrawn already, by entry {first.receipt.index}; this adds why.",
    )
    for none in (0, 9999):
        with pytest.raises(SenderError, match="ledger index of the record that declared it") as caught:
            house.record(withdrawal(none))
        assert caught.value.pointer == "/split"


def test_an_erased_withdrawal_brings_no_division_back(house: House) -> None:
    entry = house.record(division()).receipt.index
    house.record(erasing(house.record(withdrawal(entry)).receipt.index))
    assert asked(house).apart is None


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_divisions_count_as_if_those_withdrawn_had_never_been_declared(data: st.DataObject) -> None:
    """Whatever is withdrawn and when: what is left decides, as of now and as of each entry on the way."""
    shared = data.draw(st.lists(st.integers(0, 1), min_size=1, max_size=4))
    taken = data.draw(st.lists(st.sampled_from(range(len(shared))), unique=True))
    parts = [SplitPart(part, "PATIENT", DIGEST, 0, "made up") for part in ("training", "evaluation")]
    declared = [tuple(replace(part, shared=some) for part in parts) for some in shared]

    def judged(kept: list[int], over: dict[int, int]) -> bool | None:
        sides = [[SnapshotPart(one, declared[one][side]) for one in kept] for side in (0, 1)]
        return splits.judged([(sides[0], sides[1])], over).apart

    for known in range(len(taken) + 1):
        over = {one: 100 + one for one in taken[:known]}
        left = [one for one in range(len(shared)) if one not in over]
        assert judged(list(range(len(shared))), over) == judged(left, {})


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ([part("training", (CURATED, DIGEST))], "/parts"),
        ([part("a", (CURATED, DIGEST)), part("b", (CURATED, DIGEST))], "/parts"),
        ([part("a", (CURATED, DIGEST)), part("a", (RAW, DIGEST))], "/parts"),
        ([part("a", (CURATED, DIGEST)), part("b", (RAW, "sha256:" + "0" * 64))], "/parts/1/snapshots/0/digest"),
    ],
)
def test_what_divides_nothing_is_refused_at_its_place(house: House, parts: list[Any], pointer: str) -> None:
    with pytest.raises(SenderError) as caught:
        house.record(division(parts=parts))
    assert caught.value.pointer == pointer
