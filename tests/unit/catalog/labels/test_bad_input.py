"""What is wrong in an attestation is refused, or taken and warned of, in one sentence that says what would be right."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.errors import SenderError
from tests.support.records import House, attestation, event, tag

SAFE_HARBOR = "safe-harbor"


def treated(technique: str, code: str = "H", **more: Any) -> dict[str, Any]:
    return {"treatments": [{"code": {"system": SAFE_HARBOR, "code": code}, "technique": technique, **more}]}


@pytest.fixture
def house(house: House) -> House:
    """Lend a catalog that knows the job that curates."""
    house.send(event())
    return house


@pytest.mark.parametrize(
    ("more", "words", "pointer"),
    [
        ({"method": "SAFE_HARBOUR"}, "did you mean SAFE_HARBOR?", "/method"),
        (treated("REMOVD"), "did you mean REMOVED?", "/treatments/0/technique"),
        (treated("REMOVED", "Y"), "use one of A, B, C,", "/treatments/0/code"),
        (treated("AGGREGATED"), "What was aggregated names its smallest cell.", "/treatments/0/minimum_cell"),
        ({"clears": [{"system": SAFE_HARBOR, "code": "h"}]}, "case matters: H.", "/clears/0"),
        ({"clears": [{"system": "safeharbor", "code": "H"}]}, "System is a URI or one of", "/clears/0"),
        ({"alterations": ["PSEUDD"]}, "did you mean PSEUDED?", "/alterations/0"),
        ({"expert": None}, "names its expert: 45 CFR 164.514(b)(1).", "/expert"),
        ({"method": "NONE", "clears": [{"system": SAFE_HARBOR, "code": "H"}]}, "name a method", "/clears"),
        ({"job": {"namespace": "pipeline", "name": "curat"}}, "send an event that names it first.", "/job"),
    ],
)
def test_what_is_refused_says_what_would_be_right(house: House, more: dict[str, Any], words: str, pointer: str) -> None:
    size = house.ledger.size()
    with pytest.raises(SenderError) as refused:
        house.record(attestation(**more))
    assert words in str(refused.value)
    assert refused.value.pointer == pointer
    assert house.ledger.size() == size


def test_a_label_by_a_code_that_its_system_has_not_is_refused_with_those_that_it_has(house: House) -> None:
    with pytest.raises(SenderError, match="use one of A, B, C,"):
        house.record(tag(codes=[{"system": SAFE_HARBOR, "code": "Z9"}]))


@pytest.mark.parametrize(
    "more",
    [{}, {**treated("DERIVED_CODE"), "method": "SAFE_HARBOR"}, treated("AGGREGATED", minimum_cell=3)],
    ids=["nothing named", "a hash under Safe Harbor", "small cells"],
)
def test_one_that_covers_nothing_is_taken_and_warned_of(house: House, more: dict[str, Any]) -> None:
    warnings = house.record(attestation(**{"clears": [], **more}), house.act_as("ada", "steward")).warnings
    assert len(warnings) == 1
    assert "takes no label away" in warnings[0]
