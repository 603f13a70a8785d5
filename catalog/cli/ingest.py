"""`lineward ingest`: events out of files or standard input, in batches, each line accounted for."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from catalog.cli.client import Client, document
from catalog.cli.ending import fail
from catalog.cli.output import print_json, print_table, progress
from catalog.errors import Exit, OperatorError, SenderError
from ingest_hooks.errors import Unreadable
from ingest_hooks.openlineage.wire import parse

_BATCH_BYTES = 8 * 1024 * 1024
_SHOWN = 20
_STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Line:
    """One event as it stands in a file."""

    source: str
    number: int
    content: bytes


@dataclass(slots=True)
class Tally:
    """What became of all lines."""

    received: int = 0
    taken: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, line: Line, reason: str) -> None:
        """Note a line that was not taken."""
        self.refused.append({"file": line.source, "line": line.number, "reason": reason})


def ingest(client: Client, files: list[str], batch: int, *, as_json: bool) -> Exit:
    """Send every line of the files (standard input where there is none); 1 where one was refused."""
    tally = Tally()
    sources = [_open(name) for name in files or [_STANDARD_INPUT]]
    total = sum(size for _, _, size in sources) or None
    with progress("sending events", total) as show:
        done = 0
        for lines in _batches(_lines(sources), batch, tally):
            _send(client, lines, tally)
            done += sum(len(line.content) + 1 for line in lines)
            show(done)
    if as_json:
        print_json({"received": tally.received, "taken": tally.taken, "refused": tally.refused})
    else:
        print_table("", ("received", "taken", "refused"), [(tally.received, tally.taken, len(tally.refused))])
        if tally.refused:
            rows = [(f"{one['file']}:{one['line']}", one["reason"]) for one in tally.refused[:_SHOWN]]
            print_table("Refused", ("where", "why"), rows)
            if len(tally.refused) > _SHOWN:
                print_table("", (f"and {len(tally.refused) - _SHOWN} more; --json lists all",), [])
    return Exit.FINDING if tally.refused else Exit.FINE


def _open(name: str) -> tuple[str, BinaryIO, int]:
    if name == _STANDARD_INPUT:
        if sys.stdin.isatty():
            fail("Name a file of events, one JSON object a line, or send them to standard input.", Exit.WRONG_USE)
        return "standard input", sys.stdin.buffer, 0
    path = Path(name)
    try:
        return name, path.open("rb"), path.stat().st_size
    except OSError as error:
        raise OperatorError(f"{name} cannot be read ({error.strerror}).", action="Check the name.") from error


def _lines(sources: Iterable[tuple[str, BinaryIO, int]]) -> Iterator[Line]:
    for name, stream, _ in sources:
        with stream:
            for number, content in enumerate(stream, 1):
                if content.strip():
                    yield Line(name, number, content.strip())


def _batches(lines: Iterable[Line], most: int, tally: Tally) -> Iterator[list[Line]]:
    """Yield what can be read, so many lines at once; a line that is no JSON would spoil its neighbours."""
    batch: list[Line] = []
    size = 0
    for line in lines:
        tally.received += 1
        try:
            parse(line.content)
        except Unreadable as error:
            tally.refuse(line, error.detail)
            continue
        if batch and (len(batch) >= most or size + len(line.content) > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line.content) + 1
    if batch:
        yield batch


def _send(client: Client, lines: list[Line], tally: Tally) -> None:
    body = b"[" + b",".join(line.content for line in lines) + b"]"
    try:
        sent = client.request(
            "POST", "api/v1/lineage/batch", content=body, headers={"Content-Type": "application/json"}
        )
        answer = document(sent, "failed_events", "summary")
    except SenderError as error:
        if error.status == 408:  # noqa: PLR2004  the connection was slow, whatever stands in the lines
            raise
        for line in lines:
            tally.refuse(line, error.detail)
        return
    for one in answer["failed_events"]:
        if one["retriable"]:
            raise OperatorError(one["reason"], action=f"{tally.taken} events were taken; send the rest again.")
        tally.refuse(lines[one["index"]], one["reason"])
    tally.taken += answer["summary"]["successful"]
