"""How long a search takes over HTTP and GraphQL, on both stores, in an estate of 10,000 jobs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

from bench.estates import Estate
from bench.figures import Figure, Options, command, measured, percentile, spread
from bench.filling import serving_filled
from bench.server import Server, follow

AIM: Final = 0.050
QUERY: Final = """
query Search($text: String!) {
  search(text: $text, first: 20, facets: [LABEL]) { totalCount nodes { id } facets { counts { value count } } }
}
"""
PLACES: Final = ("what few are called", "what all names hold", "inside words", "the first digits of a run")


def measure(options: Options) -> list[Figure]:
    """Measure searches for a name, a word that every name has, a part of words, and the beginning of a run's id."""
    figures: list[Figure] = []
    for engine in options.engines:
        measuring = _measure_one(engine, Estate(200 if options.quick else 10_000), 5 if options.quick else 50)
        figures += measured("search", engine, measuring)
    return figures


def _measure_one(engine: str, estate: Estate, searches: int) -> Iterator[Figure]:
    with ExitStack() as stack:
        server = serving_filled(engine, estate.events(), stack)
        follow(server)
        for place, texts in zip(PLACES, _texts(estate), strict=True):
            yield _search(server, texts * searches, f"{engine}, {estate.jobs:,} jobs, {place}")


def _texts(estate: Estate) -> Iterator[list[str]]:
    run = next(iter(estate.events()))["run"]["runId"]
    name = estate.sinks(1)[0]
    yield [name, name.upper()]
    yield ["job", "made"]
    yield [name[1:7], name[2:8]]
    yield [run[:8], run[:13]]


def _search(server: Server, texts: list[str], setting: str) -> Figure:
    seconds = []
    server.graphql(QUERY, {"text": texts[0]})  # plans and caches are made once
    for text in texts:
        began = time.perf_counter()
        server.graphql(QUERY, {"text": text})
        seconds.append(time.perf_counter() - began)
    aim = f"p95 ≤ {AIM * 1000:.0f} ms"
    return Figure("search, p50 / p95", setting, spread(seconds), aim, percentile(seconds, 0.95) <= AIM)


if __name__ == "__main__":
    command(measure)
