"""What datasets have by the place that they lie in: its site and its region, never over what is said of themselves."""

from __future__ import annotations

from typing import Any

from catalog.assets.model import DatasetRecord
from catalog.assets.queries import datasets
from catalog.reading import AsOf
from graph_schema.facts import NOW
from graph_schema.nodes import Dataset
from graph_schema.times import parse_zoned
from tests.support.records import RAW, House, ending_place, place

RAW_ID = Dataset(**RAW).id
LIES = {"kind": "declare_dataset", "dataset": RAW, "place": "Room"}


def raw(house: House, as_of: AsOf | None = None) -> DatasetRecord:
    view = house.view() if as_of is None else house.view(as_of)
    return datasets(view, [RAW_ID])[RAW_ID]


def by_place(record: DatasetRecord) -> dict[str, tuple[Any, str | None, int]]:
    found = {"site": record.site, "region": record.region}
    return {name: (one.value, one.by_place, one.entry) for name, one in found.items() if one is not None}


def tree(house: House) -> None:
    house.record(place("Room", "North"))
    house.record(place("North", "DE"))
    house.record(place("DE", "EU", place_kind="COUNTRY"))
    house.record(place("EU", None, place_kind="REGION"))


def test_a_dataset_has_the_nearest_site_and_the_nearest_place_that_is_none(house: House) -> None:
    tree(house)
    house.record(LIES)
    assert by_place(raw(house)) == {"site": ("Room", "Room", 0), "region": ("DE", "Room", 2)}
    house.record({**LIES, "place": "DE"})
    assert by_place(raw(house)) == {"region": ("DE", "DE", 2)}


def test_what_is_said_of_the_dataset_stands_before_it(house: House) -> None:
    tree(house)
    house.record({**LIES, "site": "South"})
    assert by_place(raw(house)) == {"site": ("South", None, 4), "region": ("DE", "Room", 2)}


def test_a_place_that_is_not_declared_or_has_ended_says_nothing(house: House) -> None:
    house.record(LIES)
    assert by_place(raw(house)) == {}
    tree(house)
    house.record(ending_place("DE"))
    assert by_place(raw(house)) == {"site": ("Room", "Room", 1)}
    house.record(ending_place("Room"))
    assert by_place(raw(house)) == {}
    assert by_place(raw(house, AsOf(NOW, 4))) == {"site": ("Room", "Room", 1), "region": ("DE", "Room", 3)}


def test_it_holds_since_the_dataset_lies_there_and_the_places_are_so(house: House) -> None:
    first, second = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
    house.record(place("Room", "EU", valid_from=first))
    house.record(place("EU", None, place_kind="REGION", valid_from=second))
    house.record({**LIES, "valid_from": first})
    record = raw(house)
    assert record.site is not None
    assert record.region is not None
    assert (record.site.since, record.region.since) == (parse_zoned(first), parse_zoned(second))
    assert by_place(raw(house, AsOf(parse_zoned(first)))) == {"site": ("Room", "Room", 0)}
