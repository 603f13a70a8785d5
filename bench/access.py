"""How many requests for access are decided a second over HTTP, each answered once its decision is durable.

Sixteen clients ask for made-up principals and datasets of an estate, under a grant and the policies to begin with: by
themselves, and while jobs of that estate run anew and send fifty events a second.
"""

from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bench import stores, use
from bench.clients import Tally
from bench.estates import NAMESPACE, Estate
from bench.figures import Figure, Options, command, measured, milliseconds, percentile
from bench.filling import fill
from bench.findings import Record, write
from bench.server import Server, follow, serving
from catalog import app
from catalog.settings import Settings

CLIENTS: Final = 16
PRINCIPALS: Final = 20
SECONDS: Final = 60
AIM_RATE: Final = 2_000
AIM_P95: Final = 0.020
AIM_BESIDE: Final = 500
EVENTS: Final = 50
"""So many events a second are sent beside the requests."""
POLICIES: Final = Path(__file__).parents[1] / "policies"


def records(estate: Estate) -> Iterator[Record]:
    """Yield what is said of use, a set of policies, and what somebody is granted."""
    yield from use.records(estate)
    files = sorted((*POLICIES.rglob("*.cedar"), *POLICIES.rglob("*.yaml")))
    texts = [{"path": one.relative_to(POLICIES).as_posix(), "text": one.read_text()} for one in files]
    yield "publish_policies", {"files": texts, "reason": "made up"}
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")
    for number in range(PRINCIPALS):
        name = f"engineer-{number}"
        defined = {"display_name": "made up", "principal_kind": "SERVICE", "roles": ["engineer"]}
        yield "define_principal", {"principal": name, **defined}
        granted = {"actions": ["read"], "target": {"target_kind": "NAMESPACE", "namespace": NAMESPACE}}
        yield (
            "grant_access",
            {"principal": name, **granted, "purposes": ["HRESCH"], "until": until, "reason": "made up"},
        )


def requests(estate: Estate, count: int) -> Iterator[dict[str, Any]]:
    """Yield so many requests for access."""
    chance, sinks = random.Random(estate.seed), list(estate.sinks(50))
    context = {"purpose": "HRESCH", "place": "north", "environment": "PRODUCTION", "enforces": ["AUDIT", "ENCRYPT"]}
    for _ in range(count):
        resource = {"type": "dataset", "id": chance.choice(sinks), "properties": {"namespace": NAMESPACE}}
        subject = {"type": "service", "id": f"engineer-{chance.randrange(PRINCIPALS)}"}
        yield {"subject": subject, "action": {"name": "read"}, "resource": resource, "context": context}


def measure(options: Options) -> list[Figure]:
    """Measure decisions on access."""
    figures: list[Figure] = []
    estate = Estate(100 if options.quick else 5_000)
    for engine in options.engines:
        figures += measured("access", engine, _measure_one(engine, estate, 500 if options.quick else 40_000))
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
        bodies = data / "bodies.ndjson"
        bodies.write_text("".join(json.dumps(one) + "\n" for one in requests(estate, asks)))
        _asked(server, bodies, min(asks, 1_000))  # plans and caches are made once
        tally = _asked(server, bodies, asks)
        beside = _beside_events(server, estate, data, bodies, asks)
    if tally.refused:
        raise RuntimeError(f"Not every request was answered: {tally.refused}.")
    rate, p95 = tally.acknowledged / tally.elapsed, percentile(tally.seconds, 0.95)
    setting = f"{engine}, {2 * estate.jobs:,} datasets, {CLIENTS} clients"
    yield Figure("decisions on access, recorded", setting, f"{rate:,.0f}/s", f"{AIM_RATE:,}/s", rate >= AIM_RATE)
    aim = f"p95 ≤ {AIM_P95 * 1000:.0f} ms"
    yield Figure("a decision on access, p95", setting, milliseconds(p95), aim, p95 <= AIM_P95)
    rate, p95 = beside.acknowledged / beside.elapsed, percentile(beside.seconds, 0.95)
    named = f"the same while {EVENTS} events/s come in"
    refused = sum(beside.refused.values())
    answered = f"{rate:,.0f}/s" + (f", {refused:,} not answered" if refused else "")
    yield Figure(named, setting, answered, f"{AIM_BESIDE:,}/s", rate >= AIM_BESIDE and not refused)
    yield Figure(f"{named}, p95", setting, milliseconds(p95))


def _beside_events(server: Server, estate: Estate, data: Path, bodies: Path, asks: int) -> Tally:
    """Return how requests are answered while jobs of the estate run anew, for half the time that they are asked in."""
    sent, seconds = data / "events.ndjson", SECONDS // 2
    anew = itertools.islice(replace(estate, runs=2).events(), estate.count, estate.count + EVENTS * seconds)
    sent.write_text("".join(json.dumps(one) + "\n" for one in anew))
    options = ["--file", str(sent), "--rate", str(EVENTS), "--clients", "2", "--seconds", str(2 * seconds)]
    command = [sys.executable, "-m", "bench.clients", server.url, *options, "--events", str(EVENTS * seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sender:
        try:
            return _asked(server, bodies, asks, seconds)
        finally:
            sender.terminate()


def _asked(server: Server, bodies: Path, count: int, seconds: int = SECONDS) -> Tally:
    options = ["--clients", str(CLIENTS), "--events", str(count), "--seconds", str(seconds), "--file", str(bodies)]
    process = [sys.executable, "-m", "bench.clients", server.url, *options, "--endpoint", "/access/v1/evaluation"]
    answer = subprocess.run(process, capture_output=True, text=True, check=True, timeout=4 * SECONDS)
    return Tally(**json.loads(answer.stdout))


if __name__ == "__main__":
    command(measure)
