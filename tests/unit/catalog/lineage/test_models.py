"""`datasetType` MODEL: a model version, one identity with its registration, whoever says what of it."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from catalog.assets.model import AssetState, StatementSource
from catalog.lineage.model import Confidence, Direction, FlowKind, FlowScope, Grain, Walk
from catalog.lineage.queries import lineage
from catalog.reading import AsOf
from catalog.releases.queries import model_versions, version_statements
from catalog.view import View
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset, ModelVersion, Snapshot
from tests.support.events import Json, dataset, run_event
from tests.support.records import House, registration

MODEL = {"datasetType": {"datasetType": "MODEL"}}
TRAIN = "018f4a3e-0000-7000-8000-000000000001"
SCORE = "018f4a3e-0000-7000-8000-000000000002"
AGAIN = "018f4a3e-0000-7000-8000-000000000003"
LETTERS, REFERRALS, SCORES = (Dataset("lake", name).id for name in ("letters", "referrals", "scores"))


def version_id(version: str) -> str:
    return ModelVersion("lake", "triage", version).id


def facets(version: str | None = "12", *, typed: bool = True) -> Json:
    named = {} if version is None else {"version": {"datasetVersion": version}}
    return {**(MODEL if typed else {}), **named}


def trains(kind: str = "COMPLETE", minute: int = 1, run_id: str = TRAIN, **said: Any) -> Json:
    return run_event(
        kind,
        minute,
        inputs=[dataset("letters", facets={"version": {"datasetVersion": "v1"}})],
        outputs=[dataset("triage", facets=facets(**said))],
        run_id=run_id,
        job_name="train",
    )


def scores(kind: str = "COMPLETE", minute: int = 9, **said: Any) -> Json:
    return run_event(
        kind,
        minute,
        inputs=[dataset("triage", facets=facets(**said)), dataset("referrals")],
        outputs=[dataset("scores")],
        run_id=SCORE,
        job_name="score",
    )


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def ends(view: View, root: str, direction: Direction, grain: Grain | None = None, **more: Any) -> set[str]:
    found = lineage(view, Walk((root,), direction, grain, depth=9, **more))
    return {node.id for node in found.nodes}.difference(found.roots)


def upstream(house: House, root: str, grain: Grain | None = None) -> set[str]:
    return ends(house.view(), root, Direction.UPSTREAM, grain)


def downstream(house: House, root: str, grain: Grain | None = None) -> set[str]:
    return ends(house.view(), root, Direction.DOWNSTREAM, grain)


GRAINS = pytest.mark.parametrize("grain", [Grain.DATASET, Grain.SNAPSHOT])


@GRAINS
def test_lineage_of_a_model_version_follows_from_events_alone(house: House, grain: Grain) -> None:
    house.send(trains())
    house.send(scores())
    letters = LETTERS if grain is Grain.DATASET else Snapshot("lake", "letters", "v1").id
    assert upstream(house, version_id("12"), grain) == {letters}
    assert len(downstream(house, version_id("12"), grain)) == 1
    assert version_id("12") in downstream(house, letters, grain)
    assert upstream(house, SCORES, grain) == {version_id("12"), letters, REFERRALS}


@GRAINS
def test_it_is_one_node_with_what_was_registered(house: House, grain: Grain) -> None:
    letters = LETTERS if grain is Grain.DATASET else Snapshot("lake", "letters", "v1").id
    house.send(trains())
    trained = [{"dataset": {"namespace": "lake", "name": "letters"}, "digest": "v1"}]
    model, job = {"namespace": "lake", "name": "triage"}, {"namespace": "demo", "name": "train"}
    house.record(registration(model=model, version="12", trained_on=trained, evaluated_on=[], run_id=TRAIN, job=job))
    house.send(scores())
    assert upstream(house, SCORES, grain) == {version_id("12"), REFERRALS, letters}
    by = version_statements(house.view(), [version_id("12")])[version_id("12")]
    assert [one.source for one in by] == [StatementSource.WRITING_RUN, StatementSource.RECORD]


@pytest.mark.parametrize("first", ["START", "COMPLETE"])
def test_a_version_that_only_one_event_of_the_run_names_is_what_the_run_wrote(house: House, first: str) -> None:
    second = {"START": "COMPLETE", "COMPLETE": "START"}[first]
    minutes = {"START": 1, "COMPLETE": 2}
    house.send(trains(first, minutes[first]))
    house.send(trains(second, minutes[second], version=None, typed=False))
    assert upstream(house, version_id("12"), Grain.DATASET) == {LETTERS}
    assert downstream(house, LETTERS) == {version_id("12")}


@pytest.mark.parametrize("first", ["START", "COMPLETE"])
def test_a_version_that_only_one_event_of_a_reader_names_is_what_it_read(house: House, first: str) -> None:
    house.send(trains(version="11"))
    house.send(trains(minute=2, run_id=AGAIN, version="12"))
    second = {"START": "COMPLETE", "COMPLETE": "START"}[first]
    house.send(scores(first, 9, version="11"))
    house.send(scores(second, 9, version=None, typed=False))
    assert version_id("11") in upstream(house, SCORES)
    assert version_id("12") not in upstream(house, SCORES)


@GRAINS
def test_a_reader_that_names_a_version_and_no_type_means_the_model_version(house: House, grain: Grain) -> None:
    house.send(trains(version="11"))
    house.send(trains(minute=2, run_id=AGAIN, version="12"))
    house.send(scores(version="11", typed=False))
    assert version_id("11") in upstream(house, SCORES, grain)
    assert version_id("12") not in upstream(house, SCORES, grain)
    assert downstream(house, version_id("11"), grain)
    assert not downstream(house, version_id("12"), grain)


@GRAINS
@pytest.mark.parametrize("typed", ["typed", "untyped"])
def test_a_reader_that_names_no_version_read_the_newest_by_then(house: House, typed: str, grain: Grain) -> None:
    house.send(scores(version=None, typed=typed == "typed"))
    house.send(trains(minute=10, run_id=AGAIN, version="13"))
    house.send(trains(minute=2, version="12"))
    found = lineage(house.view(), Walk((SCORES,), Direction.UPSTREAM, grain, depth=9))
    read = [edge for edge in found.edges if edge.source.startswith("ModelVersion:")]
    assert {(edge.source, edge.confidence is Confidence.STATED) for edge in read} == {(version_id("12"), False)}
    assert downstream(house, version_id("12"), grain)
    assert not downstream(house, version_id("13"), grain)


def test_the_dataset_of_a_model_is_its_newest_version(house: House) -> None:
    house.send(trains(version="11"))
    house.send(trains(minute=2, run_id=AGAIN, version="12"))
    found = lineage(house.view(), Walk((Dataset("lake", "triage").id,), Direction.UPSTREAM))
    assert found.roots == (version_id("12"),)


def test_a_version_that_a_failed_run_named_is_an_attempt(house: House) -> None:
    house.send(trains("FAIL"))
    house.send(scores())
    tried = lineage(house.view(), Walk((version_id("12"),), Direction.UPSTREAM, Grain.SNAPSHOT))
    assert [edge.attempt for edge in tried.edges] == [True]
    assert upstream(house, version_id("12"), Grain.DATASET) == set()
    attempts = ends(house.view(), version_id("12"), Direction.UPSTREAM, Grain.DATASET, include_attempts=True)
    assert attempts == {LETTERS}


def test_the_facet_of_the_product_names_a_version_likewise(house: House) -> None:
    named = {"lineward_modelVersion": {"version": "12"}}
    train = trains(version=None, typed=False)
    train["outputs"][0]["facets"] = named
    house.send(train)
    house.send(scores())
    assert upstream(house, SCORES) >= {version_id("12"), LETTERS}


def test_a_model_version_has_no_snapshot_of_the_same_name(house: House) -> None:
    house.send(trains())
    labels = {row[1].partition(":")[0] for row in house.store.scan() if row[0] == "node"}
    assert "ModelVersion" in labels
    snapshots = [row for row in house.store.scan() if row[0] == "node" and row[1].startswith("Snapshot:")]
    assert len(snapshots) == 1  # that of the letters


def test_a_model_is_no_raw_feed(house: House) -> None:
    house.send(scores())
    found = lineage(house.view(), Walk((SCORES,), Direction.UPSTREAM, depth=9))
    assert found.sources == {Dataset("lake", "referrals").id}


@pytest.mark.parametrize("version", ["12", None])
def test_a_model_that_nobody_wrote_is_no_raw_feed(house: House, version: str | None) -> None:
    house.send(scores(version=version))
    found = lineage(house.view(), Walk((SCORES,), Direction.UPSTREAM, depth=9))
    assert found.sources == {REFERRALS}


@GRAINS
def test_a_facet_that_names_the_model_as_a_source_means_the_version_that_was_read(house: House, grain: Grain) -> None:
    house.send(trains(version="11"))
    house.send(trains(minute=2, run_id=AGAIN, version="12"))
    score = scores(version="11")
    named = {"namespace": "lake", "name": "triage", "type": "DATASET"}
    score["outputs"][0]["facets"] = {"lineage": {"inputs": [named]}}
    house.send(score)
    assert version_id("11") in upstream(house, SCORES, grain)
    assert version_id("12") not in upstream(house, SCORES, grain)
    assert REFERRALS not in upstream(house, SCORES, grain)


def test_it_is_live_once_a_run_wrote_it_and_says_who_stated_it(house: House) -> None:
    house.send(trains())
    record = model_versions(house.view(), [version_id("12")])[version_id("12")]
    assert (record.state, record.registration) == (AssetState.LIVE, None)
    (stated,) = version_statements(house.view(), [version_id("12")])[version_id("12")]
    assert (stated.source, stated.entry) == (StatementSource.WRITING_RUN, 0)


def test_dataset_type_model_in_what_is_connected_is_one_node_with_the_version_that_its_jobs_name(house: House) -> None:
    house.send(trains())
    house.send(scores())
    for root in (Dataset("lake", "triage").id, version_id("12"), LETTERS, SCORES):
        found = lineage(house.view(), Walk((root,), Direction.CONNECTED, depth=9))
        things = {node.id for node in found.nodes if label_of(node.id) != "Job"}
        assert things == {LETTERS, version_id("12"), REFERRALS, SCORES}


def test_a_reader_of_one_version_is_no_reader_of_the_newest(house: House) -> None:
    house.send(trains())
    house.send(trains(minute=2, run_id=AGAIN, version="13"))
    house.send(scores())
    found = lineage(house.view(), Walk((version_id("13"),), Direction.CONNECTED, depth=0))
    assert {edge.target for edge in found.edges if edge.source == version_id("13")} == set()
    found = lineage(house.view(), Walk((version_id("12"),), Direction.CONNECTED, depth=9))
    assert {edge.source for edge in found.edges if edge.how == FlowKind.READ} == {version_id("12"), LETTERS, REFERRALS}


def test_a_model_of_which_only_a_failed_run_names_a_version_is_one_node(house: House) -> None:
    house.send(trains("FAIL"))
    house.send(scores(version=None, typed=False))
    for root in (Dataset("lake", "triage").id, LETTERS):
        found = lineage(house.view(), Walk((root,), Direction.CONNECTED, depth=9))
        assert {node.id for node in found.nodes if label_of(node.id) != "Job"} == {
            LETTERS,
            version_id("12"),
            REFERRALS,
            SCORES,
        }


@GRAINS
@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("type_first", [True, False])
def test_dataset_type_model_in_one_event_and_the_version_in_another_of_the_run_are_one_identity_with_what_was_read(
    house: House, order: tuple[int, ...], grain: Grain, *, type_first: bool
) -> None:
    typed, versioned = {"version": None, "typed": True}, {"version": "12", "typed": False}
    begins, ends_ = (typed, versioned) if type_first else (versioned, typed)
    events = trains("START", 1, **begins), trains("COMPLETE", 2, **ends_), scores()
    for place in order:
        house.send(events[place])
    letters = LETTERS if grain is Grain.DATASET else Snapshot("lake", "letters", "v1").id
    assert upstream(house, version_id("12"), grain) == {letters}
    assert upstream(house, SCORES, grain) == {version_id("12"), letters, REFERRALS}
    assert version_id("12") in downstream(house, letters, grain)
    assert {one.partition(":")[0] for one in downstream(house, letters, grain)} <= {"ModelVersion", "Dataset", "State"}


def registers(**more: Any) -> Json:
    """Return the registration of version 12 by a person who names no run."""
    trained = [{"dataset": {"namespace": "lake", "name": "letters"}, "digest": "v1"}]
    model = {"namespace": "lake", "name": "triage"}
    named = {"version": "12", "trained_on": trained, "evaluated_on": [], "run_id": None, "job": None}
    return registration(model=model, **{**named, **more})


UNTYPED = [lambda: trains(typed=False), lambda: scores(typed=False), None]


@GRAINS
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_version_that_no_event_calls_a_model_and_a_record_registers_is_a_model_version(
    house: House, order: tuple[int, ...], grain: Grain
) -> None:
    letters_v1 = dataset("letters", facets={"version": {"datasetVersion": "v1"}})
    house.send(run_event(minute=1, inputs=[letters_v1], outputs=[], run_id=AGAIN, job_name="look"))
    for place in order:
        event = UNTYPED[place]
        if event is None:
            house.record(registers())
        else:
            house.send(event())
    letters = LETTERS if grain is Grain.DATASET else Snapshot("lake", "letters", "v1").id
    snapshot = Snapshot("lake", "triage", "12").id
    assert upstream(house, SCORES, grain) == {version_id("12"), letters, REFERRALS}
    for root in (version_id("12"), snapshot):
        found = lineage(house.view(), Walk((root,), Direction.UPSTREAM, grain, depth=9))
        assert found.roots == (version_id("12"),)
        assert upstream(house, root, grain) == {letters}
        assert len(downstream(house, root, grain)) == 1
    assert version_id("12") in downstream(house, letters, grain)
    assert snapshot not in downstream(house, letters, grain)
    assert version_id("12") in downstream(house, REFERRALS, grain) | {version_id("12")}


def test_a_version_is_a_snapshot_as_long_as_nobody_registered_it(house: House) -> None:
    house.send(trains(typed=False))
    house.send(scores(typed=False))
    known = house.ledger.size() - 1
    house.record(registers())
    before = house.view(AsOf(known_at=known))
    snapshot = Snapshot("lake", "triage", "12").id
    assert snapshot in ends(before, SCORES, Direction.UPSTREAM, Grain.SNAPSHOT)
    assert Dataset("lake", "triage").id in ends(before, SCORES, Direction.UPSTREAM)
    assert snapshot not in upstream(house, SCORES, Grain.SNAPSHOT)


def test_a_dataset_of_a_models_name_is_none_where_no_run_names_a_version_that_is_registered(house: House) -> None:
    house.send(trains(typed=False, version="3"))
    house.send(scores(typed=False, version=None))
    house.record(registers())
    triage = Dataset("lake", "triage").id
    assert upstream(house, SCORES) == {triage, LETTERS, REFERRALS}
    assert version_id("12") not in upstream(house, SCORES, Grain.SNAPSHOT)
    assert Snapshot("lake", "triage", "3").id in upstream(house, SCORES, Grain.SNAPSHOT)


@pytest.mark.parametrize("root", [SCORES, LETTERS, version_id("12")])
def test_what_was_ever_stated_and_what_is_connected_lead_through_a_version_that_only_a_record_registers(
    house: House, root: str
) -> None:
    house.send(trains(typed=False))
    house.send(scores(typed=False))
    house.record(registers())
    whole = {LETTERS, version_id("12"), Dataset("lake", "triage").id, SCORES, REFERRALS}
    flows = {"flows": FlowScope.EVER_STATED}
    met = {root}.union(
        *(ends(house.view(), root, way, Grain.DATASET, **flows) for way in (Direction.UPSTREAM, Direction.DOWNSTREAM))
    )
    assert met == whole if root == SCORES else met >= whole - {REFERRALS}
    found = lineage(house.view(), Walk((root,), Direction.CONNECTED, depth=9))
    assert {node.id for node in found.nodes if label_of(node.id) != "Job"} == whole - {Dataset("lake", "triage").id}
