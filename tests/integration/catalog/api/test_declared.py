"""What a site declares about its estate is shown as it holds, with the entry that says so."""

from __future__ import annotations

from tests.integration.catalog.api.conftest import Catalog
from tests.support.records import place

_PLACES = "query Places($at: DateTime) { places(asOf: {validAt: $at}) { id name placeKind within around entry since } }"


def test_places_are_shown_as_a_tree(catalog: Catalog) -> None:
    catalog.record(place("EU", None, place_kind="REGION"))
    catalog.record(place("North", "EU", valid_from="2026-02-01T00:00:00Z"))
    catalog.caught_up()
    first, second = catalog.data(_PLACES)["places"]
    assert (first["name"], first["within"], first["around"]) == ("EU", None, [])
    assert second.pop("id").startswith("Place:")
    assert second == {
        "name": "North",
        "placeKind": "SITE",
        "within": "EU",
        "around": ["EU"],
        "entry": 1,
        "since": "2026-02-01T00:00:00Z",
    }
    assert catalog.data(_PLACES, at="2026-01-01T00:00:00Z")["places"] == []


def test_a_place_in_a_circle_is_answered_with_what_to_do(catalog: Catalog) -> None:
    catalog.record(place("North", "EU"))
    catalog.caught_up()
    answer = catalog.record(place("EU", "North", place_kind="REGION"))
    assert answer.status_code == 422
    assert "declare that anew first" in answer.json()["errors"][0]["detail"]
    assert answer.json()["errors"][0]["pointer"] == "#/within"
