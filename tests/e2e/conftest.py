"""Real processes: the server as an operator starts it, ended by its own handle."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser

from tests.support.browser import Watched, launched
from tests.support.records import DIGEST, attestation, declaration, event, registration, request, seal, tag

REPOSITORY = Path(__file__).parents[2]
START_SECONDS = 60
OPENER = (sys.executable, "-m", "catalog.cli")


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(30)

    def stop(self) -> int:
        """End it as an operator would; return its exit code."""
        self.process.terminate()
        return self.process.wait(30)


def environment(data: Path, **more: str) -> dict[str, str]:
    """Return what a command of the product sees: none of this machine's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LINEWARD_")}
    return {**kept, "LINEWARD_DATA_DIR": str(data), "NO_COLOR": "1", **more}


def command(
    data: Path, *arguments: str, stdin: bytes = b"", umask: int = -1, **more: str
) -> subprocess.CompletedProcess[bytes]:
    """Run one command to its end, under the umask of this process unless another is given."""
    return subprocess.run(
        [*OPENER, *arguments],
        cwd=REPOSITORY,
        env=environment(data, **more),
        input=stdin,
        capture_output=True,
        timeout=100,
        check=False,
        umask=umask,
    )


Start = Callable[..., Server]
Open = Callable[..., Watched]
DESKTOP = 1280


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start servers; those that still run at the end of the test are killed."""
    started: list[Server] = []

    def serve(data: Path, *, umask: int = -1, **more: str) -> Server:
        log = tmp_path / f"server-{len(started)}.log"
        file = data / "server.json"
        file.unlink(missing_ok=True)
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [*OPENER, "serve"],
                cwd=REPOSITORY,
                env=environment(data, **{"LINEWARD_PORT": "0", **more}),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                umask=umask,
            )
        server = Server(process, "", log)
        started.append(server)
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and process.poll() is None:
            if file.exists():
                server.url = json.loads(file.read_text())["url"]
                if _lives(server.url):
                    return server
            time.sleep(0.05)
        raise AssertionError(f"the server did not start: {log.read_text()}")

    yield serve
    for server in started:
        if server.process.poll() is None:
            server.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture
def reported(start: Start, tmp_path: Path) -> Server:
    """A server that a pipeline reported to, and nobody else."""
    found = start(tmp_path / "data")
    with httpx2.Client(base_url=found.url, trust_env=False, timeout=60) as client:
        for one in (event("START", "2026-01-01T09:00:00Z"), event(version={"datasetVersion": DIGEST})):
            assert client.post("/api/v1/lineage", json=one).status_code == 201
    return found


@pytest.fixture
def server(reported: Server) -> Server:
    """A server over a small made-up catalog."""
    with httpx2.Client(base_url=reported.url, trust_env=False, timeout=60) as client:
        for record in (declaration(), tag(), attestation(), seal(), registration(), request()):
            recorded(client, record)
    return reported


def recorded(client: httpx2.Client, record: dict[str, Any]) -> None:
    """Send a record, again as long as the graph does not hold what it names."""
    end = time.monotonic() + 60
    while (answer := client.post("/api/v1/records", json=record)).status_code == 503:
        assert time.monotonic() < end, answer.text
        time.sleep(0.1)
    assert answer.status_code == 201, answer.text


@pytest.fixture
def open_(browser: Browser, reported: Server) -> Iterator[Open]:
    """Open tabs, each in a profile of its own."""
    opened = []

    def tab(width: int = DESKTOP, **more: Any) -> Watched:
        context = browser.new_context(viewport={"width": width, "height": 900}, **more)
        opened.append(context)
        return Watched(context.new_page(), reported.url)

    yield tab
    for context in opened:
        context.close()


def _lives(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/health/live", trust_env=False).is_success
    except httpx2.HTTPError:
        return False
