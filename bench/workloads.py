"""Made-up events of two sizes, in jobs that run again and again and say the same each time.

The small ones name two inputs and an output with its schema. The large ones are what Spark sends of a table: a schema
of ten columns on each of two inputs and an output, the origins of each output column in both inputs, where the data
lies. START and COMPLETE state the same. Of the varying ones, each run also has a parent, a nominal time and statistics
of its own, as a scheduler's have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from bench.estates import NAMESPACE, PRODUCER, Event

_RUNS: Final = UUID("00000000-0000-5000-8000-000000000001")
_BEGIN: Final = datetime(2024, 1, 1, tzinfo=UTC)
_SPEC: Final = "https://openlineage.io/spec"
COLUMNS: Final = tuple(f"column_{letter}" for letter in "abcdefghij")
"""The columns of each dataset of a large event."""

Workload = Callable[[int, int], tuple[Event, Event]]


def events(workload: Workload, jobs: int, runs: int, first: int = 0) -> Iterator[Event]:
    """Yield START and COMPLETE of every run, from the `first` on: each job's first run, then each one's second."""
    for run in range(first, first + runs):
        for job in range(jobs):
            yield from workload(job, run)


def small(job: int, run: int) -> tuple[Event, Event]:
    """Return the two events of a run, of about 1 KB each."""
    inputs, output = _names(job)
    return _run(
        f"small/job{job:05}",
        run,
        [_dataset(name) for name in inputs],
        [_dataset(output, {"schema": schema(output, 4)})],
    )


def large(job: int, run: int) -> tuple[Event, Event]:
    """Return the two events of a run, of about 9 KB each."""
    inputs, output = _names(job)
    source = facet("DatasourceDatasetFacet", name="made-up", uri="s3://made-up-lake")
    return _run(
        f"large/job{job:05}",
        run,
        [_dataset(name, {"schema": schema(name, 10), "dataSource": source}) for name in inputs],
        [
            _dataset(
                output,
                {"schema": schema(output, 10), "dataSource": source, "columnLineage": column_lineage(inputs)},
            )
        ],
    )


def varying(job: int, run: int) -> tuple[Event, Event]:
    """Return the large events of a run, with a parent, a nominal time and statistics that no other run has."""
    start, complete = large(job, run)
    at = _BEGIN + timedelta(days=run)
    parent = str(uuid5(_RUNS, f"day/{run}"))
    facets = {
        "parent": facet("ParentRunFacet", run={"runId": parent}, job={"namespace": NAMESPACE, "name": "nightly"}),
        "nominalTime": facet(
            "NominalTimeRunFacet",
            nominalStartTime=at.isoformat(),
            nominalEndTime=(at + timedelta(days=1)).isoformat(),
        ),
    }
    statistics = facet("OutputStatisticsOutputDatasetFacet", rowCount=1_000 + 7 * run + job, size=65_536 + 911 * run)
    for event in (start, complete):
        event["run"] = {**event["run"], "facets": facets}
    (output,) = complete["outputs"]
    complete["outputs"] = [{**output, "outputFacets": {"outputStatistics": statistics}}]
    return start, complete


WORKLOADS: Final[dict[str, Workload]] = {"small": small, "large": large, "varying": varying}
SIZES: Final = {"small": "1 KB", "large": "9 KB", "varying": "9 KB, varying"}
JOBS: Final = 200
"""Among how many jobs the runs of a load are spread."""


def _run(job: str, run: int, inputs: list[Event], outputs: list[Event]) -> tuple[Event, Event]:
    at = _BEGIN + timedelta(days=run)
    shared: Event = {
        "producer": PRODUCER,
        "schemaURL": f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": str(uuid5(_RUNS, f"{job}/{run}"))},
        "job": {"namespace": NAMESPACE, "name": job},
        "inputs": inputs,
        "outputs": outputs,
    }
    return (
        {"eventType": "START", "eventTime": at.isoformat(), **shared},
        {"eventType": "COMPLETE", "eventTime": (at + timedelta(minutes=5)).isoformat(), **shared},
    )


def _names(job: int) -> tuple[list[str], str]:
    """Return what a job reads, which two others read as well, and what it alone writes."""
    return [f"raw/set{job // 3:05}", f"raw/other{job // 5:05}"], f"curated/set{job:05}"


def _dataset(name: str, facets: Event | None = None) -> Event:
    return {"namespace": NAMESPACE, "name": name, "facets": facets or {}}


def schema(name: str, columns: int) -> Event:
    """Return the facet that names so many columns of a dataset, with types and descriptions."""
    kinds = ("string", "timestamp", "decimal(18,4)")
    return facet(
        "SchemaDatasetFacet",
        fields=[
            {
                "name": column,
                "type": kinds[(place + len(name)) % 3],
                "description": f"Made up for a measurement, in place {place}.",
            }
            for place, column in enumerate(COLUMNS[:columns])
        ],
    )


def column_lineage(inputs: list[str], namespace: str = NAMESPACE) -> Event:
    """Return the facet by which each column of an output comes from that of its name in each input."""
    origins = {
        column: {
            "inputFields": [
                {
                    "namespace": namespace,
                    "name": name,
                    "field": column,
                    "transformations": [
                        {
                            "type": "DIRECT",
                            "subtype": "TRANSFORMATION",
                            "description": f"coalesce({column}, a default of its own)",
                            "masking": False,
                        }
                    ],
                }
                for name in inputs
            ]
        }
        for column in COLUMNS
    }
    return facet("ColumnLineageDatasetFacet", fields=origins)


def facet(kind: str, /, **members: object) -> Event:
    """Return a facet of the standard, by the name of its schema."""
    return {"_producer": PRODUCER, "_schemaURL": f"{_SPEC}/facets/1-1-1/{kind}.json#/$defs/{kind}", **members}
