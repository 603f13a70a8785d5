"""What a site declares about its estate is shown as it holds, with the entry that says so."""

from __future__ import annotations

from graph_schema.nodes import Dataset
from tests.integration.catalog.api.conftest import Catalog
from tests.support.records import FURTHER, RAW, encryption_key, place, source

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


_DATASET = """
query Declared($id: ID!) { node(id: $id) { ... on Dataset { suppliedBy place owner
  retention { clock startsOn disposition }
  sourceSystem { name kind } permittedProcessing permittedConsumers permittedPlaces
  storagePattern storageFormat
  encryptionKeys { key environment declared { createdBy rotatedBy usedBy datasets { entry } } }
  encryption { atRest inTransit inUse }
  plaintextWindow { where seconds } computeIsolation { ephemeralNodes hardenedImage egress }
  gdprState persons genomic featureSetVersion gaps { field } inherited { aspect value bySource entry } } } }
"""
_SOURCES = """
{ sources { name sourceKind owner clinicalPurpose phiCategory retention { policyClass clock } permittedProcessing
  permittedConsumers permittedPlaces aspects { aspect entry } } encryptionKeys { key environment usedBy entry } }
"""


def test_a_dataset_is_shown_with_all_that_is_declared_and_what_its_source_says(catalog: Catalog) -> None:
    catalog.record(source())
    catalog.record({"kind": "declare_dataset", "dataset": RAW, **FURTHER})
    catalog.record(encryption_key())
    catalog.caught_up()
    found = catalog.data(_DATASET, id=Dataset(**RAW).id)["node"]
    holders = {"createdBy": "security office", "rotatedBy": "security office", "usedBy": ["training nodes"]}
    assert {one["aspect"]: (one["bySource"], one["entry"]) for one in found.pop("inherited")} == dict.fromkeys(
        (
            "clinical_purpose",
            "owner",
            "permitted_consumers",
            "permitted_places",
            "permitted_processing",
            "phi_category",
            "source_system",
        ),
        ("made-up EHR", 0),
    )
    assert found == {
        "suppliedBy": "made-up EHR",
        "place": "North",
        "owner": "records office",
        "retention": {"clock": "STUDY_END", "startsOn": "2025-12-31", "disposition": "MOVE"},
        "sourceSystem": {"name": "made-up EHR", "kind": "EHR"},
        "permittedProcessing": ["BATCH", "QUERY_IN_PLACE"],
        "permittedConsumers": ["cardiology"],
        "permittedPlaces": ["EU"],
        "storagePattern": "OBJECT",
        "storageFormat": "parquet",
        "encryptionKeys": [{**FURTHER["encryption_keys"][0], "declared": {**holders, "datasets": [{"entry": 1}]}}],
        "encryption": {"atRest": "CUSTOMER_KEY", "inTransit": "MUTUAL_TLS", "inUse": "NONE"},
        "plaintextWindow": {"where": "The memory of the training nodes", "seconds": "3600"},
        "computeIsolation": {"ephemeralNodes": True, "hardenedImage": "made-up-image-3", "egress": "NONE"},
        "gdprState": "PSEUDONYMIZED",
        "persons": "12000",
        "genomic": False,
        "featureSetVersion": "4",
        "gaps": [{"field": "SCHEMA_VERSION"}, {"field": "PERMITTED_USE"}, {"field": "LINEAGE"}],
    }


def test_sources_and_keys_are_listed_with_the_entries_that_declare_them(catalog: Catalog) -> None:
    catalog.record(source())
    catalog.record(encryption_key())
    catalog.caught_up()
    found = catalog.data(_SOURCES)
    (one,) = found["sources"]
    assert (one["name"], one["sourceKind"], one["phiCategory"]) == (
        "made-up EHR",
        "EHR",
        ["DIRECT_IDENTIFIER", "CLINICAL_NOTE"],
    )
    assert one["retention"] == {"policyClass": "CLINICAL_REGULATORY", "clock": None}
    assert {each["entry"] for each in one["aspects"]} == {0}
    assert found["encryptionKeys"] == [
        {"key": "keys.example/training/7", "environment": "TRAINING", "usedBy": ["training nodes"], "entry": 1}
    ]
