"""What facets say beyond their own aspect: of one use of a dataset, of checks and metrics, and in tags."""

from __future__ import annotations

from typing import Any

import pytest

from graph_schema import nodes
from graph_schema.aspects import name_of_check, name_of_measurement, name_of_use
from graph_schema.facts import Facts
from graph_schema.vocabulary.tag_words import phi_kind_of
from ingest_hooks.openlineage.facts import project_event
from ingest_hooks.openlineage.part_memo import PartMemo
from tests.support.events import LATE, RUN_ID, dataset, dataset_event, job_event, projected, run_event

Json = dict[str, Any]

RUN, JOB, RAW, CLEAN = (
    nodes.Run("demo", "curate", RUN_ID),
    nodes.Job("demo", "curate"),
    nodes.Dataset("lake", "raw"),
    nodes.Dataset("lake", "clean"),
)


def said(facts: Facts, node: nodes.Node) -> dict[str, Any]:
    return {one.aspect: one.data for one in facts.statements if one.subject == node.id}


def claims(facts: Facts) -> set[tuple[str, str]]:
    named = {node.id: node.title for node, _ in facts.nodes}
    return {
        (named[one.source], named[one.target])
        for one in facts.edges
        if one.kind == "IS_TAGGED" and one.data["origin"] == "CLAIMED"
    }


def assertions(*items: Json) -> Json:
    return {"dataQualityAssertions": {"assertions": list(items)}}


def tags(*items: Json) -> Json:
    return {"tags": {"tags": list(items)}}


@pytest.mark.parametrize(
    ("facet", "aspect"),
    [
        ("lifecycleStateChange", "lifecycle"),
        ("version", "version"),
        ("dataQualityMetrics", "data_quality_metrics"),
        ("dataQualityAssertions", "data_quality_assertions"),
        ("icebergScanReport", "iceberg_scan_report"),
        ("inputSubset", "input_subset"),
    ],
)
def test_what_describes_one_use_is_said_of_the_run_and_of_a_dataset_s_own_event_of_the_dataset(
    facet: str, aspect: str
) -> None:
    value = {facet: {"a": [1, {"b": None}]}}
    facts = projected(run_event(inputs=[dataset("raw", facets=value)], outputs=[dataset("clean", outputFacets=value)]))
    assert said(facts, RUN)[name_of_use("in", aspect, RAW.id)] == value[facet]
    assert said(facts, RUN)[name_of_use("out", aspect, CLEAN.id)] == value[facet]
    assert aspect not in said(facts, RAW) | said(facts, CLEAN)
    assert said(projected(dataset_event("raw", facets=value)), RAW)[aspect] == value[facet]


def test_a_remembered_use_is_said_of_its_own_run() -> None:
    memo = PartMemo()
    event = run_event(outputs=[dataset("clean", facets={"lifecycleStateChange": {"lifecycleStateChange": "CREATE"}})])
    for run_id in ("a", "b"):
        event["run"]["runId"] = run_id
        facts = project_event(event, tie="t", recorded_at=LATE, entry=0, memo=memo)
        aspect = name_of_use("out", "lifecycle", CLEAN.id)
        assert [one.subject for one in facts.statements if one.aspect == aspect] == [nodes.Run.of(JOB, run_id).id]


def test_a_check_is_told_by_its_job_assertion_name_and_column_and_holds_no_value() -> None:
    failed = {"assertion": "not_null", "column": "id", "success": False, "severity": "error", "actual": "3"}
    passed = {"assertion": "not_null", "name": "nightly", "success": True}
    facts = projected(run_event(inputs=[dataset("raw", facets=assertions(failed, passed, {"success": True}))]))
    of_raw = said(facts, RAW)
    assert of_raw[name_of_check(JOB.id, "not_null", None, "id")] == {
        "assertion": "not_null",
        "outcome": "FAILED",
        "column": "id",
        "severity": "error",
        "job": JOB.id,
    }
    assert of_raw[name_of_check(JOB.id, "not_null", "nightly", None)]["outcome"] == "PASSED"
    assert len(of_raw) == 2


