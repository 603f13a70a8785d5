"""Small made-up OpenLineage events, and the graph of them."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from catalog.store.memory import MemoryStore
from graph_schema.facts import Facts
from ingest_hooks.openlineage.facts import project_event

Json = dict[str, Any]

RUN_ID = "018f4a3e-0000-7000-8000-000000000001"
LATE = 2**52
"""A time of receipt after that of every event here, in microseconds."""


def dataset(name: str, namespace: str = "lake", **parts: object) -> Json:
    """Return a dataset of an event, or what names one in a facet."""
    return {"namespace": namespace, "name": name, **parts}


def run_event(
    kind: str = "COMPLETE",
    minute: int = 5,
    *,
    inputs: list[Json] | None = None,
    outputs: list[Json] | None = None,
    run: Json | None = None,
    job: Json | None = None,
    run_id: str = RUN_ID,
    job_name: str = "curate",
) -> Json:
    """Return an event of a run at so many minutes after ten."""
    event: Json = {
        "eventTime": f"2026-03-01T10:{minute:02}:00Z",
        "eventType": kind,
        "run": {"runId": run_id, "facets": run or {}},
        "job": {"namespace": "demo", "name": job_name, "facets": job or {}},
        "producer": "https://example.org/emitter",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json",
    }
    if inputs is not None:
        event["inputs"] = inputs
    if outputs is not None:
        event["outputs"] = outputs
    return event


def job_event(
    minute: int = 5,
    *,
    inputs: list[Json] | None = None,
    outputs: list[Json] | None = None,
    job: Json | None = None,
    job_name: str = "curate",
) -> Json:
    """Return an event about a job as it is designed."""
    event = run_event(minute=minute, inputs=inputs, outputs=outputs, job=job, job_name=job_name)
    del event["run"], event["eventType"]
    return event


def dataset_event(name: str, minute: int = 5, *, facets: Json | None = None) -> Json:
    """Return an event about a dataset itself."""
    return {
        "eventTime": f"2026-03-01T10:{minute:02}:00Z",
        "dataset": dataset(name, facets=facets or {}),
        "producer": "https://example.org/emitter",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json",
    }


def projected(*events: Json, first: int = 0) -> Facts:
    """Return the facts of the events, which are entries from the first one on."""
    facts = Facts()
    for entry, event in enumerate(events, first):
        tie = sha256(repr(event).encode()).hexdigest()[:16]
        facts += project_event(event, tie=tie, recorded_at=LATE, entry=entry)
    return facts


def graph(events: Iterable[Json]) -> MemoryStore:
    """Return a store that holds the graph of the events."""
    store = MemoryStore()
    for entry, event in enumerate(events):
        store.apply(projected(event, first=entry), entry)
    return store
