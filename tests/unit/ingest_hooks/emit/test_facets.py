from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openlineage.client.generated.base import BaseFacet
from openlineage.client.serde import Serde

from ingest_hooks import emit
from ingest_hooks.emit import Code, Dataset, Metric, PhiTag, SnapshotRef
from ingest_hooks.emit.facets import ClaimedCode
from tests.support.openlineage_spec import problems, published_schemas

DIGEST = "sha256:" + "0f" * 32
STAYS = Dataset("lake", "stays")
CODE = emit.CodeRevision("https://git.example/clinic", "4f1c", clean=None)
ENVIRONMENT = emit.EnvironmentFingerprint(DIGEST, "CPython 3.11 on linux, 3 distributions")
MODEL = emit.ModelVersion(
    Dataset("models", "readmission"),
    "1.0.0",
    (SnapshotRef(STAYS, DIGEST),),
    (SnapshotRef(STAYS, DIGEST),),
    CODE,
    ENVIRONMENT,
    DIGEST,
    (Metric("auroc", 0.75, "evaluation"),),
    "An example",
)
DATASET_FACETS = [
    emit.LinewardPhiTagsDatasetFacet.of(
        (PhiTag("DIRECT_IDENTIFIER", "mrn", (Code("safe_harbor", "H"),), "R"), PhiTag("CLINICAL_NOTE"))
    ),
    emit.LinewardSnapshotDatasetFacet.of(DIGEST),
    emit.LinewardSnapshotDatasetFacet.of(emit.Manifest(())),
    emit.LinewardModelVersionDatasetFacet.of(MODEL),
]
RUN_FACETS = [
    emit.LinewardDeidentificationRunFacet(
        "EXPERT_DETERMINATION", "PSEUDONYMIZED", [ClaimedCode("safe_harbor", "H")], ["PSEUDED"]
    ),
    emit.LinewardEnvironmentRunFacet.of(ENVIRONMENT),
    emit.LinewardCodeRevisionRunFacet.of(CODE),
]
ALL = [*DATASET_FACETS, *RUN_FACETS]


def event_with(facet: dict[str, Any]) -> dict[str, Any]:
    return {
        "eventType": "START",
        "eventTime": "2026-01-01T00:00:00Z",
        "producer": "https://producer.example",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": "01890000-0000-7000-8000-000000000000", "facets": {"probe": facet}},
        "job": {"namespace": "n", "name": "j"},
    }


@pytest.mark.parametrize("facet", ALL, ids=lambda facet: type(facet).__name__)
def test_a_facet_is_valid_against_the_schema_that_it_names(facet: BaseFacet) -> None:
    assert problems(event_with(Serde.to_dict(facet))) == []


@pytest.mark.parametrize("facet", ALL, ids=lambda facet: type(facet).__name__)
def test_a_facet_without_any_of_its_required_members_is_not_valid(facet: BaseFacet) -> None:
    content = Serde.to_dict(facet)
    (schema,) = (found for found in published_schemas() if content["_schemaURL"].startswith(found["$id"]))
    required = schema["$defs"][type(facet).__name__]["allOf"][1]["required"]
    for member in required:
        assert problems(event_with({key: value for key, value in content.items() if key != member}))
    assert required


@pytest.mark.parametrize("facet", ALL, ids=lambda facet: type(facet).__name__)
def test_a_facet_carries_nothing_that_its_schema_does_not_describe(facet: BaseFacet) -> None:
    content = Serde.to_dict(facet)
    (schema,) = (found for found in published_schemas() if content["_schemaURL"].startswith(found["$id"]))
    described = schema["$defs"][type(facet).__name__]["allOf"][1]["properties"]
    assert {key for key in content if not key.startswith("_")} <= described.keys()


def test_keys_and_classes_are_named_by_the_standards_rule_for_custom_facets() -> None:
    kinds: list[tuple[type[BaseFacet], str]] = [
        *((type(facet), "Dataset") for facet in DATASET_FACETS),
        *((type(facet), "Run") for facet in RUN_FACETS),
    ]
    for kind, entity in kinds:
        prefix, _, name = vars(kind)["key"].partition("_")
        assert prefix == "lineward"
        assert kind.__name__ == f"Lineward{name[0].upper()}{name[1:]}{entity}Facet"


def test_every_published_schema_is_one_and_has_a_facet() -> None:
    for schema in published_schemas():
        Draft202012Validator.check_schema(schema)
    assert {schema["$id"] for schema in published_schemas()} == {
        Serde.to_dict(facet)["_schemaURL"].partition("#")[0] for facet in ALL
    }
