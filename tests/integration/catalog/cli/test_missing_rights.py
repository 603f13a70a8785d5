"""Whoever has a key that may not ask ends every command alike."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.catalog.cli.test_no_catalog import READING
from tests.support.commands import command_of
from tests.support.project import REPOSITORY
from tests.support.records import event
from tests.support.typed import typed

FINE, OUTSIDE = 0, 3
NEEDING_NONE = {
    *("ledger verify", "ledger status", "ledger checkpoint", "ledger key"),
    *("graph counts", "graph rebuild", "backup"),
}
"""What shows nothing but the log's own state, or works on the files themselves, for whoever can read these."""
RECORDS = REPOSITORY / "examples" / "records"
TYPED: dict[str, tuple[str, ...]] = {
    "ledger erase": ("ledger", "erase", "0", "--reason", "r", "--authority", "a", "--yes"),
    "what-if": ("what-if", str(RECORDS / "attest_deidentification.json")),
    "names check": ("names", "check", str(RECORDS / "define_namespace_rule.json")),
    "policy diff": ("policy", "diff", str(REPOSITORY / "policies")),
    "policy publish": ("policy", "publish", str(REPOSITORY / "policies"), "--reason", "r"),
    "record": ("record", str(RECORDS / "declare_dataset.json")),
}
"""What names something that has to be there, for the request to be sent at all."""
BESIDE = {"import mlflow", "model register-key"}
"""What reads a store or a key of its own first."""
ASKING = [TYPED.get(command_of(one), one) for one in READING if command_of(one) not in {*NEEDING_NONE, *BESIDE}]


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a catalog and the key of a monitor, which neither reads nor writes."""
    folder = tmp_path_factory.mktemp("rights") / "catalog"

    def key(name: str, role: str, by: str = "") -> str:
        made = typed(folder, "key", "create", name, "--role", role, "--json", LINEWARD_KEY=by)
        assert made.code == FINE, made.printed
        return str(json.loads(made.out)["key"])

    administrator = key("root-1", "admin")
    return folder, key("watch-1", "monitor", administrator)


@pytest.mark.parametrize("arguments", ASKING, ids=command_of)
def test_a_key_that_may_not_ask_ends_a_command_as_what_gave_no_answer(
    refused: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder, key = refused
    answer = typed(folder, *arguments, stdin=json.dumps(event()).encode(), LINEWARD_KEY=key)
    assert (answer.code, answer.out) == (OUTSIDE, "")
    assert "This needs the role" in answer.err
