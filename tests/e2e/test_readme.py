"""The README's code blocks, run in their order in one folder against one server, as a reader types them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ingest_hooks import emit
from tests.e2e.conftest import Start, command, environment
from tests.support.documents import blocks
from tests.support.project import REPOSITORY

SECONDS = 100
NOT_HERE = ("make demo", ". .venv/bin/activate")
"""What `make` does has tests of its own, and the server runs already, at a port of its own."""
ADDRESS = "http://127.0.0.1:8080"
SNAPSHOT = "query Id($digest: Digest!) { snapshot(digest: $digest) { ... on Snapshot { id } } }"


@dataclass
class Reader:
    """A reader at a shell, in a folder of their own."""

    folder: Path
    url: str

    def type(self, *words: str) -> str:
        done = subprocess.run(
            words, cwd=self.folder, env=self.environment(), capture_output=True, timeout=SECONDS, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def ask(self, document: str, variables: dict[str, Any], key: str) -> Any:
        answer = httpx2.post(
            f"{self.url}/graphql",
            json={"query": document, "variables": variables},
            headers={"Authorization": f"Bearer {key}"},
            trust_env=False,
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def environment(self) -> dict[str, str]:
        scripts, ours = str(Path(sys.executable).parent), str(REPOSITORY)
        path, python = os.environ.get("PATH", ""), os.environ.get("PYTHONPATH", "")
        return environment(
            self.folder / "lineward-data",
            PATH=f"{scripts}{os.pathsep}{path}",
            PYTHONPATH=f"{ours}{os.pathsep}{python}",
        )


def test_the_tour_works_as_it_stands(start: Start, tmp_path: Path) -> None:
    reader = Reader(tmp_path, start(tmp_path / "lineward-data").url)
    folders, records = (block for block in blocks("README.md", "sh") if not block.startswith(NOT_HERE))
    (pipeline,) = blocks("README.md", "python")
    reader.type("/bin/sh", "-euc", f"{folders.replace(ADDRESS, reader.url)}python -c '{pipeline}'")
    (declaration,) = blocks("README.md", "json")
    (tmp_path / "declarations.ndjson").write_text(declaration)
    printed = reader.type("/bin/sh", "-euc", f'{records}echo "$steward"')
    assert "landing/stays" in printed
    steward = printed.split()[-1]

    digest = emit.manifest(tmp_path / "curated/stays").digest
    snapshot = reader.ask(SNAPSHOT, {"digest": digest}, steward)["snapshot"]
    (question,) = blocks("README.md", "graphql")
    graph = reader.ask(question, {"id": snapshot["id"]}, steward)["lineage"]
    assert graph["completeness"] == {"__typename": "Complete"}
    raw = {node["asset"]["ref"]["name"] for node in graph["nodes"]["nodes"] if not node["truncatedHere"]}
    assert "landing/stays" in raw
    assert {edge["job"]["ref"]["name"] for edge in graph["edges"]["nodes"] if edge["job"]} == {"deidentify_stays"}


@pytest.mark.timeout(400)
def test_the_demo_runs_to_its_end_and_its_dossiers_verify(tmp_path: Path) -> None:
    done = command(tmp_path, "demo", "--once", "--data-dir", str(tmp_path / "demo"), "-o", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr.decode()
    catalog = tmp_path / "demo" / "catalog"
    dossiers = sorted((tmp_path / "out").rglob("*.pdf"))
    assert len(dossiers) == 2
    for dossier in dossiers:
        checked = command(catalog, "verify", str(dossier), "--key", str(catalog / "keys" / "verifiers"))
        assert checked.returncode == 0, checked.stdout.decode()
    down = command(catalog, "lineage", "readmission@2.0.0", "--direction", "upstream", "--json")
    assert down.returncode == 0, down.stderr.decode()
