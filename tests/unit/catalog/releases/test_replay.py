"""How a snapshot or a model version can be made again, and what is missing for that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from catalog.errors import SenderError
from catalog.reading import AsOf
from catalog.releases.replay import ReplayPlan, replay_plan
from catalog.snapshots.rules import manifest_digest
from graph_schema.nodes import Dataset, ModelVersion, Snapshot
from tests.support.records import MODEL, House, event, registration, seal, tombstone

LANDED, CURATED, FEATURES = ({"namespace": "lake", "name": name} for name in ("landed", "curated", "features"))
RUNS = [f"0190d2e6-0000-7000-8000-0000000000{number:02x}" for number in range(16, 32)]
CODE = {"repository": "https://code.example.org/made-up", "revision": "f" * 40, "clean": True}
INSTALLED = {"digest": "sha256:" + "e" * 64, "description": "CPython 3.11"}


def files(name: str) -> list[dict[str, Any]]:
    return [{"path": f"{name}.csv", "size": 4, "digest": "sha256:" + "1" * 64}]


def digest(name: str) -> str:
    return manifest_digest(files(name))


def state(dataset: dict[str, str]) -> dict[str, Any]:
    return {**dataset, "facets": {"version": {"datasetVersion": digest(dataset["name"])}}}


def snapshot(dataset: dict[str, str]) -> str:
    return Snapshot(dataset["namespace"], dataset["name"], digest(dataset["name"])).id


def sealed(dataset: dict[str, str]) -> dict[str, Any]:
    name = dataset["name"]
    return seal(dataset=dataset, manifest=files(name), digest=digest(name), run_id=None, job=None)


def ran(
    run: int, inputs: Sequence[dict[str, Any]], outputs: Sequence[dict[str, Any]], job: str = "", **facets: Any
) -> dict[str, Any]:
    made = event(at=f"2026-01-01T10:{run:02}:00Z", run=RUNS[run])
    known = {"lineward_codeRevision": CODE, "lineward_environment": INSTALLED, **facets}
    return {
        **made,
        "run": {"runId": RUNS[run], "facets": {name: one for name, one in known.items() if one is not None}},
        "job": {"namespace": "pipeline", "name": job or f"step-{run}"},
        "inputs": list(inputs),
        "outputs": list(outputs),
    }


def chain(house: House) -> None:
    house.send(ran(1, [state(LANDED)], [state(CURATED)]))
    house.send(ran(2, [state(CURATED)], [state(FEATURES)]))
    house.record(sealed(LANDED))


def plan(house: House, of: str | None = None, as_of: AsOf | None = None) -> ReplayPlan:
    return replay_plan(house.view() if as_of is None else house.view(as_of), of or snapshot(FEATURES))


def test_the_steps_come_after_those_that_make_what_they_read(house: House) -> None:
    chain(house)
    found = plan(house)
    assert [one.makes for one in found.steps] == [(snapshot(CURATED),), (snapshot(FEATURES),)]
    assert [[each.snapshot for each in one.inputs] for one in found.steps] == [[snapshot(LANDED)], [snapshot(CURATED)]]
    assert {(one.revision, one.clean, one.environment, one.described) for one in found.steps} == {
        ("f" * 40, True, INSTALLED["digest"], INSTALLED["description"])
    }
    assert found.begins_with == (snapshot(LANDED),)
    assert found.missing == ()
    assert found.is_possible
    assert found.entries == (0, 1, 2)


def test_what_it_begins_with_has_to_be_sealed_and_there(house: House) -> None:
    chain(house)
    before = house.ledger.size() - 1
    house.record(tombstone(dataset=LANDED, digest=digest("landed")))
    found = plan(house)
    assert [one for one in found.missing if one.endswith("are gone.")]
    assert not found.is_possible
    assert plan(house, as_of=AsOf(known_at=before)).is_possible
    unsealed = plan(house, as_of=AsOf(known_at=before - 1))
    assert [one for one in unsealed.missing if one.startswith("Nobody sealed landed")]


@pytest.mark.parametrize(
    ("facets", "inputs", "expected"),
    [
        ({"lineward_codeRevision": None}, [state(LANDED)], "Which revision of the code ran is not recorded."),
        (
            {"lineward_codeRevision": {**CODE, "clean": False}},
            [state(LANDED)],
            "The code held changes that are in no revision.",
        ),
        ({"lineward_environment": None}, [state(LANDED)], "In which environment it ran is not recorded."),
        ({}, [LANDED], "In which state it read one of its inputs is not recorded."),
        ({}, [], "What it read is not recorded."),
    ],
)
def test_what_nobody_recorded_of_a_step_is_said(
    house: House, facets: dict[str, Any], inputs: list[dict[str, Any]], expected: str
) -> None:
    house.send(ran(1, inputs, [state(FEATURES)], **facets))
    (step,) = plan(house).steps
    assert step.missing == (expected,)
    assert not plan(house).is_possible


def test_a_state_that_no_run_made_cannot_be_made_again(house: House) -> None:
    house.send(event())
    house.send(ran(1, [state(FEATURES)], []))
    found = plan(house)
    assert (found.steps, found.missing) == ((), ("No run is recorded that made it.",))


def test_the_newest_run_that_completed_is_the_one_to_repeat(house: House) -> None:
    house.send(ran(1, [state(LANDED)], [state(FEATURES)]))
    house.send(ran(2, [state(CURATED)], [state(FEATURES)]))
    house.send({**ran(3, [state(CURATED)], [state(FEATURES)]), "eventType": "FAIL"})
    (step,) = plan(house).steps
    assert [one.snapshot for one in step.inputs] == [snapshot(CURATED)]


def test_a_model_version_is_made_again_by_its_run_or_by_what_is_registered(house: House) -> None:
    chain(house)
    trained = [{"dataset": FEATURES, "digest": digest("features")}]
    house.record(registration(trained_on=trained, evaluated_on=[], run_id=None, job=None))
    version = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
    found = plan(house, version)
    assert [one.makes for one in found.steps] == [(snapshot(CURATED),), (snapshot(FEATURES),), (version,)]
    assert found.steps[-1].revision is not None
    assert found.steps[-1].missing == ("No run is recorded: what it read besides is not known.",)


def test_nothing_else_is_made_again(house: House) -> None:
    chain(house)
    with pytest.raises(SenderError, match="name the state of a dataset"):
        plan(house, Dataset(**FEATURES).id)
