"""The README's code blocks, run in their order in one empty folder, as a reader types them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from catalog.cli.client import served_at
from ingest_hooks import emit
from tests.e2e.conftest import OPENER, command, environment
from tests.support.documents import blocks, document
from tests.support.neo4j_server import free_port
from tests.support.project import REPOSITORY

SECONDS = 100
MADE = "make "
"""What `make` does has tests of its own."""
ADDRESS = "http://127.0.0.1:8080"
SERVE = re.compile(r"^lineward serve &.*$", re.MULTILINE)
SERVED = f"""
echo $! > server.pid
until curl --fail --silent --output health.json --noproxy '*' {ADDRESS}/health/ready; do sleep 0.1; done"""
"""What a person does before the next command: sees that the server is there."""
ASKS = re.compile(r"^(?=lineward (?:lineage|search) )", re.MULTILINE)
FOLLOWED = f"""
until curl --fail --silent --noproxy '*' {ADDRESS}/health/ready | grep -q '"behind":0'; do sleep 0.1; done
"""
"""Nobody types so fast that the graph has not followed meanwhile."""
PIPELINE = "examples/first_pipeline.py"


def test_the_pipeline_that_is_shown_is_the_one_that_is_run() -> None:
    assert blocks("README.md", "python") == [document(PIPELINE)]


def test_the_tour_works_word_for_word_in_an_empty_folder(tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    try:
        printed = _typed(tmp_path, address)
        assert "derive_ages" in printed
        assert "landing/stays" in printed.splitlines()[-1]
        snapshot = _asked(address, (tmp_path / "key").read_text().strip(), tmp_path / "curated/ages")
    finally:
        os.kill(int((tmp_path / "server.pid").read_text()), signal.SIGTERM)
    feeds, lineage = snapshot["feeds"], snapshot["lineage"]
    assert feeds["completeness"] == lineage["completeness"] == {"__typename": "Complete"}
    assert "landing/stays" in {feed["name"] for feed in feeds["nodes"]["nodes"]}
    assert {edge["job"]["name"] for edge in lineage["edges"]["nodes"] if edge["job"]} == {"derive_ages"}


def _typed(folder: Path, address: str) -> str:
    """Type every block of the README in a shell in the folder, which holds of the project what they name."""
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "examples").symlink_to(REPOSITORY / "examples")
    shown = "".join(block for block in blocks("README.md", "sh") if not block.startswith(MADE))
    script = ASKS.sub(FOLLOWED, SERVE.sub(lambda found: found[0] + SERVED, shown)).replace(ADDRESS, address)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LINEWARD_", "OPENLINEAGE_"))}
    with (folder / "printed").open("wb") as output:
        done = subprocess.run(
            ["bash", "-euo", "pipefail"],
            input=f'{script}\nprintf %s "$LINEWARD_KEY" > key\n'.encode(),
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**kept, "LINEWARD_PORT": address.rpartition(":")[2], "NO_COLOR": "1"},
            timeout=SECONDS,
            check=False,
        )
    printed = (folder / "printed").read_text("utf-8")
    assert done.returncode == 0, printed
    # The server writes its log between what the commands print.
    return "\n".join(line for line in printed.splitlines() if not line.startswith("{"))


def _asked(address: str, key: str, written: Path) -> Any:
    """Ask the README's question of what the pipeline wrote, by the first digits of its digest."""
    (question,) = blocks("README.md", "graphql")
    return _data(address, key, question, digest=emit.manifest(written).digest.removeprefix("sha256:")[:8])["snapshot"]


def _data(address: str, key: str, query: str, **variables: Any) -> Any:
    answer = httpx2.post(
        f"{address}/graphql",
        json={"query": query, "variables": variables},
        headers={"Authorization": f"Bearer {key}"},
        trust_env=False,
    ).json()
    assert "errors" not in answer, answer
    return answer["data"]


@pytest.mark.timeout(400)
def test_the_demo_runs_to_its_end_and_its_dossiers_verify(tmp_path: Path) -> None:
    done = command(tmp_path, "demo", "--once", "--data-dir", str(tmp_path / "demo"), "-o", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr.decode()
    catalog = tmp_path / "demo" / "catalog"
    dossiers = sorted((tmp_path / "out").rglob("*.pdf"))
    # Of two versions, of what both were trained on, and of what was approved.
    assert len(dossiers) == 4
    printed = done.stdout.decode()
    assert max(len(line) for line in printed.splitlines() if "export " not in line and str(tmp_path) not in line) <= 100
    assert all(line == line.rstrip() for line in printed.splitlines())
    _hold_invitations(printed, tmp_path)
    for dossier in dossiers:
        checked = command(catalog, "verify", str(dossier), "--key", str(catalog / "keys" / "verifiers"))
        assert checked.returncode == 0, checked.stdout.decode()
    down = command(catalog, "lineage", "readmission@2.0.0", "--direction", "upstream", "--json")
    assert down.returncode == 0, down.stderr.decode()


def _hold_invitations(printed: str, folder: Path) -> None:
    """Hold every line that is to be pasted to act as who stands above it."""
    lines = [line.strip() for line in printed.splitlines()]
    invited = [(lines[at - 1], line) for at, line in enumerate(lines) if line.startswith("export ")]
    declared = folder / "declared.json"
    declared.write_text(
        '{"kind": "declare_dataset", "dataset": {"namespace": "here", "name": "it"}, "owner": "Testowner"}'
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    for who, line in invited:
        may = "steward" in who or "engineer" in who
        script = f"{line}; lineward record {declared} 2>&1 || true"
        shell = ["/bin/sh", "-euc", script]
        told = subprocess.run(
            shell, env={"PATH": path}, capture_output=True, timeout=SECONDS, check=True
        ).stdout.decode()
        assert ("1 record taken" in told or "already there" in told) == may, told
        assert ("needs the role" in told) != may, told
    assert len(invited) == 6


def test_a_demo_that_is_terminated_ends_its_server(tmp_path: Path) -> None:
    catalog = tmp_path / "demo" / "catalog"
    with (tmp_path / "printed").open("wb") as output:
        demo = subprocess.Popen(
            [*OPENER, "demo", "--data-dir", str(tmp_path / "demo"), "-o", str(tmp_path / "out")],
            cwd=REPOSITORY,
            env=environment(tmp_path),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        end = time.monotonic() + SECONDS
        while served_at(catalog) is None and time.monotonic() < end:
            time.sleep(0.05)
        assert served_at(catalog)
        demo.terminate()
        demo.wait(SECONDS)
    finally:
        demo.kill()
        demo.wait(SECONDS)
    assert served_at(catalog) is None
