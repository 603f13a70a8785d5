from __future__ import annotations

from typing import Any

import pytest

from ingest_hooks.errors import Unreadable
from ingest_hooks.openlineage.event import DatasetEvent, JobEvent, RunEvent, read_event
from ingest_hooks.openlineage.wire import JSON

RUN = "018f4a3e-0000-7000-8000-000000000001"


def run_event(**changes: object) -> dict[str, Any]:
    return {
        "eventTime": "2026-03-01T10:00:00Z",
        "eventType": "START",
        "run": {"runId": RUN},
        "job": {"namespace": "demo", "name": "curate"},
        "producer": "https://example.org/emitter",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json",
        **changes,
    }


def read_run(**changes: object) -> RunEvent:
    event = read_event(run_event(**changes))
    assert isinstance(event, RunEvent)
    return event


def codes(event: RunEvent | JobEvent | DatasetEvent) -> set[str]:
    return {flag.code for flag in event.flags}


def test_a_proper_event_has_no_flags() -> None:
    event = read_run(inputs=[], outputs=[])
    assert event.flags == ()
    assert (event.type, event.run_id, event.job.namespace, event.job.name) == ("START", RUN, "demo", "curate")


def test_the_kind_is_decided_by_shape_and_not_by_schema_url() -> None:
    url = {"schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent"}
    assert isinstance(read_event(run_event(**url)), RunEvent)
    job = {**run_event(**url), "run": None}
    assert isinstance(read_event(job), JobEvent)
    dataset: JSON = {"eventTime": "2026-03-01T10:00:00Z", "dataset": {"namespace": "n", "name": "d"}}
    assert isinstance(read_event(dataset), DatasetEvent)


def test_a_job_event_with_an_event_type_is_a_job_event_and_flagged() -> None:
    event = run_event()
    del event["run"]
    assert "job-event-with-type" in codes(read_event(event))


@pytest.mark.parametrize(
    ("said", "taken", "flag"),
    [
        ("complete", "COMPLETE", "event-type-case"),
        (None, "OTHER", "event-type-missing"),
        ("SUCCEEDED", "OTHER", "event-type-unknown"),
        (7, "OTHER", "event-type-unknown"),
    ],
)
def test_an_odd_event_type_is_taken_and_flagged(said: object, taken: str, flag: str) -> None:
    event = read_run(eventType=said)
    assert event.type == taken
    assert flag in codes(event)


def test_a_time_without_zone_is_taken_as_utc_and_flagged() -> None:
    event = read_run(eventTime="1970-01-01T00:00:01")
    assert event.at is not None
    assert event.at.micros == 1_000_000
    assert "event-time-without-zone" in codes(event)


@pytest.mark.parametrize(
    "said",
    [
        "yesterday",
        "2026-13-01T00:00:00Z",
        "2026-01-01T25:00:00Z",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+00:60",
        "٢٠٢٦-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        1_700_000_000,
        "",
        {},
    ],
)
def test_an_unreadable_time_is_flagged_and_the_event_taken(said: object) -> None:
    event = read_run(eventTime=said)
    assert event.at is None
    assert "event-time-unreadable" in codes(event)


def test_what_is_missing_is_flagged() -> None:
    event = run_event(run={"runId": "manual_2026"})
    for key in ("eventTime", "producer", "schemaURL"):
        del event[key]
    assert codes(read_event(event)) == {
        "event-time-missing",
        "producer-missing",
        "schema-url-missing",
        "run-id-no-uuid",
    }


def test_nothing_said_and_none_said_are_told_apart() -> None:
    assert read_run().inputs is None
    assert read_run(inputs=None).inputs is None
    assert read_run(inputs=[]).inputs == ()


def test_names_are_taken_byte_for_byte() -> None:
    event = read_run(job={"namespace": "De\u0301mo ", "name": "A/b:c d"})
    assert (event.job.namespace, event.job.name) == ("De\u0301mo ", "A/b:c d")


def test_unknown_facets_are_kept_under_odd_keys() -> None:
    facets = {"environment-properties": {"a": 1}, "spark.logicalPlan": {"plan": []}}
    assert read_run(run={"runId": RUN, "facets": facets}).run_facets == facets


def test_facets_that_are_no_object_are_flagged() -> None:
    assert "facets-no-object" in codes(read_run(run={"runId": RUN, "facets": [1]}))


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"run": "x"}, "/run"),
        ({"run": {}}, "/run/runId"),
        ({"run": {"runId": 7}}, "/run/runId"),
        ({"job": None}, "/job"),
        ({"job": "curate"}, "/job"),
        ({"job": {"namespace": "n", "name": ["x"]}}, "/job/name"),
        ({"job": {"name": "x"}}, "/job/namespace"),
        ({"inputs": {}}, "/inputs"),
        ({"inputs": ["a"]}, "/inputs/0"),
        ({"outputs": [{"namespace": "n", "name": "d"}, {"namespace": "n"}]}, "/outputs/1/name"),
    ],
)
def test_what_identifies_nothing_is_refused_with_a_pointer(changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_event(run_event(**changes))
    assert (caught.value.status, caught.value.pointer) == (422, pointer)


@pytest.mark.parametrize("value", [[], [{}], "x", 7, None, {}, {"eventTime": "2026-03-01T10:00:00Z"}])
def test_what_names_no_entity_is_refused(value: JSON) -> None:
    with pytest.raises(Unreadable) as caught:
        read_event(value)
    assert (caught.value.status, caught.value.pointer) == (422, "")


def test_a_refusal_quotes_nothing_that_was_sent() -> None:
    with pytest.raises(Unreadable) as caught:
        read_event(run_event(run={"runId": ["48213977"]}))
    assert "48213977" not in str(caught.value)
