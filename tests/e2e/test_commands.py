"""The commands as people and programs use them: what is printed where, and with which exit code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest

from tests.e2e.conftest import OPENER, REPOSITORY, command
from tests.support.records import DIGEST, MODEL, declaration, event, registration, seal

if TYPE_CHECKING:
    from tests.e2e.conftest import Start

FINE, FINDING, WRONG_USE, OUTSIDE = 0, 1, 2, 3
EVENTS = "\n".join(
    json.dumps(one) for one in (event("START", "2026-01-01T09:00:00Z"), event(version={"datasetVersion": DIGEST}))
).encode()


def lines(text: bytes) -> list[str]:
    return text.decode().splitlines()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that a pipeline and its people filled by commands alone."""
    folder = tmp_path_factory.mktemp("catalog")
    assert command(folder, "ingest", "--new", stdin=EVENTS).returncode == FINE
    records = "\n".join(json.dumps(one) for one in (declaration(), seal(), registration())).encode()
    written = command(folder, "record", "--json", stdin=records)
    assert written.returncode == FINE, written.stderr
    assert [one["index"] for one in json.loads(written.stdout)] == [2, 3, 4]
    return folder


def test_search_prints_data_alone_on_standard_output(data: Path) -> None:
    answer = command(data, "search", "visits", "--kind", "dataset", "--json")
    assert answer.returncode == FINE
    found = json.loads(answer.stdout)
    assert found["totalCount"] == 2
    assert found["completeness"]["__typename"] == "Complete"
    table = command(data, "search", "*", "--filter", "zone=LANDING")
    assert "landing" in table.stdout.decode()
    assert "1 found" in table.stdout.decode()
    assert "leaves nothing out" in table.stderr.decode()


def test_what_is_safe_is_searched_and_a_miss_explained(data: Path) -> None:
    answer = command(data, "search", "--safe-for", "development", "--json")
    assert answer.returncode == FINE, answer.stderr
    assert json.loads(answer.stdout)["edges"] == []
    answer = command(data, "why-not-safe", "landing visits", "development")
    assert answer.returncode == FINE, answer.stderr
    assert "is not safe for development" in answer.stdout.decode()
    assert "FAIL" in answer.stdout.decode()
    answer = command(data, "why-not-safe", "landing visits", "publishing")
    assert answer.returncode == WRONG_USE
    assert b"USE is" in answer.stderr or b"development" in answer.stderr


def test_lineage_is_asked_by_name(data: Path) -> None:
    answer = command(data, "lineage", "curated visits", "--json")
    assert answer.returncode == FINE, answer.stderr
    found = json.loads(answer.stdout)
    assert [node["depth"] for node in found["nodes"]] == [0, 1]
    assert found["edges"][0]["job"] == {"name": "curate"}
    table = command(data, "lineage", f"{MODEL['name']}@1")
    assert table.returncode == FINE, table.stderr
    assert "curate" in table.stdout.decode()
    assert "read at entry 4" in table.stderr.decode()


def test_a_name_of_several_things_is_answered_with_their_ids(data: Path) -> None:
    answer = command(data, "lineage", "visits")
    assert answer.returncode == WRONG_USE
    assert answer.stdout == b""
    assert answer.stderr.decode().count("Dataset:") == 2


def test_a_report_is_written_and_verified(data: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(data, tmp_path / "catalog"))
    written = command(data, "report", "readmission@1", "-o", str(tmp_path))
    assert written.returncode == FINE, written.stderr
    files = [Path(line) for line in lines(written.stdout)]
    assert sorted(file.suffix for file in files) == [".html", ".json", ".pdf"]
    for file in files:
        checked = command(data, "verify", str(file), "--key", str(data / "keys" / "verifiers"), "--json")
        assert checked.returncode == FINE, checked.stdout
        assert json.loads(checked.stdout)["ok"]
        without = command(data, "verify", str(file), "--json")
        assert (without.returncode, json.loads(without.stdout)["ok"]) == (FINDING, False)
    assert b"--key" in written.stderr
    script = tmp_path / "verify_lineward.py"
    script.write_bytes(command(data, "verifier").stdout)
    key = command(data, "ledger", "key").stdout.decode().strip()
    arguments = [sys.executable, "-I", str(script), str(files[0]), "--key", key]
    assert subprocess.run(arguments, capture_output=True, check=False).returncode == FINE
    forged = tmp_path / "forged.html"
    html = next(file for file in files if file.suffix == ".html")
    forged.write_bytes(html.read_bytes().replace(b"readmission", b"readmissiom", 1))
    assert command(data, "verify", str(forged)).returncode == FINDING


