"""A site's own redaction rules in a running catalog: whatever comes in and whoever asks goes through the same ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import OperatorError
from ingest_hooks.redaction.site_rules import read_rules
from tests.integration.catalog.api.conftest import Catalog
from tests.support.records import declaration, event

RULES = b"""
[[rule]]
name = "trial-subject"
form = {prefix = "TS-", digits = 6}
[[rule]]
name = "runner-debug"
place = "acme_runner/debug"
action = "drop"
"""
NAME = "raw/TS-123456/visits"
_DATASET = """query Named($namespace: String!, $name: String!) {
  dataset(ref: {namespace: $namespace, name: $name}) { __typename ... on Dataset { owner ref { name } } } }"""


def served(serve: Callable[..., Catalog], folder: Path, content: bytes = RULES) -> Catalog:
    path = folder / "redaction.toml"
    path.write_bytes(content)
    return serve(redaction_rules=path)


def test_events_records_and_look_ups_go_through_the_same_rules(serve: Callable[..., Catalog], tmp_path: Path) -> None:
    catalog = served(serve, tmp_path)
    said = event(acme_runner={"debug": "Testperson", "ward": 7})
    said["outputs"][0]["name"] = NAME
    assert catalog.event(said).status_code == 201
    written = catalog.record(declaration(dataset={"namespace": "curated", "name": NAME}))
    assert written.status_code == 201, written.text
    catalog.caught_up()
    found = catalog.data(_DATASET, namespace="curated", name=NAME)["dataset"]
    assert found["owner"] == "cardiology"
    assert "redacted_" in found["ref"]["name"]
    search = catalog.data('query { search(text: "TS-123456") { totalCount } }')["search"]
    assert search["totalCount"] == 1
    for index in range(catalog.service.ledger.size()):
        body = catalog.service.ledger.entry(index).body or b""
        assert b"TS-123456" not in body
        assert b"Testperson" not in body


def test_an_entry_says_by_which_rules_it_was_redacted(serve: Callable[..., Catalog], tmp_path: Path) -> None:
    catalog = served(serve, tmp_path)
    said = event(acme_runner={"debug": "x"})
    said["outputs"][0]["name"] = NAME
    catalog.event(said)
    catalog.record(declaration())
    catalog.caught_up()
    digest = read_rules(RULES).digest
    bodies: list[dict[str, Any]] = [
        json.loads(catalog.client.get(f"/api/v1/ledger/entries/{index}").json()["body"]) for index in range(2)
    ]
    assert {body["rules"] for body in bodies} == {digest[:16]}
    assert {rule for _, rule in bodies[0]["redactions"]} == {"site:trial-subject", "site:runner-debug"}
    health = catalog.client.get("/health/ready").json()["redaction"]
    assert health == {"state": "green", "rules": 2, "digest": digest}


def test_without_rules_no_entry_says_anything_of_them(catalog: Catalog) -> None:
    catalog.event(event())
    assert b'"rules"' not in (catalog.service.ledger.entry(0).body or b"")
    assert catalog.client.get("/health/ready").json()["redaction"] == {"state": "green", "rules": 0, "digest": None}


def test_a_file_that_cannot_be_taken_keeps_the_server_from_starting(
    serve: Callable[..., Catalog], tmp_path: Path
) -> None:
    with pytest.raises(OperatorError, match="rule x: it needs a place"):
        served(serve, tmp_path, b"[[rule]]\nname = 'x'")
    with pytest.raises(OperatorError, match="cannot be read"):
        serve(redaction_rules=tmp_path / "nowhere.toml")
