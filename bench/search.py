"""How long a search takes on both stores: over HTTP in an estate of 10,000 jobs, and the question alone in a catalog of
100,000 datasets of which everything is declared.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

from bench import stores
from bench.catalogued import Catalogued
from bench.estates import Estate
from bench.figures import Figure, Options, command, measured, milliseconds, percentile, spread
from bench.filling import serving_filled
from bench.server import Server, follow
from catalog.search.model import Search
from catalog.search.queries import search
from catalog.store.protocol import Store
from catalog.view import View

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
        made = Catalogued(1_000 if options.quick else 100_000)
        figures += measured("search", engine, _measure_catalogued(engine, made, 2 if options.quick else 10))
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


COUNTED: Final = ("zone", "owner", "deidentification_state", "source_system", "site", "storage_pattern", "gap", "label")


def _measure_catalogued(engine: str, made: Catalogued, rounds: int) -> Iterator[Figure]:
    with ExitStack() as stack:
        opened = stores.opened(engine, stack)
        began = time.perf_counter()
        for facts, upto in made.facts():
            opened.store.apply(facts, upto)
        taken = time.perf_counter() - began
        setting = f"{engine}, {made.datasets:,} datasets"
        yield Figure("writing a declared dataset with its indexes", setting, f"{taken / made.datasets * 1e6:.0f} µs")
        if engine == "SQLite":
            yield Figure("bytes of a declared dataset", setting, f"{opened.size()[0] * 1024 / made.datasets:,.0f}")
        questions = _questions(made)
        first = _asked(opened.store, questions["everything"][0])
        yield Figure("the first search of a process", setting, milliseconds(first))
        for place, asked in questions.items():
            yield _ask(opened.store, asked * rounds, f"{setting}, {place}")


def _questions(made: Catalogued) -> dict[str, list[Search]]:
    """Return what is searched for, by what it is like: all with eight facets counted, and the last without words."""

    def texts(*some: str) -> list[Search]:
        return [Search(text, facets=COUNTED) for text in some]

    names = [made.dataset(number).name for number in range(0, made.datasets, made.datasets // 5)]
    return {
        "a name": texts(*names),
        "a word that all hold": texts("made", "made up", "study"),
        "a part of words": texts("arehou", "ccupan", "et00", "bser"),
        "a beginning": texts("ware", "w", "vis", "ware bed"),
        "a number's beginning": texts("0", "00", "0001"),
        "a phrase": texts('"bed occupancy"', '"study of visits"'),
        "words and filters": [
            Search("made", filters={"zone": ("CURATED", "LANDING")}, facets=COUNTED),
            Search("visits", filters={"owner": ("team 7",)}, facets=COUNTED),
        ],
        "gaps": [Search(gaps=("retention",), facets=COUNTED), Search(gaps=("owner", "retention"), facets=COUNTED)],
        "everything": [Search(facets=COUNTED)],
    }


def _ask(store: Store, asked: list[Search], setting: str) -> Figure:
    _asked(store, asked[0])  # plans are made once, and facets and titles read
    seconds = [_asked(store, one) for one in asked]
    aim = f"p95 ≤ {AIM * 1000:.0f} ms"
    return Figure("search, p50 / p95", setting, spread(seconds), aim, percentile(seconds, 0.95) <= AIM)


def _asked(store: Store, one: Search) -> float:
    began = time.perf_counter()
    with store.reading() as read:
        search(View(read), one)
    return time.perf_counter() - began


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
