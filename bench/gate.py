"""How long the release gate takes over HTTP and GraphQL, on both stores, in an estate of 10,000 datasets.

What is asked about are model versions, each registered as trained on a sealed dataset of the last layer and measured on
another; what their data may be used for, and what of the estate is said of it, is that of `bench.use`.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from bench import stores, use
from bench.estates import NAMESPACE, Estate
from bench.figures import Figure, Options, command, measured, percentile, spread
from bench.filling import fill
from bench.findings import Record, write
from bench.server import Server, follow, serving
from catalog import app
from catalog.settings import Settings
from catalog.snapshots.rules import manifest_digest
from graph_schema.canonical import digest_of
from graph_schema.nodes import ModelVersion

AIM: Final = 0.200
QUERY: Final = """
query Gate($input: GateInput!) {
  gate(input: $input) { ... on Gate { verdict entries checks { check outcome reasons { text entries } }
    completeness { __typename } } }
}
"""


def _snapshot(name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    files = [{"path": "part-0.parquet", "size": 1, "digest": digest_of(name)}]
    dataset = {"namespace": NAMESPACE, "name": name}
    return {"dataset": dataset, "digest": manifest_digest(files)}, files


def records(estate: Estate, versions: int) -> Iterator[Record]:
    """Yield what is said of use, and of so many made-up model versions."""
    yield from use.records(estate)
    yield from made_versions(estate, versions)


def made_versions(estate: Estate, versions: int) -> Iterator[Record]:
    """Yield what is said of so many made-up model versions, and of the snapshots of the last layer they are made of."""
    names = list(estate.sinks(2 * versions))
    for name in names:
        snapshot, files = _snapshot(name)
        yield "seal_snapshot", {**snapshot, "manifest": files, "locked": True}
        yield "verify_snapshot", {**snapshot, "result": "OK", "method": "made up"}
    for number in range(versions):
        trained, evaluated = (_snapshot(names[2 * number + place])[0] for place in (0, 1))
        yield (
            "register_model_version",
            {
                "model": {"namespace": NAMESPACE, "name": "made-up model"},
                "version": str(number),
                "trained_on": [trained],
                "evaluated_on": [evaluated],
                "code": {"repository": "made up", "revision": "f" * 40, "clean": True},
                "environment": {"digest": digest_of("environment"), "description": "made up"},
                "artifact_digest": digest_of(str(number)),
                "metrics": [{"name": "auroc", "value": 0.7, "split": "test"}],
            },
        )


def measure(options: Options) -> list[Figure]:
    """Measure what the gate says of model versions, each asked about once."""
    figures: list[Figure] = []
    estate = Estate(100 if options.quick else 5_000)
    for engine in options.engines:
        figures += measured("gate", engine, _measure_one(engine, estate, 4 if options.quick else 100))
    return figures


def _measure_one(engine: str, estate: Estate, asks: int) -> Iterator[Figure]:
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lineward-bench-")))
        settings = Settings.model_validate({"data_dir": data})
        ledger = app.open_ledger(settings)
        try:
            write(ledger, records(estate, asks))
            fill(settings, ledger, estate.events())
        finally:
            ledger.close()
        environment = {**stores.settings(engine, stack), "LINEWARD_READY_LAG": str(10**9)}
        server = stack.enter_context(serving(environment, data))
        follow(server)
        yield _asked(server, estate, asks, engine)


def _asked(server: Server, estate: Estate, asks: int, engine: str) -> Figure:
    seconds, entries = [], []
    for place, number in enumerate([*range(3), *range(asks)]):
        of = ModelVersion(NAMESPACE, "made-up model", str(number)).id
        asked = {"of": of, "purpose": "HRESCH", "place": "north"}
        began = time.perf_counter()
        found = server.graphql(QUERY, {"input": asked})["gate"]
        if place >= 3:  # plans and caches are made once
            seconds.append(time.perf_counter() - began)
            entries.append(len(found["entries"]))
        outcomes = {one["check"]: one["outcome"] for one in found["checks"]}
        if (outcomes["VIEW_COMPLETE"], outcomes["USE_DEPLOYMENT"]) != ("PASS", "PASS"):
            raise AssertionError("All of it was seen, and the made-up statements permit this.")
    setting = f"{engine}, {2 * estate.jobs:,} datasets, {sorted(entries)[len(entries) // 2]} entries cited (median)"
    met = percentile(seconds, 0.95) <= AIM
    return Figure("the release gate, p50 / p95", setting, spread(seconds), f"p95 ≤ {AIM * 1000:.0f} ms", met)


if __name__ == "__main__":
    command(measure)
