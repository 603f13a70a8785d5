"""Every command typed wrong, in this process: one sentence that says what to do, and the exit code that fits."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from catalog.cli.root import commands
from tests.support.records import event, principal

FINE, FINDING, WRONG_USE, OUTSIDE = 0, 1, 2, 3


def typed(data: Path, *arguments: str, stdin: bytes = b"", **more: str) -> Result:
    """Run a command as if it was typed; nothing of this machine's own settings is seen."""
    hidden = dict.fromkeys((name for name in os.environ if name.startswith("LINEWARD_")), None)
    return CliRunner().invoke(
        commands, list(arguments), input=stdin, env={**hidden, "LINEWARD_DATA_DIR": str(data), **more}
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalog")
    sent = typed(folder, "ingest", "--new", stdin=json.dumps(event()).encode())
    assert sent.exit_code == FINE, sent.output
    known = {**principal("known", "engineer"), "display_name": "known", "principal_kind": "SERVICE"}
    defined = typed(folder, "record", stdin=json.dumps(known).encode())
    assert defined.exit_code == FINE, defined.output
    return folder


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "sentence"),
    [
        (["search", "--frist", "3"], b"", WRONG_USE, "No such option"),
        (["nothing"], b"", WRONG_USE, "No such command"),
        (["lineage", "nobody knows"], b"", WRONG_USE, "Nothing is called 'nobody knows'"),
        (["lineage", "Dataset:nope"], b"", WRONG_USE, "Nothing has the id"),
        (["lineage", "sha256:00"], b"", WRONG_USE, "No snapshot has the digest"),
        (["lineage", "Dataset:\udcff"], b"", WRONG_USE, "not text in UTF-8"),
        (["search", "\udcff"], b"", WRONG_USE, "not text in UTF-8"),
        (["search", "a " * 100], b"", WRONG_USE, "64 words"),
        (["lineage", "curated/visits", "--depth", "101"], b"", WRONG_USE, "from 0 to 100"),
        (["lineage", "curated/visits", "--known-at-index", "-2"], b"", WRONG_USE, "index of an entry"),
        (["ledger", "proof", str(2**200)], b"", WRONG_USE, "9007199254740991"),
        (["search", "--filter", "zone"], b"", WRONG_USE, "such as zone=LANDING"),
        (["search", "--kind", "nonsense"], b"", WRONG_USE, "SearchKind"),
        (["record"], b"{}", WRONG_USE, "kind is one of"),
        (["record"], b"no json", WRONG_USE, "JSON"),
        (["record", "/nonexistent.json"], b"", OUTSIDE, "cannot be read"),
        (["ingest", "/nonexistent.json"], b"", OUTSIDE, "cannot be read"),
        (["ingest"], b"not json\n{}\n", FINDING, ""),
        (["verify", "/nonexistent.pdf"], b"", OUTSIDE, "cannot be read"),
        (["verify", __file__], b"", FINDING, ""),
        (["report", "nothing@9"], b"", WRONG_USE, "Nothing is called"),
        (["ledger", "proof", "99"], b"", WRONG_USE, "has no entry 99"),
        (["key", "revoke", "aaaaaaaaaa"], b"", WRONG_USE, "There is no key"),
        (["key", "create", "nobody"], b"", WRONG_USE, "define it first"),
        (["key", "create", "known", "--role", "admin"], b"", WRONG_USE, "change the roles from engineer to admin"),
        (["key", "create", "known", "--kind", "person"], b"", WRONG_USE, "the kind from service to person"),
        (["key", "create", "known", "--name", "Other"], b"", WRONG_USE, "the name from known to Other: leave that out"),
        (["key", "create", "new", "--role", "king"], b"", WRONG_USE, "roles: input should be 'emitter'"),
        (["search", "--url", "http://127.0.0.1:9"], b"", OUTSIDE, "No catalog answers"),
        (["search", "--url", "nonsense"], b"", WRONG_USE, "--url is the address of a running catalog"),
        (["search", "--url", "ftp://127.0.0.1"], b"", WRONG_USE, "--url is the address of a running catalog"),
        (["search", "--url", "http://127.0.0.1:99999"], b"", WRONG_USE, "--url is the address"),
        (["search", "--url", "http://user:word@127.0.0.1"], b"", WRONG_USE, "holds a user or a password"),
        (["search", "--url", "http://127.0.0.1", "--data-dir", "x"], b"", WRONG_USE, "name two catalogs"),
        (["search", "--data-dir", __file__], b"", OUTSIDE, "is no folder"),
        (["serve", "--data-dir", __file__], b"", OUTSIDE, "is no folder"),
        (["ledger", "verify", "--data-dir", __file__], b"", OUTSIDE, "is no folder"),
        (["ingest", "--new", "--data-dir", f"{__file__}/in"], b"", OUTSIDE, "cannot be"),
    ],
)
def test_every_error_is_one_sentence_that_says_what_to_do(
    data: Path, arguments: list[str], stdin: bytes, code: int, sentence: str
) -> None:
    answer = typed(data, *arguments, stdin=stdin)
    assert answer.exit_code == code, answer.output
    assert sentence in answer.output
    assert "Traceback" not in answer.output


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [("LINEWARD_PROT", "1", "did you mean LINEWARD_PORT?"), ("LINEWARD_PORT", "many", "LINEWARD_PORT (`port`)")],
)
def test_a_wrong_setting_is_wrong_use(data: Path, variable: str, value: str, sentence: str) -> None:
    answer = typed(data, "search", stdin=b"", **{variable: value})
    assert (answer.exit_code, answer.stdout) == (WRONG_USE, "")
    assert sentence in answer.stderr
