"""A made-up estate for pages: every dataset is declared and has a schema and column lineage, some are sealed, some
columns are named like identifiers, some runs fail, and model versions were trained on the last layer.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench import findings, gate, server, stores
from bench.column_facets import column_lineage
from bench.estates import NAMESPACE, PRODUCER, Estate, Event, run_events, run_id
from bench.filling import fill
from bench.findings import Record
from bench.server import Server
from catalog import app
from catalog.settings import Settings

COLUMNS: Final = 20
VERSIONS: Final = 40
MODEL: Final = {"namespace": NAMESPACE, "name": "made-up model"}
_NAMED_LIKE_IDENTIFIERS: Final = 0.02
"""The share of the datasets in which two columns are named so that one supposes identifiers in them."""
_FAILS: Final = 0.02
_BEGIN: Final = datetime(2024, 1, 1, tzinfo=UTC)
_SCHEMA: Final = "https://openlineage.io/spec/facets/1-1-1/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet"


def records(estate: Estate) -> Iterator[Record]:
    """Yield what people record of it before its jobs run."""
    yield from findings.records(estate)
    yield from gate.made_versions(estate, versions(estate))


def events(estate: Estate) -> Iterator[Event]:
    """Yield a START and a COMPLETE for each run, or a FAIL."""
    chance = random.Random(estate.seed)
    schemas: dict[str, Event] = {}
    for layer, job, inputs, outputs in estate.wiring():
        both = run_events(job, inputs, outputs, _at(layer))
        lineage = {name: column_lineage(chance, inputs, COLUMNS) for name in outputs}
        fails = chance.random() < _FAILS
        for event in both:
            for dataset in (*event["inputs"], *event["outputs"]):
                name = dataset["name"]
                schema = schemas.get(name) or schemas.setdefault(name, _schema(chance))
                dataset["facets"] = {"schema": schema}
                if name in lineage and dataset in event["outputs"]:
                    dataset["facets"]["columnLineage"] = lineage[name]
        yield both[0]
        yield {**both[1], "eventType": "FAIL"} if fails else both[1]


def runs(estate: Estate) -> Iterator[tuple[str, str]]:
    """Yield each job with the id of its run, layer by layer."""
    for layer, job, _, _ in estate.wiring():
        yield job, run_id(job, _at(layer).isoformat())


def serving(engine: str, estate: Estate, stack: ExitStack) -> Server:
    """Return a server whose graph holds this estate, until the stack ends.

    Raises Neo4jUnobtainableError where there is no Neo4j to be had.
    """
    data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lineward-bench-")))
    settings = Settings.model_validate({"data_dir": data})
    ledger = app.open_ledger(settings)
    try:
        findings.write(ledger, records(estate))
        fill(settings, ledger, events(estate))
    finally:
        ledger.close()
    # However far behind its graph is, the server is ready to be asked how far.
    environment = {**stores.settings(engine, stack), "LINEWARD_READY_LAG": str(10**9)}
    started = stack.enter_context(server.serving(environment, data))
    server.follow(started)
    return started


def versions(estate: Estate) -> int:
    """Return how many model versions there are: each is made of two datasets of the last layer."""
    return min(VERSIONS, estate.width)


def requests(estate: Estate) -> Iterator[dict[str, Any]]:
    """Yield requests for approval of the versions, as their owners send them to a server."""
    for number in range(versions(estate)):
        yield {
            "kind": "request_approval",
            "subject": {"model_version": {"model": MODEL, "version": str(number)}},
            "approval_kind": "GOVERNANCE",
            "use_case": f"Made-up use {number}",
            "reason": "Made up",
        }


def _at(layer: int) -> datetime:
    return _BEGIN.replace(day=1 + layer)


def _schema(chance: random.Random) -> Event:
    names = [f"column_{number}" for number in range(COLUMNS)]
    if chance.random() < _NAMED_LIKE_IDENTIFIERS:
        names[-2:] = ["mrn", "birth_date"]
    fields = [{"name": name, "type": "string"} for name in names]
    return {"_producer": PRODUCER, "_schemaURL": _SCHEMA, "fields": fields}
