"""How long the release gate takes over HTTP and GraphQL, on both stores, in an estate of 10,000 datasets.

It is asked of a server that has just started on a graph that is there, labels included; what a graph takes that was
made anew, of which labels are still judged beside, stands in a line of its own.

What is asked about are model versions, each registered as trained on a sealed dataset of the last layer and measured on
another; what their data may be used for, and what of the estate is said of it, is that of `bench.use`.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, NamedTuple

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
_UNCOUNTED: Final = 3
_FIRST: Final = 20
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
    estate = Estate(400 if options.quick else 5_000)
    for engine in options.engines:
        figures += measured("gate", engine, _measure_one(engine, estate, 4 if options.quick else 100))
    return figures


def _measure_one(engine: str, estate: Estate, asks: int) -> Iterator[Figure]:
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lineward-bench-")))
        settings = Settings.model_validate({"data_dir": data})
        ledger = app.open_ledger(settings)
        first = min(_FIRST, asks)
        try:
            write(ledger, records(estate, 2 * _UNCOUNTED + first + asks))
            fill(settings, ledger, estate.events())
        finally:
            ledger.close()
        environment = {**stores.settings(engine, stack), "LINEWARD_READY_LAG": str(10**9)}
        setting = f"{engine}, {2 * estate.jobs:,} datasets"
        versions = iter(range(2 * _UNCOUNTED + first + asks))
        with serving(environment, data) as server:
            follow(server)
            new = list(_asked(server, versions, first, while_=lambda: not _labels_follow(server)))
            while not _labels_follow(server):
                time.sleep(0.2)
        name = "the release gate while labels of a graph made anew are judged, p50 / p95"
        if new:
            yield Figure(name, f"{setting}, the first {len(new)} versions", spread([one.seconds for one in new]))
        with serving(environment, data) as server:
            found = list(_asked(server, versions, asks))
        entries = sorted(one.entries for one in found)[len(found) // 2]
        seconds = [one.seconds for one in found]
        met = percentile(seconds, 0.95) <= AIM
        aim, cited = f"p95 ≤ {AIM * 1000:.0f} ms", f"{setting}, {entries} entries cited (median)"
        yield Figure("the release gate, p50 / p95", cited, spread(seconds), aim, met)
        yield Figure(f"of these the first {first} behind a start, p50 / p95", setting, spread(seconds[:first]))


class _Ask(NamedTuple):
    """How long an answer took, and how many entries it cited."""

    seconds: float
    entries: int


def _asked(
    server: Server, versions: Iterator[int], count: int, while_: Callable[[], bool] = lambda: True
) -> Iterator[_Ask]:
    """Yield what so many answers took, each of another version, as long as something holds."""
    for place in range(_UNCOUNTED + count):
        of = ModelVersion(NAMESPACE, "made-up model", str(next(versions))).id
        asked = {"of": of, "purpose": "HRESCH", "place": "north"}
        began = time.perf_counter()
        found = server.graphql(QUERY, {"input": asked})["gate"]
        seconds = time.perf_counter() - began
        outcomes = {one["check"]: one["outcome"] for one in found["checks"]}
        if (outcomes["VIEW_COMPLETE"], outcomes["USE_DEPLOYMENT"]) != ("PASS", "PASS"):
            raise AssertionError("All of it was seen, and the made-up statements permit this.")
        if not while_():
            return
        if place >= _UNCOUNTED:  # plans and caches are made once
            yield _Ask(seconds, len(found["entries"]))


def _labels_follow(server: Server) -> bool:
    """Tell whether the labels that are kept are those of all that the graph holds."""
    found = server.graphql("{ search(facets: [EFFECTIVE_LABEL], first: 1) { completeness { __typename } } }", {})
    return bool(found["search"]["completeness"]["__typename"] == "Complete")


if __name__ == "__main__":
    command(measure)
