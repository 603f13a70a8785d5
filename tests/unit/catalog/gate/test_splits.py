"""Rule G4 by a declared division of subjects: the check passes by it, and fails where subjects are in both."""

from __future__ import annotations

import pytest

from graph_schema.vocabulary.words import GateCheckName
from tests.support.gate_story import EVALUATION, TRAINING, GateStory, snapshot
from tests.support.records import House, division


@pytest.mark.parametrize(("shared", "outcome"), [(0, "PASS"), (3, "FAIL")])
def test_g4_a_declared_division_of_subjects_decides_whether_they_are_apart(
    house: House, shared: int, outcome: str
) -> None:
    story = GateStory(house).tell()
    assert story.outcomes()[GateCheckName.EVALUATION_SPLIT] == "UNKNOWN"
    parts = [
        {"part": "training", "snapshots": [snapshot(TRAINING)]},
        {"part": "evaluation", "snapshots": [snapshot(EVALUATION)]},
    ]
    declared = house.record(division(parts=parts, shared=shared)).receipt.index
    assert story.outcomes().get(GateCheckName.EVALUATION_SPLIT, "PASS") == outcome
    house.record({"kind": "withdraw_split", "split": declared, "reason": "Made up by mistake"})
    assert story.outcomes()[GateCheckName.EVALUATION_SPLIT] == "UNKNOWN"
