from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.estates import Estate
from catalog.projection.rebuilding import rebuild
from catalog.store.memory import MemoryStore
from catalog.store.neo4j import Neo4jStore
from catalog.store.sqlite import SqliteStore
from tests.support.neo4j_server import Neo4jEndpoint

CORPUS = Path(__file__).resolve().parents[4].parent / "shared" / "corpus"


def events() -> list[dict[str, Any]]:
    """Real events where they lie beside the checkout, else those of a made-up estate."""
    lines = [line for path in sorted(CORPUS.rglob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    return [json.loads(line) for line in lines if line.strip()] or list(Estate(40).events())


@pytest.mark.neo4j
def test_every_event_is_answered_201_and_gives_one_graph_in_every_store(
    serve: Callable[..., Any], tmp_path: Path, neo4j_uri: str, neo4j_endpoint: Neo4jEndpoint
) -> None:
    sent = events()
    live = SqliteStore(tmp_path / "live.db")
    catalog = serve(store=live)
    for place, event in enumerate(sent):
        answer = catalog.event(event)
        assert answer.status_code == 201, (place, answer.text)
    again = [catalog.event(event).json()["duplicate"] for event in sent[:20]]
    assert all(again)
    catalog.caught_up()
    assert live.quarantined() == []
    expected = list(live.scan())
    memory = MemoryStore()
    neo4j = Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    rebuild(catalog.service.ledger, memory)
    rebuild(catalog.service.ledger, neo4j)
    assert neo4j.quarantined() == []
    assert list(memory.scan()) == expected
    assert list(neo4j.scan()) == expected
    neo4j.close()
