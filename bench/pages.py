"""How long the explorer's pages take in an estate of 10,000 datasets on both stores, and how many bytes each has."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Final
from urllib.parse import urlencode

from bench.estates import NAMESPACE, Estate
from bench.figures import Figure, Options, command, measured, percentile, spread
from bench.filling import serving_filled
from bench.server import Server, follow
from graph_schema.nodes import Dataset

AIM: Final = 0.150
MOST_BYTES: Final = 100 * 1024
_LABELS_SECONDS: Final = 600


def measure(options: Options) -> list[Figure]:
    """Measure each page on several things of its kind, as a browser asks for it."""
    figures: list[Figure] = []
    for engine in options.engines:
        estate = Estate(200 if options.quick else 5_000)
        figures += measured("pages", engine, _measure_one(engine, estate, 2 if options.quick else 40))
    return figures


def _measure_one(engine: str, estate: Estate, times: int) -> Iterator[Figure]:
    with ExitStack() as stack:
        server = serving_filled(engine, estate.events(), stack)
        follow(server)
        _wait_for_labels(server)
        for name, addresses in _addresses(estate).items():
            yield from _page(server, addresses, times, f"{engine}, {2 * estate.jobs:,} datasets, {name}")


def _addresses(estate: Estate) -> Mapping[str, Sequence[str]]:
    names = [estate.dataset(layer, number) for layer in (1, 10, estate.layers) for number in (0, 3, 7)]
    ids = [Dataset(NAMESPACE, name).id for name in names]

    def of(page: str, **more: str) -> list[str]:
        return [f"/explorer/{page}?{urlencode({'id': one, **more})}" for one in ids]

    return {
        "home": ["/", "/?q=set", f"/?q={names[0]}"],
        "dataset": of("dataset"),
        "lineage": of("lineage"),
        "lineage of twenty steps": of("lineage", direction="upstream", depth="20"),
        "use": of("use", purpose="HRESCH"),
        "history": of("history", aspect="schema"),
        "evidence": of("evidence"),
        "what needs you": ["/explorer/work"],
        "findings": ["/explorer/findings", "/explorer/findings?severity=high"],
        "ledger": ["/explorer/ledger"],
        "entry": [f"/explorer/entry?index={index}" for index in (0, estate.jobs, estate.count - 1)],
    }


def _page(server: Server, addresses: Sequence[str], times: int, setting: str) -> Iterator[Figure]:
    seconds, largest = [], 0
    for address in addresses:
        _get(server, address)  # plans and caches are made once
    for number in range(times):
        began = time.perf_counter()
        largest = max(largest, _get(server, addresses[number % len(addresses)]))
        seconds.append(time.perf_counter() - began)
    aim = f"p95 ≤ {AIM * 1000:.0f} ms"
    yield Figure("page, p50 / p95", setting, spread(seconds), aim, percentile(seconds, 0.95) <= AIM)
    aim = f"≤ {MOST_BYTES:,} bytes"
    yield Figure("largest page", setting, f"{largest:,} bytes", aim, largest <= MOST_BYTES)


def _wait_for_labels(server: Server) -> None:
    """Wait for the labels that are kept to follow the graph, which the server does beside what it is asked."""
    end = time.monotonic() + _LABELS_SECONDS
    while b"Not whole" in _read(server, "/"):
        if time.monotonic() > end:
            raise RuntimeError(f"the labels were still behind after {_LABELS_SECONDS} s")
        time.sleep(1)


def _get(server: Server, address: str) -> int:
    """Return how many bytes a page has; raises HTTPError where it is none."""
    return len(_read(server, address))


def _read(server: Server, address: str) -> bytes:
    request = urllib.request.Request(server.url + address, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        page: bytes = answer.read()
    return page


if __name__ == "__main__":
    command(measure)
