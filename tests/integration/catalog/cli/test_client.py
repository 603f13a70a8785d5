"""A key is sent to nobody who has not proved that it is the server of the data directory."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from catalog.access.presence import Announcement, Presence
from catalog.cli.client import connect
from catalog.cli.target import Target
from catalog.settings import load
from tests.support.records import declaration, event
from tests.support.typed import typed

KEY = "lw_aaaaaaaaaa_" + "A" * 43


class Stranger(ThreadingHTTPServer):
    """Whoever listens on the port by now: answers anything with what it is given, and keeps what it was sent."""

    daemon_threads = True

    def __init__(self, answer: object, presence: Presence | None = None, status: int = 200) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.status = status
        self.presence = presence
        self.seen: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Stranger

    def do_POST(self) -> None:
        self._take()

    def do_GET(self) -> None:
        self._take()

    def _take(self) -> None:
        self.server.seen.append((self.path, self.headers.get("Authorization")))
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.server.answer
        if self.server.presence is not None and self.path == "/api/v1/presence":
            question = json.loads(sent)
            proof = self.server.presence.answer(bytes.fromhex(question["nonce"]), bytes.fromhex(question["proof"]))
            answer = {"proof": (proof or b"").hex()}
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def listening() -> Iterator[list[Stranger]]:
    servers: list[Stranger] = []
    yield servers
    for server in servers:
        server.shutdown()
        server.server_close()


def listen(servers: list[Stranger], answer: object, presence: Presence | None = None, status: int = 200) -> Stranger:
    server = Stranger(answer, presence, status)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    servers.append(server)
    return server


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """A folder with a catalog in it."""
    folder = tmp_path / "data"
    with connect(Target(load(data_dir=folder)), None, new=True):
        pass
    return folder


@pytest.mark.parametrize("answer", [{"state": "alive"}, {"proof": "00" * 32}, {"proof": 1}, ["proof"], None])
def test_whoever_took_the_port_of_a_server_never_receives_a_key(
    catalog: Path, listening: list[Stranger], answer: object
) -> None:
    stranger = listen(listening, answer)
    Announcement(Presence.of(catalog), stranger.url, os.getpid()).write(catalog)
    with connect(Target(load(data_dir=catalog)), KEY, owner=True) as client:
        assert client.where == str(catalog)
        client.request("GET", "health/ready")
    assert stranger.seen == [("/api/v1/presence", None)]


def test_a_server_that_proves_itself_receives_the_key_afterwards(catalog: Path, listening: list[Stranger]) -> None:
    presence = Presence.of(catalog)
    server = listen(listening, {}, presence)
    Announcement(presence, server.url, os.getpid()).write(catalog)
    with connect(Target(load(data_dir=catalog)), KEY) as client:
        assert client.where == f"{catalog}, served at {server.url}"
        client.request("GET", "health/ready")
    assert server.seen == [("/api/v1/presence", None), ("/health/ready", f"Bearer {KEY}")]


COMMANDS = (
    ("search", "x"),
    ("lineage", "x"),
    ("report", "x"),
    ("record",),
    ("ingest",),
    ("ledger", "status"),
    ("ledger", "key"),
    ("ledger", "checkpoint"),
    ("ledger", "proof", "0"),
    ("ledger", "erase", "0", "--reason", "r", "--authority", "a", "--yes"),
    ("key", "list"),
    ("key", "create", "x"),
    ("key", "revoke", "aaaaaaaaaa"),
)


@pytest.mark.parametrize("answer", [b"<html>Sign in</html>", [], {}, {"hello": "world"}, b""], ids=repr)
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_an_answer_that_is_somebody_elses_is_called_that(
    tmp_path: Path, listening: list[Stranger], arguments: tuple[str, ...], answer: object
) -> None:
    stranger = listen(listening, answer)
    sent = json.dumps(declaration() if arguments == ("record",) else event()).encode()
    found = typed(tmp_path, *arguments, "--url", stranger.url, stdin=sent, LINEWARD_KEY=KEY)
    assert (found.code, found.out) == (3, ""), found.printed
    assert "is no Lineward catalog (status 200). Check --url" in found.err


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_proxy_that_answers_for_a_catalog_that_is_away_is_called_that(
    tmp_path: Path, listening: list[Stranger], status: int
) -> None:
    stranger = listen(listening, b"<html>Bad gateway</html>", status=status)
    asked = ("gate", "m@1", "--purpose", "TREAT", "--place", "x")
    found = typed(tmp_path, *asked, "--url", stranger.url, LINEWARD_KEY=KEY)
    assert (found.code, found.out) == (3, ""), found.printed
    assert f"passes nothing on to the catalog now (status {status}). Try again later" in found.err
