"""How long an upstream walk of 20 levels takes over HTTP and GraphQL, on both stores, in estates of several sizes."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from bench.estates import NAMESPACE, Estate, StaggeredEstate
from bench.figures import Figure, Options, command, measured, percentile, spread
from bench.filling import serving_filled
from bench.server import Server, follow
from graph_schema.nodes import Dataset

DEPTH = 20
AIMS = {"SQLite": 0.025, "Neo4j": 0.100}
STAGGERED_AIMS = {"SQLite": 0.060, "Neo4j": 0.250}
MOST_RUNS = {"SQLite": 100, "Neo4j": 20}
READABLE = 500
QUERY = """
query Upstream($input: LineageInput!) {
  lineage(input: $input) {
    __typename
    ... on LineageGraph {
      completeness { __typename }
      nodes(first: 500) { totalCount nodes { id kind depth } }
    }
  }
}
"""


def measure(options: Options) -> list[Figure]:
    """Measure dataset-grain upstream lineage of depth 20: of jobs that ran once, and of some that ran often."""
    figures: list[Figure] = []
    for engine, estate in itertools.product(options.engines, estates(quick=options.quick)):
        fewer = replace(estate, runs=min(estate.runs, MOST_RUNS[engine]))
        measuring = _measure_one(engine, fewer, walks=20 if options.quick else 200)
        figures += measured("upstream lineage, depth 20", f"{engine}, {estate.jobs:,} jobs", measuring)
    return figures


def estates(*, quick: bool) -> tuple[Estate, ...]:
    """Return what is walked; 10,000 jobs of 100 runs each would take this bench half an hour to load."""
    if quick:
        return (Estate(200), Estate(200, runs=3), StaggeredEstate(100, runs=8))
    return (Estate(1_000), Estate(1_000, runs=100), Estate(10_000), StaggeredEstate(400, runs=15))


def _measure_one(engine: str, estate: Estate, walks: int) -> Iterator[Figure]:
    with ExitStack() as stack:
        server = serving_filled(engine, estate.events(), stack)
        yield _follow(server, estate, engine)
        yield from _walk(server, estate, engine, walks)


def _follow(server: Server, estate: Estate, engine: str) -> Figure:
    count, elapsed = estate.count, server.started_in + follow(server)
    return Figure(
        "graph made by a server that starts", f"{_named(engine, estate)}, {count:,} events", f"{count / elapsed:,.0f}/s"
    )


def _named(engine: str, estate: Estate) -> str:
    return f"{engine}, {estate.kind}"


def _upstream(server: Server, dataset: str) -> dict[str, Any]:
    root = Dataset(NAMESPACE, dataset).id
    asked = {"of": [root], "direction": "UPSTREAM", "grain": "DATASET", "depth": DEPTH}
    answer: dict[str, Any] = server.graphql(QUERY, {"input": asked})["lineage"]
    return answer


def _walk(server: Server, estate: Estate, engine: str, walks: int) -> Iterator[Figure]:
    sinks = estate.sinks(walks)
    for dataset in sinks[:3]:
        _upstream(server, dataset)  # plans and caches are made once
    seconds, sizes = [], []
    for dataset in itertools.islice(itertools.cycle(sinks), walks):
        began = time.perf_counter()
        answer = _upstream(server, dataset)
        elapsed = time.perf_counter() - began
        size = answer["nodes"]["totalCount"]
        if size <= READABLE:
            seconds.append(elapsed)
        sizes.append(size)
    setting = f"{_named(engine, estate)}, {statistics.median(sizes):.0f} nodes (up to {max(sizes)})"
    aim = (STAGGERED_AIMS if isinstance(estate, StaggeredEstate) else AIMS)[engine]
    met = percentile(seconds, 0.95) <= aim
    yield Figure("upstream lineage, depth 20, p50 / p95", setting, spread(seconds), f"p95 ≤ {aim * 1000:.0f} ms", met)


if __name__ == "__main__":
    command(measure)
