"""The example in each command's help, typed in one folder in the order in which one comes to need them."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import every_command
from tests.support.project import REPOSITORY
from tests.support.records import CURATED, attestation, declaration, event, principal, registration, request, seal, tag
from tests.support.typed import Typed, typed

ORDER = (
    "ingest",
    "redact",
    "record",
    "snapshot seal",
    "snapshot verify",
    "snapshot list",
    "snapshot compare",
    "snapshot replay",
    "snapshot due",
    "import mlflow",
    "model sign",
    "model register-key",
    "model keys",
    "model verify",
    "model versions",
    "model live",
    "model running",
    "model rollback-target",
    "search",
    "runs",
    "lineage",
    "paths",
    "borders",
    "labels",
    "why",
    "what-if",
    "history",
    "diff",
    "due",
    "mappings",
    "export datasets",
    "export sources",
    "export places",
    "export keys",
    "suggestions",
    "names of",
    "names rules",
    "names check",
    "dataset",
    "places",
    "use may",
    "use show",
    "use impact",
    "use residency",
    "data-sources",
    "encryption-keys",
    "producers",
    "policy check",
    "policy test",
    "policy diff",
    "policy publish",
    "policy show",
    "access may",
    "access decisions",
    "access export",
    "access who",
    "access grants",
    "access delegations",
    "access due",
    "access replay",
    "findings",
    "approvals inbox",
    "approvals list",
    "approvals show",
    "why-not-safe",
    "report",
    "gate",
    "ledger key",
    "verify",
    "verifier",
    "ledger status",
    "ledger entries",
    "ledger proof",
    "ledger checkpoint",
    "ledger erase",
    "graph rebuild",
    "graph counts",
    "graph schema",
    "quarantine list",
    "quarantine release",
    "ledger verify",
    "backup",
    "restore",
    "settings",
    "key create",
    "key list",
    "key revoke",
)
ENDS = {
    "findings": {0, 1},
    "why-not-safe": {0, 1},
    "snapshot compare": {1},
    "snapshot replay": {1},
    "model verify": {1},
    "import mlflow": {3},
    "gate": {1},
    "model rollback-target": {1},
    "policy diff": {1},
    "access may": {1},
    "quarantine release": {2},
}
"""Exit codes of those that say by it what they found."""
SERVERS = {"serve", "demo"}
"""They run until they are ended; tests of their own run them."""


def examples() -> dict[str, str]:
    """Return the example of each command, by its name."""
    return {name: str(one.epilog).rpartition("\n")[2].strip() for name, one in every_command().items()}


def test_every_command_has_an_example_of_itself() -> None:
    for name, line in examples().items():
        assert line.startswith(f"lineward {name}"), line
    assert set(examples()) == {*ORDER, *SERVERS}


def _type(folder: Path, line: str, **environment: Any) -> Typed:
    words = shlex.split(line)
    target = Path(words[words.index(">") + 1]) if ">" in words else None
    done = typed(folder, *(words[1 : words.index(">")] if target else words[1:]), **environment)
    if target:
        target.write_text(done.out)
    return done


@pytest.mark.timeout(400)
def test_every_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "lineward-data"
    begun = [
        declaration(),
        declaration(dataset=CURATED, zone="CURATED"),
        tag(dataset=CURATED),
        seal(),
        registration(),
        request(),
    ]
    (tmp_path / "events.ndjson").write_text(json.dumps(event()))
    (tmp_path / "declarations.ndjson").write_text("\n".join(map(json.dumps, begun)))
    (tmp_path / "exports" / "visits").mkdir(parents=True)
    (tmp_path / "exports" / "visits" / "part-0.csv").write_text("made-up")
    shutil.copytree(REPOSITORY / "policies", tmp_path / "policies")
    rule = {
        "kind": "define_namespace_rule",
        "rule": "r",
        "namespace": "n",
        "rule_kind": "FOLD_CASE",
        "reason": "A test",
    }
    (tmp_path / "attestation.json").write_text(json.dumps(attestation()))
    (tmp_path / "rule.json").write_text(json.dumps(rule))
    assert typed(folder, "ingest", "--new", stdin=json.dumps(event("START")).encode()).code == 0
    shown: dict[str, Typed] = {}
    key, further = "", ""
    for name in ORDER:
        line = examples()[name]
        if name == "restore":
            # The keys are kept apart from a backup, and are there before it is put back.
            shutil.copytree(folder / "keys", tmp_path / "restored" / "keys")
        if name == "key create":
            admin = {**principal("admin-1", "admin"), "principal_kind": "SERVICE"}
            assert typed(folder, "record", stdin=json.dumps(admin).encode()).code == 0
            key = json.loads(typed(folder, "key", "create", "admin-1", "--json").out)["key"]
            further = json.loads(typed(folder, "key", "create", "admin-1", "--json", LINEWARD_KEY=key).out)["keyId"]
        shown[name] = _type(folder, line.replace("KEY-ID", further), **({"LINEWARD_KEY": key} if key else {}))
        assert shown[name].code in ENDS.get(name, {0}), f"{line}: {shown[name].printed}"
    assert "curated" in shown["search"].out
    assert "complete" in shown["runs"].out
    assert "VERIFIED" in shown["verify"].out
    assert "curate" in shown["lineage"].out
