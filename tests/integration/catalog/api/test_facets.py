"""What facets say, asked over GraphQL: checks of several jobs, metrics, tests, tags, and how a run used a dataset."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.catalog.api.conftest import Catalog
from tests.support.events import RUN_ID, dataset, run_event

Json = dict[str, Any]

OTHER_RUN = RUN_ID[:-1] + "2"


def assertions(column: str, *, success: bool) -> Json:
    item = {"assertion": "not_null", "column": column, "success": success, "severity": "error", "actual": "3 rows"}
    return {"dataQualityAssertions": {"assertions": [item]}}


def asked(catalog: Catalog, fields: str, of: str = "clean") -> Any:
    found = catalog.data(f'{{ dataset(ref: {{namespace: "lake", name: "{of}"}}) {{ ... on Dataset {{ {fields} }} }} }}')
    return found["dataset"]


@pytest.fixture
def catalog(catalog: Catalog) -> Catalog:
    written = dataset(
        "clean",
        facets={
            "lifecycleStateChange": {"lifecycleStateChange": "OVERWRITE"},
            "version": {"datasetVersion": "7"},
            "schema": {"fields": [{"name": "insurer_no", "type": "STRING"}, {"name": "plan", "type": "STRING"}]},
            "tags": {"tags": [{"key": "classification", "value": "PII", "source": "CONFIG", "field": "insurer_no"}]},
        },
        outputFacets={"outputStatistics": {"rowCount": 5_000_000_000, "size": 12, "fileCount": 2}},
    )
    read = dataset("raw", inputFacets={"inputStatistics": {"rowCount": 3}})
    test = {"test": {"tests": [{"name": "not_null_clean_id", "status": "fail", "severity": "warn", "actual": "3"}]}}
    checked = [dataset("clean", facets=assertions("id", success=False))]
    passed = [dataset("clean", facets=assertions("id", success=True))]
    metrics = {"dataQualityMetrics": {"rowCount": 7, "columnMetrics": {"id": {"nullCount": 1}}}}
    for event in (
        run_event("START", 1, inputs=[read], outputs=[written]),
        run_event("COMPLETE", 2, inputs=[read], outputs=[]),
        run_event("FAIL", 3, run_id=OTHER_RUN, job_name="test of id", inputs=checked, run=test),
        run_event("COMPLETE", 4, run_id=RUN_ID[:-1] + "3", job_name="another test", inputs=passed),
        run_event(
            "COMPLETE", 5, run_id=RUN_ID[:-1] + "4", job_name="profile", inputs=[dataset("clean", inputFacets=metrics)]
        ),
    ):
        assert catalog.event(event).status_code == 201
    catalog.caught_up()
    return catalog


def test_assertions_metrics_and_test_results_of_one_job_never_replace_another_s(catalog: Catalog) -> None:
    found = asked(catalog, "qualityResults { assertion column outcome job { ref { name } } run { runId } entry }")
    results = {(one["job"]["ref"]["name"], one["column"], one["outcome"]) for one in found["qualityResults"]}
    assert results == {("test of id", "id", "FAILED"), ("another test", "id", "PASSED")}
    metrics = asked(catalog, "qualityMetrics { metrics column job { ref { name } } }")["qualityMetrics"]
    assert [(one["column"], one["metrics"]) for one in metrics] == [(None, ["rowCount"]), ("id", ["nullCount"])]


def test_a_run_shows_its_tests_and_no_value_of_them(catalog: Catalog) -> None:
    found = catalog.data(f'{{ run(runId: "{OTHER_RUN}") {{ ... on Run {{ tests {{ name outcome severity }} }} }} }}')
    assert found["run"]["tests"] == [{"name": "not_null_clean_id", "outcome": "FAILED", "severity": "warn"}]


def test_a_run_shows_how_its_checks_came_out_whatever_was_checked_since(catalog: Catalog) -> None:
    asked_for = "qualityResults { assertion column outcome severity dataset { name } }"
    found = catalog.data(f'{{ run(runId: "{OTHER_RUN}") {{ ... on Run {{ {asked_for} }} }} }}')["run"]
    failed = {"assertion": "not_null", "column": "id", "outcome": "FAILED", "severity": "error"}
    assert found["qualityResults"] == [{**failed, "dataset": {"name": "clean"}}]


def test_a_job_that_an_explicit_lineage_facet_lets_feed_another_is_shown_on_both(catalog: Catalog) -> None:
    feeding = {"namespace": "demo", "name": "extract", "type": "JOB"}
    entries = {"lineage": {"entries": [{"type": "JOB", "inputs": [feeding]}]}}
    assert catalog.event(run_event("COMPLETE", 8, job=entries, job_name="load")).status_code == 201
    catalog.caught_up()
    query = '{ job(ref: {namespace: "demo", name: "%s"}) { ... on Job { fedByJobs { name } feedsJobs { name } } } }'
    assert catalog.data(query % "load")["job"] == {"fedByJobs": [{"name": "extract"}], "feedsJobs": []}
    assert catalog.data(query % "extract")["job"] == {"fedByJobs": [], "feedsJobs": [{"name": "load"}]}


def test_how_a_run_used_a_dataset_is_shown_on_the_run_and_on_the_edge(catalog: Catalog) -> None:
    use = "{ dataset { ref { name } } version lifecycle rows size files }"
    run = catalog.data(f'{{ run(runId: "{RUN_ID}") {{ ... on Run {{ reads {use} writes {use} }} }} }}')["run"]
    wrote = {
        "dataset": {"ref": {"name": "clean"}},
        "version": "7",
        "lifecycle": "OVERWRITE",
        "rows": "5000000000",
        "size": "12",
        "files": "2",
    }
    assert run["writes"] == [wrote]
    assert [(one["dataset"]["ref"]["name"], one["rows"], one["version"]) for one in run["reads"]] == [
        ("raw", "3", None)
    ]
    of = asked(catalog, "id")["id"]
    walk = f'lineage(input: {{of: ["{of}"], direction: UPSTREAM}})'
    edges = f"... on LineageGraph {{ edges {{ nodes {{ write {use} read {use} }} }} }}"
    (edge,) = catalog.data(f"{{ {walk} {{ {edges} }} }}")["lineage"]["edges"]["nodes"]
    assert edge["write"] == wrote
    assert edge["read"]["rows"] == "3"


def test_tags_facet_is_shown_and_claims_phi_of_the_column(catalog: Catalog) -> None:
    tagged = "columns { nodes { name tags { key value } } }"
    found = asked(catalog, f"tags {{ key value source column }} labels {{ phiKind column origin }} {tagged}")
    assert found["columns"]["nodes"] == [
        {"name": "insurer_no", "tags": [{"key": "classification", "value": "PII"}]},
        {"name": "plan", "tags": []},
    ]
    assert found["tags"] == [{"key": "classification", "value": "PII", "source": "CONFIG", "column": "insurer_no"}]
    assert found["labels"] == [{"phiKind": "DIRECT_IDENTIFIER", "column": "insurer_no", "origin": "CLAIMED"}]


def test_a_mapping_is_tried_recorded_listed_and_read(catalog: Catalog) -> None:
    team = {"acme_team": {"name": "cardiology", "_producer": "https://example.org"}}
    assert catalog.event(run_event("COMPLETE", 9, outputs=[dataset("clean", facets=team)])).status_code == 201
    catalog.caught_up()
    record = {"mapping": "teams", "facet": "acme_team", "on": "DATASET", "pointer": "/name", "target": "OWNER"}
    record |= {"reason": "Teams stand there"}
    tried = """query($r: MapFacetInput!) { mappingDryRun(record: $r) { ... on Problem { code message }
      ... on MappingDryRun { carrying mapped conflicting examples { value node { ... on Dataset { name } } } } } }"""
    found = catalog.data(tried, r=record)["mappingDryRun"]
    examples = [{"value": "cardiology", "node": {"name": "clean"}}]
    assert found == {"carrying": 1, "mapped": 1, "conflicting": 0, "examples": examples}
    assert catalog.data(tried, r=record | {"pointer": "name"})["mappingDryRun"]["code"] == "INVALID_INPUT"
    assert catalog.data("{ mappings { name } }")["mappings"] == []
    assert catalog.record({"kind": "map_facet", **record}).status_code == 201
    catalog.caught_up()
    assert catalog.data("{ mappings { name facet on pointer target tagKey phiKind } }")["mappings"] == [
        {
            "name": "teams",
            "facet": "acme_team",
            "on": "DATASET",
            "pointer": "/name",
            "target": "OWNER",
            "tagKey": None,
            "phiKind": None,
        }
    ]
    read = asked(catalog, "owner mapped { target value mapping facet }")
    assert read == {
        "owner": None,
        "mapped": [{"target": "OWNER", "value": "cardiology", "mapping": "teams", "facet": "acme_team"}],
    }


def test_what_has_a_facet_is_found_by_its_key(catalog: Catalog) -> None:
    found = catalog.data('{ withFacet(facet: "tags") { totalCount nodes { ... on Dataset { name } } } }')["withFacet"]
    assert found == {"totalCount": 1, "nodes": [{"name": "clean"}]}
    runs = catalog.data('{ withFacet(facet: "test", on: RUN) { nodes { ... on Job { name } } } }')["withFacet"]
    assert runs["nodes"] == [{"name": "test of id"}]
