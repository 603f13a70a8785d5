"""Clients that send events to a server and time each answer; a process of their own, so as not to time themselves.

`python -m bench.clients URL --clients 32 --events 4000 --batch 1 --seconds 30` prints one JSON object. It sends no
more events than told and stops after the seconds told, whichever comes first. `--file` takes the events of a file, one
a line, from the `--first` on.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from bench.estates import load
from bench.workloads import JOBS, WORKLOADS
from bench.workloads import events as restated

ENDPOINT = "/api/v1/lineage"
PATIENCE = 30
"""Seconds after the end that an answer is waited for."""


@dataclass(slots=True)
class Tally:
    """What the clients saw: events acknowledged, answers that were none, and the seconds each request took."""

    acknowledged: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    """Bytes of each answer's body."""
    elapsed: float = 0.0


def requests(url: str, events: int, batch: int, seed: int, workload: str | None = None) -> list[bytes]:
    """Return every request as the bytes that go over the wire, made before any clock runs."""
    parts = urlsplit(url)
    path = ENDPOINT if batch == 1 else f"{ENDPOINT}/batch"
    made = list(load(events, seed) if workload is None else restated(WORKLOADS[workload], JOBS, events // (2 * JOBS)))
    bodies = made if batch == 1 else [made[start : start + batch] for start in range(0, len(made), batch)]
    return [_post(f"{parts.hostname}:{parts.port}", path, orjson.dumps(body)) for body in bodies]


def from_file(url: str, path: Path, first: int, events: int, endpoint: str) -> list[bytes]:
    """Return a request for each of so many lines of a file, from one of them on."""
    parts = urlsplit(url)
    with path.open("rb") as lines:
        return [
            _post(f"{parts.hostname}:{parts.port}", endpoint, line.strip())
            for line in itertools.islice(lines, first, first + events)
        ]


def _post(host: str, path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def drive(
    url: str, messages: list[bytes], clients: int, batch: int, seconds: float, rate: float | None = None
) -> Tally:
    """Send the messages over `clients` kept-alive connections, each waiting for an answer before its next.

    With a `rate` no more than so many are sent a second.
    """
    tally = Tally()
    began = time.perf_counter()
    waiting = ((message, began + number / rate if rate else began) for number, message in enumerate(messages))
    await asyncio.gather(*(_client(url, waiting, tally, batch, began + seconds) for _ in range(clients)))
    tally.elapsed = time.perf_counter() - began
    return tally


async def _client(url: str, waiting: Iterator[tuple[bytes, float]], tally: Tally, batch: int, until: float) -> None:
    try:
        async with asyncio.timeout(until - time.perf_counter() + PATIENCE):
            await _send(url, waiting, tally, batch, until)
    except (TimeoutError, OSError, asyncio.IncompleteReadError):
        tally.refused["no answer"] = tally.refused.get("no answer", 0) + 1


async def _send(url: str, waiting: Iterator[tuple[bytes, float]], tally: Tally, batch: int, until: float) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        for message, due in waiting:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            began = time.perf_counter()
            if began > until:
                return
            writer.write(message)
            status, body = await answer(reader)
            tally.seconds.append(time.perf_counter() - began)
            tally.sizes.append(len(body))
            if batch == 1 and status in {"200", "201"}:
                tally.acknowledged += 1
            elif status == "200":
                tally.acknowledged += json.loads(body)["summary"]["successful"]
            else:
                tally.refused[status] = tally.refused.get(status, 0) + 1
    finally:
        writer.close()


async def answer(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """Read one HTTP/1.1 answer that states its length or comes in chunks, and return its status and body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.strip(): value.strip() for name, _, value in (line.lower().partition(":") for line in head[1:])}
    status = head[0].split(" ")[1]
    if headers.get("transfer-encoding") != "chunked":
        return status, await reader.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while size := int((await reader.readline()).partition(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return status, body


def main() -> None:
    """Send what the arguments ask for and print what came of it as JSON."""
    parser = argparse.ArgumentParser(
        description="Send made-up events to a server on this machine and time the answers."
    )
    parser.add_argument("url")
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=1, help="events in one request; 1 uses the single endpoint")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workload", choices=WORKLOADS, help="runs of these jobs; by default new ones of many")
    parser.add_argument("--file", type=Path, help="send the events of this file, one a line, one by one")
    parser.add_argument("--first", type=int, default=0, help="the first line of the file to send, from 0")
    parser.add_argument("--rate", type=float, help="send no more than so many requests a second")
    parser.add_argument("--endpoint", default=ENDPOINT, help="where single events of a file go")
    given = parser.parse_args()
    events = min(given.events, 200_000)
    if given.file is None:
        messages = requests(given.url, events, given.batch, given.seed, given.workload)
    else:
        messages = from_file(given.url, given.file, given.first, events, given.endpoint)
    print(
        json.dumps(
            asdict(
                asyncio.run(
                    drive(given.url, messages, given.clients, given.batch, min(given.seconds, 1_800), given.rate)
                )
            )
        )
    )


if __name__ == "__main__":
    main()
