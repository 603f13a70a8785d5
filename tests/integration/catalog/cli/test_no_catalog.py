"""A folder without a catalog is no empty catalog."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import command_of, every_command
from tests.support.records import event
from tests.support.typed import Typed, typed

FINE, OUTSIDE = 0, 3
READING = (
    ("ledger", "verify"),
    ("ledger", "status"),
    ("ledger", "entries", "--about", "a"),
    ("ledger", "checkpoint"),
    ("ledger", "key"),
    ("ledger", "proof", "0"),
    ("ledger", "erase", "0", "--reason", "r", "--authority", "a"),
    ("graph", "counts"),
    ("graph", "rebuild"),
    ("quarantine", "list"),
    ("quarantine", "release", "0", "--reason", "r"),
    ("key", "list"),
    ("key", "revoke", "aaaaaaaaaa"),
    ("backup", "elsewhere"),
    ("search",),
    ("lineage", "anything"),
    ("paths", "anything", "--choke-points"),
    ("borders", "egress"),
    ("labels", "anything"),
    ("why", "anything", "direct_identifier"),
    ("what-if", "-"),
    ("why-not-safe", "anything", "sharing"),
    ("findings",),
    ("approvals", "inbox", "grace"),
    ("approvals", "list"),
    ("approvals", "show", "7"),
    ("suggestions",),
    ("runs", "anything"),
    ("mappings",),
    ("producers",),
    ("dataset", "anything"),
    ("places",),
    ("data-sources",),
    ("encryption-keys",),
    ("names", "of", "anything"),
    ("names", "rules"),
    ("names", "check", "-"),
    ("use", "may", "anything", "HRESCH"),
    ("use", "show", "anything"),
    ("use", "impact", "anything"),
    ("use", "residency", "anything"),
    ("policy", "show"),
    ("access", "may", "grace", "read", "anything", "--purpose", "HRESCH"),
    ("access", "decisions"),
    ("access", "export"),
    ("access", "who", "anything"),
    ("access", "grants", "grace"),
    ("access", "delegations"),
    ("access", "due"),
    ("access", "replay"),
    ("policy", "diff", "."),
    ("policy", "publish", ".", "--reason", "r"),
    ("report", "model@1"),
    ("gate", "model@1", "--purpose", "HRESCH", "--place", "North"),
    ("record",),
    ("history", "anything", "owner"),
    ("diff", "anything", "--from-known-at-index", "0"),
    ("due",),
    ("import", "mlflow", "sqlite:///mlflow.db"),
    ("snapshot", "due"),
    ("snapshot", "verify", "--due"),
    ("snapshot", "list", "landing visits"),
    ("snapshot", "replay", "landing visits"),
    ("snapshot", "compare", "landing visits", "curated visits"),
    ("snapshot", "seal", "landing visits", "."),
    ("snapshot", "verify", "landing stays", "."),
    ("model", "register-key", "release.pem.pub", "--key-holder", "nobody"),
    ("model", "keys"),
    ("model", "versions", "readmission"),
    ("model", "live", "landing visits"),
    ("model", "running", "North"),
    ("model", "rollback-target", "readmission@1"),
    ("model", "verify", "readmission@1"),
    ("export", "datasets"),
    ("export", "sources"),
    ("export", "places"),
    ("export", "keys"),
    ("ingest",),
)


def send(folder: Path, *arguments: str) -> Typed:
    return typed(folder, *arguments, stdin=json.dumps(event()).encode())


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_a_command_that_may_not_begin_a_catalog_says_that_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    for folder in (empty, tmp_path / "nothing"):
        answer = send(folder, *arguments)
        assert (answer.code, answer.out) == (OUTSIDE, "")
        assert f"lineward: No catalog at {folder}." in answer.err
    assert list(tmp_path.iterdir()) == [empty]
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [("ingest", "--new"), ("key", "create", "admin-1", "--role", "admin")], ids=" ".join
)
def test_a_command_that_may_begins_one_and_says_so(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    for sentences in (1, 0):
        answer = send(tmp_path / "new", *arguments)
        assert answer.err.count(f"A catalog is begun in {tmp_path / 'new'}.") == sentences
        assert f"catalog: {tmp_path / 'new'}" in answer.err
        assert (tmp_path / "new" / "ledger.db").exists()


def test_every_command_on_a_catalog_is_held_to_this() -> None:
    """A command that is added is either here or begins a catalog knowingly."""
    begins = {"serve", "demo", "restore", "key create"}
    without = {"verify", "verifier", "settings", "redact", "graph schema", "model sign", "policy check", "policy test"}
    assert set(every_command()) - begins - without == {command_of(one) for one in READING}
