"""A server that has no room is asked again, for what it did not take, and what was refused is not sent again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import httpx2
import pytest

from catalog.bulk import Refused
from catalog.cli.portions import Found
from catalog.cli.sending import PATIENCE
from catalog.cli.sinks import ServerSink
from catalog.cli.sources import Source
from catalog.errors import OperatorError
from ingest_hooks.openlineage.splitting import BEGINNING, Piece, Unit

SOURCE = Source("made-up.ndjson")
FULL = httpx2.Response(
    503, headers={"Retry-After": "3"}, json={"type": "urn:lineward:problem:operator", "detail": "No room."}
)


class FakeServer:
    """Answers as it was told, and keeps what was sent."""

    where = "a made-up server"

    def __init__(self, *answers: httpx2.Response) -> None:
        self._answers = iter(answers)
        self.sent: list[list[Any]] = []

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:
        assert (method, path) == ("POST", "api/v1/lineage/batch")
        self.sent.append([one["number"] for one in json.loads(more["content"])])
        return next(self._answers)

    def look_through(self) -> None:
        raise AssertionError("nobody asks for it")


def answered(sent: int, failed: Sequence[tuple[int, bool]] = (), duplicates: int = 0) -> httpx2.Response:
    summary = {"received": sent, "successful": sent - len(failed), "duplicates": duplicates, "failed": len(failed)}
    events = [{"index": index, "reason": "made up", "retriable": retriable} for index, retriable in failed]
    return httpx2.Response(200, json={"status": "made up", "summary": summary, "failed_events": events})


def portion(*numbers: int) -> list[Found]:
    contents = [json.dumps({"number": number}).encode() for number in numbers]
    return [Found(SOURCE, Piece(Unit.LINE, at, at, content, BEGINNING)) for at, content in enumerate(contents, 1)]


class Clock:
    """Goes on by what is waited."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waited: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        return self.now


def sink(server: FakeServer, clock: Clock) -> ServerSink:
    return ServerSink(server, wait=clock.wait, clock=clock)


def test_a_full_server_is_asked_again_after_as_long_as_it_says() -> None:
    server, clock = FakeServer(FULL, FULL, answered(2)), Clock()
    ((_, outcomes),) = sink(server, clock).each([portion(1, 2)])
    assert outcomes == ["taken", "taken"]
    assert server.sent == [[1, 2]] * 3
    assert clock.waited == [3, 3]


def test_only_what_was_not_taken_is_sent_again_and_nothing_after_it_before() -> None:
    first = answered(4, [(1, False), (2, True), (3, True)])
    server, clock = FakeServer(first, answered(2, duplicates=1), answered(1)), Clock()
    results = list(sink(server, clock).each([portion(1, 2, 3, 4), portion(5)]))
    assert results[0][1] == ["taken", Refused("", "made up"), "there", "taken"]
    assert results[1][1] == ["taken"]
    assert server.sent == [[1, 2, 3, 4], [3, 4], [5]]


def test_a_server_that_takes_nothing_for_long_is_given_up() -> None:
    server, clock = FakeServer(*[FULL] * 1_000), Clock()
    with pytest.raises(OperatorError, match="has had no room for 120 s"):
        list(sink(server, clock).each([portion(1)]))
    assert clock.now == pytest.approx(PATIENCE, abs=6)


def test_the_next_portion_is_read_while_one_is_sent_and_no_more_are() -> None:
    asked = 0

    def portions() -> Iterator[list[Found]]:
        nonlocal asked
        for number in range(10):
            asked += 1
            yield portion(number)

    server = FakeServer(*[answered(1)] * 10)
    for done, _ in enumerate(sink(server, Clock()).each(portions()), 1):
        assert asked <= done + 2
    assert server.sent == [[number] for number in range(10)]


def test_what_would_spoil_a_batch_is_not_sent() -> None:
    broken = [
        Found(SOURCE, Piece(Unit.LINE, 1, 1, b"{no json", BEGINNING)),
        Found(SOURCE, Piece(Unit.LINE, 2, 2, b"7", BEGINNING)),
        Found(SOURCE, Piece(Unit.LINE, 3, 3, b"", BEGINNING, "It is too long.")),
        *portion(4),
    ]
    server = FakeServer(answered(1))
    ((_, outcomes),) = sink(server, Clock()).each([broken])
    assert [isinstance(one, Refused) for one in outcomes] == [True, True, True, False]
    assert server.sent == [[4]]
