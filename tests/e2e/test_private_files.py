"""What the product writes is for whoever ran it, however loose the umask is."""

from __future__ import annotations

import json
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests.e2e.conftest import command
from tests.support.records import DIGEST, declaration, event, registration, seal

if TYPE_CHECKING:
    from tests.e2e.conftest import Start

EXPECTED = {
    "graph.db",
    "graph.db-shm",
    "graph.db-wal",
    "keys.db",
    "ledger.db",
    "ledger.db-shm",
    "ledger.db-wal",
    "ledger.db.checkpoint",
    "ledger.db.lock",
    "server.json",
    "signing.pem",
    "verifiers",
}


def loosely(data: Path, *arguments: str, stdin: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command under the loosest umask there is."""
    done = command(data, *arguments, stdin=stdin, umask=0, **more)
    assert done.returncode == 0, done.stderr
    return done


def open_to_others(*folders: Path) -> Iterator[str]:
    """Yield what group or others may do anything with."""
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                yield f"{path} {path.stat().st_mode:o}"


def test_every_file_and_folder_belongs_to_its_user_alone(start: Start, tmp_path: Path) -> None:
    data, reports = tmp_path / "catalog", tmp_path / "reports"
    records = "\n".join(json.dumps(one) for one in (declaration(), seal(), registration())).encode()
    events = "\n".join(json.dumps(one) for one in (event("START"), event(version={"datasetVersion": DIGEST}))).encode()
    loosely(data, "ingest", "--new", stdin=events)
    loosely(data, "record", stdin=records)
    start(data, umask=0)
    loosely(data, "ledger", "checkpoint")
    key = json.loads(loosely(data, "key", "create", "admin-1", "--role", "admin", "--json").stdout)["key"]
    loosely(data, "report", "readmission@1", "-o", str(reports), LINEWARD_KEY=key)
    assert list(reports.iterdir())
    assert {path.name for path in data.rglob("*")} >= EXPECTED
    assert list(open_to_others(data, reports)) == []


def test_a_folder_that_was_open_is_closed_with_one_line(start: Start, tmp_path: Path) -> None:
    data = tmp_path / "catalog"
    command(data, "ingest", "--new", stdin=json.dumps(event()).encode())
    for path in (data, *data.glob("*.db")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    server = start(data)
    assert list(open_to_others(data)) == []
    assert server.log.read_text().count("open to other users") == 1


def test_a_folder_with_other_things_in_it_is_only_complained_of(start: Start, tmp_path: Path) -> None:
    data = tmp_path / "catalog"
    command(data, "ingest", "--new", stdin=json.dumps(event()).encode())
    (data / "notes").write_text("mine")
    for path in (data, data / "notes", data / "ledger.db"):
        path.chmod(0o755)
    server = start(data)
    assert [Path(line.split()[0]).name for line in open_to_others(data)] == ["catalog", "notes"]
    assert server.log.read_text().count("the data directory is open to other users: chmod") == 1
    assert (data / "ledger.db").stat().st_mode & 0o077 == 0
