from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import neo4j
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from bench.estates import Estate
from catalog import app
from catalog.api.application import create
from catalog.api.services import Services
from catalog.errors import OperatorError
from catalog.projection.rebuilding import rebuild
from catalog.settings import Settings, load
from catalog.store.memory import MemoryStore
from catalog.store.neo4j import Neo4jStore
from tests.support.neo4j_server import Neo4jServer, Neo4jUnobtainableError, is_fetched, running
from tests.support.sockets import Reach, reach

pytestmark = pytest.mark.neo4j


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory, neo4j_endpoint: object) -> Iterator[Neo4jServer]:
    """A Neo4j of these tests' own: it is killed. The shared one, asked for first, says whether there can be one."""
    if not is_fetched():
        pytest.skip("NOT TESTED: the Neo4j store. These tests end their server, and there is none to start.")
    try:
        with reach(Reach.LOOPBACK), running(tmp_path_factory.mktemp("neo4j-gone")) as started:
            yield started
    except Neo4jUnobtainableError as error:
        pytest.skip(f"NOT TESTED: the Neo4j store. {error}")


@pytest.fixture
def server(own_server: Neo4jServer) -> Neo4jServer:
    """It runs and holds no node, whatever the test before left."""
    if own_server.pid is None:
        own_server.start()
    with neo4j.GraphDatabase.driver(own_server.endpoint.uri, auth=own_server.endpoint.auth) as driver:
        driver.execute_query("MATCH (n) DETACH DELETE n")
    return own_server


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def store(server: Neo4jServer) -> Iterator[Neo4jStore]:
    """It is asked for before the application that uses it, and so closed behind it: its threads read until they end."""
    with closing(
        Neo4jStore(server.endpoint.uri, server.endpoint.user, server.endpoint.password, retry_seconds=1)
    ) as opened:
        yield opened


def test_neo4j_killed_in_the_middle_costs_no_event_and_the_graph_goes_on_when_it_is_back(
    store: Neo4jStore, serve: Callable[..., Any], server: Neo4jServer
) -> None:
    catalog = serve(store=store, projection_batch=20)
    sent = list(Estate(100).events())
    for event in sent[:60]:
        assert catalog.event(event).status_code == 201
    until(lambda: catalog.service.projection.checkpoint > 0)
    server.kill()
    for event in sent[60:]:
        assert catalog.event(event).status_code == 201
    until(lambda: catalog.client.get("/health/ready").status_code == 503)
    server.start()
    assert catalog.service.projection.wait_for(len(sent) - 1, 120)
    until(lambda: catalog.client.get("/health/ready").status_code == 200)
    assert store.quarantined() == []
    expected = MemoryStore()
    rebuild(catalog.service.ledger, expected)
    assert list(store.scan()) == list(expected.scan())


@pytest.fixture
def settings(tmp_path: Path, server: Neo4jServer) -> Settings:
    """A catalog whose graph lies in the Neo4j of this test."""
    return load(
        data_dir=tmp_path / "catalog",
        store="neo4j",
        projection="thread",
        neo4j_uri=server.endpoint.uri,
        neo4j_user=server.endpoint.user,
        neo4j_password=SecretStr(server.endpoint.password),
    )


def client(service: Services) -> TestClient:
    return TestClient(
        create(service), base_url="http://127.0.0.1", client=("127.0.0.1", 4711), raise_server_exceptions=False
    )


def test_a_server_begins_and_takes_events_while_neo4j_is_away_and_recovers(
    settings: Settings, server: Neo4jServer
) -> None:
    server.kill()
    with app.opened(settings, server=True) as service:
        here = client(service)
        sent = [here.post("/api/v1/lineage", json=event).status_code for event in list(Estate(100).events())[:12]]
        assert set(sent) == {201}
        answer = here.get("/health/ready")
        assert answer.status_code == 503
        parts = {name: part["state"] for name, part in answer.json().items() if isinstance(part, dict)}
        assert (parts["ledger"], parts["store"], parts["projection"]) == ("green", "red", "red")
        assert "cannot be reached" in answer.json()["store"]["reason"]
        asked = here.post("/graphql", json={"query": "{ readPoint { ledgerIndex } }"})
        assert "cannot be reached" in asked.text
        server.start()
        until(lambda: here.get("/health/ready").status_code == 200, 120)
        assert service.projection.wait_for(len(sent) - 1, 60)
        assert service.store.checkpoint() == len(sent) - 1


def test_the_neo4j_graph_of_another_ledger_is_refused_at_the_start_and_when_it_comes_back(
    settings: Settings, server: Neo4jServer
) -> None:
    events = list(Estate(100).events())
    with app.opened(settings, server=True) as service:
        assert client(service).post("/api/v1/lineage", json=events[0]).status_code == 201
        assert service.projection.wait_for(0, 60)
        graph = list(service.store.scan())
    other = settings.model_copy(update={"data_dir": settings.data_dir.with_name("other")})
    with pytest.raises(OperatorError, match="This graph belongs to another ledger"), app.opened(other, server=True):
        pass
    server.kill()
    with app.opened(other, server=True) as service:
        here = client(service)
        assert here.post("/api/v1/lineage", json=events[1]).status_code == 201
        server.start()
        until(lambda: "another ledger" in here.get("/health/ready").json()["store"].get("reason", ""), 120)
        asked = here.post("/graphql", json={"query": "{ readPoint { ledgerIndex } }"})
        assert "another ledger" in asked.text
    store = app.open_store(settings)
    assert list(store.scan()) == graph
    store.close()
