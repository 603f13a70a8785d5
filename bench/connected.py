"""How long the undirected neighbourhood takes over HTTP and GraphQL: jobs and datasets within 20 steps of a dataset."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from bench.estates import NAMESPACE, Estate
from bench.figures import Figure, Options, command, measured, percentile, spread
from bench.filling import serving_filled
from bench.server import Server, follow
from graph_schema.nodes import Dataset

DEPTH = 20
AIMS = {1_000: 0.300, 10_000: 0.600}
"""For SQLite, by the number of jobs."""
QUERY = """
query Connected($input: LineageInput!) {
  lineage(input: $input) {
    __typename
    ... on LineageGraph { ids completeness { __typename } }
  }
}
"""


def measure(options: Options) -> list[Figure]:
    """Measure the neighbourhood of depth 20, whole, as ids: at 1,000 jobs and at 10,000."""
    figures: list[Figure] = []
    for engine, jobs in itertools.product(options.engines, (200,) if options.quick else (1_000, 10_000)):
        measuring = _measure_one(engine, Estate(jobs), asks=10 if options.quick else 50)
        figures += measured("connected, depth 20", f"{engine}, {jobs:,} jobs", measuring)
    return figures


def _measure_one(engine: str, estate: Estate, asks: int) -> Iterator[Figure]:
    with ExitStack() as stack:
        server = serving_filled(engine, estate.events(), stack)
        follow(server)
        sinks = estate.sinks(asks)
        for dataset in sinks[:3]:
            _connected(server, dataset)
        seconds, sizes = [], []
        for dataset in itertools.islice(itertools.cycle(sinks), asks):
            began = time.perf_counter()
            answer = _connected(server, dataset)
            seconds.append(time.perf_counter() - began)
            sizes.append(len(answer["ids"]))
        setting = f"{engine}, {estate.jobs:,} jobs, {statistics.median(sizes):,.0f} nodes (up to {max(sizes):,})"
        aim = AIMS.get(estate.jobs) if engine == "SQLite" else None
        wanted = "" if aim is None else f"p95 ≤ {aim * 1000:.0f} ms"
        met = None if aim is None else percentile(seconds, 0.95) <= aim
        yield Figure("connected, depth 20, p50 / p95", setting, spread(seconds), wanted, met)


def _connected(server: Server, dataset: str) -> dict[str, Any]:
    root = Dataset(NAMESPACE, dataset).id
    asked = {"of": [root], "direction": "CONNECTED", "depth": DEPTH, "budget": 20_000}
    answer: dict[str, Any] = server.graphql(QUERY, {"input": asked})["lineage"]
    return answer


if __name__ == "__main__":
    command(measure)