def test_each_job_s_check_is_its_own_also_where_facts_are_remembered() -> None:
    memo, facts = PartMemo(), Facts()
    for name in ("one", "two"):
        event = run_event(
            job_name=name, inputs=[dataset("raw", facets=assertions({"assertion": "unique", "success": True}))]
        )
        facts += project_event(event, tie=name, recorded_at=LATE, entry=0, memo=memo)
    jobs = {value["job"] for aspect, value in said(facts, RAW).items() if aspect.startswith("check:")}
    assert jobs == {nodes.Job("demo", "one").id, nodes.Job("demo", "two").id}


@pytest.mark.parametrize("success", [None, "true", 1])
def test_an_outcome_that_is_no_boolean_is_unknown(success: object) -> None:
    facets = assertions({"assertion": "unique", "success": success})
    facts = projected(dataset_event("raw", facets=facets))
    assert said(facts, RAW)[name_of_check(None, "unique", None, None)]["outcome"] == "UNKNOWN"


def test_metrics_are_named_for_each_column_and_hold_no_value() -> None:
    metrics = {"rowCount": 7, "columnMetrics": {"age": {"min": 1, "max": 97, "sum": None}, "odd": 3}}
    facts = projected(run_event(inputs=[dataset("raw", inputFacets={"dataQualityMetrics": metrics})]))
    measured = {aspect: value for aspect, value in said(facts, RAW).items() if aspect.startswith("measured:")}
    assert measured == {
        name_of_measurement(JOB.id, None): {"metrics": ["rowCount"], "job": JOB.id},
        name_of_measurement(JOB.id, "age"): {"metrics": ["max", "min"], "column": "age", "job": JOB.id},
    }


def test_tags_facet_claims_phi_of_the_dataset_or_of_the_column_that_it_names() -> None:
    facets = tags(
        {"key": "Classification", "value": "PII", "source": "CONFIG", "field": "insurer_no"},
        {"key": "environment", "value": "production"},
        {"key": "sensitivity", "value": "quasi-identifier"},
    )
    expected = {("insurer_no", "DIRECT_IDENTIFIER"), ("clean", "QUASI_IDENTIFIER")}
    for facts in (
        projected(run_event(outputs=[dataset("clean", facets=facets)])),
        projected(job_event(outputs=[dataset("clean", facets=facets)])),
        projected(dataset_event("clean", facets=facets)),
    ):
        assert claims(facts) == expected


def test_tags_of_a_run_or_job_claim_phi_of_what_it_writes() -> None:
    facets = tags({"key": "contains_pii", "value": "true", "source": "DBT_META"})
    for event in (
        run_event(run=facets, inputs=[dataset("raw")], outputs=[dataset("clean")]),
        run_event(job=facets, inputs=[dataset("raw")], outputs=[dataset("clean")]),
        job_event(job=facets, inputs=[dataset("raw")], outputs=[dataset("clean")]),
    ):
        assert claims(projected(event)) == {("clean", "DIRECT_IDENTIFIER")}


@pytest.mark.parametrize(
    "facet", [{"_deleted": True, "tags": [{"key": "pii"}]}, {"tags": "pii"}, {"tags": ["pii", {"value": "PII"}]}, 3]
)
def test_a_tags_facet_that_says_nothing_claims_nothing(facet: object) -> None:
    assert (
        claims(projected(run_event(run={"tags": facet}, outputs=[dataset("clean", facets={"tags": facet})]))) == set()
    )


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("pii", "true", "DIRECT_IDENTIFIER"),
        ("PII", "", "DIRECT_IDENTIFIER"),
        ("has-pii", "yes", "DIRECT_IDENTIFIER"),
        ("data_classification", "PHI", "DIRECT_IDENTIFIER"),
        ("pii", "quasi_identifier", "QUASI_IDENTIFIER"),
        ("PII.NonSensitive", "true", "QUASI_IDENTIFIER"),
        ("clinical_notes", "1", "CLINICAL_NOTE"),
        ("pii", "false", None),
        ("contains_phi", "No", None),
        ("classification", "public", None),
        ("environment", "pii", None),
        ("team", "intake", None),
        ("", "", None),
    ],
)
def test_which_tags_claim_phi(key: str, value: str, kind: str | None) -> None:
    assert phi_kind_of(key, value) == kind
