"""What real emitters send against the standard is taken over HTTP, kept, and flagged: each line of it by a test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ingest_hooks.openlineage.wire import JSON
from tests.support.records import RUN, event

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog


def changed(**members: Any) -> bytes:
    """Return an event with other members; None takes one away."""
    found = {key: value for key, value in {**event(), **members}.items() if value is not None}
    return json.dumps(found).encode()


def in_a_run_facet(facet: str) -> bytes:
    return (
        json.dumps({**event(), "run": {"runId": RUN, "facets": {"made-up.facet": "HERE"}}})
        .replace('"HERE"', facet)
        .encode()
    )


DEVIATIONS: dict[str, tuple[bytes, set[str]]] = {
    "no schemaURL": (changed(schemaURL=None), {"schema-url-missing"}),
    "no producer": (changed(producer=None), {"producer-missing"}),
    "a runId that is no UUID": (changed(run={"runId": "scheduled__2026-01-01"}), {"run-id-no-uuid"}),
    "no eventType": (changed(eventType=None), {"event-type-missing"}),
    "eventType in another case": (changed(eventType="Complete"), {"event-type-case"}),
    "an eventType that is none": (changed(eventType="DONE"), {"event-type-unknown"}),
    "no time zone": (changed(eventTime="2026-01-01T10:00:00"), {"event-time-without-zone"}),
    "no time": (changed(eventTime=None), {"event-time-missing"}),
    "a time that is none": (changed(eventTime="yesterday"), {"event-time-unreadable"}),
    "a time to come": (changed(eventTime="2999-01-01T00:00:00Z"), {"event-from-the-future"}),
    "a key twice": (changed().replace(b'"eventType"', b'"eventType": "START", "eventType"'), set()),
    "NaN": (in_a_run_facet('{"share": NaN}'), {"not-a-number"}),
    "Infinity": (in_a_run_facet('{"share": -Infinity}'), {"not-a-number"}),
    "a number beyond 53 bits": (in_a_run_facet('{"rows": 12345678901234567890123}'), {"big-integer"}),
    "NUL in a text": (in_a_run_facet('{"name": "a\\u0000b"}'), {"nul-character"}),
    "half a surrogate pair": (in_a_run_facet('{"name": "a\\ud800b"}'), {"lone-surrogate"}),
    "a facet whose key has dots and hyphens": (in_a_run_facet('{"name": "a"}'), set()),
    "a facet that is not deleted": (in_a_run_facet('{"_deleted": null}'), set()),
    "facets that are no object": (changed(run={"runId": RUN, "facets": []}), {"facets-no-object"}),
    "a job's event with an eventType": (changed(run=None), {"job-event-with-type"}),
    "a terminal event without START": (changed(eventType="FAIL"), set()),
    "OTHER before START": (changed(eventType="OTHER"), set()),
    "a mark of the byte order": (b"\xef\xbb\xbf" + changed(), set()),
    **{
        f"{digits} digits of a second": (changed(eventTime=f"2026-01-01T10:00:00.{'123456789'[:digits]}Z"), set())
        for digits in range(1, 10)
    },
}


@pytest.mark.parametrize("name", DEVIATIONS)
def test_what_real_emitters_send_is_taken_kept_and_flagged(catalog: Catalog, name: str) -> None:
    body, flags = DEVIATIONS[name]
    answer = catalog.client.post("/api/v1/lineage", content=body)
    assert answer.status_code == 201, answer.text
    assert answer.content
    catalog.caught_up()
    assert catalog.service.store.quarantined() == []
    assert flags <= noted(catalog)
    assert name not in STANDARD or not noted(catalog)


STANDARD = {f"{digits} digits of a second" for digits in range(1, 10)} | {
    "a terminal event without START",
    "OTHER before START",
    "a facet whose key has dots and hyphens",
}
"""What the standard allows: none of it is odd."""


def noted(catalog: Catalog) -> set[str]:
    stored = catalog.service.ledger.entry(0)
    subjects = list(stored.entry.subjects)
    with catalog.service.store.reading() as reader:
        rows = [one.value for one in reader.statements(subjects, ("flags",))]
    found: list[dict[str, JSON]] = [flag for row in rows for flag in json.loads(row or "{}").get("flags", [])]
    return {str(flag["code"]) for flag in found}


def test_an_event_of_10_megabytes_is_taken_whole(catalog: Catalog) -> None:
    body = in_a_run_facet(json.dumps({"plan": "a node " * 1_500_000}))
    assert 10 * 1024 * 1024 < len(body) < 16 * 1024 * 1024
    assert catalog.client.post("/api/v1/lineage", content=body).status_code == 201
    stored = json.loads(catalog.service.ledger.entry(0).body or b"")
    assert "made-up.facet" in stored["event"]["run"]["facets"]
    assert not [row for row in stored["flags"] if row[0] == "facet-left-out"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2026-01-01T10:00:00Z", "2026-01-01T10:00:00Z"),
        ("2026-01-01T10:00:00.123456789+02:00", "2026-01-01T08:00:00.123456Z"),
        ("2026-01-01T10:00:00.1-00:30", "2026-01-01T10:30:00.100000Z"),
        ("2026-01-01 10:00:00,5", "2026-01-01T10:00:00.500000Z"),
    ],
)
def test_time_the_original_string_is_kept_beside_the_instant_that_is_compared(
    catalog: Catalog, written: str, shown: str
) -> None:
    assert catalog.client.post("/api/v1/lineage", content=changed(eventTime=written)).status_code == 201
    catalog.caught_up()
    assert json.loads(catalog.service.ledger.entry(0).body or b"")["event"]["eventTime"] == written
    asked = {"query": f'{{ run(runId: "{RUN}") {{ ... on Run {{ endedAt }} }} }}'}
    assert catalog.client.post("/graphql", json=asked).json()["data"] == {"run": {"endedAt": shown}}
