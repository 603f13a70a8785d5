"""How long column lineage of 20 levels takes over HTTP and GraphQL, up and down, on both stores, over 10,000 jobs."""

from __future__ import annotations

import itertools
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final

from bench.column_facets import column_lineage
from bench.estates import NAMESPACE, Estate, Event
from bench.figures import Figure, Options, command, measured, percentile, spread
from bench.filling import serving_filled
from bench.server import Server, follow
from graph_schema.nodes import Column

DEPTH: Final = 20
COLUMNS: Final = 10
READABLE: Final = 500
AIMS: Final = {"SQLite": 0.100, "Neo4j": 0.250}
QUERY: Final = """
query Columns($input: LineageInput!) {
  lineage(input: $input) {
    __typename
    ... on LineageGraph {
      completeness { __typename }
      columns { collapsed unstated }
      nodes(first: 500) { totalCount nodes { id depth column { name } } }
    }
  }
}
"""


def events(estate: Estate) -> Iterator[Event]:
    """Yield the estate's events: each output column is made of one or two others; of some a key decides on the rows."""
    chance = random.Random(estate.seed)
    facets: dict[str, Event] = {}
    for event in estate.events():
        for output in event["outputs"]:
            name = output["name"]
            if name not in facets:
                facets[name] = column_lineage(chance, [one["name"] for one in event["inputs"]], COLUMNS)
            output["facets"]["columnLineage"] = facets[name]
        yield event


def measure(options: Options) -> list[Figure]:
    """Measure column lineage of depth 20 upstream and downstream."""
    figures: list[Figure] = []
    estate = Estate(200 if options.quick else 10_000)
    for engine in options.engines:
        measuring = _measure_one(engine, estate, walks=20 if options.quick else 200)
        figures += measured("column lineage, depth 20", f"{engine}, {estate.jobs:,} jobs", measuring)
    return figures


def _measure_one(engine: str, estate: Estate, walks: int) -> Iterator[Figure]:
    with ExitStack() as stack:
        server = serving_filled(engine, events(estate), stack)
        follow(server)
        for direction in ("UPSTREAM", "DOWNSTREAM"):
            for flows in ("CURRENT", "EVER_STATED"):
                yield _walk(server, estate, engine, direction, flows, walks)


def _walk(server: Server, estate: Estate, engine: str, direction: str, flows: str, walks: int) -> Figure:
    layer = estate.layers if direction == "UPSTREAM" else 0
    chosen = random.Random(estate.seed).sample(range(2 * estate.width), min(walks, 2 * estate.width))
    roots = [Column(NAMESPACE, estate.dataset(layer, place), f"column_{place % COLUMNS}").id for place in chosen]
    roots = [root for root in roots if _ask(server, root, direction, flows)][:walks]
    seconds, sizes = [], []
    for root in itertools.islice(itertools.cycle(roots), walks):
        began = time.perf_counter()
        answer = _ask(server, root, direction, flows)
        elapsed = time.perf_counter() - began
        if answer is None:
            continue
        size = answer["nodes"]["totalCount"]
        sizes.append(size)
        if size <= READABLE:
            seconds.append(elapsed)
    counted = f"{statistics.median(sizes):.0f} columns (up to {max(sizes)})"
    setting = f"{engine}, {estate.jobs:,} jobs × {COLUMNS}, {flows.lower().replace('_', ' ')}, {counted}"
    aim = AIMS[engine]
    met = percentile(seconds, 0.95) <= aim
    name = f"column lineage {direction.lower()}, depth {DEPTH}, p50 / p95"
    return Figure(name, setting, spread(seconds), f"p95 ≤ {aim * 1000:.0f} ms", met)


def _ask(server: Server, root: str, direction: str, flows: str) -> dict[str, Any] | None:
    """Return the answer, None for a column that nobody ever read."""
    asked = {"of": [root], "direction": direction, "flows": flows, "grain": "COLUMN", "depth": DEPTH}
    answer: dict[str, Any] = server.graphql(QUERY, {"input": asked})["lineage"]
    return answer if answer["__typename"] == "LineageGraph" else None


if __name__ == "__main__":
    command(measure)
