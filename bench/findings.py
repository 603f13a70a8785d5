"""How long the list of findings takes over HTTP and GraphQL, on both stores, in an estate of 10,000 datasets.

Nearly all of them are declared in full; of some something is missing, is kept too long, lies elsewhere, or is coded.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from bench import stores
from bench.estates import NAMESPACE, Estate
from bench.figures import Figure, Options, command, measured, percentile, spread
from bench.filling import fill
from bench.server import Server, follow, serving
from catalog import app
from catalog.kinds import KINDS
from catalog.ledger.protocol import Draft, Receipt
from catalog.ledger.sqlite import SqliteLedger
from catalog.settings import Settings
from graph_schema.canonical import canonical_bytes

AIM: Final = 0.100
QUERY: Final = """
query Findings($filter: FindingFilter) {
  findings(filter: $filter, first: 50) {
    ... on Findings { counts { rule state count } page { totalCount nodes { rule name text } } }
  }
}
"""
ASKED: Final = {"all that hold": None, "of high severity": {"severities": ["HIGH"]}}
LACKING, OVERDUE, CODED, SCRATCH, ELSEWHERE = 0.03, 0.005, 0.1, 0.02, 0.0005
"""Which share of the datasets is so."""
_AHEAD: Final = 1_000
_SINCE: Final = "2023-06-01T00:00:00Z"

Record = tuple[str, dict[str, Any]]


def records(estate: Estate) -> Iterator[Record]:
    """Yield what stewards of a made-up estate record of it before its jobs run."""
    chance = random.Random(estate.seed)
    for name, within in (("here", None), ("there", None), ("north", "here"), ("west", "there")):
        yield "declare_place", {"place": name, "place_kind": "REGION", **({"within": within} if within else {})}
    for layer in range(estate.layers + 1):
        for number in range(2 * estate.width):
            yield "declare_dataset", _declaration(estate.dataset(layer, number), chance)
    for number in range(0, 2 * estate.width, 10):
        of = {"dataset": {"namespace": NAMESPACE, "name": estate.dataset(0, number)}}
        terms = {"terms": [{"code": "DUO:0000042"}], "places": ["here"], "consent": {"state": "GIVEN"}}
        yield "permit_use", {"use_statement": f"made-up board {number}", "of": of, "authority": "board", **terms}
    late = estate.dataset(estate.layers - 1, 0)
    yield (
        "permit_use",
        {
            "use_statement": "made-up study",
            "of": {"dataset": {"namespace": NAMESPACE, "name": late}},
            "authority": "board",
            "consent": {"state": "GIVEN"},
        },
    )
    yield "withdraw_consent", {"use_statement": "made-up study", "reason": "made up"}


def _declaration(name: str, chance: random.Random) -> dict[str, Any]:
    declared: dict[str, Any] = {
        "dataset": {"namespace": NAMESPACE, "name": name},
        "owner": f"unit {chance.randrange(40)}",
        "source_system": {"name": "made-up records", "kind": "EHR"},
        "schema_version": "1",
        "clinical_purpose": "Made up",
        "phi_category": ["QUASI_IDENTIFIER"],
        "deidentification_state": "DE_IDENTIFIED" if chance.random() < CODED else "RAW",
        "retention": {"policy_class": "RESEARCH", "period_days": 36_500},
        "permitted_use": {"purposes": ["HRESCH"], "duo": ["DUO:0000042"]},
        "zone": "CURATED",
        "place": "west" if chance.random() < ELSEWHERE else "north",
        "valid_from": _SINCE,
    }
    if chance.random() < LACKING:
        del declared[chance.choice(("owner", "phi_category", "retention"))]
    elif chance.random() < OVERDUE:
        declared["retention"] = {"policy_class": "SCRATCH", "period_days": 30}
    elif chance.random() < SCRATCH:
        declared |= {"zone": "TRAINING", "retention": {"policy_class": "SCRATCH", "period_days": 36_500}}
    return declared


def measure(options: Options) -> list[Figure]:
    """Measure the first page of the findings of an estate with how many there are of each rule."""
    figures: list[Figure] = []
    estate = Estate(100 if options.quick else 5_000)
    for engine in options.engines:
        figures += measured("findings", engine, _measure_one(engine, estate, 5 if options.quick else 50))
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
        for what, wanted in ASKED.items():
            yield _listed(server, wanted, asks, f"{engine}, {2 * estate.jobs:,} datasets, {what}")


def write(ledger: SqliteLedger, every: Iterable[Record]) -> None:
    """Add records to a ledger as their writer's server would."""
    waiting: deque[Future[Receipt]] = deque()
    for kind, record in every:
        if len(waiting) == _AHEAD:
            waiting.popleft().result()
        body = canonical_bytes({"record": record, "added": {}, "authenticated": True, "redactions": [], "subjects": []})
        waiting.append(ledger.append(Draft(KINDS[kind].in_ledger, "bench", "bench", (), body, body)))
    for one in waiting:
        one.result()


def _listed(server: Server, wanted: dict[str, Any] | None, asks: int, setting: str) -> Figure:
    seconds = []
    found = server.graphql(QUERY, {"filter": wanted})["findings"]  # plans and caches are made once
    for _ in range(asks):
        began = time.perf_counter()
        server.graphql(QUERY, {"filter": wanted})
        seconds.append(time.perf_counter() - began)
    total = found["page"]["totalCount"]
    aim = f"p95 ≤ {AIM * 1000:.0f} ms" if setting.startswith("SQLite") else ""
    met = percentile(seconds, 0.95) <= AIM if aim else None
    return Figure("findings, p50 / p95", f"{setting} ({total:,} found)", spread(seconds), aim, met)


if __name__ == "__main__":
    command(measure)
