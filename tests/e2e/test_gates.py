"""The pipelines under `examples/gates` ask the gate, keep what it says, and end where a version may not go on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import REPOSITORY, command, environment
from tests.support.records import MODEL, event, registration, seal

GATES = REPOSITORY / "examples" / "gates"
ASKED = {
    "MODEL": MODEL["name"],
    "VERSION": "1",
    "PURPOSE": "HRESCH",
    "PLACE": "North",
    "ENVIRONMENT": "production",
    "DISEASES": "",
}
STUDIED = ["MONDO:0005148", "MONDO:0004979"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gates") / "data"
    told = command(folder, "ingest", "--new", "-", stdin=json.dumps(event()).encode())
    assert told.returncode == 0, told.stderr
    records = "\n".join(map(json.dumps, (seal(), registration())))
    told = command(folder, "record", "-", stdin=records.encode())
    assert told.returncode == 0, told.stderr
    return folder


def run(script: str, data: Path, folder: Path, **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run a script of a pipeline as its runner does, with the command of this checkout."""
    (folder / "bin").mkdir()
    command_here = folder / "bin" / "lineward"
    typed = 'printf "%s\\n" "$@" > typed.txt\n'
    command_here.write_text(f'#!/bin/sh\n{typed}exec {sys.executable} -m catalog.cli "$@"\n')
    command_here.chmod(0o755)
    path = f"{command_here.parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env=environment(data, PATH=path, PYTHONPATH=str(REPOSITORY), **{**ASKED, **more}),
        capture_output=True,
        timeout=100,
        check=False,
    )


def kept(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "gate.json").read_text())
    return found


def studied(folder: Path) -> list[str]:
    """Return the diseases that the gate was asked about."""
    typed = (folder / "typed.txt").read_text().splitlines()
    return [after for before, after in pairwise(typed) if before == "--disease"]


def test_the_step_for_github_fails_where_the_gate_does_and_gives_the_entry_on(data: Path, tmp_path: Path) -> None:
    action = yaml.safe_load((GATES / "github" / "action.yml").read_text())
    (step,) = action["runs"]["steps"]
    assert set(step["env"]) == {"LINEWARD_URL", "LINEWARD_KEY", *ASKED}
    assert {one.split(".")[1].strip(" }") for one in step["env"].values()} == set(action["inputs"])
    output, summary = tmp_path / "output", tmp_path / "summary"
    files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
    done = run(step["run"], data, tmp_path, **files, DISEASES=" ".join(STUDIED))
    assert (done.returncode, studied(tmp_path)) == (1, STUDIED), done.stderr
    found = kept(tmp_path)
    assert output.read_text() == f"verdict={found['verdict']}\nentry={found['index']}\n"
    assert f"Release gate: FAIL, entry {found['index']}" in summary.read_text()
    assert "- APPROVALS UNKNOWN: No clinical approval was asked for." in summary.read_text()
    outputs = {name: one["value"] for name, one in action["outputs"].items()}
    assert outputs == {name: f"${{{{ steps.{step['id']}.outputs.{name} }}}}" for name in ("verdict", "entry")}


def test_the_job_for_gitlab_ends_before_anything_is_deployed(data: Path, tmp_path: Path) -> None:
    jobs = yaml.safe_load((GATES / "gitlab-ci.yml").read_text())
    job, deploy = jobs["release gate"], jobs["deploy"]
    assert deploy["needs"] == ["release gate"]
    assert jobs["stages"].index(job["stage"]) < jobs["stages"].index(deploy["stage"])
    assert set(job["variables"]) == set(ASKED)
    assert (job["artifacts"]["paths"], job["artifacts"]["when"]) == (["gate.json"], "always")
    done = run("\n".join(job["script"]), data, tmp_path, DISEASES=" ".join(STUDIED))
    assert (done.returncode, studied(tmp_path)) == (1, STUDIED), done.stderr
    assert kept(tmp_path)["verdict"] == "FAIL"


def test_where_no_catalog_answers_the_step_ends_otherwise(tmp_path: Path) -> None:
    action = yaml.safe_load((GATES / "github" / "action.yml").read_text())
    output, summary = tmp_path / "output", tmp_path / "summary"
    more = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
    done = run(action["runs"]["steps"][0]["run"], tmp_path / "nothing", tmp_path, **more)
    assert (done.returncode, studied(tmp_path)) == (3, [])
    assert not output.exists()
