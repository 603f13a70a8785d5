"""How fast events are acknowledged, that is, durable: one by one from 1, 8 and 32 clients, as a backfill, of a file."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import orjson

from bench.clients import Tally
from bench.estates import load
from bench.figures import Figure, Options, command, percentile, spread
from bench.machine import resident_mebibytes
from bench.server import Server, serving

SECONDS = 30


def measure(options: Options) -> list[Figure]:
    """Measure acknowledged events a second and the time to each acknowledgement."""
    figures = []
    with serving() as server:
        _send(server, clients=4, events=200, batch=1, seed=1)  # the first requests import and prepare
        for clients, events in ((1, 2_000), (8, 6_000), (32, 12_000)):
            tally = _send(server, clients, events // 20 if options.quick else events, batch=1, seed=10 + clients)
            rate, slow = tally.acknowledged / tally.elapsed, percentile(tally.seconds, 0.95)
            setting = f"single events, {clients} client{'s' if clients > 1 else ''}"
            wanted = clients == 32
            aim = ("≥ 1,000/s", rate >= 1_000) if wanted else ("", None)
            figures.append(Figure("acknowledged events", setting, f"{rate:,.0f}/s{_refusals(tally)}", *aim))
            aim = ("p95 ≤ 50 ms", slow <= 0.050) if wanted else ("", None)
            figures.append(Figure("acknowledgement, p50 / p95", setting, spread(tally.seconds), *aim))
        tally = _send(server, clients=2, events=2_000 if options.quick else 40_000, batch=500, seed=99)
        rate = tally.acknowledged / tally.elapsed
        setting = "backfill, batches of 500, 2 clients"
        figures += [
            Figure("acknowledged events", setting, f"{rate:,.0f}/s{_refusals(tally)}", "≥ 5,000/s", rate >= 5_000),
            _memory(server),
        ]
    return [*figures, *_of_a_file(2_000 if options.quick else 100_000)]


def _of_a_file(events: int) -> Iterator[Figure]:
    """Measure `lineward ingest` of small events, one a line, into the ledger of a folder."""
    with tempfile.TemporaryDirectory(prefix="lineward-bench-") as folder:
        file = Path(folder, "events.ndjson")
        with file.open("wb") as lines:
            lines.writelines(orjson.dumps(event) + b"\n" for event in load(events, seed=7))
        typed = [sys.executable, "-m", "catalog.cli", "ingest", "--new", "--json", "--data-dir", f"{folder}/data"]
        began = time.perf_counter()
        answer = subprocess.run([*typed, str(file)], capture_output=True, text=True, check=True, timeout=600)
        rate = json.loads(answer.stdout)["taken"] / (time.perf_counter() - began)
    setting = f"`lineward ingest` of {events:,} small events into a folder, its start included"
    yield Figure("events taken out of a file", setting, f"{rate:,.0f}/s", "≥ 5,000/s", rate >= 5_000)


def _memory(server: Server) -> Figure:
    peak = resident_mebibytes(server.pid, peak=True)
    return Figure("resident memory, highest", "after the above", f"{peak:.0f} MiB", "< 512 MiB", peak < 512)


def _refusals(tally: Tally) -> str:
    return "".join(f", {count} × {status}" for status, count in sorted(tally.refused.items()))


def _send(server: Server, clients: int, events: int, batch: int, seed: int) -> Tally:
    options = {"clients": clients, "events": events, "batch": batch, "seed": seed, "seconds": SECONDS}
    flags = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    process = [sys.executable, "-m", "bench.clients", server.url, *flags]
    answer = subprocess.run(process, capture_output=True, text=True, check=True, timeout=4 * SECONDS)
    return Tally(**json.loads(answer.stdout))


if __name__ == "__main__":
    command(measure)
