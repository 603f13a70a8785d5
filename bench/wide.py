"""What one event of very many inputs and outputs costs: to bring into the graph, and to ask for around one of its ends.

Each width is measured in a process of its own (`python -m bench.wide --store SQLite --ends 1000`): memory is that
event's alone.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from bench import neo4j
from bench.estates import NAMESPACE, Event, run_events
from bench.figures import Figure, Options, command, milliseconds
from bench.machine import resident_mebibytes
from catalog.collecting import collecting_seldom
from catalog.lineage.model import Direction, Walk
from catalog.lineage.queries import lineage
from catalog.store.neo4j import Neo4jStore
from catalog.store.protocol import Store
from catalog.store.sqlite import SqliteStore
from catalog.view import View
from graph_schema.nodes import Dataset
from ingest_hooks.openlineage.facts import project_event
from tests.support.neo4j_server import Neo4jUnobtainableError

NOW = 2**60
SECONDS = 300
AIMED = ("SQLite", 1_000)


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one event: bytes as sent, seconds to project and to walk one step each way, MiB of memory and on disk."""

    size: int
    projected: float
    upstream: float
    downstream: float
    memory: float
    disk: float


def measure(options: Options) -> list[Figure]:
    """Measure COMPLETE events of as many inputs as outputs, on both stores."""
    figures: list[Figure] = []
    with ExitStack() as stack:
        for store in options.engines:
            more: list[str] = []
            if store == "Neo4j":
                try:
                    endpoint = neo4j.endpoint(stack)
                except (Neo4jUnobtainableError, RuntimeError) as error:
                    reason = f"not measured: {str(error).strip().splitlines()[-1]}"
                    figures.append(Figure("one wide event projected", store, reason))
                    continue
                more = ["--uri", endpoint.uri, "--user", endpoint.user, "--password", endpoint.password]
            for ends in (100,) if options.quick else (1_000, 5_000):
                figures += _figures(store, ends, _in_a_process(store, ends, more))
    return figures


def _figures(store: str, ends: int, cost: Cost) -> list[Figure]:
    setting = f"{store}, {ends:,} inputs × {ends:,} outputs, {cost.size / 1024:.0f} KiB"
    aimed = (store, ends) == AIMED
    fast = ("< 0.3 s", cost.projected < 0.3) if aimed else ("", None)
    small = ("< 20 MiB each", max(cost.memory, cost.disk) < 20) if aimed else ("", None)
    disk = f", {cost.disk:.1f} MiB on disk" if cost.disk else ""
    walked = f"{milliseconds(cost.upstream)} / {milliseconds(cost.downstream)}"
    return [
        Figure("one wide event projected", setting, milliseconds(cost.projected), *fast),
        Figure("memory and disk that it took", setting, f"{cost.memory:.1f} MiB{disk}", *small),
        Figure("one step upstream of an output / downstream of an input", setting, walked),
    ]


def _in_a_process(store: str, ends: int, more: list[str]) -> Cost:
    words = [sys.executable, "-m", "bench.wide", "--store", store, "--ends", str(ends), *more]
    answer = subprocess.run(words, capture_output=True, text=True, check=True, timeout=SECONDS)
    return Cost(**json.loads(answer.stdout))


def _cost(store: Store, ends: int, folder: Path) -> Cost:
    for number in range(3):  # what is imported, prepared and planned once is not the event's
        store.apply(project_event(_event(number, 20), tie=f"{number:016x}", recorded_at=NOW, entry=number), number)
    body = orjson.dumps(_event(3, ends))
    before = resident_mebibytes(os.getpid(), peak=True)
    with collecting_seldom():
        began = time.perf_counter()
        store.apply(project_event(orjson.loads(body), tie="3" * 16, recorded_at=NOW, entry=3), 3)
        projected = time.perf_counter() - began
    memory = resident_mebibytes(os.getpid(), peak=True) - before
    disk = sum(one.stat().st_size for one in folder.iterdir()) / 2**20
    out, into = (Dataset(NAMESPACE, f"wide3/{side}0").id for side in ("out", "in"))
    budget = 2 * ends
    up = Walk((out,), Direction.UPSTREAM, depth=1, budget=budget)
    down = Walk((into,), Direction.DOWNSTREAM, depth=1, budget=budget)
    return Cost(
        len(body),
        projected,
        _seconds(lambda: _walked(store, up, ends)),
        _seconds(lambda: _walked(store, down, ends)),
        memory,
        disk,
    )


def _walked(store: Store, walk: Walk, ends: int) -> None:
    with store.reading() as read:
        found = lineage(View(read), walk)
    if len(found.edges) != ends:
        raise RuntimeError(f"a walk over {ends} edges found {len(found.edges)}")


def _seconds(do: Callable[[], None]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _event(number: int, ends: int) -> Event:
    inputs, outputs = ([f"wide{number}/{side}{place}" for place in range(ends)] for side in ("in", "out"))
    _, complete = run_events(f"wide{number}", inputs, outputs, datetime(2024, 1, 1 + number, tzinfo=UTC))
    for dataset in (*complete["inputs"], *complete["outputs"]):
        del dataset["facets"]
    return complete


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.wide", description=measure.__doc__)
    parser.add_argument("--store", choices=("SQLite", "Neo4j"), required=True)
    parser.add_argument("--ends", type=int, required=True)
    for name in ("uri", "user", "password"):
        parser.add_argument(f"--{name}", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lineward-bench-") as scratch:
        folder = Path(scratch)
        store: Store
        if given.store == "SQLite":
            store = SqliteStore(folder / "graph.db")
        else:
            store = Neo4jStore(given.uri, given.user, given.password)
            store.clear()
        try:
            print(json.dumps(asdict(_cost(store, given.ends, folder))))
        finally:
            store.close()


if __name__ == "__main__":
    _main() if "--store" in sys.argv else command(measure)
