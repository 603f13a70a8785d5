"""How long the explorer's pages take in an estate of 10,000 datasets with 20 columns each, on both stores, and how many
bytes of each are transferred; how long behind an event that came between two looks, and while events keep coming.
"""

from __future__ import annotations

import gzip
import itertools
import json
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from bench import paged
from bench.clients import ENDPOINT
from bench.estates import NAMESPACE, Estate, Event, run_id
from bench.figures import Figure, Options, command, measured, percentile, spread
from bench.server import Server, follow
from catalog.api.pages.registry import PAGES
from graph_schema.nodes import Dataset, Job, Model, ModelVersion, Run
from graph_schema.vocabulary.words import SafeQuestion

AIM: Final = 0.150
MOST_BYTES: Final = 100 * 1024
_LABELS_SECONDS: Final = 600
_BEHIND_EVENTS: Final = 4
"""So many looks at each page follow an event each."""
_EVENTS_A_SECOND: Final = 50
_AGAIN: Final = datetime(2024, 6, 1, tzinfo=UTC)
_ATTESTED: Final = {
    "method": "SAFE_HARBOR",
    "codes": "H",
    "scope": "made up",
    "result": "made up",
    "since": "2023-01-01",
}
_MAPPED: Final = {
    "mapping": "made-up",
    "facet": "ownership",
    "on": "dataset",
    "pointer": "/owners",
    "value": "/name",
    "target": "owner",
    "reason": "made up",
}


def measure(options: Options) -> list[Figure]:
    """Measure each page on several things of its kind, as a browser asks for it."""
    figures: list[Figure] = []
    for engine in options.engines:
        estate = Estate(200 if options.quick else 5_000)
        figures += measured("pages", engine, _measure_one(engine, estate, 2 if options.quick else 40))
    return figures


def _measure_one(engine: str, estate: Estate, times: int) -> Iterator[Figure]:
    with ExitStack() as stack:
        server = paged.serving(engine, estate, stack)
        _wait_for_labels(server)
        requested = [_recorded(server, one) for one in paged.requests(estate)]
        follow(server)
        pages = addresses(estate, requested)
        setting = f"{engine}, {2 * estate.jobs:,} datasets"
        for name, asked in pages.items():
            yield from _page(server, asked, times, f"{setting}, {name}")
        came = _runs_again(estate)
        for name, asked in pages.items():
            yield _behind_events(server, asked, came, f"{setting}, {name}")
        every = [asked[0] for asked in pages.values()]
        yield _while_events_come(
            server, every, came, 20 if times > _BEHIND_EVENTS else 2, f"{setting}, all pages in turn"
        )


def _recorded(server: Server, record: Mapping[str, object]) -> int:
    """Record something as its sender does; return its entry. Raises RuntimeError where it is refused."""
    status, body = server.post("/api/v1/records", record)
    if status != HTTPStatus.CREATED:
        raise RuntimeError(f"The server refused a made-up record: {body[:500]!r}")
    index: int = json.loads(body)["index"]
    return index


def addresses(estate: Estate, requested: Sequence[int]) -> Mapping[str, Sequence[str]]:
    """Return where each page is asked for: every page that there is, some of them for much as well; `requested` are the
    entries of requests for approval. Raises AssertionError where a page is missing.
    """
    names = [estate.dataset(layer, number) for layer in (1, 10, estate.layers) for number in (0, 3, 7)]
    ids = [Dataset(NAMESPACE, name).id for name in names]
    versions = [ModelVersion(NAMESPACE, paged.MODEL["name"], str(number)).id for number in range(3)]
    ran = dict(paged.runs(estate))
    jobs = [Job(NAMESPACE, job) for job in list(ran)[:: estate.width]]

    def asked(page: str, among: Iterable[Mapping[str, object]]) -> list[str]:
        return [f"/explorer/{page}?{urlencode(one)}" for one in among]

    def of(page: str, among: Sequence[str] = ids, **more: str) -> list[str]:
        return asked(page, ({"id": one, **more} for one in among))

    by_page = {
        "home": ["/", "/?q=set", f"/?q={names[0]}", "/?label=Dataset&zone=CURATED"],
        "work": ["/explorer/work"],
        "safe": asked("safe", ({"question": one.value.lower()} for one in SafeQuestion)),
        "dataset": of("dataset"),
        "lineage": of("lineage"),
        "history": of("history", aspect="schema"),
        "use": of("use", purpose="HRESCH"),
        "consent": of("consent"),
        "drift": of("drift"),
        "access": of("access"),
        "evidence": of("evidence"),
        "model": of("model", [Model(NAMESPACE, paged.MODEL["name"]).id]),
        "model-version": [*of("model-version", versions), *of("model-version", versions, purpose="HRESCH")],
        "versions": of("versions", versions[:1], other=versions[1]),
        "job": of("job", [one.id for one in jobs]),
        "run": of("run", [Run.of(job, ran[job.name]).id for job in jobs]),
        "labels": [
            "/explorer/labels",
            "/explorer/labels?judgement=confirmed",
            "/explorer/labels?kind=direct_identifier",
        ],
        "attestation": of("attestation", [one.id for one in jobs], **_ATTESTED),
        "mappings": asked("mappings", [{}, _MAPPED]),
        "findings": [
            "/explorer/findings",
            *asked("findings", ({"severity": one} for one in ("high", "medium"))),
            *of("findings"),
        ],
        "approvals": ["/explorer/approvals", *of("approvals", versions), *of("approvals", ids[:3])],
        "approval": asked("approval", ({"request": index} for index in requested)),
        "ledger": ["/explorer/ledger"],
        "entry": asked("entry", ({"index": index} for index in (0, estate.jobs, estate.count - 1))),
        "consistency": ["/explorer/consistency"],
        "operation": ["/explorer/operation"],
        "principals": ["/explorer/principals"],
        "policies": ["/explorer/policies"],
        "record": ["/explorer/record", *asked("record", [{"kind": "declare_dataset"}])],
        "verify": ["/explorer/verify"],
    }
    if by_page.keys() != PAGES.keys():
        raise AssertionError(f"Every page is measured: {sorted(by_page.keys() ^ PAGES.keys())}")
    return by_page | {
        "lineage of twenty steps": of("lineage", direction="upstream", depth="20"),
        "lineage of columns": of("lineage", direction="upstream", grain="column", depth="5"),
        "lineage with choke points and a label": of("lineage", mark="choke_points", label="direct_identifier"),
    }