@pytest.mark.parametrize(
    ("subject", "namespace"), [("readmission@1", "models"), (DIGEST, "curated"), ("landing visits", "landing")]
)
def test_the_approvals_record_of_anything_that_can_be_approved_is_written(
    data: Path, tmp_path: Path, subject: str, namespace: str
) -> None:
    data = Path(shutil.copytree(data, tmp_path / "catalog"))
    written = command(data, "report", "approvals", subject, "--format", "json", "-o", str(tmp_path))
    assert written.returncode == FINE, written.stderr
    (file,) = lines(written.stdout)
    report = json.loads(Path(file).read_text("utf-8"))
    assert (report["kind"], report["context"]["subject"]["namespace"]) == ("approvals", namespace)
    assert command(data, "verify", file, "--key", str(data / "keys" / "verifiers")).returncode == FINE


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (
            ["audit", "readmission@1"],
            "REPORT is one of model-dossier, dataset-dossier, approvals, approvals-period; 'audit'",
        ),
        (["approvals", "landing", "visits"], "in quotes where that has blanks"),
        (["landing visits"], "'landing visits' is a dataset, and a model version is needed here."),
    ],
)
def test_a_report_that_there_is_not_is_named(data: Path, words: list[str], wrong: str) -> None:
    answer = command(data, "report", *words)
    assert answer.returncode == WRONG_USE
    assert wrong in answer.stderr.decode()


def test_the_verifier_key_is_printed_alone_with_where_it_came_from_beside(data: Path) -> None:
    answer = command(data, "ledger", "key")
    assert answer.returncode == FINE, answer.stderr
    assert answer.stdout == (data / "keys" / "verifiers").read_bytes()
    assert f"catalog: {data}" in answer.stderr.decode()
    every = json.loads(command(data, "ledger", "key", "--all", "--json").stdout)
    assert every == {"keys": lines(answer.stdout), "catalog": str(data)}


def test_the_ledger_is_verified_and_the_graph_held_to_it(data: Path) -> None:
    answer = command(data, "ledger", "verify", "--graph", "--json")
    assert answer.returncode == FINE, answer.stderr
    found = json.loads(answer.stdout)
    assert (found["ok"], found["size"], found["graph"]) == (True, 5, True)


def test_a_rebuilt_graph_is_equal(data: Path) -> None:
    before = command(data, "graph", "counts", "--json").stdout
    rebuilt = command(data, "graph", "rebuild", "--json")
    found = {"catalog": str(data), "entries": 5, "quarantined": []}
    assert (rebuilt.returncode, json.loads(rebuilt.stdout)) == (FINE, found)
    assert command(data, "graph", "counts", "--json").stdout == before
    assert command(data, "ledger", "verify", "--graph").returncode == FINE


