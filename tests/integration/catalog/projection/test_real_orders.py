"""Real events, shuffled and doubled: the ledger takes each once, and every store holds the same graph of them."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from catalog.projection.rebuilding import rebuild
from catalog.store.neo4j import Neo4jStore
from catalog.store.protocol import Store
from catalog.store.sqlite import SqliteStore
from tests.integration.catalog.api.test_real_events import events
from tests.support.neo4j_server import Neo4jEndpoint
from tests.support.records import Clock, House

LATE = 4_000_000_000.0
"""After every event, in seconds: one from the future would count from when it was received."""


def told(folder: Path, sent: list[dict[str, Any]]) -> House:
    house = House(folder, Clock(LATE))
    for event in sent:
        house.send_bytes(json.dumps(event).encode())
    assert house.store.quarantined() == []
    return house


def graph_of(store: Store) -> set[tuple[Any, ...]]:
    """Everything that the store holds of every node, without the entries: when it became known depends on the order."""
    with store.reading() as reader:
        ids = sorted(row[1] for row in store.scan() if row[0] == "node")
        kinds = sorted({row[1] for row in store.scan() if row[0] == "edge"})
        assert ids
        assert kinds
        found: set[tuple[Any, ...]] = {("node", one) for one in ids}
        found |= {edge._replace(entry=0) for edge in reader.edges(ids, kinds, "both")}
        found |= {one._replace(entry=0) for one in reader.statements(ids)}
        found |= {(since, one._replace(entry=0)) for since, one in reader.in_force(ids)}
        found |= {("fed", *flow[:5]) for flow in reader.flows(ids, "out")}
        return found


def doubled(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    shuffled = [*sent, *sent]
    random.Random(7).shuffle(shuffled)  # noqa: S311  an order, not a secret
    return shuffled


@pytest.mark.timeout(600)
def test_real_events_shuffled_and_doubled_give_the_same_graph(tmp_path: Path) -> None:
    sent = events()
    straight, mixed = told(tmp_path / "straight", sent), told(tmp_path / "mixed", doubled(sent))
    assert straight.ledger.size() == mixed.ledger.size()
    assert graph_of(straight.store) == graph_of(mixed.store)
    sqlite = SqliteStore(tmp_path / "graph.db")
    rebuild(mixed.ledger, sqlite)
    assert list(sqlite.scan()) == list(mixed.store.scan())
    for made in (straight, mixed):
        made.close()
    sqlite.close()


@pytest.mark.neo4j
@pytest.mark.timeout(600)
def test_neo4j_holds_the_same_graph_of_shuffled_and_doubled_events(
    tmp_path: Path, neo4j_uri: str, neo4j_endpoint: Neo4jEndpoint
) -> None:
    mixed = told(tmp_path / "mixed", doubled(events()))
    neo4j = Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    rebuild(mixed.ledger, neo4j)
    assert list(neo4j.scan()) == list(mixed.store.scan())
    neo4j.close()
    mixed.close()
