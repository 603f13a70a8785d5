"""The one file that an auditor takes along."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from reports.kinds import MODEL_DOSSIER
from reports.making import made_with
from reports.standalone import assembly, verify_lineward
from tests.support.issued import Issuer

SCRIPT = Path(str(verify_lineward.__file__))
ALONE = """
import sys, runpy
banned = {"catalog", "graph_schema", "ingest_hooks", "reports", "pydantic", "rfc8785", "typst", "jinja2"} | %s
class Ban:
    def find_spec(self, name, *_):
        if name.split(".")[0] in banned:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Ban())
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run(*arguments: str, without: str = "set()") -> subprocess.CompletedProcess[str]:
    """Run the script as an auditor does: alone, isolated from every folder of this project."""
    command = [sys.executable, "-I", "-c", ALONE % without, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def file(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("issued") / "dossier.pdf"
    path.write_bytes(issuer.issue("pdf"))
    return path


def test_the_script_is_put_together_of_its_modules_as_they_are() -> None:
    assert assembly.assemble() == SCRIPT.read_text("utf-8"), "python -m reports.standalone.assembly writes it anew"


def test_the_script_verifies_with_nothing_but_cryptography(issuer: Issuer, file: Path) -> None:
    ran = run(str(file), "--key", issuer.key, "--json")
    assert ran.returncode == 0, ran.stdout
    result = json.loads(ran.stdout)
    assert (result["ok"], result["verdict"]) == (True, "VERIFIED")
    assert {check["status"] for check in result["checks"]} == {"PASS"}
    assert f"Report {result['number']}\n" in run(str(file), "--key", issuer.key).stdout


def test_without_a_key_nothing_is_ok(file: Path) -> None:
    ran = run(str(file), "--json")
    assert ran.returncode == 1
    result = json.loads(ran.stdout)
    assert (result["ok"], result["verdict"]) == (False, "NOT VERIFIED")
    assert run(str(file)).returncode == 1


def test_the_key_may_stand_in_a_file(issuer: Issuer, file: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(f"{issuer.key}\n")
    assert run(str(file), "--key", str(key)).returncode == 0
    assert run(str(file), "--key", str(tmp_path / "absent")).returncode == 2


def test_the_script_prints_its_version_and_its_own_digest() -> None:
    digest = hashlib.sha256(SCRIPT.read_bytes()).hexdigest()
    assert run("--version").stdout.strip() == f"verify_lineward {verify_lineward.VERSION} sha256:{digest}"
    assert made_with(MODEL_DOSSIER.template)["verifier"] == f"sha256:{digest}"


def test_without_cryptography_the_script_ends_in_one_sentence(file: Path) -> None:
    ran = run(str(file), without='{"cryptography"}')
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr.count("\n") == 1
    assert "pip install cryptography" in ran.stderr


def test_wrong_use_and_a_missing_file_end_with_2(tmp_path: Path) -> None:
    assert run().returncode == 2
    missing = run(str(tmp_path / "absent.pdf"))
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)


def test_the_script_prints_no_hidden_character_of_a_file_or_its_name(issuer: Issuer, tmp_path: Path) -> None:
    hostile = "x\x1b[2J\x9b31m\u202e\u200b"
    ran = run(str(tmp_path / hostile))
    assert (ran.returncode, ran.stderr[:-1].isprintable()) == (2, True)
    report = json.loads(issuer.issue("json"))
    report[hostile] = hostile
    report["context"]["findings"] = [{hostile: hostile}]
    path = tmp_path / "dossier.json"
    path.write_text(json.dumps(report))
    ran = run(str(path), "--key", issuer.key)
    assert ran.returncode == 1
    assert all(line.isprintable() for line in ran.stdout.split("\n"))


def test_every_step_of_the_docstring_stands_at_its_code() -> None:
    text = SCRIPT.read_text("utf-8")
    docstring, _, code = text.partition("from __future__")
    steps = [line.split(".")[0] for line in docstring.splitlines() if line[:1].isdigit()]
    assert steps == [str(number) for number in range(1, 10)]
    assert all(f"    # {step}. " in code for step in steps)
