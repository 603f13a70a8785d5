"""How long whether something may be used takes over HTTP and GraphQL, on both stores, in an estate of 10,000 datasets.

Each raw dataset has a statement of its own; some datasets between have a licence, or a transfer. What is asked of
lies in the last layer.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from bench import stores
from bench.estates import NAMESPACE, Estate
from bench.figures import Figure, Options, command, measured, percentile, spread
from bench.filling import fill
from bench.findings import Record, write
from bench.server import Server, follow, serving
from catalog import app
from catalog.settings import Settings
from graph_schema.nodes import Dataset

AIMS: Final = {"SQLite": 0.050, "Neo4j": 0.150}
QUERY: Final = """
query May($input: UseQuestionInput!) {
  mayUse(input: $input) { ... on MayUse { decision obligations entries deciding { statement { name }
    reasons { text } applied { path { from to } } } permitted { completeness { __typename } } } }
}
"""
_EVERY: Final = 50
"""Of so many datasets in the middle one has a licence, and the next a transfer."""


def records(estate: Estate) -> Iterator[Record]:
    """Yield what is said of the use of a made-up estate."""
    for name, within in (("here", None), ("north", "here"), ("there", None)):
        yield "declare_place", {"place": name, "place_kind": "REGION", **({"within": within} if within else {})}
    terms = {"authority": "board", "terms": [{"code": "DUO:0000042"}], "places": ["here"], "obligations": ["ENCRYPT"]}
    since = {"valid_from": "2023-06-01T00:00:00Z"}
    for number in range(2 * estate.width):
        of = {"dataset": {"namespace": NAMESPACE, "name": estate.dataset(0, number)}}
        yield "permit_use", {"use_statement": f"made-up board {number}", "of": of, **terms, **since}
    for number in range(0, 2 * estate.width - 1, _EVERY):
        of = {"dataset": {"namespace": NAMESPACE, "name": estate.dataset(estate.layers // 2, number)}}
        replaced = {"replaces": [f"made-up board {number}"], "basis": "made up"}
        yield "license_use", {"use_statement": f"made-up licence {number}", "of": of, **replaced, **terms, **since}
        beside = {"dataset": {"namespace": NAMESPACE, "name": estate.dataset(estate.layers // 2, number + 1)}}
        yield "record_transfer", {"of": beside, "place": "there", "basis": "made up", **since}


def measure(options: Options) -> list[Figure]:
    """Measure whether datasets of the last layer may be used for research at a place."""
    figures: list[Figure] = []
    estate = Estate(100 if options.quick else 5_000)
    for engine in options.engines:
        figures += measured("use", engine, _measure_one(engine, estate, 5 if options.quick else 200))
    return figures


def _measure_one(engine: str, estate: Estate, asks: int) -> Iterator[Figure]:
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lineward-bench-")))
        settings = Settings.model_validate({"data_dir": data})
        ledger = app.open_ledger(settings)
        try:
            write(ledger, records(estate))
            fill(settings, ledger, estate.events())
        finally:
            ledger.close()
        environment = {**stores.settings(engine, stack), "LINEWARD_READY_LAG": str(10**9)}
        server = stack.enter_context(serving(environment, data))
        follow(server)
        yield _asked(server, estate, asks, engine)


def _asked(server: Server, estate: Estate, asks: int, engine: str) -> Figure:
    sinks = [Dataset(NAMESPACE, name).id for name in estate.sinks(asks)]
    seconds, entries = [], []
    for place, of in enumerate([*sinks[:3], *sinks]):
        began = time.perf_counter()
        found = server.graphql(QUERY, {"input": {"of": of, "purpose": "HRESCH", "place": "north"}})["mayUse"]
        if place >= 3:  # plans and caches are made once
            seconds.append(time.perf_counter() - began)
            entries.append(len(found["entries"]))
        if found["decision"] != "PERMIT":
            raise AssertionError("The made-up statements permit this.")
    aim = AIMS[engine]
    setting = f"{engine}, {2 * estate.jobs:,} datasets, {sorted(entries)[len(entries) // 2]} entries cited (median)"
    met = percentile(seconds, 0.95) <= aim
    return Figure("may it be used, p50 / p95", setting, spread(seconds), f"p95 ≤ {aim * 1000:.0f} ms", met)


if __name__ == "__main__":
    command(measure)
