"""Where values of a run stand in what emitters send: each place puts one value into an otherwise ordinary event.

`VALUE_PLACES[name](value)` is an event with the value there; nothing of it may be left in what is stored, whatever its
form: a number, a name, a code, a sentence. `NUMBER_PLACES` take a number as well as a text, without quotes around it.
`NAMED_PLACES` hold values by the key in front of them alone, in facets that no table knows. `everything_stored` is all
that would reach a ledger and a graph, as one text to search.

    for name, place in VALUE_PLACES.items():
        assert "Testperson" not in everything_stored(place("Testperson Alpha"), key), name
"""

# ruff: noqa: S608 - these statements are never run, they are what must be redacted

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from ingest_hooks.openlineage.facts import project_event
from ingest_hooks.openlineage.wire import JSON
from ingest_hooks.redaction import redact

Facets = dict[str, Any]
Place = Callable[[Any], dict[str, JSON]]


def event(
    run: Facets | None = None,
    job: Facets | None = None,
    dataset: Facets | None = None,
    io: Facets | None = None,
    name: str = "curated.visits_by_day",
) -> dict[str, JSON]:
    """A run event whose run, job, datasets, and reads and writes carry these facets."""
    both: dict[str, Any] = {"namespace": "warehouse", "name": name, "facets": dataset or {}}
    return {
        "eventTime": "2026-03-01T10:00:00Z",
        "eventType": "COMPLETE",
        "producer": "https://example.org/emitter",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": "018f4a3e-0000-7000-8000-000000000001", "facets": run or {}},
        "job": {"namespace": "demo", "name": "curate", "facets": job or {}},
        "inputs": [{**both, "inputFacets": io or {}}],
        "outputs": [{**both, "outputFacets": io or {}}],
    }


def everything_stored(event_json: dict[str, JSON], key: bytes) -> str:
    """The redacted event, its redactions and findings, and all facts of it, as text."""
    redacted = redact(event_json, token_key=key)
    facts = project_event(redacted.value, tie="t", recorded_at=2**51, entry=1, redactions=redacted.redactions)
    return json.dumps(redacted.value, ensure_ascii=False) + repr(redacted) + repr(facts)


def sql(statement: str, dialect: str | None = None) -> dict[str, JSON]:
    """An event whose job ran a statement."""
    return event(job={"sql": {"query": statement} if dialect is None else {"query": statement, "dialect": dialect}})


def custom(**facet: Any) -> dict[str, JSON]:
    """An event whose run carries a facet that no table knows."""
    return event(run={"acme_custom": {"_producer": "https://example.org/emitter", **facet}})


PATIENT: Final[dict[str, Any]] = {
    "resourceType": "Patient",
    "identifier": [{"system": "urn:oid:2.999.1"}],
    "name": [{"family": ""}],
}


def _patient(value: Any) -> dict[str, Any]:
    return {**PATIENT, "identifier": [{"system": "urn:oid:2.999.1", "value": value}], "name": [{"family": value}]}


def _dicom(value: Any) -> dict[str, Any]:
    return {"00100010": {"vr": "PN", "Value": [{"Alphabetic": value}]}, "00100020": {"vr": "LO", "Value": [value]}}


def _hl7(value: Any) -> str:
    return f"MSH|^~\\&|A|B|C|D|20260301||ADT^A01|1|P|2.5\rPID|1||{value}^^^H^MR||{value}||19700312|F"


def _gx(result: dict[str, Any], **more: Any) -> dict[str, JSON]:
    return event(io={"greatExpectations_assertions": {"assertions": [{"success": False, "result": result, **more}]}})


