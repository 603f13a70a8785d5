from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bench.estates import Estate
from catalog.projection import rebuild
from catalog.store.memory import MemoryStore
from catalog.store.neo4j import Neo4jStore
from tests.support.neo4j_server import Neo4jServer, Neo4jUnobtainableError, is_fetched, running

pytestmark = pytest.mark.neo4j


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory, neo4j_endpoint: object) -> Iterator[Neo4jServer]:
    """A Neo4j of this test's own: it will be killed. The shared one, asked for first, says whether there can be one."""
    if not is_fetched():
        pytest.skip("NOT TESTED: the Neo4j store. This test ends its server, and there is none to start.")
    try:
        with running(tmp_path_factory.mktemp("neo4j-gone")) as started:
            yield started
    except Neo4jUnobtainableError as error:
        pytest.skip(f"NOT TESTED: the Neo4j store. {error}")


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_neo4j_killed_in_the_middle_costs_no_event_and_the_graph_goes_on_when_it_is_back(
    serve: Callable[..., Any], server: Neo4jServer
) -> None:
    store = Neo4jStore(server.endpoint.uri, server.endpoint.user, server.endpoint.password, retry_seconds=1)
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
    store.close()
