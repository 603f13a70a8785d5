"""How long a label takes to reach what was made of its dataset, and to be explained: 10,000 datasets of 20 columns."""

from __future__ import annotations

import gc
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.column_facets import column_lineage
from bench.estates import NAMESPACE, Estate, Event, run_events
from bench.figures import Figure, Options, command, measured, milliseconds, percentile, spread
from bench.filling import fill
from bench.stores import opened
from catalog import app
from catalog.collecting import collecting_seldom
from catalog.kinds import KINDS
from catalog.labels.taint.following import LabelFollower
from catalog.labels.taint.queries import why_label
from catalog.ledger.protocol import Draft
from catalog.ledger.sqlite import SqliteLedger
from catalog.projection.follower import Projection
from catalog.settings import Settings
from catalog.store.protocol import Store
from catalog.view import View
from graph_schema.canonical import canonical_bytes
from graph_schema.nodes import Dataset

COLUMNS: Final = 20
LABEL: Final = "DIRECT_IDENTIFIER"
TOP: Final = "top/set"
SOURCE: Final = "source/set"
WHY_AIM: Final = 0.100
FLOW_AIMS: Final = {"SQLite": 1.0, "Neo4j": 5.0}
_BEGIN: Final = datetime(2023, 1, 1, tzinfo=UTC)


def events(estate: Estate) -> Iterator[Event]:
    """Yield the events of an estate all of which was made of one dataset, column by column; of some datasets a key
    decides on the rows.
    """
    chance = random.Random(estate.seed)
    first = [estate.dataset(0, number) for number in range(2 * estate.width)]
    for start in range(0, len(first), 10):
        outputs = first[start : start + 10]
        yield from _sent(run_events(f"spread/job{start:05}", [TOP], outputs, _BEGIN), chance)
    for layer, job, inputs, outputs in estate.wiring():
        yield from _sent(run_events(job, inputs, outputs, _BEGIN.replace(day=1 + layer)), chance)


def new_edge() -> list[Event]:
    """Return the events by which what is labelled reaches what all is made of."""
    sent = run_events("spread/first", [SOURCE], [TOP], _BEGIN.replace(month=6))
    return list(_sent(sent, random.Random(1)))


def _sent(both: tuple[Event, Event], chance: random.Random) -> Iterator[Event]:
    facets: dict[str, Event] = {}
    for event in both:
        for output in event["outputs"]:
            name = output["name"]
            if name not in facets:
                facets[name] = column_lineage(chance, [one["name"] for one in event["inputs"]], COLUMNS)
            output["facets"] = {"columnLineage": facets[name]}
        yield event


def measure(options: Options) -> list[Figure]:
    """Measure how long labels take to be kept anew and to be explained."""
    figures: list[Figure] = []
    estate = Estate(100 if options.quick else 5_000)
    for engine in options.engines:
        measuring = _measure_one(engine, estate, asked=20 if options.quick else 200)
        figures += measured("labels", f"{engine}, {2 * estate.jobs:,} datasets × {COLUMNS}", measuring)
    return figures


def _measure_one(engine: str, estate: Estate, asked: int) -> Iterator[Figure]:
    setting = f"{engine}, {2 * estate.jobs:,} datasets × {COLUMNS} columns"
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lineward-bench-")))
        settings = Settings.model_validate({"data_dir": data})
        ledger = app.open_ledger(settings)
        stack.callback(ledger.close)
        store = opened(engine, stack).store
        _assert_label(ledger)
        fill(settings, ledger, events(estate))
        _project(ledger, store)
        yield Figure("labels judged for the first time", setting, milliseconds(_follow(store)))
        fill(settings, ledger, new_edge())
        _project(ledger, store)
        seconds = _follow(store)
        count = len(store.assets_labelled([LABEL]))
        aim = FLOW_AIMS[engine]
        name = f"one new edge labels {count:,} datasets"
        yield Figure(name, setting, milliseconds(seconds), f"≤ {aim:.0f} s", seconds <= aim)
        yield _why(store, estate, asked, setting)


def _assert_label(ledger: SqliteLedger) -> None:
    """Write that a column of what nothing is made of yet holds identifiers."""
    record = {
        "dataset": {"namespace": NAMESPACE, "name": SOURCE},
        "column": "column_1",
        "phi_kind": LABEL,
        "codes": [{"system": "safe-harbor", "code": "H"}],
        "reason": "Made up",
    }
    body = canonical_bytes({"record": record, "added": {}, "authenticated": True, "redactions": [], "subjects": []})
    subject = Dataset(NAMESPACE, SOURCE).id
    ledger.append(Draft(KINDS["tag"].in_ledger, "bench", "bench", (subject,), body, body)).result()


def _project(ledger: SqliteLedger, store: Store) -> None:
    projection = Projection(ledger, store)
    projection.resume()
    while projection.step():
        pass


@collecting_seldom()
def _follow(store: Store) -> float:
    """Return how long the follower takes until nothing is left to look at."""
    follower, began = LabelFollower(store), time.perf_counter()
    while follower.step():
        pass
    return time.perf_counter() - began


@collecting_seldom()
def _why(store: Store, estate: Estate, asked: int, setting: str) -> Figure:
    chosen = random.Random(estate.seed).choices(range(2 * estate.width), k=asked)
    seconds, steps = [], []
    gc.freeze()  # As a server does once it is ready.
    for number in chosen:
        dataset = Dataset(NAMESPACE, estate.dataset(estate.layers, number)).id
        began = time.perf_counter()
        with store.reading() as reader:
            found = why_label(View(reader), dataset, None, LABEL)
        seconds.append(time.perf_counter() - began)
        steps += [len(found.ways[0].hops)] if found.ways else []
    gc.unfreeze()
    what = f"why a label is there, {max(steps, default=0)} hops, p50 / p95"
    is_met = percentile(seconds, 0.95) <= WHY_AIM
    return Figure(what, setting, spread(seconds), f"p95 ≤ {WHY_AIM * 1000:.0f} ms", is_met)


if __name__ == "__main__":
    command(measure)
