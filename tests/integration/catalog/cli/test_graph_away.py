"""What needs the ledger alone is done while Neo4j is away."""

from __future__ import annotations

import json
import os
from pathlib import Path

from typer.testing import CliRunner, Result

from catalog.cli.root import commands
from tests.support.records import event

FINE, FINDING, OUTSIDE = 0, 1, 3
NOBODY = "bolt://127.0.0.1:9"


def typed(folder: Path, *arguments: str, stdin: bytes = b"") -> Result:
    hidden = dict.fromkeys((name for name in os.environ if name.startswith("LINEWARD_")), None)
    away = {"LINEWARD_STORE": "neo4j", "LINEWARD_NEO4J_URI": NOBODY, "LINEWARD_NEO4J_PASSWORD": "made-up"}
    return CliRunner().invoke(
        commands, list(arguments), input=stdin, env={**hidden, **away, "LINEWARD_DATA_DIR": str(folder)}
    )


def test_events_are_taken_and_the_ledger_is_shown_while_the_graph_is_away(tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    sent = typed(folder, "ingest", "--new", "--json", stdin=json.dumps(event()).encode())
    assert (sent.exit_code, json.loads(sent.stdout)["taken"]) == (FINE, 1), sent.output
    assert typed(folder, "ledger", "key").exit_code == FINE
    assert typed(folder, "ledger", "checkpoint").stdout.startswith("lineward.local/ledger\n1\n")
    assert typed(folder, "ledger", "proof", "0").exit_code == FINE
    status = typed(folder, "ledger", "status", "--json")
    assert status.exit_code == FINDING, status.output
    found = json.loads(status.stdout)
    assert (found["ledger"]["state"], found["store"]["state"], found["projection"]["state"]) == ("green", "red", "red")
    assert "cannot be reached" in found["store"]["reason"]
    for arguments in (("search",), ("key", "list"), ("lineage", "anything"), ("graph", "counts"), ("graph", "rebuild")):
        answer = typed(folder, *arguments)
        assert answer.exit_code == OUTSIDE
        assert f"Neo4j at {NOBODY} cannot be reached" in answer.stderr
