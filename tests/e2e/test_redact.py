"""`lineward redact`: what a site tries its rules with, on files of every form, without a catalog."""

from __future__ import annotations

import gzip
import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from ingest_hooks.redaction.markers import token
from ingest_hooks.redaction.site_rules import read_rules
from tests.e2e.conftest import OPENER, REPOSITORY, command, environment
from tests.support.places import event

FINE, FINDING, WRONG_USE, OUTSIDE = 0, 1, 2, 3
KEY = b"a made-up key of thirty-two bytes"
SECRET = "Testperson Alpha was here"
EVENTS = [
    event(job={"sql": {"query": f"select 1 from t where a = '{SECRET}'"}}, name="raw/TS-123456/a"),  # noqa: S608  never run
    event(run={"acme_run": {"notes": SECRET, "plan": {"x": 1}}}),
]
RULES = b"""
[[rule]]
name = "trial-subject"
form = {prefix = "TS-", digits = 6}
[[rule]]
name = "no-plans"
place = "acme_run/plan"
action = "drop"
[[rule]]
name = "never-met"
place = "acme_other"
action = "drop"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.toml").write_bytes(RULES)
    (tmp_path / "key").write_bytes(KEY)
    lines = "\n".join(map(json.dumps, EVENTS)).encode()
    (tmp_path / "lines.ndjson").write_bytes(lines)
    (tmp_path / "array.json").write_text(json.dumps(EVENTS, indent=1))
    (tmp_path / "lines.ndjson.gz").write_bytes(gzip.compress(lines))
    return tmp_path


@pytest.mark.parametrize("name", ["lines.ndjson", "array.json", "lines.ndjson.gz", "-"])
def test_a_file_of_any_form_is_explained_without_a_value_in_it(folder: Path, name: str) -> None:
    file = name if name == "-" else str(folder / name)
    stdin = (folder / "lines.ndjson").read_bytes() if name == "-" else b""
    rules, key = str(folder / "rules.toml"), str(folder / "key")
    answer = command(
        folder / "none", "redact", file, "--explain", "--rules", rules, "--token-key", key, "--json", stdin=stdin
    )
    assert answer.returncode == FINE, answer.stderr
    assert b"Testperson" not in answer.stdout + answer.stderr
    assert not (folder / "none").exists()
    found = json.loads(answer.stdout)
    assert (found["events"], found["changed"]) == (2, 2)
    assert found["siteRules"] == {"digest": read_rules(RULES).digest, "rules": 3, "idle": ["site:never-met"]}
    changes = {one["pointer"]: one for one in found["changes"]}
    assert changes["/outputs/0/name"] | {"where": ""} == {
        "where": "", "pointer": "/outputs/0/name", "rule": "site:trial-subject", "class": "identifier", "before": 15,
        "after": 35, "leftOut": False, "markers": [token("TS-123456", KEY)],
    }  # fmt: skip
    assert changes["/run/facets/acme_run/plan"]["leftOut"]
    assert changes["/job/facets/sql/query"]["markers"] == ["<redacted:string>"]


def test_the_table_and_the_totals_hold_no_value_either(folder: Path) -> None:
    answer = command(
        folder, "redact", str(folder / "lines.ndjson"), "--explain", LINEWARD_REDACTION_RULES=str(folder / "rules.toml")
    )
    assert answer.returncode == FINE, answer.stderr
    text = answer.stdout.decode()
    assert "site:no-plans" in text
    assert "left out" in text
    assert "Testperson" not in text
    assert "site:never-met" in answer.stderr.decode()


def test_the_redacted_events_are_written_to_a_new_file(folder: Path) -> None:
    output = folder / "out.ndjson"
    arguments = ("redact", str(folder / "array.json"), "--rules", str(folder / "rules.toml"), "--output", str(output))
    assert command(folder, *arguments).returncode == FINE
    written = [json.loads(line) for line in output.read_text().splitlines()]
    assert "plan" not in written[1]["run"]["facets"]["acme_run"]
    assert "TS-123456" not in output.read_text()
    again = command(folder, *arguments)
    assert again.returncode == OUTSIDE
    assert b"a file of that name is there" in again.stderr


def test_values_are_shown_on_a_terminal_alone(folder: Path) -> None:
    arguments = ["redact", str(folder / "lines.ndjson"), "--explain", "--show-values"]
    piped = command(folder, *arguments)
    assert piped.returncode == WRONG_USE
    assert b"on a terminal alone" in piped.stderr
    assert b"Testperson" not in piped.stdout + piped.stderr
    mine, theirs = pty.openpty()
    process = subprocess.Popen(
        [*OPENER, *arguments],
        cwd=REPOSITORY,
        env=environment(folder, COLUMNS="400"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(mine, 65_536):
            shown += chunk
    except OSError:  # how a terminal ends on Linux
        pass
    os.close(mine)
    assert process.wait(60) == FINE
    assert b"Testperson Alpha" in shown


def test_what_is_no_json_is_told_and_the_rest_is_looked_at(folder: Path) -> None:
    (folder / "odd").write_bytes(b"{}\nno JSON\n")
    answer = command(folder, "redact", str(folder / "odd"), str(folder / "lines.ndjson"), "--json")
    assert answer.returncode == FINDING
    found = json.loads(answer.stdout)
    assert [one["where"].partition("odd")[1] for one in found["notRead"]] == ["odd"]
    assert found["changed"] == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nowhere.ndjson",), "there is no such file"),
        (("lines.ndjson", "--rules", "nowhere.toml"), "cannot be read"),
        (("lines.ndjson", "--rules", "key"), "it is no TOML"),
        (("lines.ndjson", "--token-key", "short"), "a key has at least 16"),
        (("damaged.gz",), "begins like something compressed and cannot be unpacked"),
    ],
)
def test_what_cannot_be_read_is_told(folder: Path, arguments: tuple[str, ...], sentence: str) -> None:
    (folder / "short").write_bytes(b"x")
    (folder / "damaged.gz").write_bytes(b"\x1f\x8bxx")
    given = [one if one.startswith("--") else str(folder / one) for one in arguments]
    answer = command(folder, "redact", *given)
    assert answer.returncode in {WRONG_USE, OUTSIDE}
    assert sentence in answer.stderr.decode()
    assert b"Traceback" not in answer.stderr


def test_the_document_s_rules_can_be_taken() -> None:
    document = (REPOSITORY / "docs/redaction.md").read_text("utf-8")
    found = re.search(r"```toml\n(.*?)```", document, re.DOTALL)
    assert found is not None
    assert len(read_rules(found[1].encode()).rules) == 4
