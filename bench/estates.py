"""Made-up estates: a layered graph of jobs in which every job reads from the layer before its own.

Everything follows from the seed, and nothing in it is, or looks like, a real estate's.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

NAMESPACE: Final = "made-up"
PRODUCER: Final = "https://example.invalid/lineward-bench"
_SCHEMA: Final = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_RUNS: Final = UUID("00000000-0000-5000-8000-000000000000")
_BEGIN: Final = datetime(2024, 1, 1, tzinfo=UTC)

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Estate:
    """`jobs` jobs in `layers` layers, each writing two datasets and reading one to three of the layer before.

    Every job runs `runs` times, a day apart, and says the same each time.
    """

    jobs: int
    layers: int = 20
    seed: int = 7
    runs: int = 1

    @property
    def kind(self) -> str:
        """How its jobs run, for the name of a figure."""
        return f"{self.jobs:,} jobs × {self.runs}"

    @property
    def count(self) -> int:
        """How many events there are."""
        return 2 * self.jobs * self.runs

    @property
    def width(self) -> int:
        """How many jobs stand in a layer."""
        return self.jobs // self.layers

    def dataset(self, layer: int, number: int) -> str:
        """Return the name of a dataset by its layer and its number in it."""
        return f"layer{layer:02}/set{number:05}"

    def sinks(self, count: int) -> list[str]:
        """Return datasets of the last layer, from which an upstream walk has all layers before it."""
        chosen = random.Random(self.seed).sample(range(2 * self.width), min(count, 2 * self.width))
        return [self.dataset(self.layers, number) for number in chosen]

    def events(self) -> Iterator[Event]:
        """Yield a START and a COMPLETE for each run, day by day and layer by layer."""
        jobs = list(self.wiring())
        for day in range(self.runs):
            for layer, job, inputs, outputs in jobs:
                yield from run_events(job, inputs, outputs, _BEGIN + timedelta(days=day, hours=layer))

    def wiring(self) -> Iterator[tuple[int, str, list[str], list[str]]]:
        """Yield each job's layer, name, inputs and outputs."""
        chance = random.Random(self.seed)
        for layer in range(1, self.layers + 1):
            for number in range(self.width):
                # Mostly neighbours, as in real estates: walks meet again, and answers stay of a size that people read.
                near = [max(0, min(2 * self.width - 1, 2 * number + chance.randint(-3, 3))) for _ in range(3)]
                inputs = sorted({self.dataset(layer - 1, place) for place in near[: chance.randint(1, 3)]})
                outputs = [self.dataset(layer, 2 * number), self.dataset(layer, 2 * number + 1)]
                yield layer, f"layer{layer:02}/job{number:05}", inputs, outputs


@dataclass(frozen=True, slots=True)
class StaggeredEstate(Estate):
    """The same, but each job runs at its own hour of the hour, day or week, so that readers meet what was there then.

    Of eight jobs one runs each hour, five each day and two each week, for `runs` days.
    """

    @property
    def kind(self) -> str:
        """How its jobs run, for the name of a figure."""
        return f"{self.jobs:,} hourly, daily and weekly jobs, {self.runs} days"

    @property
    def count(self) -> int:
        """How many events there are."""
        return sum(1 for _ in self.events())

    def events(self) -> Iterator[Event]:
        """Yield a START and a COMPLETE for each run, by the time at which it starts."""
        chance = random.Random(self.seed)
        starts: list[tuple[datetime, str, list[str], list[str]]] = []
        for _, job, inputs, outputs in self.wiring():
            period = chance.choice((1, 24, 24, 24, 24, 24, 168, 168))
            first = chance.randrange(period * 60)
            minutes = range(first, self.runs * 24 * 60, period * 60)
            starts += [(_BEGIN + timedelta(minutes=minute), job, inputs, outputs) for minute in minutes]
        for at, job, inputs, outputs in sorted(starts, key=lambda one: one[:2]):
            yield from run_events(job, inputs, outputs, at)


def run_events(job: str, inputs: list[str], outputs: list[str], at: datetime, run: str = "") -> tuple[Event, Event]:
    """Return START and COMPLETE of one run of a made-up job."""
    shared: Event = {
        "producer": PRODUCER,
        "schemaURL": _SCHEMA,
        "run": {"runId": run_id(job, run or at.isoformat())},
        "job": {"namespace": NAMESPACE, "name": job},
        "inputs": [{"namespace": NAMESPACE, "name": name, "facets": {"schema": _schema(name)}} for name in inputs],
        "outputs": [{"namespace": NAMESPACE, "name": name, "facets": {"schema": _schema(name)}} for name in outputs],
    }
    return (
        {"eventType": "START", "eventTime": at.isoformat(), **shared},
        {"eventType": "COMPLETE", "eventTime": (at + timedelta(minutes=5)).isoformat(), **shared},
    )


def run_id(job: str, run: str) -> str:
    """Return the id of a job's run by what tells its runs apart: where nothing else does, when it starts."""
    return str(uuid5(_RUNS, f"{job}/{run}"))


def load(events: int, seed: int) -> Iterator[Event]:
    """Yield so many distinct events of ever new runs, as a busy day sends them."""
    chance = random.Random(seed)
    for number in range((events + 1) // 2):
        job = f"nightly/job{chance.randrange(200):03}"
        inputs = [f"raw/set{chance.randrange(500):03}" for _ in range(2)]
        outputs = [f"curated/set{chance.randrange(500):03}"]
        yield from run_events(job, inputs, outputs, _BEGIN + timedelta(seconds=number), run=f"{seed}/{number}")


def _schema(name: str) -> Event:
    fields = [{"name": f"column_{letter}", "type": "string"} for letter in "abcdef"[: 3 + len(name) % 3]]
    url = "https://openlineage.io/spec/facets/1-1-1/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet"
    return {"_producer": PRODUCER, "_schemaURL": url, "fields": fields}
