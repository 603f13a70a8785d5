"""Every store there is, empty, behind one fixture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.store.memory import MemoryStore
from catalog.store.neo4j import Neo4jStore
from catalog.store.protocol import Store
from catalog.store.sqlite import SqliteStore


@pytest.fixture(params=["memory", "sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store
    if request.param == "memory":
        made = MemoryStore()
    elif request.param == "sqlite":
        made = SqliteStore(tmp_path / "graph.db")
    else:
        uri = request.getfixturevalue("neo4j_uri")
        endpoint = request.getfixturevalue("neo4j_endpoint")
        made = Neo4jStore(uri, endpoint.user, endpoint.password)
    yield made
    made.close()
