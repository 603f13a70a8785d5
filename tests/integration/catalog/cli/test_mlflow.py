"""`lineward import mlflow`: a registry that MLflow itself made, and what is said where MLflow is not installed."""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.typed import typed

FINE, OUTSIDE = 0, 3
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Of what MLflow is made of.


@pytest.fixture(params=["sqlite", "files"])
def registry(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    mlflow: Any = pytest.importorskip(
        "mlflow", reason="pip install 'lineward[mlflow]': MLflow itself makes the registry"
    )
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    entities = mlflow.entities
    folder = tmp_path / "mlruns"
    address = f"sqlite:///{tmp_path}/mlflow.db" if request.param == "sqlite" else folder.as_uri()
    client = mlflow.MlflowClient(address, address)
    experiment = client.create_experiment("made-up", artifact_location=(tmp_path / "artifacts").as_uri())
    run = client.create_run(experiment).info.run_id
    client.log_param(run, "depth", "a value that stays there")
    client.log_metric(run, "auroc", 0.75)
    source = entities.Dataset(
        name="visits", digest="abc123", source_type="local", source=json.dumps({"uri": "/lake/visits"})
    )
    client.log_inputs(run, [entities.DatasetInput(source, [entities.InputTag("mlflow.data.context", "training")])])
    client.set_terminated(run)
    client.create_registered_model("readmission")
    client.create_model_version("readmission", f"{(tmp_path / 'artifacts').as_uri()}/model", run_id=run)
    client.set_registered_model_alias("readmission", "champion", "1")
    return address if request.param == "sqlite" else str(folder)


def test_what_mlflow_registered_is_taken_once(registry: str, tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    looked = typed(folder, "import", "mlflow", registry, "--dry-run", "--json")
    assert looked.code == FINE, looked.err
    assert [one["eventType"] for one in json.loads(looked.out)] == ["START", "COMPLETE"]
    assert not folder.exists()
    assert typed(folder, "ingest", "--new", stdin=b"").code == FINE
    first = typed(folder, "import", "mlflow", registry, "--json")
    assert json.loads(first.out) == {"models": 1, "taken": 3, "alreadyThere": 0}, first.err
    again = typed(folder, "import", "mlflow", registry)
    assert "0 events taken, 2 already there." in again.err
    assert "champion" in again.out
    assert "a value that stays there" not in first.out + again.out + looked.out
    assert "readmission" in typed(folder, "search", "readmission").out


def test_a_database_is_not_changed_by_being_read(registry: str, tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    before = path.read_bytes() if path.exists() else b""
    assert typed(tmp_path / "catalog", "import", "mlflow", registry, "--dry-run").code == FINE
    assert (path.read_bytes() if path.exists() else b"") == before


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("sqlite:///no-such.db", "There is no file no-such.db."),
        ("no-such-folder", "no-such-folder holds no registered models."),
        ("postgresql://host/mlflow", "postgresql:// is neither a file store nor an SQLite database."),
        ("https://mlflow.example.org", "https:// is neither a file store nor an SQLite database."),
        ("sqlite:///no-database", "no-database is no SQLite database."),
    ],
)
def test_what_is_no_local_registry_is_refused_in_a_sentence(
    address: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "no-database").write_text("made-up " * 200)
    done = typed(tmp_path / "catalog", "import", "mlflow", address, "--dry-run")
    assert (done.code, expected in done.err) == (OUTSIDE, True), done.err


def test_where_mlflow_is_not_installed_it_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with sqlite3.connect(tmp_path / "mlflow.db") as made:
        made.execute("create table made_up (text text)")
    done = typed(tmp_path / "catalog", "import", "mlflow", f"sqlite:///{tmp_path}/mlflow.db", "--dry-run")
    assert done.code == OUTSIDE
    assert "pip install 'lineward[mlflow]'" in done.err
