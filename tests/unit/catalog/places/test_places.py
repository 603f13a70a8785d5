from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import SenderError
from catalog.places.queries import places, places_tree, undeclared
from catalog.places.rules import around, closes_circle
from catalog.reading import AsOf
from graph_schema.times import parse_zoned
from tests.support.records import House, ending_place, place

EARLY, LATE = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
NAMES = st.sampled_from("ABCD")


@given(st.dictionaries(NAMES, st.none() | NAMES), NAMES)
def test_what_lies_around_a_place_ends_whatever_the_tree(parents: dict[str, str | None], one: str) -> None:
    found = around(parents, one)
    assert found[0] == one
    assert len(set(found)) == len(found)
    assert all(parents[inner] == outer for inner, outer in pairwise(found))
    last = parents.get(found[-1])
    assert last is None or last in found


@given(st.dictionaries(NAMES, st.none() | NAMES), NAMES, NAMES)
def test_a_circle_is_closed_where_a_place_would_lie_in_itself(
    parents: dict[str, str | None], one: str, within: str
) -> None:
    reached, front = set(), {within}
    while front:
        reached |= front
        front = {outer for inner in front if (outer := parents.get(inner)) is not None} - reached
    assert closes_circle(parents, one, within) == (one in reached)
    assert not closes_circle(parents, one, None)


def test_a_place_is_shown_with_all_that_it_lies_in(house: House) -> None:
    house.record(place("DE", "EU", place_kind="COUNTRY"))
    house.record(place("North", "DE"))
    assert [(one.name, one.place_kind, one.around, one.entry) for one in places(house.view())] == [
        ("DE", "COUNTRY", ("EU",), 0),
        ("North", "SITE", ("DE", "EU"), 1),
    ]
    assert places_tree(house.view()) == {"DE": "EU", "North": "DE"}


def test_a_place_that_moves_lies_elsewhere_from_then_on(house: House) -> None:
    house.record(place("North", "DE", valid_from=EARLY))
    house.record(place("North", "FR", valid_from=LATE))
    assert places_tree(house.view(AsOf(valid_at=parse_zoned(EARLY)))) == {"North": "DE"}
    assert places_tree(house.view()) == {"North": "FR"}
    assert places_tree(house.view(AsOf(known_at=0))) == {"North": "DE"}


def test_a_place_that_ended_is_declared_no_longer(house: House) -> None:
    house.record(place("North", "DE", valid_from=EARLY))
    house.record(ending_place("North", valid_from=LATE))
    assert places_tree(house.view()) == {}
    assert places_tree(house.view(AsOf(valid_at=parse_zoned(EARLY)))) == {"North": "DE"}


def test_a_place_that_is_only_named_is_not_declared(house: House) -> None:
    accepted = house.record(place("North", "DE"))
    assert "DE" not in places_tree(house.view())
    assert "not declared" in accepted.warnings[0]


def test_a_place_that_is_not_declared_is_told_with_the_nearest_that_is(house: House) -> None:
    house.record(place("Germany", None, place_kind="COUNTRY"))
    accepted = house.record(place("North", "Germani"))
    assert accepted.warnings[0].endswith("Did you mean Germany?")
    assert undeclared(places_tree(house.view()), ("germany", "mars")) == {"germany": "Germany", "mars": None}


def test_a_place_within_itself_is_refused(house: House) -> None:
    with pytest.raises(SenderError, match="does not lie in itself") as refused:
        house.record(place("North", "North"))
    assert refused.value.pointer == "/within"


def test_two_places_in_a_circle_are_refused(house: House) -> None:
    house.record(place("A", "B"))
    house.record(place("B", "C"))
    with pytest.raises(SenderError, match="would lie in itself") as refused:
        house.record(place("C", "A"))
    assert refused.value.pointer == "/within"
    assert refused.value.status == 422


def test_a_circle_that_a_back_dated_record_would_close_is_refused(house: House) -> None:
    house.record(place("A", "B", valid_from=EARLY))
    house.record(place("A", None, valid_from=LATE))
    with pytest.raises(SenderError, match="would lie in itself"):
        house.record(place("B", "A", valid_from=EARLY))
    house.record(place("B", "A", valid_from=LATE))


def test_a_circle_that_came_by_order_of_arrival_is_followed_once(house: House) -> None:
    house.append(place("A", "B"), "grace")
    house.append(place("B", "A"), "grace")
    assert [(one.name, one.around) for one in places(house.view())] == [("A", ("B",)), ("B", ("A",))]


def test_an_unknown_place_cannot_end(house: House) -> None:
    with pytest.raises(SenderError, match="unknown place"):
        house.record(ending_place("Nowhere"))
