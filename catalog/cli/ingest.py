"""`lineward ingest`: events out of files or standard input, in batches, each accounted for."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import orjson

from catalog.cli import files
from catalog.cli.client import Client, document
from catalog.cli.output import note, print_json, print_table, progress
from catalog.cli.words import count
from catalog.errors import Exit, OperatorError, SenderError
from ingest_hooks.errors import Unreadable
from ingest_hooks.openlineage.wire import JSON, parse

_BATCH_BYTES = 8 * 1024 * 1024
_WHOLE_BYTES = 64 * 1024 * 1024
"""So much of a file is read at once where its first line is no event: it may be one, or an array of them, over many."""
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it stands in a file: on a line, or as an item of an array."""

    source: str
    unit: str
    number: int
    content: bytes

    @property
    def place(self) -> str:
        """Return where it stands, as a person reads it."""
        return f"{self.source}:{self.number}" if self.unit == "line" else f"{self.source}, {self.unit} {self.number}"


@dataclass(slots=True)
class Tally:
    """What became of all events."""

    received: int = 0
    taken: int = 0
    there: int = 0
    refused: list[tuple[Event, str]] = field(default_factory=list)

    def refuse(self, event: Event, reason: str) -> None:
        """Note an event that was not taken."""
        self.refused.append((event, reason))


def ingest(client: Client, names: list[str], batch: int, *, as_json: bool) -> Exit:
    """Send every event of the files (standard input where there is none); 1 where one was refused."""
    tally = Tally()
    sources = [_open(name) for name in names or [files.STANDARD_INPUT]]
    total = sum(size for _, _, size in sources) or None
    with progress("sending events", total) as show:
        done = 0
        for events in _batches(_events(sources, tally), batch, tally):
            _send(client, events, tally)
            done += sum(len(event.content) + 1 for event in events)
            show(done)
    if as_json:
        refused = [{"file": one.source, one.unit: one.number, "reason": reason} for one, reason in tally.refused]
        print_json({"received": tally.received, "taken": tally.taken, "alreadyThere": tally.there, "refused": refused})
    else:
        _print(tally)
    return Exit.FINDING if tally.refused else Exit.FINE


def _print(tally: Tally) -> None:
    counted = (tally.received, tally.taken, tally.there, len(tally.refused))
    print_table("", ("received", "taken", "already there", "refused"), [counted])
    if tally.refused:
        rows = [(event.place, reason) for event, reason in tally.refused[:_SHOWN]]
        print_table("Refused", ("where", "why"), rows)
        if len(tally.refused) > _SHOWN:
            note(f"and {len(tally.refused) - _SHOWN} more; --json lists all")


def _open(name: str) -> tuple[str, BinaryIO, int]:
    if name == files.STANDARD_INPUT:
        if sys.stdin.isatty():
            raise SenderError("Name a file of events, one JSON object a line, or send them to standard input.")
        return "standard input", sys.stdin.buffer, 0
    path = Path(name)
    try:
        return name, path.open("rb"), path.stat().st_size
    except (OSError, ValueError) as error:
        raise files.unreadable(name, error) from error


def _events(sources: Iterable[tuple[str, BinaryIO, int]], tally: Tally) -> Iterator[Event]:
    for name, stream, _ in sources:
        before = tally.received
        with stream:
            yield from _of(name, stream, tally)
        if tally.received == before:
            note(f"{name} holds no events.")


def _of(name: str, stream: BinaryIO, tally: Tally) -> Iterator[Event]:
    """Yield the events of a stream: one a line; where its first line is none, those of one JSON value over many."""
    head = _first_lines(stream)
    if head and head[-1].strip() and not isinstance(_value(head[-1]), dict):
        content = b"".join(head) + stream.read(_WHOLE_BYTES)
        try:
            found = parse(content).value
        except Unreadable as error:
            if _is_one(content):
                tally.received += 1
                tally.refuse(Event(name, "line", files.line_of(error), b""), f"This {files.why_no_json(error)}.")
                return
            # What was read may end within a line.
            head = (content + stream.readline()).removesuffix(b"\n").split(b"\n")
        else:
            values = found if isinstance(found, list) else [found]
            yield from (Event(name, "item", at, orjson.dumps(value)) for at, value in enumerate(values, 1))
            return
    for number, line in enumerate(chain(head, stream), 1):
        if line.strip():
            yield Event(name, "line", number, line.strip())


def _first_lines(stream: BinaryIO) -> list[bytes]:
    """Return the lines up to the first that is not blank."""
    lines = []
    for line in stream:
        lines.append(line)
        if line.strip():
            break
    return lines


def _is_one(content: bytes) -> bool:
    """Tell whether bytes that are no JSON were meant as one value and not as one a line."""
    first, *others = (line for line in content.split(b"\n") if line.strip())
    if first.lstrip().startswith(b"{"):
        return not any(isinstance(_value(line), dict) for line in others)
    return first.lstrip().startswith(b"[")


def _value(content: bytes) -> JSON:
    try:
        return parse(content).value
    except Unreadable:
        return None


def _batches(events: Iterable[Event], most: int, tally: Tally) -> Iterator[list[Event]]:
    """Yield what can be read, so many events at once; a line that is no JSON would spoil its neighbours."""
    batch: list[Event] = []
    size = 0
    for event in events:
        tally.received += 1
        try:
            value = parse(event.content).value
        except Unreadable as error:
            tally.refuse(event, f"This {files.why_no_json(error)}.")
            continue
        if files.is_record(value):
            tally.refuse(event, "This is a record and no event: send it with `lineward record`.")
            continue
        if batch and (len(batch) >= most or size + len(event.content) > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += len(event.content) + 1
    if batch:
        yield batch


def _send(client: Client, events: list[Event], tally: Tally) -> None:
    body = b"[" + b",".join(event.content for event in events) + b"]"
    try:
        sent = client.request(
            "POST", "api/v1/lineage/batch", content=body, headers={"Content-Type": "application/json"}
        )
        answer = document(sent, "failed_events", "summary")
    except SenderError as error:
        if error.status == 408:  # noqa: PLR2004  the connection was slow, whatever stands in the lines
            raise
        for event in events:
            tally.refuse(event, error.detail)
        return
    for one in answer["failed_events"]:
        if one["retriable"]:
            raise OperatorError(one["reason"], action=f"{count(tally.taken, 'event')} taken; send the rest again.")
        tally.refuse(events[one["index"]], one["reason"])
    there = answer["summary"].get("duplicates", 0)
    tally.taken += answer["summary"]["successful"] - there
    tally.there += there
