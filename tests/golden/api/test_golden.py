"""The published interfaces as files: a change of either is seen in review."""

from __future__ import annotations

import json
from pathlib import Path

from starlette.testclient import TestClient

from catalog import app
from catalog.access.keys import KeyFile
from catalog.api.application import create
from catalog.api.graphql.schema import graphql_schema, sdl
from catalog.ledger.keys import SiteKeys
from catalog.ledger.memory import MemoryLedger
from catalog.settings import load
from catalog.store.memory import MemoryStore
from graph_schema.nodes import Node
from tests.support.golden import check_golden


def test_the_graphql_schema_is_the_published_one() -> None:
    check_golden(Path("api/schema.graphql"), sdl())


def test_the_http_interface_is_the_published_one(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys.db")
    ledger = MemoryLedger(SiteKeys.generate("ledger.example/tests"))
    with app.running(load(data_dir=tmp_path), ledger, MemoryStore(), keys, b"t" * 32) as service:
        client = TestClient(create(service), base_url="http://127.0.0.1")
        document = json.dumps(client.get("/openapi.json").json(), indent=1, sort_keys=True) + "\n"
    keys.close()
    check_golden(Path("api/openapi.json"), document)


def test_every_kind_of_node_has_a_graphql_type_with_its_description() -> None:
    types = graphql_schema().type_map
    for name in Node.registered:
        assert name in types
        assert types[name].description
