"""A real server process on loopback, with data of its own, for as long as a measurement takes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READY_SECONDS = 60
STOP_SECONDS = 30
PROJECTION_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Server:
    """Where it answers, which process it is, and how long it took from its start to its first readiness."""

    url: str
    pid: int
    started_in: float

    def get(self, path: str) -> tuple[int, bytes]:
        """Ask by GET, and return status and body whatever they are."""
        return _ask(urllib.request.Request(self.url + path))

    def post(self, path: str, value: object) -> tuple[int, bytes]:
        """Send JSON by POST, and return status and body whatever they are."""
        body = json.dumps(value).encode()
        return _ask(urllib.request.Request(self.url + path, body, {"Content-Type": "application/json"}))

    def graphql(self, query: str, variables: Mapping[str, object]) -> dict[str, Any]:
        """Return the data of a GraphQL answer. Raises RuntimeError where it has errors."""
        status, body = self.post("/graphql", {"query": query, "variables": dict(variables)})
        answer: dict[str, Any] = json.loads(body) if status == 200 else {"errors": True}
        if answer.get("errors"):
            raise RuntimeError(f"GraphQL answered {status}: {body[:500]!r}")
        data: dict[str, Any] = answer["data"]
        return data


def behind(server: Server) -> int:
    """Return how many entries the server's graph does not hold yet."""
    count: int = json.loads(server.get("/health/ready")[1])["projection"]["behind"]
    return count


def follow(server: Server) -> float:
    """Wait until the server's projection has brought all of the ledger into its graph; return how many seconds.

    Raises RuntimeError where it takes longer than any measurement waits.
    """
    began = time.perf_counter()
    while behind(server):
        if time.perf_counter() - began > PROJECTION_SECONDS:
            raise RuntimeError(f"the graph was still behind after {PROJECTION_SECONDS} s")
        time.sleep(0.2)
    return time.perf_counter() - began


def _ask(request: urllib.request.Request) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@contextmanager
def serving(settings: Mapping[str, str] | None = None, data: Path | None = None) -> Iterator[Server]:
    """Run `lineward serve` on a free port until the block ends; `data` is kept, else a temporary folder is used."""
    with tempfile.TemporaryDirectory(prefix="lineward-bench-") as scratch:
        port = _free_port()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("LINEWARD_")},
            "LINEWARD_DATA_DIR": str(data or Path(scratch) / "data"),
            "LINEWARD_HOST": "127.0.0.1",
            "LINEWARD_PORT": str(port),
            "LINEWARD_LOG_LEVEL": "WARNING",
            **(settings or {}),
        }
        log = Path(scratch) / "log"
        began = time.perf_counter()
        with log.open("wb") as sink:
            command = [str(Path(sys.executable).with_name("lineward")), "serve"]
            process = subprocess.Popen(command, env=environment, stdout=sink, stderr=sink, cwd=scratch)
        try:
            server = Server(f"http://127.0.0.1:{port}", process.pid, 0.0)
            while not _is_ready(server):
                if process.poll() is not None or time.perf_counter() - began > READY_SECONDS:
                    raise RuntimeError(f"the server did not become ready:\n{log.read_text()[-2000:]}")
                time.sleep(0.01)
            yield Server(server.url, process.pid, time.perf_counter() - began)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _is_ready(server: Server) -> bool:
    try:
        return server.get("/health/ready")[0] == 200
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