_IN_SQL: Final[dict[str, Place]] = {
    "a string in SQL": lambda v: sql(f"select * from t where mrn = '{v}'"),
    "a double-quoted string in Spark's SQL": lambda v: sql(f'select * from t where mrn = "{v}"', "spark"),
    "a double-quoted value in SQL of no dialect": lambda v: sql(f'select * from t where mrn in ("{v}", "x")'),
    "a double-quoted column of no dialect": lambda v: sql(f'select "{v}", b from t'),
    "a double-quoted argument of no dialect": lambda v: sql(f'select upper("{v}") from t'),
    "a double-quoted case of no dialect": lambda v: sql(f'select case when a then "{v}" else "{v}" end from t'),
    "a double-quoted literal against Postgres's rule": lambda v: sql(f'select * from t where a = "{v}"', "postgres"),
    "a double-quoted list against Snowflake's rule": lambda v: sql(f'insert into t values ("{v}", 1)', "snowflake"),
    "a comment in SQL": lambda v: sql(f"select 1 -- for {v}\nfrom t /* {v} */ # {v}"),
    "a comment in Postgres": lambda v: sql(f"select 1 -- for {v}\nfrom t /* {v} */", "postgres"),
    "a hint in Spark's SQL": lambda v: sql(f"select /*+ broadcast({v}) */ a from t", "spark"),
    "a hint in Oracle": lambda v: sql(f"select /*+ index(t {v}) */ a from t", "oracle"),
    "a hint of no dialect": lambda v: sql(f"select /*+ {v} */ a from t"),
    "a dollar-quoted string in SQL": lambda v: sql(f"do $x$ begin perform '{v}'; end $x$"),
    "a dollar-quoted string in Postgres": lambda v: sql(f"select $${v}$$", "postgres"),
    "a procedure call": lambda v: sql(f"call refresh('{v}')"),
    "an escaped quote in SQL": lambda v: sql(f"select 'it\\'s {v}', ' {v} ' from t"),
    "an escaped quote in what is said to be Postgres": lambda v: sql(f"select 'it\\'s {v}', ' {v} ' x", "postgres"),
    "SQL that no lexer takes": lambda v: sql(f"select ' {v} from t"),
    "SQL cut at its beginning": lambda v: sql(f"pha' and b = '{v}' and c = 'x"),
    "prose where a statement should be": lambda v: sql(f"please load patient {v} again"),
    "prose with the words of a statement": lambda v: sql(f"select the chart of patient {v} from the archive"),
    "a query in a custom facet": lambda v: event(run={"bigQueryJob": {"query": f"select '{v}'"}}),
    "compiled code in a custom facet": lambda v: event(job={"dbt_node": {"compiled_code": f"select '{v}'"}}),
    "raw code of dbt": lambda v: event(job={"dbt_node": {"raw_code": f"select '{v}' from {{{{ ref('stg') }}}}"}}),
    "a statement inside free text": lambda v: event(
        run={"spark_jobDetails": {"jobDescription": f"Running select * from t where a = '{v}'"}}
    ),
    "rows behind a copy": lambda v: sql(f"copy t from stdin;\n1\t{v}\n\\."),
    "rows behind an insert": lambda v: sql(f"insert into t format CSV\n1,{v}\n", "clickhouse"),
    "a key of Snowflake's JSON": lambda v: sql(f'select a:"{v} x" from t', "snowflake"),
    "a credential of a copy": lambda v: sql(f"copy into @s from t credentials=(aws_secret_key='{v}')", "snowflake"),
    "a new password": lambda v: sql(f"create user x identified by '{v}'"),
    "an interval against Postgres's rule": lambda v: sql(f'select a + interval "{v}" from t', "postgres"),
    "a comment of jinja": lambda v: sql(f"select a {{# {v} #}} from t"),
    "a variable of jinja": lambda v: sql(f"select {{{{ var('x', '{v}') }}}} from t"),
    "a string of Oracle's own quotes": lambda v: sql(f"select q'[{v}]', nq'!{v}!' from t", "oracle"),
    "a raw string": lambda v: sql(f"select '{v}', r'{v}' from t", "bigquery"),
    "a job that is called as its statement": lambda v: {
        **event(),
        "job": {"namespace": "n", "name": f"select a from t where b = '{v}'"},
    },
    "a condition in a custom facet": lambda v: custom(condition=f"mrn = '{v}' and x > 3"),
    "prose under a condition": lambda v: custom(condition=f"only patient {v}"),
    "a column lineage description": lambda v: event(
        dataset={
            "columnLineage": {
                "fields": {
                    "a": {
                        "inputFields": [
                            {
                                "namespace": "n",
                                "name": "d",
                                "field": "f",
                                "transformations": [{"type": "INDIRECT", "description": f"mrn = '{v}'"}],
                            }
                        ],
                        "transformationDescription": f'case when a = "{v}" then b end',
                    }
                }
            }
        }
    ),
    "a description in the lineage facet": lambda v: event(
        dataset={
            "lineage": {
                "inputs": [
                    {
                        "namespace": "n",
                        "name": "d",
                        "type": "DATASET",
                        "transformations": [{"type": "INDIRECT", "description": f"mrn <> '{v}'"}],
                    }
                ]
            }
        }
    ),
}

