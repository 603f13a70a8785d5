"""A small made-up pipeline with two sites, recorded over HTTP, for what is looked at in lineage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graph_schema.nodes import Dataset, Job
from tests.support.records import attestation, declaration, event, tag

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

NAMESPACE = "lake"
PIPELINE = "pipeline"
FEEDS = tuple(f"feeds/set-{number}" for number in range(3))
BEHIND = "export/set-2"
JOINED, CLEARED = "curated/joined", "curated/cleared"
TRAINING, EVALUATION, REPORT = "training/set", "evaluation/set", "artifact/report"
_ZONES = {"feeds": "LANDING", "export": "LANDING"}
_STEPS = (
    ("load", (BEHIND,), (FEEDS[2],)),
    ("join", FEEDS, (JOINED,)),
    ("clear", (JOINED,), (CLEARED,)),
    ("split", (CLEARED,), (TRAINING, EVALUATION)),
    ("count", (CLEARED,), (REPORT,)),
)
COLUMNS = ("age", "diagnosis", "ward")


def dataset(name: str) -> str:
    """Return the id of one of its datasets."""
    return Dataset(NAMESPACE, name).id


def job(name: str) -> str:
    """Return the id of one of its jobs."""
    return Job(PIPELINE, name).id


def _end(name: str) -> dict[str, Any]:
    return {"namespace": NAMESPACE, "name": name, "facets": {}}


def run_of(number: int) -> str:
    """Return the id of the run of a step, by its number."""
    return f"0190d2e6-0000-7000-8000-{number:012x}"


def step(name: str, number: int, inputs: tuple[str, ...], outputs: tuple[str, ...], at: str) -> dict[str, Any]:
    """Return the event that ends a run of a step, with its columns and where each of them comes from."""
    said: dict[str, Any] = {"_producer": "https://tests.example", "_schemaURL": "https://tests.example/s.json"}
    made = event(at=at, run=run_of(number))
    made["job"] = {"namespace": PIPELINE, "name": name, "facets": {}}
    made["inputs"] = [_end(one) for one in inputs]
    made["outputs"] = []
    for one in outputs:
        origins = {
            column: {"inputFields": [{"namespace": NAMESPACE, "name": source, "field": column} for source in inputs]}
            for column in COLUMNS
        }
        schema = {**said, "fields": [{"name": column, "type": "string"} for column in COLUMNS]}
        made["outputs"].append(
            {**_end(one), "facets": {"schema": schema, "columnLineage": {**said, "fields": origins}}}
        )
    return made


def record(catalog: Catalog, steward: dict[str, str]) -> None:
    """Record the pipeline, declarations, a tag, and an attestation by whoever has the key in this header."""
    for number, (name, inputs, outputs) in enumerate(_STEPS):
        made = step(name, number, inputs, outputs, f"2026-01-0{number + 1}T10:00:00Z")
        assert catalog.event(made).status_code == 201
    for name in {one for _, inputs, outputs in _STEPS for one in (*inputs, *outputs)}:
        area = name.partition("/")[0]
        payload = declaration(
            dataset={"namespace": NAMESPACE, "name": name},
            zone=_ZONES.get(area, area.upper()),
            site="South" if name.endswith("-2") else "North",
            phi_category=[],
            deidentification_state="RAW" if area in _ZONES else "DE_IDENTIFIED",
        )
        assert catalog.record(payload).status_code == 201
    catalog.caught_up()
    for payload in (
        tag(dataset={"namespace": NAMESPACE, "name": FEEDS[0]}, column="ward"),
        attestation(job={"namespace": PIPELINE, "name": "clear"}, run_id=run_of(2)),
    ):
        answer = catalog.record(payload, **steward)
        assert answer.status_code == 201, answer.text
        catalog.caught_up()
    catalog.labels_kept()
