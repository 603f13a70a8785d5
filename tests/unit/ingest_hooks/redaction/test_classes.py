"""The table of classes: complete, shown, and no wider than what it is for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingest_hooks.redaction import redact
from ingest_hooks.redaction.classes import FACETS, STANDARD, Class
from ingest_hooks.redaction.describe import rewritten
from tests.support.openlineage_spec import STANDARD as SPECIFICATION
from tests.support.places import event

KEY = b"a site's key for tests, 32 bytes"

ORDINARY: dict[str, dict[str, Any]] = {
    "run": {
        "nominalTime": {"nominalStartTime": "2026-03-01T10:00:00Z", "nominalEndTime": "2026-03-01T11:00:00.123Z"},
        "parent": {
            "run": {"runId": "018f4a3e-0000-7000-8000-000000000000"},
            "job": {"namespace": "flows", "name": "daily.curate"},
            "root": {"run": {"runId": "018f4a3e-0000-7000-8000-00000000000f"}, "job": {"namespace": "f", "name": "x"}},
        },
        "processing_engine": {"name": "Spark", "version": "3.5.1", "openlineageAdapterVersion": "1.34.0"},
        "externalQuery": {"externalQueryId": "01b8ea94-0412-5972-2a66-0301dfe7e617", "source": "snowflake://acme.eu"},
        "jobDependencies": {
            "upstream": [
                {"job": {"namespace": "n", "name": "j"}, "dependency_type": "DIRECT", "sequence_trigger_rule": "FINISH"}
            ],
            "trigger_rule": "ALL_SUCCESS",
        },
        "executionParameters": {"parameters": [{"key": "batch_size", "name": "batch size", "description": "Rows."}]},
        "test": {"tests": [{"name": "not_null_visits_id", "status": "pass", "severity": "error", "type": "dbt"}]},
        "tags": {"tags": [{"key": "environment", "value": "production", "source": "CONFIG"}]},
        "airflow": {
            "dag": {"dag_id": "curate_visits", "schedule_interval": "@daily", "owner": "data-team", "tags": ["omop"]},
            "dagRun": {"run_id": "manual__2026-03-01T10:00:00+00:00", "run_type": "manual", "external_trigger": True},
            "task": {"task_id": "load_visits", "operator_class": "BashOperator", "retries": 2, "trigger_rule": "done"},
            "taskInstance": {
                "try_number": 1,
                "map_index": 3,
                "pool": "default_pool",
                "log_url": "http://airflow:8080/dags/curate/grid?dag_run_id=manual__2026&task_id=load&map_index=-1",
            },
            "taskUuid": "01908222-d908-77bb-b819-ea816c74e780",
        },
        "airflowDagRun": {
            "dag": {"timetable": {"expression": "0 3 * * *"}, "fileloc": "/opt/dags/curate.py"},
            "task": {"email": "data@hospital.example", "inlets": "[{'uri': 's3://b/k', 'extra': {}}]"},
        },
        "trino_query_context": {"environment": "clinic-eu", "query_type": "SELECT", "trace_token": "t1"},
        "acme_model": {"metrics": {"auc": 0.87, "mean_absolute_error": 0.2}, "environment": "production"},
        "airflowState": {"dagRunState": "success", "tasksState": {"load_visits": "success"}},
        "dbt_run": {"invocation_id": "11111111-1111-4111-8111-111111111111", "project_name": "p", "account_id": 12345},
        "dbt_version": {"version": "1.10.15"},
        "spark_applicationDetails": {"applicationId": "application_1719136537510_0001", "appName": "curate"},
        "spark_jobDetails": {"jobId": 3, "jobDescription": "Hive -> Clickhouse", "jobCallSite": "collect at x.py:3"},
        "spark_properties": {"properties": {"spark.master": "yarn", "spark.app.name": "curate visits"}},
        "starrocks_statistics": {"scanRows": 10_000, "returnRows": 0, "queryTimeMs": 2500},
        "acme_custom": {
            "rows": 1_200_000,
            "row_count": 17,
            "error_count": 0,
            "sample_size": 500,
            "max_retries": 3,
            "query_id": "q-1",
            "sql_dialect": "hive",
            "status": "FINISHED",
            "patients": {"columns": {"patient_id": {"type": "string"}, "value": {"type": "double"}}},
            "patient_count": 1532,
            "fields": {"value": {"type": "double", "unit": "mg/dl"}, "mrn": {"type": "string", "pii": True}},
            "columns": {"mrn": "varchar(20)", "birth_date": {"type": "date", "nullable": True}},
            "full_name": "main.curated.visits",
            "note": "Loaded by the nightly flow.",
            "fhir": {"resourceType": "Patient", "profile": "http://hl7.org/fhir/us/core/StructureDefinition/us-core"},
            "max_tokens": 4096,
        },
        "lineward_environment": {"digest": "sha256:" + "0f" * 32, "description": "Python 3.11, 120 packages"},
        "lineward_codeRevision": {"repository": "https://git.example/r", "revision": "0f" * 20, "clean": True},
    },
    "job": {
        "documentation": {"description": "Loads the visits of the day.", "contentType": "text/plain"},
        "jobType": {"processingType": "BATCH", "integration": "SPARK", "jobType": "SQL_JOB"},
        "ownership": {"owners": [{"name": "data-team@hospital.example", "type": "team"}]},
        "sourceCodeLocation": {
            "type": "git", "url": "https://git.example/r/blob/main/x.py", "version": "0f" * 20, "branch": "main",
            "tag": "v1.2.0", "pullRequestNumber": "1234",
        },
        "sql": {"query": 'select v.id, cast(v.a as decimal(10,2)) from "raw"."visits" v limit 10', "dialect": "trino"},
        "dbt_node": {"unique_id": "test.p.not_null_visits_id.1234567890", "alias": "visits", "database": "db"},
    },
    "dataset": {
        "schema": {
            "fields": [
                {"name": "message", "type": "struct<a:int,b:array<string>>", "description": "What was sent."},
                {"name": "value", "type": "decimal(10,2)", "fields": [{"name": "min", "type": "int"}]},
            ]
        },
        "dataSource": {"name": "postgres://db:5432", "uri": "postgres://db:5432/hospital"},
        "columnLineage": {
            "fields": {
                name: {
                    "inputFields": [
                        {
                            "namespace": "n", "name": "t", "field": name,
                            "transformations": [
                                {
                                    "type": "INDIRECT", "subtype": "JOIN", "masking": False,
                                    "description": "ON (DISCOUNTS.CUSTOMERS_ID=CUSTOMERS.ID)",
                                }
                            ],
                        }
                    ],
                    "transformationDescription": "the patient's id, hashed with the site's key",
                    "transformationType": "MASKED",
                }
                for name in ("message", "value", "error", "patient_id", "password", "description")
            }
        },
        "lineage": {
            "inputs": [{"namespace": "n", "name": "t", "type": "DATASET"}],
            "fields": {"description": {"inputs": [{"namespace": "n", "name": "t", "field": "error"}]}},
        },
        "symlinks": {"identifiers": [{"namespace": "glue://eu", "name": "clean.visits", "type": "TABLE"}]},
        "datasetType": {"datasetType": "TABLE", "subType": "EXTERNAL"},
        "storage": {"storageLayer": "iceberg", "fileFormat": "parquet"},
        "version": {"datasetVersion": "4831298347109283471"},
        "catalog": {"framework": "iceberg", "type": "rest", "name": "main", "warehouseUri": "s3://lake/warehouse"},
        "hierarchy": {"hierarchy": [{"type": "DATABASE", "name": "raw"}, {"type": "TABLE", "name": "visits"}]},
        "lifecycleStateChange": {
            "lifecycleStateChange": "RENAME", "previousIdentifier": {"namespace": "n", "name": "old_visits"},
        },
        "dataQualityMetrics": {
            "rowCount": 1_250_000, "bytes": 10**9, "lastUpdated": "2026-03-01T10:00:00Z",
            "columnMetrics": {"patient_id": {"nullCount": 0, "distinctCount": 1532, "count": 1_250_000}},
        },
        "lineward_operation": {"operation": "COPY"},
        "lineward_phiTags": {"tags": [{"kind": "DIRECT_IDENTIFIER", "field": "mrn"}]},
    },
    "io": {
        "outputStatistics": {"rowCount": 10_000, "size": 524_288, "fileCount": 3},
        "inputStatistics": {"rowCount": 10_000, "size": 524_288},
        "dataQualityAssertions": {
            "assertions": [{"assertion": "not_null", "success": True, "column": "patient_id", "severity": "error"}]
        },
        "greatExpectations_assertions": {
            "assertions": [
                {
                    "expectationType": "expect_column_values_to_be_null", "success": True, "columnId": "a",
                    "result": {"element_count": 100, "missing_percent": 0.0, "unexpected_count": 1},
                    "expectation_config": {"expectation_type": "expect_column_values_to_be_null"},
                    "exception_info": {"raised_exception": False, "exception_message": None},
                }
            ]
        },
    },
}  # fmt: skip
"""What a user needs to see of what emitters say: nothing here is a value of a run, and nothing is of a person."""


@pytest.mark.parametrize(("side", "facet"), [(side, facet) for side in ORDINARY for facet in ORDINARY[side]])
def test_metadata_comes_through_as_it_was(side: str, facet: str) -> None:
    facets: dict[str, Any] = {side: {facet: {"_producer": "https://example.org", **ORDINARY[side][facet]}}}
    said = event(**facets)
    redacted = redact(said, token_key=KEY)
    assert redacted.redactions == ()
    assert redacted.value == said


def test_every_facet_of_the_standard_has_its_place_in_the_table() -> None:
    known = {pattern.partition("/")[0] for pattern in STANDARD}
    assert len(known) > 30
    for file in (SPECIFICATION / "facets").glob("*.json"):
        schema = json.loads(file.read_bytes())
        names = {name for name in schema.get("properties", {}) if name != "subset"}
        assert names <= known, file.name
    assert {"inputSubset", "outputSubset"} <= known


def test_every_class_is_used_or_given_by_a_key() -> None:
    by_key = {Class.SECRET, Class.PERSON}
    assert set(FACETS.values()) | by_key == set(Class)


def test_a_file_without_the_markers_is_not_rewritten() -> None:
    with pytest.raises(ValueError, match="redaction:begin"):
        rewritten("nothing here")