_ERRORS: Final[dict[str, Place]] = {
    "an error message": lambda v: event(
        run={"errorMessage": {"message": f"Patient {v}, born 1970-03-12, has code {v}"}}
    ),
    "a stack trace's message": lambda v: event(
        run={"errorMessage": {"message": "failed", "stackTrace": f"Traceback\nValueError: bad {v}\n  {v} = x"}}
    ),
    "a Java stack trace": lambda v: event(
        run={"errorMessage": {"stackTrace": f"java.lang.Exception: {v}\n\tat a.B.c(D.java:1)\nCaused by: x.Error: {v}"}}
    ),
    "an error message in quotes": lambda v: event(run={"errorMessage": {"message": f"cannot cast '{v}' to int"}}),
    "an excerpt cut inside a quote": lambda v: event(run={"errorMessage": {"message": f"near \"select '{v}"}}),
    "an error message behind its class": lambda v: event(run={"errorMessage": {"message": f"ValueError: {v}"}}),
    "a database's key detail": lambda v: event(run={"errorMessage": {"message": f"Key (id)=({v}) already exists."}}),
    "a failed task": lambda v: event(
        run={
            "extractionError": {
                "errors": [{"errorMessage": f"near '{v}'", "stackTrace": f"no {v}", "task": f"select '{v}'"}]
            }
        }
    ),
    "Spark's exception": lambda v: event(
        run={
            "spark.exception": {
                "exception": {
                    "message": f"Job aborted: {v}",
                    "localizedMessage": f"Job aborted: {v}",
                    "stackTrace": [{"className": "a.B", "methodName": "c", "fileName": "D.java", "lineNumber": 1}],
                    "cause": {"message": f"bad {v}", "suppressed": [{"message": f"worse {v}"}]},
                }
            }
        }
    ),
    "an error facet that is a text": lambda v: event(run={"errorMessage": f"no {v}", "spark.exception": f"no {v}"}),
    "an exception as an object": lambda v: custom(
        error={"type": "ValueError", "detail": v, "inner": {"message": v, "name": v, "args": [v]}}
    ),
    "a trace inside free text": lambda v: custom(note=f"boom\nTraceback (most recent call last):\nValueError: {v}"),
    "Spark's exception as text": lambda v: event(
        run={"spark.exception": {"message": f"x.SparkException: {v}", "stackTrace": f"x.SparkException: {v}\n\tat {v}"}}
    ),
}

