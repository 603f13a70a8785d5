"""A projection that hangs, crashes again and again, or meets a damaged graph: health says so, and events are taken."""

from __future__ import annotations

import io
import os
import random
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from catalog import app, projector
from catalog.api.application import create
from catalog.api.http import health
from catalog.api.services import Services
from catalog.cli.client import connect
from catalog.cli.graph import rebuilt
from catalog.cli.ledger import status, verify
from catalog.cli.target import Target
from catalog.errors import DamagedGraphError, OperatorError
from catalog.projection.follower import Projection
from catalog.projection.position import ProjectionState, Status
from catalog.projection.rebuilding import rebuild
from catalog.projection_process import BEAT, ProjectionProcess, may_be_silent
from catalog.settings import Settings, load
from catalog.store.memory import MemoryStore
from catalog.store.protocol import Quarantined
from graph_schema.facts import Facts
from tests.support.records import House, declaration, event

PATIENCE = 60
STALL = 1.0


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(data_dir=tmp_path, stall_seconds=STALL, port=0)


@contextmanager
def serving(settings: Settings) -> Iterator[tuple[Services, ProjectionProcess, TestClient]]:
    with app.opened(settings, server=True) as service:
        assert isinstance(service.projection, ProjectionProcess)
        client = TestClient(create(service), base_url="http://127.0.0.1", client=("127.0.0.1", 50_000))
        yield service, service.projection, client


def send(client: TestClient, number: int) -> int:
    answer = client.post("/api/v1/lineage", json=event(run=f"0190d2e6-0000-7000-8000-{number:012d}"))
    assert answer.status_code == 201, answer.text
    index: int = answer.json()["index"]
    return index


def until(holds: Callable[[], bool]) -> None:
    """Wait for something: what ends the test where it never comes is its timeout."""
    pause = threading.Event()
    while not holds():
        pause.wait(0.01)


def reason(service: Services) -> str:
    return str(health.look(service).parts["projection"].get("reason", ""))


def test_a_child_that_hangs_turns_health_red_and_is_replaced(settings: Settings) -> None:
    with serving(settings) as (service, process, client):
        assert process.wait_for(send(client, 0), PATIENCE)
        until(lambda: health.look(service).ready)
        hung = process.pid
        assert hung is not None
        os.kill(hung, signal.SIGSTOP)
        index = send(client, 1)
        until(lambda: "stands still since" in reason(service))
        assert not health.look(service).ready
        assert "1 entries wait" in reason(service)
        assert "lineward_projection_stopped 1.0" in service.metrics.exposition().decode()
        # Killed after three times as long, and what it should have done is done by another.
        assert process.wait_for(index, PATIENCE)
        assert process.pid != hung
        until(lambda: health.look(service).ready)


def test_a_child_that_starts_slowly_is_no_hung_one() -> None:
    """It has modules to import, on however busy a machine: what makes health red must not keep it from starting."""
    assert may_be_silent(STALL, reported=True) == 3 * STALL
    assert may_be_silent(STALL, reported=False) >= 60
    assert may_be_silent(600, reported=False) == may_be_silent(600, reported=True) == 1800


