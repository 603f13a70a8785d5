"""How long an upstream walk of 20 levels takes over HTTP and GraphQL, on both stores, in estates of two sizes."""

from __future__ import annotations

import itertools
import json
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from bench import neo4j
from bench.estates import NAMESPACE, Estate
from bench.figures import Figure, command, percentile, spread
from bench.server import Server, serving
from graph_schema.nodes import Dataset
from tests.support.neo4j_server import Neo4jUnobtainableError

DEPTH = 20
BATCH = 500
PROJECTION_SECONDS = 900
AIMS = {"SQLite": 0.050, "Neo4j": 0.150}
READABLE = 500
QUERY = """
query Upstream($input: LineageInput!) {
  lineage(input: $input) {
    __typename
    ... on LineageGraph {
      completeness { __typename }
      nodes(first: 500) { totalCount nodes { id label depth } }
    }
  }
}
"""


def measure(quick: bool) -> list[Figure]:
    """Measure dataset-grain upstream lineage of depth 20."""
    figures = []
    for store, jobs in itertools.product(AIMS, (200,) if quick else (1_000, 10_000)):
        try:
            figures += _measure_one(store, Estate(jobs), walks=20 if quick else 200)
        except (Neo4jUnobtainableError, RuntimeError) as error:  # the other store's figures stand without this one's
            print(error, file=sys.stderr)
            reason = f"not measured: {str(error).strip().splitlines()[-1]}"
            figures.append(Figure("upstream lineage, depth 20", f"{store}, {jobs:,} jobs", reason))
    return figures


def _measure_one(store: str, estate: Estate, walks: int) -> list[Figure]:
    with ExitStack() as stack:
        server = stack.enter_context(serving(dict(_settings(store, stack))))
        filled = _fill(server, estate, store)
        return [filled, *_walk(server, estate, store, walks)]


def _settings(store: str, stack: ExitStack) -> Iterator[tuple[str, str]]:
    yield "LINEWARD_STORE", store.lower()
    if store == "Neo4j":
        endpoint = neo4j.endpoint(stack)
        yield "LINEWARD_NEO4J_URI", endpoint.uri
        yield "LINEWARD_NEO4J_USER", endpoint.user
        yield "LINEWARD_NEO4J_PASSWORD", endpoint.password


def _fill(server: Server, estate: Estate, store: str) -> Figure:
    began, sent, events = time.perf_counter(), 0, estate.events()
    while batch := list(itertools.islice(events, BATCH)):
        status, body = server.post("/api/v1/lineage/batch", batch)
        if status != 200 or json.loads(body)["summary"]["failed"]:
            raise RuntimeError(f"a batch was answered {status}: {body[:500]!r}")
        sent += len(batch)
    _wait_until_projected(server, estate)
    elapsed = time.perf_counter() - began
    setting = f"{store}, {estate.jobs:,} jobs, {sent:,} events"
    return Figure("projected events, from sending to in the graph", setting, f"{sent / elapsed:,.0f}/s")


def _wait_until_projected(server: Server, estate: Estate) -> None:
    """Wait until an answer is neither Lagging nor empty, looking now and then."""
    deadline = time.monotonic() + PROJECTION_SECONDS
    while time.monotonic() < deadline:
        answer = _upstream(server, estate.sinks(1)[0])
        if answer["__typename"] == "LineageGraph" and answer["completeness"]["__typename"] != "Lagging":
            return
        time.sleep(0.5)
    raise RuntimeError(f"the graph was still behind after {PROJECTION_SECONDS} s")


def _upstream(server: Server, dataset: str) -> dict[str, Any]:
    root = Dataset(NAMESPACE, dataset).id
    asked = {"of": [root], "direction": "UPSTREAM", "grain": "DATASET", "depth": DEPTH}
    answer: dict[str, Any] = server.graphql(QUERY, {"input": asked})["lineage"]
    return answer


def _walk(server: Server, estate: Estate, store: str, walks: int) -> Iterator[Figure]:
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
    setting = f"{store}, {estate.jobs:,} jobs, {statistics.median(sizes):.0f} nodes (up to {max(sizes)})"
    aim = AIMS[store]
    met = percentile(seconds, 0.95) <= aim
    yield Figure("upstream lineage, depth 20, p50 / p95", setting, spread(seconds), f"p95 ≤ {aim * 1000:.0f} ms", met)


if __name__ == "__main__":
    command(measure)
