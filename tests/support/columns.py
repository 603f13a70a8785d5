"""Events of made-up jobs that say which column derives from which."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any
from uuid import UUID, uuid5

from catalog.store.memory import MemoryStore
from graph_schema.facts import NOW, Facts
from graph_schema.nodes import Column, Dataset
from ingest_hooks.openlineage.facts import project_event

NAMESPACE = "made-up"
_RUNS = UUID("00000000-0000-5000-8000-000000000000")
Json = dict[str, Any]


def name_of(name: str) -> Json:
    return {"namespace": NAMESPACE, "name": name}


def dataset(name: str) -> str:
    return Dataset(NAMESPACE, name).id


def column(address: str) -> str:
    """Return the id of `dataset.column`."""
    name, _, field = address.partition(".")
    return Column(NAMESPACE, name, field).id


def source(address: str, *transformations: Json, **more: object) -> Json:
    """Return an input field: `dataset.column`, DIRECT unless it is said otherwise."""
    name, _, field = address.partition(".")
    said = list(transformations) or [{"type": "DIRECT", "subtype": "IDENTITY"}]
    return {**name_of(name), "field": field, "transformations": said, **more}


def indirect(address: str, subtype: str = "FILTER") -> Json:
    return source(address, {"type": "INDIRECT", "subtype": subtype})


def column_lineage(fields: Mapping[str, Iterable[str | Json]], wide: Sequence[Json] = ()) -> Json:
    """Return a columnLineage facet; a source is an address, or an input field."""
    said = {
        name: {"inputFields": [source(one) if isinstance(one, str) else one for one in some]}
        for name, some in fields.items()
    }
    return {"columnLineage": {"fields": said, **({"dataset": list(wide)} if wide else {})}}


def schema(*fields: str | Json) -> Json:
    return {"schema": {"fields": [{"name": one, "type": "string"} if isinstance(one, str) else one for one in fields]}}


def run_id(name: str) -> str:
    return str(uuid5(_RUNS, name))


def ran(
    job: str,
    inputs: Iterable[str] | None,
    outputs: Mapping[str, Json] | None,
    at: str = "2026-01-01T10:00:00Z",
    kind: str = "COMPLETE",
    run: str = "",
    **job_facets: Json,
) -> Json:
    """Return an event of a run; `outputs` maps a name to its facets."""
    event: Json = {
        "eventTime": at,
        "eventType": kind,
        "producer": "https://tests.example/made-up",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run_id(run or f"{job} {at}")},
        "job": {"namespace": NAMESPACE, "name": job, "facets": job_facets},
    }
    if inputs is not None:
        event["inputs"] = [name_of(name) for name in inputs]
    if outputs is not None:
        event["outputs"] = [{**name_of(name), "facets": facets} for name, facets in outputs.items()]
    return event


def facts_of(event: Json, entry: int) -> Facts:
    """Return what an event says, recorded long after it happened."""
    digest = blake2b(json.dumps(event, sort_keys=True).encode(), digest_size=8).hexdigest()
    return project_event(event, tie=digest, recorded_at=NOW - 1, entry=entry)


def told(*events: Json) -> MemoryStore:
    """Return a store that took the events, each an entry."""
    store = MemoryStore()
    for entry, event in enumerate(events):
        store.apply(facts_of(event, entry), entry)
    return store
