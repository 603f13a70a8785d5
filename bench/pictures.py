"""How long a server takes for a lineage page with much on it, a browser to show it, and a frame while one moves it."""

from __future__ import annotations

import os
import random
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from playwright.sync_api import Browser, CDPSession, Page

from bench.estates import NAMESPACE, PRODUCER, Event
from bench.figures import Figure, Options, command, milliseconds, percentile, spread
from bench.filling import serving_filled
from bench.server import Server, follow
from graph_schema.nodes import Dataset
from tests.support.browser import launched

LAYERS: Final = 20
COLUMNS: Final = 15
FRAME: Final = 0.024
"""On average; one of twenty may take twice that."""
PAINTED: Final = 0.3
SERVED: Final = 0.150
SERVED_WHOLE: Final = 1.0
"""Of what is drawn whole, which nobody gets unasked."""
MOST_BYTES: Final = 100 * 1024
_FRAMES: Final = 120
_SECOND: Final = 0.45
"""The share of datasets that are made of two."""
_LAST: Final = "all/of-it"
_FACET: Final = "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json"
_SINCE_LAST_BYTE: Final = "performance.now() - performance.getEntriesByType('navigation')[0].responseEnd"
_EDGES: Final = """[...document.querySelectorAll("svg.picture .flow[data-edge]")]
  .reduce((sum, line) => sum + line.getAttribute("d").split("M").length - 1, 0)"""
_MOVE: Final = """async ([zoom, frames]) => {
  const svg = document.querySelector("svg.picture");
  const { left, top, width, height } = svg.getBoundingClientRect();
  const [x, y] = [left + width / 2, top + height / 2];
  const send = (type, clientX, clientY, buttons) =>
    svg.dispatchEvent(new PointerEvent(type, { clientX, clientY, buttons, button: 0, pointerId: 1, bubbles: true }));
  svg.setPointerCapture = () => {};
  svg.dispatchEvent(new KeyboardEvent("keydown", { key: "0", bubbles: true }));
  for (let number = 0; number < zoom; number++)
    svg.dispatchEvent(new KeyboardEvent("keydown", { key: "+", bubbles: true }));
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  send("pointerdown", x, y, 1);
  const found = [];
  let before = await frame();
  for (let number = 0; number < frames; number++) {
    send("pointermove", x + 80 * Math.sin(number / 9), y + 60 * Math.cos(number / 7), 1);
    const now = await frame();
    found.push((now - before) / 1000);
    before = now;
  }
  send("pointerup", x, y, 0);
  return found;
}"""


