"""Measure any receiver of OpenLineage at a URL beside Lineward, in one run, and write RESULTS.md beside this file.

Without a URL it measures Lineward alone. It starts a Lineward of its own and ends it; the other receiver is yours, and
holds what it was sent afterwards, each estate in a namespace of its own.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from bench.compare.drivers import DRIVERS, Driver, Lineward, UnobtainableError
from bench.compare.measures import Asked, Receiver, Sent, asked, in_slices, percentiles, send
from bench.compare.truth import Kind, Made, as_json, recurring, twice_and_shuffled, written
from bench.estates import Estate
from bench.machine import describe
from bench.server import serving

RESULTS = Path(__file__).with_name("RESULTS.md")
INTRODUCTION = """# Side by side

By `make bench-compare`, on one machine at one time. The same events go to each receiver and the same questions, at
depth 20, are asked of each, in slices that alternate between them; clients share the cores with whoever is measured.
Acknowledged is what was answered 200 or 201, visible what could be asked for. A right answer holds exactly what plain
walks over the made-up wiring reach; what reaches 500 datasets or columns is not asked. Of a neighbourhood Lineward is
asked for the ids; Marquez gives one whatever is asked, and a direction is looked for in it.

"""
CLIENTS = (1, 8, 32)


@dataclass(frozen=True, slots=True)
class Load:
    """How much is sent and asked."""

    jobs: tuple[int, ...] = (1_000, 10_000)
    slices: int = 4
    events: tuple[int, ...] = (250, 1_000, 2_000)
    """Events of a slice, for each number of clients."""
    seconds: float = 15
    """How long a slice may take."""
    load_seconds: float = 900
    """How long an estate may take to be sent."""
    load_clients: int = 8
    questions: int = 20
    shuffled: int = 200

    @classmethod
    def quick(cls) -> Load:
        """Return a hundredth of it, to see that it runs."""
        return cls((100,), 2, (10, 20, 40), 5, 60, 3, 40)


Row = tuple[str, str, list[str]]


def measure(receivers: Sequence[Receiver], load: Load, folder: Path) -> Iterator[Row]:
    """Yield the rows: what is measured, in which setting, and the figure of each receiver."""
    # What an earlier run left in another's receiver must not answer for this one.
    run = f"{int(time.time()):x}"
    yield from _loads(receivers, load, folder, run)
    for jobs in load.jobs:
        yield from _estate(receivers, load, folder, Made(Estate(jobs), f"compare-{jobs}-{run}"))
    made = Made(Estate(load.shuffled, layers=10), f"compare-shuffled-{run}")
    yield from _estate(receivers, load, folder, made, shuffled=True)
    yield "resident memory, at the end", "", [_or_none(one.mebibytes(), "{:,.0f} MiB") for one in receivers]


def _loads(receivers: Sequence[Receiver], load: Load, folder: Path, run: str) -> Iterator[Row]:
    total = load.slices * sum(load.events)
    file = folder / "load.ndjson"
    _, size = written(recurring(total, f"compare-load-{run}"), file)
    first, before, taken = 0, [one.bytes_on_disk() for one in receivers], dict.fromkeys((r.name for r in receivers), 0)
    for clients, events in zip(CLIENTS, load.events, strict=True):
        _report(f"{clients} clients, {load.slices} slices of {events} events of {size:,} bytes")
        found = in_slices(receivers, file, first, clients, events, load.slices, load.seconds)
        first += load.slices * events
        setting = f"{clients} client{'s' if clients > 1 else ''}, {size:,} bytes each"
        yield "acknowledged events", setting, [_rate(found[one.name], lambda s: s.tally.elapsed) for one in receivers]
        yield "visible events", setting, [_rate(found[one.name], lambda s: s.visible_seconds) for one in receivers]
        yield (
            "acknowledgement, p50 / p95 / p99",
            setting,
            [percentiles(found[one.name].tally.seconds) for one in receivers],
        )
        yield "answers, median size", setting, [_statuses(found[one.name]) for one in receivers]
        yield "processor's time for an event", setting, [_computed(found[one.name]) for one in receivers]
        for one in receivers:
            taken[one.name] += found[one.name].tally.acknowledged
    sizes = []
    for one, start in zip(receivers, before, strict=True):
        end = one.bytes_on_disk()
        known = start is not None and end is not None and taken[one.name]
        sizes.append(f"{((end or 0) - (start or 0)) / taken[one.name] / 1024:.1f} KiB" if known else "—")
    yield "disk for an event", "after these", sizes
    yield "resident memory", "after these", [_or_none(one.mebibytes(), "{:,.0f} MiB") for one in receivers]
    file.unlink()


def _estate(
    receivers: Sequence[Receiver], load: Load, folder: Path, made: Made, *, shuffled: bool = False
) -> Iterator[Row]:
    name = f"{made.estate.jobs:,} jobs{', each event twice, in no order' if shuffled else ''}"
    file = folder / f"{made.namespace.rpartition('-')[0]}.ndjson"
    events = twice_and_shuffled(made.events(), 5) if shuffled else made.events()
    count, _ = written(events, file)
    questions = made.questions(load.questions)
    file.with_suffix(".truth.json").write_text(json.dumps(as_json(questions), indent=1))
    whole, cells = [], []
    for one in receivers:
        _report(f"{name}: {count:,} events to {one.name}")
        tally = send(one, file, 0, count, load.load_clients, load.load_seconds)
        is_whole = tally.acknowledged == count and one.settle(load.load_seconds)
        whole += [one] if is_whole else []
        refused = "".join(f", {number} × {status}" for status, number in sorted(tally.refused.items()))
        cells.append(f"{tally.acknowledged:,} of {count:,} in {tally.elapsed:.0f} s{refused}")
    yield "loaded", f"{name}, {load.load_clients} clients", cells
    found = asked(whole, questions) if whole else {}
    for kind in Kind:
        of = found.get(kind, {})
        setting = f"{name}, {median(len(one.expected) for one in questions if one.kind is kind):,.0f} found"
        for measured, shown in _SHOWN:
            cells = [shown(of[one.name]) if one.name in of else "not asked: not all loaded" for one in receivers]
            yield f"{kind}, {measured}", setting, cells


_SHOWN: tuple[tuple[str, Callable[[Asked], str]], ...] = (
    ("p50 / p95 / p99", lambda one: percentiles(one.seconds) if one.offered else "not offered"),
    ("right answers", lambda one: f"{one.right} of {len(one.seconds)}" if one.offered else "not offered"),
    ("statuses, median size", lambda one: _answers(one) if one.offered else "not offered"),
)


def _answers(one: Asked) -> str:
    statuses = ", ".join(f"{count} × {status or 'no answer'}" for status, count in sorted(one.statuses.items()))
    return f"{statuses}, {median(one.sizes) / 1024:,.1f} KiB"


def _rate(sent: Sent, seconds: Callable[[Sent], float]) -> str:
    if not sent.tally.acknowledged:
        return "none"
    return f"{sent.tally.acknowledged / seconds(sent):,.0f}/s{'' if sent.settled else ', not all visible'}"


def _statuses(sent: Sent) -> str:
    refused = "".join(f", {count} × {status}" for status, count in sorted(sent.tally.refused.items()))
    size = f", {median(sent.tally.sizes):,.0f} bytes" if sent.tally.sizes else ""
    return f"{sent.tally.acknowledged:,} × 200 or 201{refused}{size}"


def _computed(sent: Sent) -> str:
    if not sent.tally.acknowledged or math.isnan(sent.processor_seconds):
        return "—"
    return f"{1000 * sent.processor_seconds / sent.tally.acknowledged:.2f} ms"


def _or_none(value: float | None, form: str) -> str:
    return "—" if value is None else form.format(value)


def _report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def table(names: Sequence[str], rows: Sequence[Row]) -> str:
    """Return the rows as a table in Markdown, a column for each receiver."""
    lines = [f"| measure | setting | {' | '.join(names)} |", "|---|---|" + "---|" * len(names)]
    lines += [f"| {measured} | {setting} | {' | '.join(cells)} |" for measured, setting, cells in rows]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; 3 where the other receiver cannot be measured, with what it needs."""
    parser = argparse.ArgumentParser(prog="python -m bench compare", description=__doc__)
    parser.add_argument("--url", help="the other receiver's address; without it Lineward is measured alone")
    parser.add_argument("--driver", choices=sorted(DRIVERS), default="marquez", help="which kind of receiver that is")
    parser.add_argument("--pid", type=int, help="its process, for memory and processor's time")
    parser.add_argument("--data", type=Path, help="its folder, for the disk")
    parser.add_argument("--jobs", type=int, nargs="+", help="sizes of the estates that are asked about")
    parser.add_argument("--keep", type=Path, help="a new folder for the events and the truth, to use them elsewhere")
    parser.add_argument("--load-seconds", type=float, help="how long an estate may take to be sent")
    parser.add_argument("--load-clients", type=int, help="how many clients send it; fewer where a receiver stalls")
    parser.add_argument("--quick", action="store_true", help="a hundredth of the load, to see that it runs")
    given = parser.parse_args(arguments)
    load, waiting = Load.quick() if given.quick else Load(), os.getloadavg()[0]
    wanted = {
        "jobs": tuple(given.jobs or ()),
        "load_seconds": given.load_seconds,
        "load_clients": given.load_clients,
    }
    load = replace(load, **{name: value for name, value in wanted.items() if value})
    with ExitStack() as stack:
        try:
            other = (_driver(given.driver), given.url, given.pid, given.data, Lineward.name)
            others = [Receiver(*other)] if given.url else []
        except UnobtainableError as error:
            _report(str(error))
            return 3
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lineward-bench-")))
        folder = given.keep or scratch / "events"
        folder.mkdir()
        server = stack.enter_context(serving({"LINEWARD_READY_LAG": str(10**9)}, scratch / "data"))
        receivers = [Receiver(Lineward(), server.url, server.pid, scratch / "data"), *others]
        for one in receivers:
            stack.callback(one.close)
        rows = []
        for row in measure(receivers, load, folder):
            rows.append(row)
            _report(f"  {row[0]} ({row[1]}): {' | '.join(row[2])}")
    names = [one.name for one in receivers]
    busy = f"- processes that waited for a core on average, before and after: {waiting:.1f}, {os.getloadavg()[0]:.1f}"
    section = f"## {' beside '.join(names)}\n\n{describe()}{busy}\n\n{table(names, rows)}"
    print(section, end="")
    if not given.quick:
        before = RESULTS.read_text() if RESULTS.exists() else ""
        RESULTS.write_text(with_section(before, section))
    return 0


def with_section(document: str, section: str) -> str:
    """Return the results with one run's section in the place of an earlier one of the same receivers."""
    title = section.partition("\n")[0]
    kept = [f"## {one.strip()}\n" for one in document.split("\n## ")[1:]]
    sections = [one for one in kept if one.partition("\n")[0] != title] + [section]
    return INTRODUCTION + "\n".join(sorted(sections))


def _driver(name: str) -> Driver:
    return DRIVERS[name]()


def command(arguments: Sequence[str] | None = None) -> int:
    """Run it as a process: whoever ends that ends the server that it started, too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    return main(arguments)


if __name__ == "__main__":
    sys.exit(command())
