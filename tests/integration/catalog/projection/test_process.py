from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from catalog import app
from catalog.access.keys import local_actor
from catalog.api.http import health
from catalog.api.services import Services
from catalog.projection.position import ProjectionState, Status
from catalog.projection.rebuilding import rebuild
from catalog.projection_child import CHILD, launched_ahead
from catalog.projection_process import ProjectionProcess
from catalog.settings import Settings, load
from catalog.store.memory import MemoryStore
from catalog.store.sqlite import SqliteStore
from graph_schema.facts import Facts
from tests.support.records import event

PATIENCE = 60
REPOSITORY = Path(__file__).resolve().parents[4]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(data_dir=tmp_path)


@contextmanager
def serving(settings: Settings) -> Iterator[tuple[Services, ProjectionProcess]]:
    with app.opened(settings, server=True) as service:
        assert isinstance(service.projection, ProjectionProcess)
        yield service, service.projection


@contextmanager
def following(settings: Settings) -> Iterator[ProjectionProcess]:
    """Follow a ledger that holds one event, or whatever it held before."""
    ledger = app.open_ledger(settings)
    process = ProjectionProcess(settings, ledger)
    try:
        yield process
    finally:
        process.stop()
        ledger.close()


def send(service: Services, *numbers: int) -> int:
    """Take events of runs with these numbers, and return the index of the last."""
    intake = service.intake
    bodies = [event(run=f"0190d2e6-0000-7000-8000-{number:012d}") for number in numbers]
    taken = [intake.submit_event(body, local_actor(), "tests") for body in bodies]
    return max(one.result().receipt.index for one in taken)


def until(process: ProjectionProcess, holds: Callable[[ProjectionState], bool]) -> ProjectionState:
    """Wait for a state: what ends the test where it never comes is its timeout."""
    pause = threading.Event()
    while not holds(process.state):
        pause.wait(0.005)
    return process.state


def test_a_reader_opened_after_the_wait_sees_what_was_waited_for(settings: Settings) -> None:
    with serving(settings) as (service, process):
        for number in range(5):
            index = send(service, number)
            assert process.wait_for(index, PATIENCE)
            with service.store.reading() as reader:
                assert reader.checkpoint() >= index
        assert process.state == ProjectionState(Status.RUNNING, 4, 0, 0)
        assert not process.wait_for(5, 0.01)


def test_a_killed_child_comes_back_and_nothing_is_lost(settings: Settings) -> None:
    with serving(settings) as (service, process):
        assert process.wait_for(send(service, *range(40)), PATIENCE)
        pids = set()
        for start in (40, 80):
            before = process.pid
            assert before is not None
            pids.add(before)
            send(service, *range(start, start + 20))
            os.kill(before, signal.SIGKILL)
            gone = until(process, lambda state: state.status is Status.WAITING)
            assert gone.checkpoint >= 39
            assert process.wait_for(send(service, *range(start + 20, start + 40)), PATIENCE)
            until(process, lambda state: state.status is Status.RUNNING)
        assert process.pid not in pids
        fresh = MemoryStore()
        rebuild(service.ledger, fresh)
        assert list(service.store.scan()) == list(fresh.scan())
        assert fresh.checkpoint() == 119


def test_health_is_red_while_the_child_is_away(settings: Settings) -> None:
    with serving(settings) as (service, process):
        until(process, lambda state: state.status is Status.RUNNING)
        assert health.look(service).ready
        os.kill(process.pid or 0, signal.SIGKILL)
        until(process, lambda state: state.status is Status.WAITING)
        found = health.look(service)
        assert not found.ready
        assert "process" in found.parts["projection"]["reason"]
        until(process, lambda state: state.status is Status.RUNNING)


def test_a_child_that_was_launched_ahead_is_the_first_to_follow(settings: Settings) -> None:
    with launched_ahead(wanted=True) as child:
        assert child is not None
        with app.opened(settings, server=True, child=child) as service:
            assert isinstance(service.projection, ProjectionProcess)
            assert service.projection.wait_for(send(service, 1), PATIENCE)
            assert service.projection.pid == child.pid
            os.kill(child.pid, signal.SIGKILL)
            assert service.projection.wait_for(send(service, 2), PATIENCE)
            assert service.projection.pid not in {None, child.pid}


def test_a_child_that_nobody_took_is_ended() -> None:
    with launched_ahead(wanted=True) as child:
        assert child is not None
        assert child.poll() is None
    assert child.poll() is not None


def test_a_child_whose_server_ends_before_it_serves_ends_quietly() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", CHILD], cwd=REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


def test_a_killed_parent_leaves_no_child_behind(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.catalog.projection.owning_process", str(tmp_path)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with owner:
        assert owner.stdout is not None
        assert owner.stderr is not None
        child = int(owner.stdout.readline())
        os.kill(child, 0)
        owner.kill()
        # The child writes its log there too: the end comes only once nobody is left to write.
        owner.stderr.read()
    with app.opened(load(data_dir=tmp_path)) as service:
        assert service.ledger.size() == 1
        assert service.store.checkpoint() == 0


def test_a_stopped_child_is_gone_and_a_new_one_goes_on_from_there(settings: Settings) -> None:
    with serving(settings) as (service, process):
        assert process.wait_for(send(service, 1), PATIENCE)
        process.stop()
        assert process.pid is None
        assert process.state.status is Status.STOPPED
        index = send(service, 2)
        assert process.lag == 1
        process.start()
        assert process.wait_for(index, PATIENCE)


def test_signals_for_the_whole_group_leave_the_end_of_the_child_to_its_parent(settings: Settings) -> None:
    with serving(settings) as (service, process):
        assert process.wait_for(send(service, 1), PATIENCE)
        before = process.pid
        assert before is not None
        os.kill(before, signal.SIGINT)
        os.kill(before, signal.SIGTERM)
        assert process.wait_for(send(service, 2), PATIENCE)
        assert process.pid == before


def test_a_graph_of_another_ledger_is_not_followed(settings: Settings) -> None:
    with following(settings) as process:
        store = SqliteStore(settings.data_dir / app.GRAPH_FILE)
        store.apply(Facts(), 7)
        store.close()
        process.start()
        state = until(process, lambda state: "another ledger" in (state.detail or ""))
        assert state.status is Status.WAITING


def test_a_graph_that_cannot_be_opened_is_waited_for(settings: Settings) -> None:
    with following(settings) as process:
        file = settings.data_dir / app.GRAPH_FILE
        SqliteStore(file).close()
        with sqlite3.connect(file) as graph:
            (layout,) = graph.execute("PRAGMA user_version").fetchone()
            graph.execute("PRAGMA user_version = 99")
        process.start()
        state = until(process, lambda state: "layout" in (state.detail or ""))
        assert state.status is Status.WAITING
        graph.execute(f"PRAGMA user_version = {layout}")
        graph.close()
        assert until(process, lambda state: state.status is Status.RUNNING).detail is None
