"""What a catalog asks to be sent again is sent again, for a while; what it refuses is not."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from catalog.cli import sending
from catalog.cli.record import record
from catalog.cli.sending import PATIENCE, send
from catalog.errors import Exit, OperatorError

BEHIND = {"type": "urn:lineward:problem:operator", "detail": "The graph is 2 entries behind."}
TAKEN = {"index": 7, "kind": "record.tag_dataset", "subjects": ["dataset"], "warnings": [], "duplicate": False}
SENT = {"kind": "tag_dataset"}


def later(seconds: int = 2) -> httpx2.Response:
    return httpx2.Response(503, headers={"Retry-After": str(seconds)}, json=BEHIND)


class FakeServer:
    """Answers as it was told, the last answer for ever, and keeps what was sent."""

    where = "a made-up server"

    def __init__(self, *answers: httpx2.Response) -> None:
        self._answers = list(answers)
        self.sent: list[Any] = []

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:
        assert (method, path) == ("POST", "api/v1/records")
        self.sent.append(more["json"])
        answer = self._answers[0] if len(self._answers) == 1 else self._answers.pop(0)
        answer.request = httpx2.Request(method, f"http://127.0.0.1/{path}")
        return answer

    def look_through(self) -> None:
        raise AssertionError("nobody asks for it")


class Clock:
    """Goes on by what is waited."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)

    def __call__(self) -> float:
        return sum(self.waited)


def test_a_record_is_sent_again_after_as_long_as_the_catalog_says() -> None:
    server, clock = FakeServer(later(2), later(3), httpx2.Response(201, json=TAKEN)), Clock()
    assert send(server, "api/v1/records", SENT, wait=clock.wait, clock=clock).status_code == 201
    assert (server.sent, clock.waited) == ([SENT] * 3, [2, 3])


def test_a_catalog_that_takes_nothing_for_long_is_given_up_with_what_it_says() -> None:
    server, clock = FakeServer(later(30)), Clock()
    answer = send(server, "api/v1/records", SENT, wait=clock.wait, clock=clock)
    assert (answer.status_code, answer.json()["detail"]) == (503, BEHIND["detail"])
    assert clock() == PATIENCE
    assert len(server.sent) == 5


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(422, json={"type": "urn:lineward:problem:sender", "detail": "No."}),
        httpx2.Response(
            403, headers={"Retry-After": "1"}, json={"type": "urn:lineward:problem:asker", "detail": "No."}
        ),
        httpx2.Response(503, json=BEHIND),
        httpx2.Response(
            503, headers={"Retry-After": "1"}, json={"type": "urn:lineward:problem:evidence", "detail": "x"}
        ),
    ],
)
def test_a_refusal_is_never_sent_again(answer: httpx2.Response) -> None:
    server, clock = FakeServer(answer), Clock()
    assert send(server, "api/v1/records", SENT, wait=clock.wait, clock=clock) is answer
    assert (server.sent, clock.waited) == ([SENT], [])


def test_what_is_no_catalog_is_not_asked_again() -> None:
    server, clock = FakeServer(httpx2.Response(503, headers={"Retry-After": "1"}, text="<html>")), Clock()
    with pytest.raises(OperatorError, match="passes nothing on to the catalog now"):
        send(server, "api/v1/records", SENT, wait=clock.wait, clock=clock)
    assert server.sent == [SENT]


def test_a_command_sends_again_and_a_person_is_told_once_what_it_waits_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    notes: list[str] = []
    monkeypatch.setattr(sending, "err", SimpleNamespace(is_terminal=True))
    monkeypatch.setattr(sending, "note", notes.append)
    sent = tmp_path / "record.json"
    sent.write_text(json.dumps(SENT))
    server = FakeServer(later(0), later(0), httpx2.Response(201, json=TAKEN))
    assert record(server, [str(sent)], None, as_json=True) is Exit.FINE
    assert server.sent == [SENT] * 3
    assert notes == ["Not taken yet: The graph is 2 entries behind. It is sent again for up to 120 s."]