def test_a_child_shows_that_it_lives_while_the_graph_is_opened(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index that is filled anew may take longer than a child may be silent: it would be killed again and again."""
    filled(settings)
    beats, reports = threading.Semaphore(0), list[ProjectionState]()

    def slowly(*_: object, **__: object) -> None:
        for _beat in range(3):
            assert beats.acquire(timeout=PATIENCE)
        assert not reports
        raise OperatorError("The graph is away.", action="")

    monkeypatch.setattr(app, "open_store", slowly)
    monkeypatch.setattr(projector, "BEAT_SECONDS", 0.001)
    projector.follow(settings, reports.append, beats.release)
    assert [one.status for one in reports] == [Status.WAITING]


def test_a_beat_says_nothing_of_where_a_child_stands(settings: Settings) -> None:
    filled(settings)
    with closing(app.read_ledger(settings)) as ledger:
        process = ProjectionProcess(settings, ledger)
        before = replace(process.state, quiet=0.0)
        process._listen(io.BytesIO(BEAT * 3))
        assert replace(process.state, quiet=0.0) == before


def test_a_child_that_nothing_waits_for_may_be_quiet(settings: Settings) -> None:
    with serving(settings) as (service, process, client):
        assert process.wait_for(send(client, 0), PATIENCE)
        until(lambda: health.look(service).ready)
        os.kill(process.pid or 0, signal.SIGSTOP)
        until(lambda: process.state.quiet > 2 * STALL)
        assert health.look(service).ready
        os.kill(process.pid or 0, signal.SIGCONT)


def test_a_child_that_crashes_again_and_again_keeps_health_red(settings: Settings) -> None:
    with serving(settings) as (service, process, _):
        for crash in range(3):
            until(lambda: process.pid is not None)
            pid = process.pid or 0
            os.kill(pid, signal.SIGKILL)
            until(lambda pid=pid: process.pid != pid and process.state.status is Status.WAITING)  # type: ignore[misc]
            assert crash == 0 or f"{crash + 1} times in a row" in reason(service)
        until(lambda: process.pid is not None)
        said: set[str] = set()
        process.wait_for(10**9, 3)
        said.add(reason(service))
        assert any("3 times in a row" in each for each in said)
        assert not health.look(service).ready


class Stuck(MemoryStore):
    """A store in which a batch never ends until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()

    def apply(self, facts: Facts, upto: int, quarantined: Sequence[Quarantined] = ()) -> None:
        self.let_go.wait(PATIENCE)
        super().apply(facts, upto, quarantined)


def test_a_thread_that_hangs_shows_for_how_long(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.intake.submit_event(event(), house.authenticator.authenticate(None, from_loopback=True), "t").result()
    store = Stuck()
    projection = Projection(house.ledger, store)
    projection.start()
    until(lambda: projection.state.quiet > STALL)
    assert projection.state.lag == 1
    store.let_go.set()
    assert projection.wait_for(0, PATIENCE)
    until(lambda: projection.state.quiet < STALL)
    projection.stop()
    house.close()


def spoil(settings: Settings, first: int = 1, *, wal: bool = True) -> None:
    """Write noise over all pages of the graph but those before `first`."""
    path = settings.data_dir / app.GRAPH_FILE
    noise = random.Random(5)  # noqa: S311  noise is no secret
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(first * 4096)
        file.write(noise.randbytes(size - first * 4096))
    for suffix in ("-wal", "-shm") if wal else ():
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def filled(settings: Settings) -> None:
    with serving(settings) as (_, process, client):
        assert process.wait_for(max(send(client, number) for number in range(5)), PATIENCE)


@pytest.mark.parametrize("first", [0, 1], ids=["the first page too", "all but the first page"])
def test_a_damaged_graph_is_said_by_everything_that_needs_it_and_events_are_taken(
    settings: Settings, first: int
) -> None:
    filled(settings)
    spoil(settings, first)
    with serving(settings) as (service, _, client):
        until(lambda: "damaged" in reason(service))
        answer = client.get("/health/ready")
        assert answer.status_code == 503
        assert "lineward graph rebuild" in answer.json()["store"]["reason"]
        assert "lineward graph rebuild" in answer.json()["projection"]["reason"]
        assert answer.json()["ledger"]["state"] == "green"
        before = service.ledger.size()
        assert send(client, 77) == before
        asked = client.post("/graphql", json={"query": '{ search(text: "visits") { totalCount } }'})
        assert (asked.status_code, "lineward graph rebuild" in asked.json()["detail"]) == (503, True)
        refused = client.post("/api/v1/records", json=declaration())
        assert (refused.status_code, "lineward graph rebuild" in refused.json()["detail"]) == (503, True)
        dossier = client.get("/api/v1/reports/model-dossier/ModelVersion:x.json")
        assert (dossier.status_code, "lineward graph rebuild" in dossier.json()["detail"]) == (503, True)
        assert client.get("/api/v1/ledger/entries/0").status_code == 200


def test_a_graph_that_is_damaged_while_it_is_served_is_noticed_by_who_reads_or_writes(settings: Settings) -> None:
    with serving(settings) as (service, process, client):
        assert process.wait_for(max(send(client, number) for number in range(5)), PATIENCE)
        until(lambda: health.look(service).ready)
        with closing(sqlite3.connect(settings.data_dir / app.GRAPH_FILE)) as other:
            assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        spoil(settings, wal=False)
        send(client, 100)
        until(lambda: process.wait_for(service.ledger.size() - 1, 0) or process.state.status is Status.DAMAGED)
        asked = client.post("/graphql", json={"query": '{ search(text: "visits") { totalCount } }'})
        assert (asked.status_code, "lineward graph rebuild" in asked.json()["detail"]) == (503, True)
        assert not health.look(service).ready
        with pytest.raises(DamagedGraphError):
            service.store.checkpoint()
        assert send(client, 101) == service.ledger.size() - 1


def test_damage_that_a_question_meets_is_said_and_no_defect(settings: Settings) -> None:
    filled(settings)
    path = settings.data_dir / app.GRAPH_FILE
    content = bytearray(path.read_bytes())
    for at in range(20_000, 40_000):
        content[at] ^= 0x5A
    path.write_bytes(content)
    with app.opened(settings) as service:
        client = TestClient(create(service), base_url="http://127.0.0.1", client=("127.0.0.1", 50_000))
        for _ in range(2):
            asked = client.post("/graphql", json={"query": '{ search(text: "visits") { totalCount } }'})
            assert (asked.status_code, "lineward graph rebuild" in asked.json()["detail"]) == (503, True)


@pytest.mark.parametrize("first", [0, 2])
def test_a_damaged_graph_is_seen_by_commands_rebuilt_and_equal(
    settings: Settings, first: int, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(settings)
    spoil(settings, first)
    with connect(Target(settings), None, owner=True, graph=False) as client:
        assert status(client, as_json=False) == 1
    assert verify(settings, [], graph=True, as_json=False) == 1
    assert "lineward graph rebuild" in " ".join(capsys.readouterr().out.split())
    assert rebuilt(settings, replace=False, as_json=False) == 0
    assert "graph.db.damaged" in capsys.readouterr().err
    with serving(settings) as (service, process, _):
        until(lambda: process.state.status is Status.RUNNING)
        fresh = MemoryStore()
        rebuild(service.ledger, fresh)
        assert list(service.store.scan()) == list(fresh.scan())
        service.store.check()


def test_what_a_damaged_graph_makes_a_store_refuse_is_not_quarantined(settings: Settings) -> None:
    """An entry that a damaged file refuses is no entry that says something wrong."""
    filled(settings)
    spoil(settings, 2)
    with serving(settings) as (service, process, client):
        until(lambda: process.state.status is Status.DAMAGED)
        send(client, 78)
        assert process.state == ProjectionState(
            Status.DAMAGED, process.checkpoint, process.lag, 0, process.state.detail
        )
        assert service.ledger.size() == 6
