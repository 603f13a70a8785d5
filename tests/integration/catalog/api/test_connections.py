"""Slow and many clients against a real socket: each wait has its end, and what it held is free again."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from catalog.api.application import create
from catalog.api.http.connections import Peers, configured
from tests.support.records import event

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

PATIENCE = 10
SOON = {"header_seconds": 0.3, "body_seconds": 0.3, "send_seconds": 0.3, "idle_seconds": 1}
HEAD = b"POST /api/v1/lineage HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: "


class Listening:
    """A server on a port of its own, and plain sockets to it."""

    def __init__(self, server: uvicorn.Server, port: int, stack: ExitStack) -> None:
        self.server = server
        self._port = port
        self._stack = stack

    def connect(self) -> socket.socket:
        return self._stack.enter_context(socket.create_connection(("127.0.0.1", self._port), PATIENCE))

    @property
    def open(self) -> int:
        return len(self.server.server_state.connections)

    def until(self, count: int) -> None:
        """Wait for no more than so many connections to be open."""
        deadline = time.monotonic() + PATIENCE
        while self.open > count:
            assert time.monotonic() < deadline, self.open
            time.sleep(0.01)


@pytest.fixture
def listen(serve: Callable[..., Catalog]) -> Iterator[Callable[..., Listening]]:
    with ExitStack() as stack:

        def start(**settings: Any) -> Listening:
            catalog = serve(**{**SOON, **settings})
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            server = uvicorn.Server(configured(create(catalog.service), catalog.service.settings))
            stack.enter_context(_running(server, listener))
            return Listening(server, listener.getsockname()[1], stack)

        yield start


@contextmanager
def _running(server: uvicorn.Server, listener: socket.socket) -> Iterator[None]:
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        assert not thread.is_alive()


def answer_to(connection: socket.socket) -> tuple[int, dict[str, Any]]:
    """Return status and JSON of what is received until the server closes."""
    received = b""
    while part := connection.recv(65536):
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


@pytest.mark.parametrize("begun", [b"", b"GET /health/live HTTP/1.1\r\nHost: 127.0", b"\r\n\r\n"])
def test_headers_that_do_not_end_are_not_waited_for(listen: Callable[..., Listening], begun: bytes) -> None:
    listening = listen()
    connection = listening.connect()
    connection.sendall(begun)
    status, problem = answer_to(connection)
    assert (status, problem["status"]) == (408, 408)
    listening.until(0)


def test_headers_that_trickle_are_not_waited_for(listen: Callable[..., Listening]) -> None:
    listening = listen()
    connection = listening.connect()
    connection.settimeout(0.02)
    connection.sendall(b"GET /health/live HTTP/1.1\r\n")
    for number in range(10_000):
        try:
            connection.sendall(b"X-%d: a\r\n" % number)
            assert connection.recv(65536).startswith(b"HTTP/1.1 408")
            break
        except TimeoutError:
            continue
    listening.until(0)


def test_a_body_that_does_not_end_is_not_waited_for(listen: Callable[..., Listening]) -> None:
    listening = listen()
    connection = listening.connect()
    connection.sendall(HEAD + b'1000\r\n\r\n{"half": ')
    status, problem = answer_to(connection)
    assert (status, problem["type"]) == (408, "urn:lineward:problem:sender")
    listening.until(0)


def test_a_body_to_an_address_that_reads_none_is_not_waited_for(listen: Callable[..., Listening]) -> None:
    listening = listen()
    connection = listening.connect()
    connection.sendall(b"POST /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nhalf")
    assert connection.recv(65536).startswith(b"HTTP/1.1 405")
    connection.sendall(b"more")
    listening.until(0)


def test_300_half_sent_bodies_hold_no_more_than_one_peer_may(listen: Callable[..., Listening]) -> None:
    listening = listen(max_peer_connections=20, header_seconds=60, body_seconds=60)
    connections = [listening.connect() for _ in range(300)]
    for connection in connections:
        with suppress(OSError):
            connection.sendall(HEAD + b'1000\r\n\r\n{"half": ')
    listening.until(20)
    for connection in connections:
        connection.close()
    listening.until(0)
    again = listening.connect()
    body = json.dumps(event()).encode()
    again.sendall(HEAD + b"%d\r\nConnection: close\r\n\r\n" % len(body) + body)
    assert answer_to(again) == (201, {"index": 0, "duplicate": False})


def test_one_connection_too_many_is_refused_and_one_that_closes_makes_room(listen: Callable[..., Listening]) -> None:
    listening = listen(max_connections=2, header_seconds=60)
    first, second = listening.connect(), listening.connect()
    second.sendall(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert second.recv(65536).startswith(b"HTTP/1.1 200")
    status, problem = answer_to(listening.connect())
    assert (status, problem["status"]) == (503, 503)
    assert "too many connections" in problem["detail"]
    first.close()
    listening.until(1)
    third = listening.connect()
    third.sendall(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert answer_to(third) == (200, {"state": "alive"})


def test_an_idle_connection_is_closed_even_if_blank_lines_come(listen: Callable[..., Listening]) -> None:
    listening = listen(header_seconds=2)
    connection = listening.connect()
    connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert b"alive" in connection.recv(65536)
    connection.sendall(b"\r\n")
    assert answer_to(connection)[0] == 408
    listening.until(0)


def _posted(said: dict[str, Any]) -> tuple[bytes, bytes]:
    body = json.dumps(said).encode()
    return HEAD + str(len(body)).encode() + b"\r\n\r\n", body


@pytest.mark.parametrize("parts", [1, 2])
def test_a_body_is_waited_for_only_where_it_comes_after_its_headers(
    listen: Callable[..., Listening], monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    waited: list[bool] = []
    receive = RequestResponseCycle.receive

    async def noted(cycle: RequestResponseCycle) -> Any:
        waited.append(cycle.more_body)
        return await receive(cycle)

    monkeypatch.setattr(RequestResponseCycle, "receive", noted)
    connection = listen(body_seconds=PATIENCE).connect()
    head, body = _posted(event())
    if parts == 1:
        connection.sendall(head + body)
    else:
        connection.sendall(head + body[:50])
        deadline = time.monotonic() + PATIENCE
        while not waited and time.monotonic() < deadline:
            time.sleep(0.01)
        connection.sendall(body[50:])
    assert answer_to(connection) == (201, {"index": 0, "duplicate": False})
    assert bool(waited) == (parts == 2)


def test_events_one_behind_the_other_on_a_connection_are_each_taken_whole(listen: Callable[..., Listening]) -> None:
    connection = listen().connect()
    said = [event("START"), event("COMPLETE"), event("START")]
    connection.sendall(b"".join(part for one in said for part in _posted(one)))
    stream = connection.makefile("rb")
    answers = []
    for _ in said:
        length = 0
        while (line := stream.readline().lower()) not in {b"\r\n", b""}:
            length = int(line.split(b":")[1]) if line.startswith(b"content-length") else length
        answers.append(json.loads(stream.read(length)))
    assert answers == [
        {"index": 0, "duplicate": False}, {"index": 1, "duplicate": False}, {"index": 0, "duplicate": True},
    ]  # fmt: skip


def test_headers_that_are_too_large_are_refused(listen: Callable[..., Listening]) -> None:
    listening = listen(header_seconds=60)
    connection = listening.connect()
    connection.sendall(b"GET / HTTP/1.1\r\nX-Long: ")
    answer = b""
    connection.settimeout(0.05)
    for _ in range(1000):
        try:
            connection.sendall(b"a" * 4096)
            answer = connection.recv(65536)
            break
        except TimeoutError:
            continue
        except OSError:
            break
    assert answer.startswith(b"HTTP/1.1 431") or not answer
    listening.until(0)


@pytest.mark.parametrize("protocol", [b"websocket", b"h2c"])
def test_no_other_protocol_is_spoken(listen: Callable[..., Listening], protocol: bytes) -> None:
    listening = listen()
    connection = listening.connect()
    upgrade = b"Connection: upgrade\r\nUpgrade: %s\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGVzdHRlc3Q=\r\n"
    connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n" + upgrade % protocol + b"\r\n")
    assert connection.recv(65536).startswith(b"HTTP/1.1 200")
    connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    listening.until(0)


def test_what_follows_a_body_in_chunks_is_not_kept(listen: Callable[..., Listening]) -> None:
    listening = listen()
    connection = listening.connect()
    body = json.dumps(event()).encode()
    connection.sendall(
        b"POST /api/v1/lineage HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        b"%x\r\n%s\r\n0\r\n" % (len(body), body) + b"Authorization: Bearer lw_wrong\r\n" * 100 + b"\r\n"
    )
    assert answer_to(connection)[0] == 201


def test_an_answer_that_nobody_reads_is_given_up(listen: Callable[..., Listening]) -> None:
    listening = listen()
    connection = listening.connect()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    asked = b"GET /explorer/graphiql.min.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    connection.sendall(asked * 20)
    assert connection.recv(1024).startswith(b"HTTP/1.1 200")
    assert listening.open == 1
    listening.until(0)


def test_a_peer_is_counted_by_its_address_and_one_of_ipv6_by_its_network() -> None:
    peers = Peers(most=4, each=2)
    assert peers.enter("2001:db8::1") == peers.enter("2001:db8::2") == "2001:db8::/64"
    assert peers.enter("2001:db8::3") is None
    other = peers.enter("192.0.2.1")
    assert other == "192.0.2.1"
    assert peers.enter(None) == ""
    assert peers.enter("192.0.2.2") is None
    peers.leave(other)
    assert peers.enter("192.0.2.2") == "192.0.2.2"
    assert other not in peers.open
