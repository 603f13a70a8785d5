"""What an MLflow registry says in events, without MLflow."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.assets import queries as assets
from catalog.releases.queries import model_versions, version_statements
from graph_schema.nodes import Dataset, Job, ModelVersion
from ingest_hooks.mlflow import events
from ingest_hooks.mlflow.model import Input, RegisteredModel, Run, Version
from tests.support.records import House

RUN = Run(
    id="0190d2e6000070008000000000000010",
    experiment="made-up",
    status="FINISHED",
    started_at=1_700_000_000_000,
    ended_at=1_700_000_060_000,
    parameters=("depth", "rate"),
    metrics=("auroc",),
    inputs=(Input("visits", "abc123", "/lake/visits", "training"), Input("wards", "def456", None, None)),
    repository="https://code.example.org/made-up",
    revision="f" * 40,
)
MODEL = RegisteredModel(
    "readmission",
    (Version("readmission", "1", 1_700_000_070_000, RUN), Version("readmission", "2", 1_700_000_080_000, None)),
    (("champion", "1"),),
    (("2", "Staging"),),
)


def told(model: RegisteredModel = MODEL) -> list[dict[str, Any]]:
    return list(events.events([model], "mlflow"))


def test_a_run_is_its_start_and_its_end_and_a_version_without_one_an_event_of_its_own() -> None:
    start, end, alone = told()
    assert (start["eventType"], start["eventTime"], start["outputs"]) == ("START", "2023-11-14T22:13:20.000Z", [])
    assert (end["eventType"], end["eventTime"]) == ("COMPLETE", "2023-11-14T22:14:20.000Z")
    assert end["run"]["runId"] == "0190d2e6-0000-7000-8000-000000000010"
    assert [one["facets"]["lineward_modelVersion"]["version"] for one in end["outputs"]] == ["1"]
    assert alone["dataset"]["facets"]["lineward_modelVersion"]["version"] == "2"


def test_reading_it_again_says_the_same_whatever_the_aliases() -> None:
    assert told() == told(RegisteredModel(MODEL.name, MODEL.versions, ()))


@pytest.mark.parametrize(
    ("status", "expected"),
    [("FAILED", ["START", "FAIL"]), ("KILLED", ["START", "ABORT"]), ("RUNNING", ["START"]), ("SCHEDULED", ["START"])],
)
def test_a_run_ends_as_mlflow_says(status: str, expected: list[str]) -> None:
    one = Run("0190d2e6000070008000000000000010", "made-up", status, 1, None if len(expected) == 1 else 2)
    found = told(RegisteredModel("readmission", (Version("readmission", "1", 3, one),)))
    assert [each["eventType"] for each in found] == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/lake/visits", ("file", "/lake/visits")),
        ("file:///lake/made%20up", ("file", "/lake/made up")),
        ("s3://made-up-bucket/lake/visits", ("s3://made-up-bucket", "lake/visits")),
        ("https://someone:secret@host.example.org/visits.csv", ("https://host.example.org", "visits.csv")),
        ("relative/visits", ("mlflow", "visits")),
        ("s3://made-up-bucket", ("mlflow", "visits")),
        (None, ("mlflow", "visits")),
    ],
)
def test_an_input_is_called_by_its_address_so_that_it_is_the_one_of_other_events(
    address: str | None, expected: tuple[str, str]
) -> None:
    assert events.dataset_name(Input("visits", "abc", address, None), "mlflow") == expected


def test_the_catalog_knows_versions_runs_inputs_and_names_of_parameters(house: House) -> None:
    for one in told():
        house.send(one)
    house.send(events.registered_event(MODEL, "mlflow", 1_700_000_090_000))
    view = house.view()
    versions = [ModelVersion("mlflow", "readmission", number).id for number in "12"]
    assert set(model_versions(view, versions)) == set(versions)
    said = version_statements(view, versions)
    assert [one.run is not None for one in said[versions[0]]] == [True]
    (run,) = assets.runs(view, [edge.source for edge in view.edges(versions, ("WROTE",), "in")]).values()
    assert set(run.inputs) == {Dataset("file", "/lake/visits").id, Dataset("mlflow", "wards").id}
    assert run.job == Job("mlflow", "made-up").id
    assert run.aspects["facet:mlflow_run"].value["parameterNames"] == ["depth", "rate"]
    model = assets.datasets(view, [Dataset("mlflow", "readmission").id])[Dataset("mlflow", "readmission").id]
    value = model.aspects["facet:mlflow_registeredModel"].value
    assert value["aliases"] == [{"alias": "champion", "version": "1"}]
    assert value["stages"] == [{"version": "2", "stage": "Staging"}]
