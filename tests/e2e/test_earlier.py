"""A data directory that an earlier version of the catalog wrote: its ledger is read, its graph is made anew by itself.

`earlier/` holds one as text, as the version before the View wrote it: two events, eight records, an erasure, a
principal and its key. It is never renewed.
"""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import START_SECONDS, Start, command

EARLIER = Path(__file__).with_name("earlier")
ENTRIES = 13
KEY = "lw_gq7nnbuf6k_TTdpFNy-kf9-gioL3TbKyH90ieVYM6x9Hp2lqJg4TuI"
ANY_CLOCK = "100000"
"""Days: whenever this runs, what was written then is not taken for a clock that went wrong."""
TRAINED_ON = """{
  modelVersion(model: { namespace: "models", name: "readmission" }, version: "1") {
    ... on ModelVersion { trainedOn { sealed lastVerified { result } of { name columns { nodes { name } } } } }
  }
}"""
DECLARED = {"kind": "declare_dataset", "dataset": {"namespace": "curated", "name": "visits"}, "owner": "cardiology"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "keys").mkdir(parents=True, mode=0o700)
    for name, text in json.loads((EARLIER / "files.json").read_text("utf-8")).items():
        (folder / name).write_text(text, "utf-8")
    for script in EARLIER.glob("*.sql"):
        with closing(sqlite3.connect(folder / f"{script.stem}.db")) as connection:
            connection.executescript(script.read_text("utf-8"))
            connection.execute("PRAGMA journal_mode = WAL")
    for file in (folder, *folder.rglob("*")):
        file.chmod(0o700 if file.is_dir() else 0o600)
    return folder


def answer(data: Path, *arguments: str) -> Any:
    done = command(data, *arguments, "--json", LINEWARD_CLOCK_GAP_DAYS=ANY_CLOCK)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def is_ready(client: httpx2.Client) -> bool:
    """Whether the server gets ready within what its start may take."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if client.get("/health/ready").status_code == 200:
            return True
        time.sleep(0.05)
    return False


def test_its_ledger_verifies_with_nothing_done_to_it(data: Path) -> None:
    found = answer(data, "ledger", "verify")
    assert (found["size"], found["entries"], found["erased"]) == (ENTRIES, ENTRIES, 1)
    assert found["problems"] == []


def test_its_graph_is_made_anew_and_is_what_the_ledger_gives(data: Path) -> None:
    upstream = answer(data, "lineage", "readmission@1")
    assert {"landing", "curated"} <= {
        node["node"]["ref"]["namespace"] for node in upstream["nodes"] if "ref" in node["node"]
    }
    assert answer(data, "ledger", "verify", "--graph")["size"] == ENTRIES


def test_a_server_on_it_is_ready_knows_its_keys_and_goes_on(data: Path, start: Start) -> None:
    server = start(data, LINEWARD_CLOCK_GAP_DAYS=ANY_CLOCK)
    with httpx2.Client(base_url=server.url, trust_env=False, timeout=60) as client:
        assert is_ready(client)
        assert client.post("/graphql", json={"query": TRAINED_ON}).status_code == 401
        client.headers["Authorization"] = f"Bearer {KEY}"
        asked = client.post("/graphql", json={"query": TRAINED_ON}).json()
        (trained,) = asked["data"]["modelVersion"]["trainedOn"]
        assert (trained["sealed"], trained["lastVerified"]) == (True, {"result": "OK"})
        assert trained["of"] == {"name": "visits", "columns": {"nodes": [{"name": "mrn"}, {"name": "age"}]}}
        taken = client.post("/api/v1/records", json=DECLARED)
        assert taken.status_code == 201
    assert server.stop() == 0
    assert answer(data, "ledger", "verify", "--graph")["size"] == ENTRIES + 1