def measure(options: Options) -> list[Figure]:
    """Measure the page of 2,000 datasets, and of 500 datasets with fifteen columns each: as one opens it, and whole."""
    figures: list[Figure] = []
    small = 10 if options.quick else 1
    with launched() as browser:
        for count, columns in ((1_999 // small, 0), (499 // small, COLUMNS)):
            figures += _of(browser, count, columns)
    return figures


def _of(browser: Browser, count: int, columns: int) -> Iterator[Figure]:
    with ExitStack() as stack:
        server = serving_filled("SQLite", events(count, columns), stack)
        follow(server)
        opened = {"id": Dataset(NAMESPACE, _LAST).id, "grain": "column" if columns else "dataset"}
        whole = {**opened, "direction": "upstream", "depth": "100", "draw": "all"}
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        setting = f"{count + 1:,} datasets" + (f" × {columns} columns" if columns else "")
        yield from _served(server, f"/explorer/lineage?{urlencode(opened)}", f"{setting}, as it opens", SERVED)
        address = f"/explorer/lineage?{urlencode(whole)}"
        yield from _served(server, address, f"{setting}, whole", SERVED_WHOLE)
        yield from _page(server, page, address, setting)
        page.context.close()


def _served(server: Server, address: str, setting: str, most: float) -> Iterator[Figure]:
    """Measure the server alone: the CPU of its process says what the page costs, whatever else the machine does."""
    headers = {"Accept": "text/html", "Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}
    request = urllib.request.Request(server.url + address, headers=headers)
    seconds, busy, size = [], [], 0
    for _ in range(4):  # the first also makes plans and caches
        began, spent = time.perf_counter(), _spent(server.pid)
        with urllib.request.urlopen(request, timeout=60) as answer:
            size = len(answer.read())
        seconds.append(time.perf_counter() - began)
        busy.append(_spent(server.pid) - spent)
    best, cpu = min(seconds[1:]), min(busy[1:])
    aim = f"≤ {milliseconds(most)}"
    yield Figure(
        "the server's answer, elapsed / CPU", setting, f"{milliseconds(best)} / {milliseconds(cpu)}", aim, cpu <= most
    )
    # Columns of five hundred datasets are more than a page is: the aim is of what the explorer shows by itself.
    bound = (f"≤ {MOST_BYTES:,} bytes", size <= MOST_BYTES) if most == SERVED else ("", None)
    yield Figure("its bytes, as transferred", setting, f"{size:,} bytes", *bound)


def _spent(pid: int) -> float:
    """Return the seconds of CPU that a process took so far, in its own code and the kernel's (proc(5), stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _page(server: Server, page: Page, address: str, setting: str) -> Iterator[Figure]:
    seconds, painted, busy = [], [], []
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    for _ in range(3):
        began = time.perf_counter()
        page.goto(server.url + address)
        page.locator(".canvas.live .small-map").wait_for(state="attached")
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        seconds.append(time.perf_counter() - began)
        busy.append(_busy(devtools))
        painted.append(page.evaluate(_SINCE_LAST_BYTE) / 1000)
    boxes, paths = page.locator("svg.picture .box").count(), page.evaluate(_EDGES)
    setting = f"{setting}, {boxes:,} boxes, {paths:,} edges"
    yield Figure("lineage page until its picture stands", setting, milliseconds(min(seconds)))
    yield Figure("of that in the browser, behind the last byte", setting, milliseconds(min(painted)))
    cpu = min(busy)
    aim = f"≤ {PAINTED:g} s"
    yield Figure("CPU of the page's thread until then", setting, milliseconds(cpu), aim, cpu <= PAINTED)
    for name, zoom in (("the whole", 0), ("close", 12)):
        frames = page.evaluate(_MOVE, [zoom, _FRAMES])
        aim = f"{FRAME * 1000:.0f} ms / {2 * FRAME * 1000:.0f} ms"
        met = percentile(frames, 0.5) <= FRAME and percentile(frames, 0.95) <= 2 * FRAME
        yield Figure(f"a frame while {name} of it is moved, p50 / p95", setting, spread(frames), aim, met)


def _busy(devtools: CDPSession) -> float:
    """Return the seconds of CPU that the page's thread took for tasks since it was asked for."""
    found = devtools.send("Performance.getMetrics")["metrics"]
    return next(float(one["value"]) for one in found if one["name"] == "TaskDuration")


def events(count: int, columns: int) -> Iterator[Event]:
    """Yield runs that each write one dataset of one or two of the layer before, and one that reads the last layer."""
    chance = random.Random(11)
    width = max(1, count // LAYERS)
    names = [f"layer{place // width:02}/set{place:04}" for place in range(count)]
    layers = [names[place : place + width] for place in range(0, count, width)]
    number, unread = 0, list[str]()
    for before, layer in pairwise(layers):
        unread += before
        for name in layer:
            chosen = {unread.pop(0), *([chance.choice(before)] if chance.random() < _SECOND else [])}
            number += 1
            yield _run(number, sorted(chosen), name, columns)
    yield _run(number + 1, [*unread, *layers[-1]], _LAST, columns)


def _run(number: int, inputs: list[str], output: str, columns: int) -> Event:
    facets: Event = {} if not columns else {"columnLineage": _column_lineage(inputs, columns)}
    return {
        "eventTime": f"2026-01-01T10:{number // 60 % 60:02}:{number % 60:02}Z",
        "eventType": "COMPLETE",
        "producer": PRODUCER,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": f"0190d2e6-0000-7000-8000-{number:012x}"},
        "job": {"namespace": NAMESPACE, "name": f"job-{number:05}", "facets": {}},
        "inputs": [{"namespace": NAMESPACE, "name": name, "facets": {}} for name in inputs],
        "outputs": [{"namespace": NAMESPACE, "name": output, "facets": facets}],
    }


def _column_lineage(inputs: list[str], columns: int) -> Event:
    """Return a columnLineage facet (1-2-0) in which each column comes from those of its name."""
    fields = {
        f"column_{number}": {
            "inputFields": [{"namespace": NAMESPACE, "name": name, "field": f"column_{number}"} for name in inputs]
        }
        for number in range(columns)
    }
    return {"_producer": PRODUCER, "_schemaURL": _FACET, "fields": fields}


if __name__ == "__main__":
    command(measure)