def test_a_checkpoint_kept_elsewhere_is_held_against_the_ledger(data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "checkpoint"
    kept.write_bytes(command(data, "ledger", "checkpoint").stdout)
    assert command(data, "ledger", "verify", "--checkpoint", str(kept)).returncode == FINE
    other = tmp_path / "other"
    command(other, "ingest", "--new", stdin=EVENTS)
    (tmp_path / "foreign").write_bytes(command(other, "ledger", "checkpoint").stdout)
    assert command(data, "ledger", "verify", "--checkpoint", str(tmp_path / "foreign")).returncode == FINDING


def test_a_flipped_bit_is_a_finding(tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    command(folder, "ingest", "--new", stdin=EVENTS)
    file = folder / "ledger.db"
    raw = bytearray(file.read_bytes())
    at = raw.index(b'"correlation_id"')
    raw[at + 1] ^= 1
    file.write_bytes(raw)
    answer = command(folder, "ledger", "verify", "--json")
    assert answer.returncode == FINDING, answer.stdout
    assert b"Traceback" not in answer.stderr


def test_commands_find_the_server_that_runs_on_their_data(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    server = start(folder)
    assert command(folder, "ingest", stdin=EVENTS).returncode == FINE
    assert httpx2.get(f"{server.url}/health/ready", trust_env=False, timeout=60).json()["ledger"]["size"] == 2
    rebuild = command(folder, "graph", "rebuild")
    assert rebuild.returncode == OUTSIDE
    assert "Another process" in rebuild.stderr.decode()
    status = command(folder, "ledger", "status", "--json")
    assert json.loads(status.stdout)["state"] == "ready"


def test_a_copy_of_the_folder_of_a_running_server_is_a_catalog_of_its_own(start: Start, tmp_path: Path) -> None:
    folder, copy = tmp_path / "catalog", tmp_path / "copy"
    server = start(folder)
    assert command(folder, "ingest", stdin=EVENTS).returncode == FINE
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*.lock"))
    assert (copy / "server.json").read_bytes() == (folder / "server.json").read_bytes()
    made = command(copy, "key", "create", "admin-1", "--role", "admin", "--json")
    assert made.returncode == FINE, made.stderr
    assert f"catalog: {copy}\n" in made.stderr.decode()
    for arguments in (("search",), ("ledger", "status"), ("key", "list"), ("ledger", "key")):
        answer = command(copy, *arguments)
        assert answer.returncode == FINE, answer.stderr
        assert answer.stderr.decode().startswith(f"catalog: {copy}\n")
        there = command(folder, *arguments)
        assert there.stderr.decode().startswith(f"catalog: {folder}, served at {server.url}\n")
    assert httpx2.get(f"{server.url}/health/ready", trust_env=False, timeout=60).json()["ledger"]["size"] == 2
    # No key was made there: whoever uses this machine is still served without one.
    assert httpx2.get(f"{server.url}/api/v1/ledger/entries", trust_env=False, timeout=60).status_code == 200


def test_an_address_that_is_set_is_the_target_of_every_command_or_refused(start: Start, tmp_path: Path) -> None:
    served, folder = tmp_path / "served", tmp_path / "folder"
    server = start(served)
    assert command(folder, "ingest", "--new", stdin=EVENTS).returncode == FINE
    for arguments in (("search",), ("ledger", "status"), ("key", "list"), ("ledger", "checkpoint")):
        answer = command(folder, *arguments, LINEWARD_URL=server.url)
        assert answer.stderr.decode().startswith(f"catalog: {server.url}\n")
        typed = command(served, *arguments, "--data-dir", str(folder), LINEWARD_URL=server.url)
        assert typed.stderr.decode().startswith(f"catalog: {folder}\n")
    for arguments in (("ledger", "verify"), ("graph", "rebuild"), ("graph", "counts")):
        answer = command(folder, *arguments, LINEWARD_URL=server.url)
        assert (answer.returncode, answer.stdout) == (WRONG_USE, b"")
        assert "names one behind a server: name its folder by --data-dir" in answer.stderr.decode()
        typed = command(served, *arguments, "--data-dir", str(folder), LINEWARD_URL=server.url)
        assert typed.returncode == FINE, typed.stderr
        assert typed.stderr.decode().startswith(f"catalog: {folder}\n")


def test_the_first_key_closes_the_door_and_opens_it_to_others(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    made = command(folder, "key", "create", "admin-1", "--role", "admin", "--role", "engineer", "--json")
    assert made.returncode == FINE, made.stderr
    key = json.loads(made.stdout)["key"]
    server = start(folder, LINEWARD_HOST="0.0.0.0")  # noqa: S104  the address is what is tested
    local = server.url
    assert local.startswith("http://127.0.0.1:")
    assert httpx2.post(f"{local}/api/v1/lineage", json=event(), trust_env=False, timeout=60).status_code == 401
    assert command(folder, "search").returncode == OUTSIDE
    refused = command(folder, "key", "create", "admin-1")
    assert refused.returncode == OUTSIDE
    assert "Where every key is lost, end the server, and make one on its folder." in refused.stderr.decode()
    asked = command(folder, "search", LINEWARD_KEY=key)
    assert asked.returncode == FINE, asked.stderr
    listed = command(folder, "key", "list", LINEWARD_KEY=key)
    assert "admin-1" in listed.stdout.decode()
    assert key not in listed.stdout.decode() + server.log.read_text()


def test_another_address_is_not_served_without_keys(tmp_path: Path) -> None:
    answer = command(tmp_path / "catalog", "serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104  it is refused
    assert answer.returncode == WRONG_USE
    assert "no key exists yet" in answer.stderr.decode()
    assert list(tmp_path.iterdir()) == []


def test_a_server_whose_port_is_taken_begins_no_catalog(start: Start, tmp_path: Path) -> None:
    port = start(tmp_path / "first").url.rpartition(":")[2]
    answer = command(tmp_path / "second", "serve", "--port", port)
    assert answer.returncode == OUTSIDE
    assert f"Something listens at 127.0.0.1:{port} already." in answer.stderr.decode()
    assert not (tmp_path / "second").exists()


def test_help_names_every_command() -> None:
    answer = command(Path("unused"), "--help")
    assert answer.returncode == FINE
    for name in (
        "serve",
        "demo",
        "ingest",
        "record",
        "lineage",
        "search",
        "report",
        "verify",
        "key",
        "ledger",
        "graph",
    ):
        assert name in answer.stdout.decode()


def test_a_graph_of_another_ledger_is_refused_by_whoever_would_use_it(tmp_path: Path) -> None:
    folder, other = tmp_path / "catalog", tmp_path / "other"
    for place in (folder, other):
        command(place, "ingest", "--new", stdin=EVENTS)
        assert command(place, "search").returncode == FINE
    shutil.copy(other / "graph.db", folder / "graph.db")
    for arguments in (("serve", "--port", "0"), ("search",), ("graph", "counts"), ("graph", "rebuild")):
        answer = command(folder, *arguments)
        assert answer.returncode == OUTSIDE, answer.stderr
        assert "This graph belongs to another ledger: it holds 2 entries" in answer.stderr.decode()
        assert "does not verify" not in answer.stderr.decode()
    assert command(folder, "ledger", "verify").returncode == FINE
    assert command(folder, "graph", "rebuild", "--replace").returncode == FINE
    assert command(folder, "ledger", "verify", "--graph").returncode == FINE


def test_a_reader_that_goes_away_is_no_finding() -> None:
    """`lineward … | head` ends well: an exit code of 1 would say that something was found."""
    with subprocess.Popen(
        [*OPENER, "graph", "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=REPOSITORY
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(100) == FINE
