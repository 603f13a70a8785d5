"""What is wrong in a statement of use is refused, or taken and warned of, in a sentence that says what is right."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.errors import SenderError
from tests.support.records import House, event
from tests.support.uses import permission

FEBRUARY, JANUARY = "2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z"


@pytest.fixture
def house(house: House) -> House:
    """Lend a catalog that knows the raw visits."""
    house.send(event())
    return house


@pytest.mark.parametrize(
    ("more", "words", "pointer"),
    [
        ({"terms": [{"code": "GRUU"}]}, "did you mean GRU?", "/terms/0/code"),
        ({"terms": [{"code": "DUO:0099999"}]}, "or its shorthand, such as GRU.", "/terms/0/code"),
        ({"terms": [{"code": "DUO:0000038"}]}, "a dataset permits GRU, HMB, DS, POA or NRES.", "/terms/0/code"),
        ({"purposes": ["HRESH"]}, "did you mean HRESCH", "/purposes/0"),
        ({"purposes": ["PurposeOfUse"]}, "use a code under it, such as", "/purposes/0"),
        ({"obligations": ["DELETE"]}, "use one of its", "/obligations/0"),
        ({"refrains": ["NORELINKS"]}, "did you mean NORELINK", "/refrains/0"),
        ({"terms": None}, "Say what is permitted: terms, purposes, places, a consent or an agreement.", None),
        ({"until": JANUARY, "valid_from": FEBRUARY}, "until comes after valid_from.", "/until"),
        (
            {"consent": {"state": "GIVEN", "since": FEBRUARY, "until": JANUARY}},
            "This consent ends before it begins: `until` comes after `since`.",
            "/consent",
        ),
        (
            {"consent": {"state": "GIVEN", "until": JANUARY}, "valid_from": FEBRUARY},
            "This consent ends before it begins: `until` comes after valid_from.",
            "/consent/until",
        ),
    ],
)
def test_what_is_refused_says_what_would_be_right(
    house: House, more: dict[str, Any], words: str, pointer: str | None
) -> None:
    size = house.ledger.size()
    made = {name: value for name, value in permission(**more).items() if value is not None}
    with pytest.raises(SenderError) as refused:
        house.record(made)
    assert words in str(refused.value)
    assert pointer is None or refused.value.pointer == pointer
    assert house.ledger.size() == size


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            {"terms": [{"code": "DUO:00000044"}, {"code": "GRU"}]},
            ["DUO:00000044 has eight digits: it is taken as DUO:0000044 (NPOA)."],
        ),
        (
            {"terms": [{"code": "DUO:0000002"}]},
            ["DUO:0000002 is obsolete: it grants nothing", "it names neither a permission nor a purpose."],
        ),
        (
            {"terms": [{"code": "DUO:0000005"}, {"code": "GRU"}]},
            ["use DUO:0000042 (GRU) alone; the authority over the data has to permit clinical care anew."],
        ),
        ({"purposes": [], "terms": []}, ["This statement permits nothing: it allows no purpose."]),
        ({"places": []}, ["This statement permits nothing: it allows no place."]),
    ],
)
def test_what_is_taken_and_permits_less_than_it_seems_is_warned_of(
    house: House, more: dict[str, Any], words: list[str]
) -> None:
    warnings = house.record(permission(**more)).warnings
    assert len(warnings) == len(words)
    assert all(word in warned for word, warned in zip(words, warnings, strict=True))
