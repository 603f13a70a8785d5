"""`lineward model live`, `running` and `rollback-target`: what runs where, on which data, and what to go back to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.deployments import deployment, ending_deployment, release
from tests.support.records import declaration, event, place, registration, seal
from tests.support.typed import Typed, typed

FINE, FINDING, WRONG_USE = 0, 1, 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "catalog"
    assert typed(folder, "ingest", "--new", stdin=json.dumps(event()).encode()).code == FINE
    begun = [seal(), declaration(source="made-up EHR"), place("EU", None, place_kind="REGION"), place(), registration()]
    done = record(folder, *begun, release(), deployment())
    assert done.code == FINE, done.err
    return folder


def record(folder: Path, *payloads: dict[str, object]) -> Typed:
    return typed(folder, "record", stdin="\n".join(map(json.dumps, payloads)).encode())


def test_the_versions_of_a_model_are_shown_as_of_a_time(folder: Path) -> None:
    first = json.loads(typed(folder, "model", "versions", "readmission", "--json").out)
    record(folder, registration(version="2"))
    done = typed(folder, "model", "versions", "readmission", "--json")
    assert done.code == FINE, done.err
    found = json.loads(done.out)
    assert [one["version"] for one in found] == ["2", "1"]
    assert found[1]["deployments"][0]["placeName"] == "North"
    before = ("--known-at-index", str(found[0]["registration"]["entry"] - 1))
    then = typed(folder, "model", "versions", "readmission", *before, "--json")
    assert [one["version"] for one in json.loads(then.out)] == ["1"]
    assert [one["version"] for one in first] == ["1"]
    shown = typed(folder, "model", "versions", "readmission")
    assert "North (production)" in shown.out
    assert "2 versions." in shown.err


@pytest.mark.parametrize("of", [("landing visits",), ("curated visits",), ("--source", "made-up EHR")])
def test_the_models_that_are_live_on_some_data_are_shown_with_where_they_run(folder: Path, of: tuple[str, ...]) -> None:
    done = typed(folder, "model", "live", *of, "--json")
    assert done.code == FINE, done.err
    (found,) = json.loads(done.out)["models"]
    (runs,) = found["deployments"]
    assert (runs["placeName"], runs["environmentName"], runs["isLive"]) == ("North", "production", True)
    assert runs["modelVersion"]["name"] == "readmission@1"
    assert runs["entry"] in found["entries"]
    assert "readmission@1" in typed(folder, "model", "live", *of).out


def test_what_runs_at_a_place_is_shown_until_it_is_ended(folder: Path) -> None:
    (found,) = json.loads(typed(folder, "model", "running", "EU", "--json").out)
    assert "readmission@1" in typed(folder, "model", "running", "North").out
    record(folder, ending_deployment(found["entry"]))
    assert json.loads(typed(folder, "model", "running", "EU", "--json").out) == []
    then = typed(folder, "model", "running", "EU", "--known-at-index", str(found["entry"]), "--json")
    assert [one["entry"] for one in json.loads(then.out)] == [found["entry"]]
    assert json.loads(typed(folder, "model", "live", "landing visits", "--json").out)["models"] == []


def test_what_may_be_gone_back_to_is_told_with_the_reason(folder: Path) -> None:
    record(folder, registration(version="2"), release("2"))
    done = typed(folder, "model", "rollback-target", "readmission@2", "--json")
    assert done.code == FINDING, done.err
    found = json.loads(done.out)
    (judged,) = found["judged"]
    assert (found["target"], judged["passes"]) == (None, None)
    assert judged["modelVersion"]["name"] == "readmission@1"
    shown = typed(folder, "model", "rollback-target", "readmission@2").out
    assert "Its release quotes no evaluation of the gate." in " ".join(shown.split())