_RUNS: Final[dict[str, Place]] = {
    "source code": lambda v: event(job={"sourceCode": {"language": "PYTHON", "sourceCode": f"drop('{v}')"}}),
    "an environment variable": lambda v: event(
        run={"environmentVariables": {"environmentVariables": [{"name": "WHO", "value": v}]}}
    ),
    "an execution parameter": lambda v: event(
        run={"executionParameters": {"parameters": [{"key": "who", "name": "who", "value": v}]}}
    ),
    "a nested execution parameter": lambda v: event(
        run={"executionParameters": {"parameters": [{"key": "who", "value": {"who": [v]}}]}}
    ),
    "an Airflow command": lambda v: event(run={"airflow": {"task": {"bash_command": f"load {v}"}}}),
    "an Airflow entry point": lambda v: event(run={"airflow": {"task": {"application_args": [v], "cmds": ["run", v]}}}),
    "Airflow arguments": lambda v: event(run={"airflow": {"task": {"op_kwargs": {"who": v}, "op_args": [v]}}}),
    "Airflow's environment and configuration": lambda v: event(
        run={"airflow": {"task": {"env": {"WHO": v}}, "dagRun": {"conf": {"who": v}}}}
    ),
    "Airflow's configuration of a run": lambda v: event(run={"airflowDagRun": {"dagRun": {"conf": {"who": [v]}}}}),
    "Airflow's parameters": lambda v: event(run={"airflow": {"dag": {"params": {"who": {"value": v}}}}}),
    "an Airflow map index": lambda v: event(
        run={"airflow": {"taskInstance": {"map_index": 3, "rendered_map_index": v}}}
    ),
    "rendered templates": lambda v: event(run={"airflow": {"task": {"templates_dict": {"day": [v]}}}}),
    "rendered fields": lambda v: event(run={"airflow_renderedFields": {"rendered_fields": {"sql": v, "files": [v]}}}),
    "Airflow's task as text": lambda v: event(run={"airflow_version": {"taskInfo": f"{{'bash': 'load {v}'}}"}}),
    "an unknown operator's arguments": lambda v: event(
        run={"unknownSourceAttribute": {"unknownItems": [{"properties": {"op_kwargs": {"who": v}}}]}}
    ),
    "Spark's configuration": lambda v: event(run={"spark_properties": {"properties": {"spark.acme.who": v}}}),
    "Databricks' environment": lambda v: event(
        run={"environment-properties": {"environment-properties": {"user": v, "mountPoints": [{"m": v}]}}}
    ),
    "Hive's configuration": lambda v: event(run={"hive_properties": {"properties": {"hive.acme.who": v}}}),
    "rows in a Spark plan": lambda v: event(
        run={"spark.logicalPlan": {"plan": [{"class": "org.apache.LocalRelation", "data": [[v, 1]]}]}}
    ),
    "a literal in a Spark plan": lambda v: event(
        run={"spark.logicalPlan": {"plan": [{"condition": [{"class": "x.Literal", "value": v}]}]}}
    ),
    "a predicate in a Spark plan": lambda v: event(
        run={"spark.logicalPlan": {"plan": [{"sql": f"(mrn#1 = '{v}')", "simpleString": f"Filter (mrn#1 = '{v}')"}]}}
    ),
    "a bare literal in a Spark plan": lambda v: event(
        run={"spark.logicalPlan": {"plan": [{"simpleString": f"Filter (mrn#1 = {v})", "name": "value"}]}}
    ),
    "a name in a Spark plan": lambda v: event(
        run={"spark.logicalPlan": {"plan": [{"name": f"(mrn = {v})", "table": [f"'{v}'"], "dataType": f"x {v}"}]}}
    ),
    "facets in a Spark plan": lambda v: event(
        run={"spark.logicalPlan": {"facets": {"x": {"whatever": v}}, f"{v} ": 1, "rows": {f"{v} ": 1}}}
    ),
    "a description of an unknown Spark node": lambda v: event(
        run={"spark_unknown": {"output": {"description": {"cond": f"(mrn#1 = {v})", "rows": [[v]]}}}}
    ),
    "an Iceberg filter": lambda v: event(io={"icebergScanReport": {"filterDescription": f"(mrn = '{v}')"}}),
    "a plan of Trino": lambda v: event(run={"trino_metadata": {"query_plan": f"Filter [mrn = {v}]"}}),
    "a subset's condition": lambda v: event(
        io={"inputSubset": {"inputCondition": {"right": {"type": "literal", "value": v}}}}
    ),
    "a subset's partition": lambda v: event(
        io={"inputSubset": {"inputCondition": {"partitions": [{"dimensions": {"who": v}, "identifier": v}]}}}
    ),
    "JSON inside a note": lambda v: custom(note=f" {json.dumps({'message': v})} "),
    "JSON behind words": lambda v: custom(note=f"payload={json.dumps({'message': v, 'n': 3})}"),
    "JSON that was cut": lambda v: custom(note=json.dumps({"message": v})[:-1]),
    "an object as Python writes it": lambda v: custom(note=f"task {{'who': {v!r}}} failed"),
    "a member beside the facets": lambda v: {**event(), "message": v},
    "JSON inside a string": lambda v: event(
        run={"bigQueryJob": {"properties": json.dumps({"configuration": {"query": {"query": f"select '{v}'"}}})}}
    ),
}

_STATISTICS: Final[dict[str, Place]] = {
    "column extremes": lambda v: event(
        dataset={"dataQualityMetrics": {"columnMetrics": {"id": {"min": v, "max": v, "quantiles": {"0.5": v}}}}}
    ),
    "column extremes of one read": lambda v: event(
        io={"dataQualityMetrics": {"columnMetrics": {"id": {"min": v, "max": v, "sum": v, "quantiles": {"0.5": v}}}}}
    ),
    "whatever else is measured of a column": lambda v: event(
        io={"dataQualityMetrics": {"columnMetrics": {"id": {"mean": v, "mostCommon": [v], "top": {"value": v}}}}}
    ),
    "data quality under its old name": lambda v: event(
        io={"dataQuality": {"columnMetrics": {"id": {"min": v, "max": v, "sum": v, "quantiles": {"0.25": v}}}}}
    ),
    "an assertion": lambda v: event(
        io={"dataQualityAssertions": {"assertions": [{"actual": v, "expected": v, "content": v, "params": {"x": v}}]}}
    ),
    "a test": lambda v: event(
        run={"test": {"tests": [{"name": "t", "actual": v, "expected": v, "content": v, "params": {"x": v}}]}}
    ),
    "an assertion that quotes": lambda v: event(
        io={"dataQualityAssertions": {"assertions": [{"assertion": f"name in ('{v}')", "name": f"not '{v}'"}]}}
    ),
    "a tally": lambda v: custom(frequencies={str(v): 3}, value_counts={str(v): 3}),
    "unexpected values": lambda v: _gx({"unexpected_values": [v], "partial_unexpected_list": [v]}),
    "counts of unexpected values": lambda v: _gx({"partial_unexpected_counts": [{"value": v, "count": 2}]}),
    "an observed value": lambda v: _gx({"observed_value": v, "details": {"value_counts": {str(v): 3}}}),
    "an expectation's arguments": lambda v: _gx({}, expectation_config={"kwargs": {"value_set": [v], "min_value": v}}),
    "an expectation's exception": lambda v: _gx({}, exception_info={"exception_message": f"no {v}"}),
}

