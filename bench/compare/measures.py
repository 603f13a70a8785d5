"""What is measured of each receiver, in slices that alternate between them, so that noise meets all alike."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.clients import Tally
from bench.compare.drivers import Driver
from bench.compare.http import Connection
from bench.compare.truth import Kind, Question
from bench.figures import milliseconds, percentile
from bench.machine import children, processor_seconds, resident_mebibytes

SETTLE_SECONDS = 600
_POLL_SECONDS = 0.02


@dataclass(slots=True)
class Receiver:
    """One receiver at an address, with the process and the folder that it is, where these are known."""

    driver: Driver
    url: str
    pid: int | None = None
    data: Path | None = None
    beside: str = ""
    """What it is measured beside: one of the same kind is another of it."""
    connection: Connection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = Connection(self.url)
        try:
            self.driver.ready(self.connection)
        except BaseException:
            self.connection.close()
            raise

    def close(self) -> None:
        """Close the connection that questions go over."""
        self.connection.close()

    @property
    def name(self) -> str:
        """Return what it is called in a table."""
        return f"another {self.driver.name}" if self.driver.name == self.beside else self.driver.name

    def settle(self, seconds: float = SETTLE_SECONDS) -> bool:
        """Wait until all that it acknowledged can be asked for; tell whether it came to that."""
        until = time.monotonic() + seconds
        while not self.driver.is_settled(self.connection):
            if time.monotonic() > until:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def processor_seconds(self) -> float:
        """Return for how long its processes computed so far; NaN where the process is not known."""
        return float("nan") if self.pid is None else _with_children(self.pid)

    def bytes_on_disk(self) -> int | None:
        """Return how much lies in its folder, None where that is not known."""
        if self.data is None:
            return None
        return sum(path.stat().st_size for path in self.data.rglob("*") if path.is_file())

    def mebibytes(self) -> float | None:
        """Return its resident memory."""
        return None if self.pid is None else resident_mebibytes(self.pid)


@dataclass(slots=True)
class Sent:
    """What became of events at one receiver, over all slices."""

    tally: Tally = field(default_factory=Tally)
    visible_seconds: float = 0.0
    processor_seconds: float = 0.0
    settled: bool = True

    def add(self, tally: Tally, visible: float, processor: float, *, settled: bool) -> None:
        """Add a slice."""
        self.tally.acknowledged += tally.acknowledged
        self.tally.elapsed += tally.elapsed
        self.tally.seconds += tally.seconds
        self.tally.sizes += tally.sizes
        for status, count in tally.refused.items():
            self.tally.refused[status] = self.tally.refused.get(status, 0) + count
        self.visible_seconds += visible
        self.processor_seconds += processor
        self.settled &= settled


@dataclass(slots=True)
class Asked:
    """What one receiver answered to questions of one kind."""

    seconds: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    right: int = 0
    offered: bool = True


def send(receiver: Receiver, file: Path, first: int, events: int, clients: int, seconds: float) -> Tally:
    """Send a part of a file of events from a process of its own."""
    flags = {
        "clients": clients, "file": file, "first": first, "events": events, "seconds": seconds,
        "endpoint": receiver.driver.endpoint,
    }  # fmt: skip
    words = [word for name, value in flags.items() for word in (f"--{name}", str(value))]
    process = [sys.executable, "-m", "bench.clients", receiver.url, *words]
    answer = subprocess.run(process, capture_output=True, text=True, check=False, timeout=2 * seconds + 300)
    if answer.returncode:
        return Tally(refused={"no answer": 1}, elapsed=seconds)
    return Tally(**json.loads(answer.stdout))


def in_slices(
    receivers: Sequence[Receiver], file: Path, first: int, clients: int, events: int, slices: int, seconds: float
) -> dict[str, Sent]:
    """Send each slice of the same events to each receiver in turn, beginning with another one each time."""
    found = {one.name: Sent() for one in receivers}
    for number in range(slices):
        for one in _turned(receivers, number):
            computed, began = one.processor_seconds(), time.perf_counter()
            tally = send(one, file, first + number * events, events, clients, seconds)
            setting_up = time.perf_counter() - began - tally.elapsed
            settled = one.settle()
            visible = time.perf_counter() - began - setting_up
            found[one.name].add(tally, visible, one.processor_seconds() - computed, settled=settled)
    return found


def asked(receivers: Sequence[Receiver], questions: Sequence[Question]) -> dict[Kind, dict[str, Asked]]:
    """Ask each question of each receiver in turn, and hold every answer against the truth."""
    found: dict[Kind, dict[str, Asked]] = {}
    for number, question in enumerate(questions):
        of = found.setdefault(question.kind, {one.name: Asked() for one in receivers})
        for one in _turned(receivers, number):
            request = one.driver.request(question)
            if request is None:
                of[one.name].offered = False
                continue
            answer = one.connection.ask(request)
            tally = of[one.name]
            tally.seconds.append(answer.seconds)
            tally.sizes.append(len(answer.body))
            tally.statuses[answer.status] += 1
            tally.right += answer.status == 200 and _is_right(one.driver, question, answer.body)
    return found


def _is_right(driver: Driver, question: Question, body: bytes) -> bool:
    try:
        return driver.names(question, json.loads(body)) == question.expected
    except (LookupError, TypeError, ValueError):
        return False


def _turned(receivers: Sequence[Receiver], number: int) -> Iterator[Receiver]:
    start = number % len(receivers)
    yield from (*receivers[start:], *receivers[:start])


def _with_children(pid: int) -> float:
    return processor_seconds(pid) + sum(_with_children(child) for child in children(pid))


def percentiles(seconds: Sequence[float]) -> str:
    """Return p50, p95 and p99 as people write them."""
    if not seconds:
        return "—"
    return " / ".join(milliseconds(percentile(seconds, share)) for share in (0.50, 0.95, 0.99))