def _page(server: Server, asked: Sequence[str], times: int, setting: str) -> Iterator[Figure]:
    seconds, largest = [], 0
    for address in asked:
        _get(server, address)  # plans and caches are made once
    for number in range(times):
        began = time.perf_counter()
        largest = max(largest, _get(server, asked[number % len(asked)])[0])
        seconds.append(time.perf_counter() - began)
    aim = f"p95 ≤ {AIM * 1000:.0f} ms"
    yield Figure("page, p50 / p95", setting, spread(seconds), aim, percentile(seconds, 0.95) <= AIM)
    aim = f"≤ {MOST_BYTES:,} bytes"
    yield Figure("largest page, as transferred", setting, f"{largest:,} bytes", aim, largest <= MOST_BYTES)


def _runs_again(estate: Estate) -> Iterator[Event]:
    """Yield the events of a further run of each job in turn, which say of data what the ones before said."""
    for number, event in enumerate(paged.events(estate)):
        at = _AGAIN + timedelta(minutes=number)
        yield {**event, "eventTime": at.isoformat(), "run": {"runId": run_id(event["job"]["name"], "again")}}


def _behind_events(server: Server, asked: Sequence[str], came: Iterator[Event], setting: str) -> Figure:
    """Measure the first look at a page behind an event, once the graph holds that: nothing remembered serves it."""
    seconds = []
    for number in range(_BEHIND_EVENTS):
        _send(server, next(came))
        follow(server)
        began = time.perf_counter()
        _get(server, asked[number % len(asked)])
        seconds.append(time.perf_counter() - began)
    met = max(seconds) <= AIM
    return Figure("page behind an event, p50 / p95", setting, spread(seconds), f"p95 ≤ {AIM * 1000:.0f} ms", met)


def _while_events_come(
    server: Server, asked: Sequence[str], came: Iterator[Event], lasting: int, setting: str
) -> Figure:
    """Measure looks at pages one after the other, for so many seconds, while events keep coming."""
    over, sent = threading.Event(), 0

    def send() -> None:
        nonlocal sent
        began = time.perf_counter()
        while not over.wait(max(0.0, began + sent / _EVENTS_A_SECOND - time.perf_counter())):
            _send(server, next(came))
            sent += 1

    sender = threading.Thread(target=send)
    sender.start()
    began, seconds = time.perf_counter(), []
    try:
        for address in itertools.cycle(asked):
            if (looked := time.perf_counter()) >= began + lasting:
                break
            _get(server, address)
            seconds.append(time.perf_counter() - looked)
    finally:
        over.set()
        sender.join()
    rate = sent / (time.perf_counter() - began)
    return Figure(f"page while {rate:.0f} events/s come in, p50 / p95", setting, spread(seconds))


def _send(server: Server, event: Event) -> None:
    status, body = server.post(ENDPOINT, event)
    if status != HTTPStatus.CREATED:
        raise RuntimeError(f"The server refused a made-up event: {body[:500]!r}")


def _wait_for_labels(server: Server) -> None:
    """Wait for the labels that are kept to follow the graph, which the server does beside what it is asked."""
    end = time.monotonic() + _LABELS_SECONDS
    while b"Not whole" in _get(server, "/")[1]:
        if time.monotonic() > end:
            raise RuntimeError(f"the labels were still behind after {_LABELS_SECONDS} s")
        time.sleep(1)


def _get(server: Server, address: str) -> tuple[int, bytes]:
    """Return how many bytes a page has as it is transferred, and the page; raises HTTPError where it is none."""
    headers = {"Accept": "text/html", "Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}
    request = urllib.request.Request(server.url + address, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        sent: bytes = answer.read()
        is_packed = answer.headers.get("Content-Encoding") == "gzip"
    return len(sent), gzip.decompress(sent) if is_packed else sent


if __name__ == "__main__":
    command(measure)
