"""Grants of access: somebody else's, with an end, over with the role, and never wider than they say."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.decisions.holders import holders
from catalog.errors import AskerError, SenderError
from catalog.grants.queries import grants_of
from catalog.grants.rules import covering, within
from catalog.reading import AsOf
from graph_schema.aspects.access import Target
from graph_schema.nodes import Column, Dataset, Principal
from graph_schema.times import format_time, parse_zoned
from tests.support.records import CURATED, RAW, House, access_grant, declaration, ending_grant, principal, tag

TARGET = Target("DATASET", **CURATED)
GRACE = Principal("grace").id


def day(house: House, days: float) -> str:
    return format_time(house.clock.micros() + int(days * 86_400_000_000))


@pytest.fixture
def house(house: House) -> House:
    house.record(declaration(dataset=CURATED))
    house.record(principal("grace", "engineer", "auditor"))
    return house


def granted(house: House, purpose: str = "HRESCH", action: str = "read", **more: Any) -> int | None:
    at = house.clock.micros()
    held = grants_of(house.view(AsOf(at)), [GRACE]).get(GRACE, ())
    found = covering(held, action, more.get("target", TARGET), purpose, more.get("project"))
    return None if found is None else found.entry


def test_a_grant_covers_what_it_names_and_nothing_else(house: House) -> None:
    entry = house.record(access_grant(until=day(house, 1), project="readmission")).receipt.index
    assert granted(house, project="readmission") == entry
    assert granted(house) is None
    assert granted(house, project="another") is None
    assert granted(house, "TREAT", project="readmission") is None
    assert granted(house, action="export", project="readmission") is None
    assert granted(house, target=Target("DATASET", **RAW), project="readmission") is None


def test_who_has_a_grant_of_a_column_has_access_to_the_dataset_in_part(house: House) -> None:
    house.record(access_grant(until=day(house, 1), target={"target_kind": "COLUMN", **CURATED, "column": "age"}))
    for of, names in ((Dataset(**CURATED), ["grace"]), (Column(CURATED["namespace"], CURATED["name"], "mrn"), [])):
        house.record(tag(dataset=CURATED, column="mrn"))
        assert [one.principal for one in holders(house.view(AsOf(house.clock.micros())), of.id)] == names
    assert granted(house) is None


def test_a_grant_ends_by_itself_and_begins_when_it_says(house: House) -> None:
    entry = house.record(access_grant(since=day(house, 1), until=day(house, 2))).receipt.index
    assert granted(house) is None
    house.clock.now += 86_400 * 1.5
    assert granted(house) == entry
    house.clock.now += 86_400
    assert granted(house) is None
    (found,) = grants_of(house.view(), [GRACE])[GRACE]
    assert (found.entry, found.ended_by, found.by) == (entry, None, "local")


def test_a_grant_that_was_ended_is_over_and_stays_so(house: House) -> None:
    entry = house.record(access_grant(until=day(house, 1))).receipt.index
    end = house.record(ending_grant(entry)).receipt.index
    assert granted(house) is None
    assert grants_of(house.view(), [GRACE])[GRACE][0].ended_by == end
    with pytest.raises(SenderError, match="ended already"):
        house.record({**ending_grant(entry), "reason": "Once more"})
    with pytest.raises(SenderError, match="grants nothing"):
        house.record(ending_grant(entry + 1))


def test_a_grant_decays_with_a_role_and_does_not_come_back(house: House) -> None:
    house.record(access_grant(until=day(house, 1)))
    house.record(principal("grace", "engineer", "auditor", "steward"))
    assert granted(house) is not None
    house.record(principal("grace", "engineer"))
    assert granted(house) is None
    house.record(principal("grace", "engineer", "auditor"))
    assert granted(house) is None


def test_nobody_grants_access_to_themselves(house: House) -> None:
    steward = house.act_as("ada", "steward")
    with pytest.raises(AskerError, match="Nobody grants access to themselves"):
        house.record(access_grant("ada", until=day(house, 1)), steward)
    assert house.record(access_grant(until=day(house, 1)), steward).receipt.index


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"since": 2, "until": 1}, "A grant ends after it starts"),
        ({"until": -1}, "would be over already"),
        ({"since": -2, "until": -1}, "would be over already"),
        ({"until": 91}, "for 90 days at most"),
    ],
)
def test_a_grant_that_ends_before_it_starts_or_lasts_too_long_is_refused(
    house: House, change: dict[str, int], sentence: str
) -> None:
    with pytest.raises(SenderError, match=sentence) as raised:
        house.record(access_grant(**{name: day(house, days) for name, days in change.items()}))
    assert (raised.value.pointer, raised.value.status) == ("/until", 422)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"principal": "nobody"}, "no principal that may act"),
        ({"target": {"target_kind": "DATASET", "namespace": "n", "name": "unheard of"}}, "unknown dataset"),
        ({"target": {"target_kind": "COLUMN", **CURATED}}, "COLUMN needs column"),
        ({"target": {"target_kind": "NAMESPACE", **CURATED}}, "NAMESPACE has no name"),
        ({"purposes": ["FUN"]}, "FUN"),
        ({"actions": ["sell"]}, "actions"),
    ],
)
def test_a_grant_of_what_is_not_known_is_refused(house: House, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SenderError, match=sentence):
        house.record(access_grant(**{"until": day(house, 1), **change}))


@pytest.mark.parametrize(
    ("outer", "inner", "is_within"),
    [
        (Target("NAMESPACE", "n"), Target("DATASET", "n", "d"), True),
        (Target("NAMESPACE", "n"), Target("DATASET", "m", "d"), False),
        (Target("NAMESPACE", "n"), Target("COLUMN", "n", "d", "c"), True),
        (Target("NAMESPACE", "n"), Target("MODEL_VERSION", "n", "d", None, "1"), False),
        (Target("PREFIX", "n", "lake/"), Target("DATASET", "n", "lake/d"), True),
        (Target("PREFIX", "n", "lake/"), Target("DATASET", "n", "other"), False),
        (Target("DATASET", "n", "d"), Target("COLUMN", "n", "d", "c"), True),
        (Target("COLUMN", "n", "d", "c"), Target("DATASET", "n", "d"), False),
        (Target("COLUMN", "n", "d", "c"), Target("COLUMN", "n", "d", "c"), True),
        (Target("MODEL_VERSION", "n", "m", None, "1"), Target("MODEL_VERSION", "n", "m", None, "2"), False),
    ],
)
def test_what_a_grant_is_of(outer: Target, inner: Target, *, is_within: bool) -> None:
    assert within(outer, inner) is is_within


def test_a_grant_is_read_as_of_its_entry(house: House) -> None:
    entry = house.record(access_grant(until=day(house, 1))).receipt.index
    now = parse_zoned(day(house, 0))
    assert grants_of(house.view(AsOf(now, entry - 1)), [GRACE]) == {}
