"""A name that would move the cursor, colour the terminal or turn a line's order: shown as such by every command."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from tests.e2e.conftest import command
from tests.support.commands import command_of, every_command
from tests.support.records import DIGEST, declaration, event

HOSTILE = "raw\x1b[2J\x07\x9b31m\u202etxt\u200b\nlineward: All is well.\x1b]0;title\x07"
COPY = f"{HOSTILE}/backup"
"""Written beside the catalog, not into the checkout."""

COMMANDS = {
    "search": ("search", "--count", "zone"),
    "search --json": ("search", "--json"),
    "lineage": ("lineage", HOSTILE),
    "lineage --json": ("lineage", HOSTILE, "--json"),
    "lineage of something unknown": ("lineage", f"no {HOSTILE}"),
    "lineage of several things": ("lineage", "raw"),
    "paths": ("paths", HOSTILE, "--choke-points"),
    "borders": ("borders", "ingress"),
    "runs": ("runs", HOSTILE),
    "mappings": ("mappings",),
    "dataset": ("dataset", HOSTILE),
    "places": ("places",),
    "data-sources": ("data-sources",),
    "encryption-keys": ("encryption-keys",),
    "producers": ("producers",),
    "use may": ("use", "may", HOSTILE, HOSTILE, "--place", HOSTILE),
    "use show": ("use", "show", HOSTILE),
    "use impact": ("use", "impact", HOSTILE),
    "use residency": ("use", "residency", HOSTILE),
    "names of": ("names", "of", HOSTILE),
    "names rules": ("names", "rules"),
    "names check": ("names", "check", f"no such {HOSTILE}"),
    "redact": ("redact", f"no such {HOSTILE}"),
    "ingest": ("ingest", f"no such {HOSTILE}"),
    "record": ("record", f"no such {HOSTILE}"),
    "diff": ("diff", HOSTILE, "--from-valid-at", "2020-01-01T00:00:00Z"),
    "due": ("due",),
    "snapshot seal": ("snapshot", "seal", HOSTILE, f"no such {HOSTILE}", "--dry-run"),
    "snapshot verify": ("snapshot", "verify", HOSTILE, f"no such {HOSTILE}", "--dry-run"),
    "import mlflow": ("import", "mlflow", f"no such {HOSTILE}", "--dry-run"),
    "snapshot list": ("snapshot", "list", HOSTILE),
    "snapshot replay": ("snapshot", "replay", HOSTILE),
    "snapshot compare": ("snapshot", "compare", HOSTILE, HOSTILE),
    "snapshot due": ("snapshot", "due"),
    "model sign": ("model", "sign", f"no such {HOSTILE}", "--key", f"no such {HOSTILE}"),
    "model register-key": ("model", "register-key", f"no such {HOSTILE}", "--key-holder", HOSTILE),
    "model keys": ("model", "keys"),
    "model versions": ("model", "versions", HOSTILE),
    "model live": ("model", "live", HOSTILE),
    "model running": ("model", "running", HOSTILE),
    "model rollback-target": ("model", "rollback-target", HOSTILE),
    "model verify": ("model", "verify", HOSTILE),
    "findings": ("findings",),
    "approvals inbox": ("approvals", "inbox", HOSTILE),
    "approvals list": ("approvals", "list"),
    "approvals show": ("approvals", "show", "7"),
    "labels": ("labels", HOSTILE),
    "suggestions": ("suggestions",),
    "why": ("why", HOSTILE, "direct_identifier"),
    "what-if": ("what-if", f"no such {HOSTILE}"),
    "why-not-safe": ("why-not-safe", HOSTILE, "sharing"),
    "history": ("history", HOSTILE, "schema"),
    "history of hostile words": ("history", HOSTILE, HOSTILE),
    "record --file": ("record", "--file", f"no such {HOSTILE}"),
    "export datasets": ("export", "datasets"),
    "export sources": ("export", "sources"),
    "export places": ("export", "places"),
    "export keys": ("export", "keys"),
    "export datasets as json": ("export", "datasets", "--format", "json"),
    "report": ("report", HOSTILE),
    "gate": ("gate", HOSTILE, "--purpose", "HRESCH", "--place", HOSTILE),
    "gate for hostile words": ("gate", HOSTILE, "--purpose", HOSTILE, "--place", HOSTILE, "--for", HOSTILE),
    "report of something unknown": ("report", f"no {HOSTILE}@1"),
    "policy check": ("policy", "check", f"no such {HOSTILE}"),
    "policy test": ("policy", "test", f"no such {HOSTILE}"),
    "policy publish": ("policy", "publish", f"no such {HOSTILE}", "--reason", HOSTILE),
    "policy diff": ("policy", "diff", f"no such {HOSTILE}"),
    "policy show": ("policy", "show"),
    "access may": ("access", "may", HOSTILE, "read", "landing visits", "--purpose", HOSTILE),
    "access export": ("access", "export", "--principal", HOSTILE),
    "access who": ("access", "who", HOSTILE),
    "access grants": ("access", "grants", HOSTILE),
    "access delegations": ("access", "delegations", HOSTILE),
    "access due": ("access", "due"),
    "access decisions": ("access", "decisions", "--project", HOSTILE),
    "access replay": ("access", "replay", "--principal", HOSTILE),
    "verify": ("verify", f"no such {HOSTILE}"),
    "settings": ("settings",),
    "verifier": ("verifier",),
    "ledger status": ("ledger", "status"),
    "ledger verify": ("ledger", "verify", "--graph", "--checkpoint", f"no such {HOSTILE}"),
    "ledger entries": ("ledger", "entries", "--about", HOSTILE),
    "ledger checkpoint": ("ledger", "checkpoint"),
    "ledger proof": ("ledger", "proof", "0"),
    "ledger key": ("ledger", "key"),
    "ledger erase": ("ledger", "erase", "99", "--reason", HOSTILE, "--authority", HOSTILE, "--yes"),
    "backup": ("backup", COPY),
    "restore": ("restore", HOSTILE),
    "graph rebuild": ("graph", "rebuild"),
    "graph counts": ("graph", "counts"),
    "graph schema": ("graph", "schema"),
    "quarantine list": ("quarantine", "list"),
    "quarantine release": ("quarantine", "release", "99", "--reason", HOSTILE),
    "key list": ("key", "list"),
    "key list --json": ("key", "list", "--json"),
    "key create": ("key", "create", HOSTILE, "--role", "auditor"),
    "key revoke": ("key", "revoke", HOSTILE),
    "no such command": (HOSTILE,),
    "no such option": ("search", f"--{HOSTILE}"),
}
UNTRIED = {"serve", "demo"}
"""Servers: what they print of what was sent is their log, which has a test of its own."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalog")
    said = event(version={"datasetVersion": DIGEST})
    for one in (*said["inputs"], *said["outputs"]):
        one["name"] = HOSTILE + one["name"]
    said["inputs"][0]["name"] = HOSTILE
    said["job"]["name"] = HOSTILE
    assert command(folder, "ingest", "--new", stdin=json.dumps(said).encode()).returncode == 0
    declared = {**declaration(), "dataset": {"namespace": "raw", "name": "tur\u202ened\u200b"}}
    assert command(folder, "record", stdin=json.dumps(declared).encode()).returncode == 0
    named = ("--name", "Test\u202eperson \u200bAlpha")
    made = command(folder, "key", "create", "auditor-1", "--role", "auditor", "--role", "admin", *named)
    assert made.returncode == 0, made.stderr
    return folder


def hidden(text: str) -> set[str]:
    return {one for one in text if unicodedata.category(one) in {"Cc", "Cf"} and one != "\n"}


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS.keys())
def test_no_command_prints_a_hidden_character(data: Path, arguments: tuple[str, ...]) -> None:
    done = command(data, *(str(data.parent / one) if one == COPY else one for one in arguments))
    printed = (done.stdout + done.stderr).decode()
    assert hidden(printed) == set()
    assert "\nlineward: All is well." not in printed
    assert "inside Lineward" not in printed


def test_a_name_with_hidden_characters_is_shown_as_such(data: Path) -> None:
    printed = command(data, "search").stdout.decode()
    assert "\\u{202E}txt\\u{200B}\\u{A}lineward" in "".join(line.strip() for line in printed.splitlines())
    assert "Test\\u{202E}person \\u{200B}Alpha" in command(data, "key", "list").stdout.decode()


def test_json_holds_the_name_as_it_is(data: Path) -> None:
    names = [one["name"] for one in json.loads(command(data, "search", "--json").stdout)["nodes"] if "name" in one]
    assert HOSTILE in names


def test_every_command_is_tried() -> None:
    assert set(every_command()) - UNTRIED <= {command_of(words) for words in COMMANDS.values()}
