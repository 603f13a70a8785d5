"""How fast the ledger comes into the graph: by itself, and while clients send on the same cores."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from bench import stores
from bench.clients import Tally
from bench.figures import Figure, Options, command, measured
from bench.filling import filled
from bench.machine import children, processor_seconds
from bench.server import Server, behind, serving
from bench.workloads import JOBS, SIZES, WORKLOADS, events
from catalog.projection.rebuilding import rebuild

AIMS: Final = {
    ("SQLite", "small"): 3_000,
    ("SQLite", "large"): 1_500,
    ("Neo4j", "small"): 1_000,
    ("Neo4j", "large"): 500,
}
PROJECTION_SECONDS: Final = 300
_CLIENTS, _BATCH = 2, 50


def measure(options: Options) -> list[Figure]:
    """Measure projected events a second, and the processor's time for each, with events of two sizes."""
    figures: list[Figure] = []
    for engine, workload in itertools.product(options.engines, options.workloads):
        measuring = _measure_one(engine, workload, runs=2 if options.quick else 15 if engine == "SQLite" else 8)
        figures += measured("projected events", f"{engine}, {SIZES[workload]}", measuring)
    return figures


def _measure_one(engine: str, workload: str, runs: int) -> Iterator[Figure]:
    count = 2 * JOBS * runs
    setting = f"{engine}, {SIZES[workload]}, {count:,} events of {JOBS} jobs"
    yield from _rebuilt(engine, workload, runs, setting)
    with ExitStack() as stack:
        server = stack.enter_context(serving(stores.settings(engine, stack)))
        projector = children(server.pid)
        before = sum(map(processor_seconds, projector))
        tally = _send(server, workload, count)
        began = time.perf_counter() - tally.elapsed  # what the clients did before is not the server's time
        left = behind(server)
        while behind(server):
            if time.perf_counter() - began > PROJECTION_SECONDS:
                raise RuntimeError(f"the graph was still behind after {PROJECTION_SECONDS} s")
            time.sleep(0.05)
        elapsed = time.perf_counter() - began
        busy = sum(map(processor_seconds, projector)) - before
    aim = AIMS.get((engine, workload))
    reached = count / elapsed
    with_aim = (f"≥ {aim:,}/s", reached >= aim) if aim else ("", None)
    yield Figure("projected events, clients sending", setting, f"{reached:,.0f}/s", *with_aim)
    kept = f"{tally.acknowledged / tally.elapsed:,.0f}/s, {(count - left) / tally.elapsed:,.0f}/s"
    yield Figure("acknowledged and projected while they were sent", setting, kept)
    yield Figure("processor time of the projection, an event", setting, f"{busy / count * 1e6:.0f} µs")


def _rebuilt(engine: str, workload: str, runs: int, setting: str) -> Iterator[Figure]:
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lineward-bench-")))
        ledger = stack.enter_context(filled(data, events(WORKLOADS[workload], JOBS, runs)))
        store = stores.opened(engine, stack).store
        began, computed = time.perf_counter(), time.process_time()
        count = rebuild(ledger, store)
        elapsed, computed = time.perf_counter() - began, time.process_time() - computed
    yield Figure("graph rebuilt from the ledger, nobody sending", setting, f"{count / elapsed:,.0f}/s")
    yield Figure("processor time of the rebuild, an event", setting, f"{computed / count * 1e6:.0f} µs")


def _send(server: Server, workload: str, count: int) -> Tally:
    options = {"clients": _CLIENTS, "events": count, "batch": _BATCH, "workload": workload, "seconds": 120}
    flags = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "bench.clients", server.url, *flags]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
    tally = Tally(**json.loads(answer.stdout))
    if tally.acknowledged != count:
        raise RuntimeError(f"of {count} events {tally.acknowledged} were taken: {tally.refused}")
    return tally


if __name__ == "__main__":
    command(measure)
