"""What needs the ledger alone is done while Neo4j is away."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.records import event
from tests.support.typed import Typed, typed

FINE, FINDING, OUTSIDE = 0, 1, 3
NOBODY = "bolt://127.0.0.1:9"


def away(folder: Path, *arguments: str, stdin: bytes = b"") -> Typed:
    neo4j = {"LINEWARD_STORE": "neo4j", "LINEWARD_NEO4J_URI": NOBODY, "LINEWARD_NEO4J_PASSWORD": "made-up"}
    return typed(folder, *arguments, stdin=stdin, **neo4j)


def test_events_are_taken_and_the_ledger_is_shown_while_the_graph_is_away(tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    sent = away(folder, "ingest", "--new", "--json", stdin=json.dumps(event()).encode())
    assert (sent.code, json.loads(sent.out)["taken"]) == (FINE, 1), sent.printed
    assert away(folder, "ledger", "key").code == FINE
    assert away(folder, "ledger", "checkpoint").out.startswith("lineward.local/ledger\n1\n")
    assert away(folder, "ledger", "proof", "0").code == FINE
    status = away(folder, "ledger", "status", "--json")
    assert status.code == FINDING, status.printed
    found = json.loads(status.out)
    assert (found["ledger"]["state"], found["store"]["state"], found["projection"]["state"]) == ("green", "red", "red")
    assert "cannot be reached" in found["store"]["reason"]
    for arguments in (("search",), ("key", "list"), ("lineage", "anything"), ("graph", "counts"), ("graph", "rebuild")):
        answer = away(folder, *arguments)
        assert answer.code == OUTSIDE
        assert f"Neo4j at {NOBODY} cannot be reached" in answer.err
