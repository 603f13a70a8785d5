"""What was acknowledged is there, whatever ended the process."""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2

from tests.support.records import event

if TYPE_CHECKING:
    from tests.e2e.conftest import Server, Start

ROUNDS = 4
CLIENTS = 6
BEFORE_THE_KILL = 60


class Load:
    """Clients that send events until the server is gone, and remember what was acknowledged."""

    def __init__(self, server: Server) -> None:
        self.acknowledged: dict[int, str] = {}
        self._server = server
        self._lock = threading.Lock()
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._send, daemon=True) for _ in range(CLIENTS)]

    def until_enough(self) -> None:
        for thread in self._threads:
            thread.start()
        assert self._enough.wait(60)

    def ended(self) -> None:
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive()

    def _send(self) -> None:
        with httpx2.Client(base_url=self._server.url, trust_env=False, timeout=60) as client:
            while True:
                run = str(uuid.uuid4())
                try:
                    answer = client.post("/api/v1/lineage", json=event(run=run))
                except httpx2.HTTPError:
                    return
                if answer.status_code != 201:
                    return
                with self._lock:
                    self.acknowledged[answer.json()["index"]] = run
                    if len(self.acknowledged) >= BEFORE_THE_KILL:
                        self._enough.set()


def test_kill_9_under_load_loses_nothing_that_was_acknowledged(start: Start, tmp_path: Path) -> None:
    data = tmp_path / "data"
    acknowledged: dict[int, str] = {}
    for _ in range(ROUNDS):
        server = start(data, LINEWARD_CHECKPOINT_SECONDS="0.2")
        load = Load(server)
        load.until_enough()
        server.kill()
        load.ended()
        assert not acknowledged.keys() & load.acknowledged.keys()
        acknowledged |= load.acknowledged
    server = start(data)
    with httpx2.Client(base_url=server.url, trust_env=False, timeout=60) as client:
        size = client.get("/health/ready").json()["ledger"]["size"]
        held: dict[int, str] = {}
        for begin in range(0, size, 500):
            page = client.get("/api/v1/ledger/entries", params={"start": begin, "limit": 500}).json()
            held |= {one["index"]: json.loads(one["body"])["event"]["run"]["runId"] for one in page["entries"]}
        assert {index: held.get(index) for index in acknowledged} == acknowledged
        answer = client.post("/graphql", json={"query": "{ readPoint { ledgerIndex } }"}).json()
        assert answer["data"]["readPoint"]["ledgerIndex"] <= size - 1
    assert server.stop() == 0
    assert sqlite3.connect(data / "ledger.db").execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_server_that_is_told_to_end_signs_what_it_holds(start: Start, tmp_path: Path) -> None:
    server = start(tmp_path / "data")
    assert httpx2.post(f"{server.url}/api/v1/lineage", json=event(), trust_env=False, timeout=60).status_code == 201
    assert server.stop() == 0
    checkpoint = (tmp_path / "data" / "ledger.db.checkpoint").read_text().splitlines()
    assert checkpoint[1] == "1"
    assert not (tmp_path / "data" / "server.json").exists()
    assert "Traceback" not in server.log.read_text()
