"""What the tests lean on is tested too: a guard that never bites guards nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import neo4j
import pytest

from tests.support import memory
from tests.support.leftovers import MARK, Leftovers
from tests.support.neo4j_server import Neo4jDidNotStartError, Neo4jEndpoint, Neo4jServer
from tests.support.sockets import Reach, SocketRefusedError, reach


def test_a_unit_test_opens_no_socket_of_the_internet_family() -> None:
    with pytest.raises(SocketRefusedError):
        socket.socket(socket.AF_INET)
    first, second = socket.socketpair()
    first.close()
    second.close()


@pytest.mark.parametrize("address", [("192.0.2.1", 9), ("example.invalid", 9)])
def test_an_integration_test_reaches_loopback_and_nothing_else(address: tuple[str, int]) -> None:
    with reach(Reach.LOOPBACK):
        with pytest.raises(SocketRefusedError):
            socket.create_connection(address, timeout=0.1)
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
            assert client.getpeername() == server.getsockname()


@pytest.mark.parametrize(
    ("free", "limit", "room", "is_used"),
    [
        (9, "max", 1, True),
        (9, str(9 * 2**30), 1, True),
        (7, "max", 1, False),
        (9, str(2**30), 1, False),
        (9, "max", 2**60, False),
    ],
)
def test_temporary_folders_lie_in_memory_only_where_there_is_room(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, limit: str, room: int, *, is_used: bool
) -> None:
    (tmp_path / "meminfo").write_text(f"MemTotal: 1 kB\nMemAvailable:  {free * 2**20} kB\n")
    (tmp_path / "limit").write_text(f"{limit}\n")
    monkeypatch.setattr(memory, "_IN_MEMORY", tmp_path)
    monkeypatch.setattr(memory, "_AVAILABLE", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "_LIMIT", tmp_path / "limit")
    monkeypatch.setattr(memory, "_ROOM", room)
    assert memory.folder() == (tmp_path if is_used else None)
    monkeypatch.setattr(memory, "_IN_MEMORY", tmp_path / "nowhere")
    assert memory.folder() is None


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found through /proc")
def test_a_process_left_behind_is_found_whoever_its_parent_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(MARK, "")
    leftovers = Leftovers(tmp_path, watch_files=False)
    start_another = (
        "import subprocess, sys\n"
        "command = [sys.executable, '-c', 'input()']\n"
        "print(subprocess.Popen(command, stdin=0, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).pid)"
    )
    standard_input, held_open = os.pipe()
    command = [sys.executable, "-c", start_another]
    parent = subprocess.run(command, stdin=standard_input, stdout=subprocess.PIPE, check=True)
    pid = int(parent.stdout)
    assert [line.split(":")[0] for line in leftovers.found(patience_seconds=0)] == [f"process {pid}"]
    os.close(held_open)
    os.close(standard_input)
    assert leftovers.found() == []


def test_a_file_left_behind_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(MARK, "")
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    leftovers = Leftovers(tmp_path, watch_files=True)
    (tmp_path / "report.pdf").touch()
    assert leftovers.found() == ["?? report.pdf"]


@pytest.mark.neo4j
def test_the_shared_neo4j_is_empty_when_a_test_gets_it(neo4j_blank_driver: neo4j.Driver) -> None:
    assert neo4j_blank_driver.execute_query("MATCH (n) RETURN count(n) AS nodes").records[0]["nodes"] == 0
    assert neo4j_blank_driver.execute_query("SHOW CONSTRAINTS").records == []


def test_another_server_on_the_port_is_not_taken_for_ours(
    neo4j_endpoint: Neo4jEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(neo4j_endpoint.uri.rpartition(":")[2])
    monkeypatch.setattr("tests.support.neo4j_server.free_port", lambda: port)
    with pytest.raises(Neo4jDidNotStartError, match=r"another server|ended with"):
        Neo4jServer(tmp_path).start()


@pytest.mark.neo4j
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere an interrupted run stops its server at exit")
def test_a_server_does_not_outlive_a_test_run_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from tests.support.neo4j_server import Neo4jServer\n"
        "server = Neo4jServer(Path(sys.argv[1])); server.start(); print(server.pid, flush=True); time.sleep(300)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        server = int(run.stdout.readline())
        run.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{server}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{server}").exists()