_CLINICAL: Final[dict[str, Place]] = {
    "a FHIR resource": lambda v: custom(payloads=[_patient(v)]),
    "a FHIR bundle": lambda v: custom(last={"resourceType": "Bundle", "entry": [{"resource": _patient(v)}]}),
    "a FHIR resource inside a string": lambda v: custom(note=f"received {json.dumps(_patient(v))}"),
    "a FHIR resource as the facet": lambda v: event(dataset={"acme_custom": _patient(v)}),
    "a FHIR resource in a documentation": lambda v: event(
        dataset={"documentation": {"description": json.dumps(_patient(v))}}
    ),
    "a DICOM object": lambda v: custom(header=_dicom(v)),
    "a DICOM object inside a string": lambda v: custom(header=json.dumps(_dicom(v))),
    "an HL7 message": lambda v: custom(note=_hl7(v)),
    "an HL7 segment": lambda v: custom(note=f"PID|1||{v}^^^H^MR||{v}"),
    "an HL7 message in JSON in a string": lambda v: custom(note=json.dumps({"m": {"raw": _hl7(v)}})),
    "a dump of a DICOM header": lambda v: custom(note=f"(0010,0010) PN [{v}]  # 16, 1 PatientName"),
    "a claim": lambda v: custom(note=f"NM1*IL*1*{v}****MI*{v}~"),
    "a name as FHIR has it": lambda v: custom(who={"family": v, "given": [v]}),
    "a clinical document": lambda v: custom(note=f'<Patient xmlns="http://hl7.org/fhir"><id value="{v}"/></Patient>'),
}

NAMED_PLACES: Final[dict[str, Place]] = {
    **{
        f"under {key}": lambda v, key=key: custom(**{key: v})  # type: ignore[misc]
        for key in (
            "message", "lastError", "error_message", "exceptionMessage", "traceback", "command", "args", "argv",
            "sql_text", "value", "values", "min", "max", "minValue", "age_max", "sample", "sampleRows", "expected",
            "actual", "unexpected_list", "observedValue", "payload", "stdout", "rendered", "conf", "env",
            "failure_reason",
        )
    },
    **{
        f"a person under {key}": lambda v, key=key: custom(deep=[{key: v}])  # type: ignore[misc]
        for key in ("patient_id", "mrn", "dateOfBirth", "subjectId", "encounter_number", "patientName", "specimen_id",
                    "ReferringPhysicianName", "OtherPatientIDs")
    },
    **{
        f"a secret under {key}": lambda v, key=key: custom(**{key: v})  # type: ignore[misc]
        for key in ("db_password", "apiKey", "token", "client_secret", "Authorization")
    },
    "a list under password": lambda v: custom(password=[v, v]),
    "an object under message": lambda v: custom(message={"text": v, "detail": [v]}),
    "a product facet's message": lambda v: event(run={"lineward_environment": {"message": v, "patient_id": v}}),
}  # fmt: skip
"""Facets of no table, whose keys alone say that a value of a run, of a person or of a secret stands there."""

NUMBER_PLACES: Final[dict[str, Place]] = {**_STATISTICS, **NAMED_PLACES}
"""Where the value may be a JSON number."""

VALUE_PLACES: Final[dict[str, Place]] = {**_IN_SQL, **_ERRORS, **_RUNS, **_STATISTICS, **_CLINICAL, **NAMED_PLACES}
"""Every place; what is put there may be of any form."""
