"""A loopback HTTP server that keeps every byte it is sent, and answers like a catalog as far as a pipeline can tell."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """What came in: the request line and headers as text, the body as it was sent."""

    path: str
    head: str
    authorization: str | None
    body: bytes
    encoding: str

    @property
    def json(self) -> Any:
        return json.loads(gzip.decompress(self.body) if self.encoding == "gzip" else self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a JSON body and headers."""

    status: int
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)


class CaptureServer:
    """What came in, in order, and what is answered; `answer` decides, and None leaves it to the catalog's own way."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answer: Callable[[Request], Answer | None] = lambda _: None
        self.url = ""
        self._records = 0
        self._lock = threading.Lock()

    @property
    def events(self) -> list[dict[str, Any]]:
        """The bodies of the lineage events, in order."""
        return [request.json for request in self.requests if request.path == "/api/v1/lineage"]

    @property
    def records(self) -> list[dict[str, Any]]:
        """The bodies of the records, in order."""
        return [request.json for request in self.requests if request.path == "/api/v1/records"]

    def take(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            chosen = self.answer(request)
            if chosen is not None:
                return chosen
            if request.path != "/api/v1/records":
                return Answer(201)
            self._records += 1
            return Answer(
                201,
                {
                    "index": self._records,
                    "kind": request.json["kind"],
                    "subjects": [],
                    "leaf": hashlib.sha256(request.body).hexdigest(),
                    "recordedAt": "2026-01-01T00:00:00Z",
                    "duplicate": False,
                },
            )


@contextmanager
def capture_server() -> Iterator[CaptureServer]:
    """Serve on a free loopback port for as long as the context is open."""
    captured = CaptureServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = captured.take(
                Request(
                    self.path,
                    f"{self.requestline}\n{self.headers}",
                    self.headers.get("Authorization"),
                    body,
                    self.headers.get("Content-Encoding", "identity"),
                )
            )
            content = b"" if answer.body is None else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Stay quiet: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    captured.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield captured
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
