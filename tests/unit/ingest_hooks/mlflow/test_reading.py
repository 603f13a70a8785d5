"""What is read of an MLflow registry, through a client that answers as MLflow's own does, without MLflow."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from ingest_hooks.mlflow.model import Input, RegisteredModel, Run, Version
from ingest_hooks.mlflow.reading import read

KEPT, GONE = "0190d2e6000070008000000000000010", "0190d2e6000070008000000000000011"


class MlflowException(Exception):  # noqa: N818  as MLflow calls it
    """What MLflow raises."""

    error_code = "RESOURCE_DOES_NOT_EXIST"


class Page(list[Any]):
    """A page of what is searched: all of it, in pages of one."""

    def __init__(self, every: Sequence[Any], token: str | None) -> None:
        at = int(token or 0)
        super().__init__(every[at : at + 1])
        self.token = str(at + 1) if at + 1 < len(every) else None


class Client:
    """A client of a registry of two models."""

    def __init__(self, *_: str) -> None:
        self.versions = [
            version("readmission", 2, "Production", KEPT, 2),
            version("readmission", 1, "Archived", GONE, 1),
            version("readmission", 3, "None", None, 3, status="FAILED_REGISTRATION"),
            version("sepsis", 1, None, "", 4),
        ]
        self.models = [
            SimpleNamespace(name="sepsis", aliases={}),
            SimpleNamespace(name="readmission", aliases={"champion": 2, "before": 1}),
        ]

    def search_model_versions(self, max_results: int, page_token: str | None) -> Page:
        assert max_results > 1
        return Page(self.versions, page_token)

    def search_registered_models(self, max_results: int, page_token: str | None) -> Page:
        assert max_results > 1
        return Page(self.models, page_token)

    def get_run(self, run_id: str) -> Any:
        if run_id != KEPT:
            raise MlflowException
        source = SimpleNamespace(name="visits", digest="abc", source=json.dumps({"uri": "/lake/visits"}))
        tags = [SimpleNamespace(key="mlflow.data.context", value="training")]
        return SimpleNamespace(
            info=SimpleNamespace(experiment_id="7", status="FINISHED", start_time=1, end_time=2),
            data=SimpleNamespace(params={"rate": "a value", "depth": "9"}, metrics={"auroc": 0.75}, tags=CODE),
            inputs=SimpleNamespace(dataset_inputs=[SimpleNamespace(dataset=source, tags=tags)]),
        )

    def get_experiment(self, _: str) -> Any:
        return SimpleNamespace(name="made-up")


CODE = {"mlflow.source.git.repoURL": "https://code.example.org/made-up", "mlflow.source.git.commit": "f" * 40}


def version(name: str, number: int, stage: str | None, run: str | None, at: int, status: str = "READY") -> Any:
    return SimpleNamespace(
        name=name, version=number, current_stage=stage, run_id=run, creation_timestamp=at, status=status
    )


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The folder of a file store, which a made-up MLflow reads."""
    mlflow, exceptions = ModuleType("mlflow"), ModuleType("mlflow.exceptions")
    mlflow.MlflowClient = Client  # type: ignore[attr-defined]
    exceptions.MlflowException = MlflowException  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mlflow", mlflow)
    monkeypatch.setitem(sys.modules, "mlflow.exceptions", exceptions)
    (tmp_path / "models").mkdir()
    return str(tmp_path)


def test_models_versions_aliases_and_stages_are_read_over_all_pages(address: str) -> None:
    run = Run(
        id=KEPT,
        experiment="made-up",
        status="FINISHED",
        started_at=1,
        ended_at=2,
        parameters=("depth", "rate"),
        metrics=("auroc",),
        inputs=(Input("visits", "abc", "/lake/visits", "training"),),
        repository="https://code.example.org/made-up",
        revision="f" * 40,
    )
    assert read(address) == (
        RegisteredModel(
            "readmission",
            (Version("readmission", "1", 1, None), Version("readmission", "2", 2, run)),
            (("before", "1"), ("champion", "2")),
            (("1", "Archived"), ("2", "Production")),
        ),
        RegisteredModel("sepsis", (Version("sepsis", "1", 4, None),)),
    )


def test_of_some_models_alone_nothing_of_others_is_read(address: str) -> None:
    assert [one.name for one in read(address, ["sepsis"])] == ["sepsis"]
