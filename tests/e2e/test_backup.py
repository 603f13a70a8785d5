"""Backup, restore and erasure as an operator does them, with a server running."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from tests.e2e.conftest import Server, Start, command
from tests.support.records import declaration, event, tag

LOSS = ("--accept-loss", "--reason", "The disk was lost")


def send(data: Path, count: int, start: int = 0) -> None:
    lines = [
        json.dumps(event(at=f"2026-01-01T10:00:00.{number:06d}Z", run=f"0190d2e6-0000-7000-8000-{number:012d}"))
        for number in range(start, start + count)
    ]
    done = command(data, "ingest", stdin="\n".join(lines).encode())
    assert done.returncode == 0, done.stderr


def fine(done: subprocess.CompletedProcess[bytes]) -> str:
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def size_of(data: Path) -> int:
    size: int = json.loads(fine(command(data, "ledger", "verify", "--json")))["size"]
    return size


def graph_of(data: Path) -> dict[str, int]:
    fine(command(data, "ledger", "status"))
    counts: dict[str, int] = json.loads(fine(command(data, "graph", "counts", "--json")))
    return counts


def test_a_backup_of_a_running_server_is_a_catalog_again(start: Start, tmp_path: Path) -> None:
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    server: Server = start(data)
    send(data, 30)
    assert "30" in fine(command(data, "backup", str(tmp_path / "backup"), "--with-keys"))
    send(data, 5, start=30)
    server.kill()
    assert "Restored: 30 entries" in fine(command(elsewhere, "restore", str(tmp_path / "backup")))
    assert size_of(elsewhere) == 30
    send(elsewhere, 2, start=50)
    assert graph_of(elsewhere)["Run"] == 32
    again = command(elsewhere, "restore", str(tmp_path / "backup"))
    assert again.returncode == 3
    assert b"is not empty" in again.stderr


def test_a_copy_of_the_files_of_a_running_server_is_refused(start: Start, tmp_path: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    server: Server = start(data)
    send(data, 124)
    copy.mkdir()
    shutil.copy(data / "ledger.db", copy / "ledger.db")
    shutil.copytree(data / "keys", copy / "keys")
    for arguments in (("serve", "--port", "0"), ("search",), ("ingest",)):
        done = command(copy, *arguments)
        assert done.returncode == 1
        assert b"124" in done.stderr
        assert b"lineward restore" in done.stderr
    server.stop()


def test_going_back_is_accepted_knowingly_and_on_record(start: Start, tmp_path: Path) -> None:
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    server: Server = start(data)
    send(data, 3)
    fine(command(data, "backup", str(tmp_path / "backup")))
    send(data, 4, start=3)
    server.kill()
    elsewhere.mkdir()
    shutil.copytree(data / "keys", elsewhere / "keys")
    refused = command(elsewhere, "restore", str(tmp_path / "backup"))
    assert refused.returncode == 1
    assert b"holds 3 entries, but 7 were taken: entries 3 to 6 are lost" in refused.stderr
    assert [file.name for file in elsewhere.iterdir()] == ["keys"]
    assert command(elsewhere, "restore", str(tmp_path / "backup"), LOSS[0]).returncode == 2
    done = command(elsewhere, "restore", str(tmp_path / "backup"), *LOSS)
    assert "Restored: 4 entries" in fine(done)
    assert b"recorded as entry 3" in done.stderr
    assert size_of(elsewhere) == 4
    assert graph_of(elsewhere)["Run"] == 3


def test_what_is_erased_is_in_no_file_of_a_running_server(start: Start, tmp_path: Path) -> None:
    data = tmp_path / "data"
    secret = "Testperson Alpha whose words go"
    server: Server = start(data)
    said = [declaration(clinical_purpose=secret), tag(reason=secret)]
    written = command(data, "record", "--json", stdin="\n".join(json.dumps(one) for one in said).encode())
    assert written.returncode == 0, written.stderr
    asked = command(data, "ledger", "erase", "0", "1", "--reason", "Told too much", "--authority", "Order 7")
    assert asked.returncode == 2
    assert b"--yes" in asked.stderr
    done = command(data, "ledger", "erase", "0", "1", "--reason", "Told too much", "--authority", "Order 7", "--yes")
    assert "by the record at index 2" in fine(done)
    fine(command(data, "ledger", "status"))
    assert server.stop() == 0
    assert not [file.name for file in data.rglob("*") if file.is_file() and secret.encode() in file.read_bytes()]
    assert "The graph is what it says" in fine(command(data, "ledger", "verify", "--graph"))
    found = json.loads(fine(command(data, "search", "visits", "--json")))["nodes"]
    assert [one["name"] for one in found] == ["visits"]
