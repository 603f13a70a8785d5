"""A run is (job, run id): several jobs may run under one id, and what a record names is one of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from catalog.assets.model import RunState
from catalog.assets.queries import runs
from catalog.assets.run_refs import jobs_of_runs
from catalog.errors import SenderError
from catalog.lineage.model import Direction, Grain, Walk
from catalog.lineage.queries import lineage
from catalog.reading import AsOf
from catalog.releases.queries import model_versions
from catalog.snapshots.queries import snapshots
from catalog.view import View
from graph_schema.nodes import Dataset, Job, ModelVersion, Run, Snapshot
from tests.support.records import CURATED, DIGEST, JOB, MODEL, RUN, House, event, registration, run_node, seal

JOIN = {"namespace": "pipeline", "name": "join"}
TRAIN = {"namespace": "training", "name": "fit"}
SNAPSHOT = Snapshot(CURATED["namespace"], CURATED["name"], DIGEST).id
VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id


def of_job(
    job: dict[str, str], kind: str = "COMPLETE", at: str = "2026-01-01T10:00:00Z", **more: Any
) -> dict[str, Any]:
    """Return an event of a job under the one run id; what it reads and writes is called by the job's name."""
    made = event(kind, at)
    made["job"] = {**job, "facets": {}}
    made["inputs"] = [{"namespace": "in", "name": job["name"], "facets": {}}]
    made["outputs"] = [{"namespace": "out", "name": job["name"], "facets": {}}]
    return {**made, **more}


def upstream(house: House, job: dict[str, str]) -> set[str]:
    of = Dataset("out", job["name"]).id
    found = lineage(View(house.store), Walk((of,), Direction.UPSTREAM, Grain.DATASET))
    return {one.id for one in found.nodes if one.id != of}


def test_one_run_id_of_several_jobs_keeps_inputs_outputs_events_and_states_apart(house: House) -> None:
    for number, job in enumerate((JOB, JOIN, TRAIN)):
        house.send(of_job(job, "START", f"2026-01-01T10:00:0{number}Z"))
    for number, (job, end) in enumerate(((JOB, "COMPLETE"), (JOIN, "FAIL"), (TRAIN, "COMPLETE"))):
        house.send(of_job(job, end, f"2026-01-01T11:00:0{number}Z"))
    found = runs(View(house.store), [run_node(RUN, job).id for job in (JOB, JOIN, TRAIN)])
    assert [one.state for one in found.values()] == [RunState.COMPLETE, RunState.FAIL, RunState.COMPLETE]
    for number, (one, job) in enumerate(zip(found.values(), (JOB, JOIN, TRAIN), strict=True)):
        assert (one.job, one.run_id, one.entries) == (Job(**job).id, RUN, (number, number + 3))
        assert one.inputs == (Dataset("in", job["name"]).id,)
        assert one.outputs == (Dataset("out", job["name"]).id,)
    assert upstream(house, JOB) == {Dataset("in", "curate").id}
    assert upstream(house, TRAIN) == {Dataset("in", "fit").id}
    assert upstream(house, JOIN) == set()


def test_a_record_that_names_a_run_by_its_id_means_the_job_that_ran_under_it(house: House) -> None:
    house.send(of_job(JOIN))
    house.send(event())
    house.record(seal(run_id=RUN, job=JOB))
    only = "0190d2e6-0000-7000-8000-0000000000cc"
    house.send(of_job(JOIN, run={"runId": only, "facets": {}}))
    index = house.record(registration(run_id=only, job=None)).receipt.index
    body = json.loads(house.ledger.entry(index).body or b"")
    assert body["added"]["job"] == JOIN
    assert "job" not in body["record"]
    made = model_versions(View(house.store), [VERSION])[VERSION].registration
    assert made is not None
    assert (made.run, made.job) == (run_node(only, JOIN).id, Job(**JOIN).id)


@pytest.mark.parametrize("make", [seal, registration])
def test_a_run_id_of_several_jobs_is_refused_with_their_names(house: House, make: Any) -> None:
    house.send(event())
    house.send(of_job(JOIN))
    house.record(seal())
    with pytest.raises(SenderError, match="pipeline/curate, pipeline/join") as refused:
        house.record(make(job=None))
    assert (refused.value.pointer, refused.value.status) == ("/run_id", 422)
    house.record(make(job=JOIN))


def test_a_run_of_which_no_event_arrived_is_refused_unless_its_job_is_named(house: House) -> None:
    house.send(event())
    unknown = "0190d2e6-0000-7000-8000-0000000000ff"
    with pytest.raises(SenderError, match="send its events first, or name") as refused:
        house.record(seal(run_id=unknown, job=None))
    assert refused.value.pointer == "/run_id"
    accepted = house.record(seal(run_id=unknown, job=JOIN))
    assert any("No event" in warning for warning in accepted.warnings)
    assert snapshots(View(house.store), [SNAPSHOT])[SNAPSHOT].produced_by == (run_node(unknown, JOIN).id,)


def test_what_sent_events_is_meant_before_what_a_parent_facet_only_names(house: House) -> None:
    house.send(event())
    child = of_job(JOIN, run={"runId": "a child", "facets": {"parent": {"run": {"runId": RUN}, "job": TRAIN}}})
    house.send(child)
    assert jobs_of_runs(View(house.store), [RUN]) == {RUN: (Job(**JOB),)}
    house.record(seal(job=None))
    assert snapshots(View(house.store), [SNAPSHOT])[SNAPSHOT].produced_by == (run_node().id,)


def earlier(house: House, payload: Mapping[str, Any]) -> None:
    """Write a record as an earlier version took it: its run is named by its id alone."""
    house.append({name: value for name, value in payload.items() if name != "job"}, "somebody")


def test_a_run_that_an_earlier_record_names_by_its_id_is_the_one_of_that_id(house: House) -> None:
    house.send(event())
    earlier(house, seal())
    earlier(house, registration())
    view = View(house.store)
    assert snapshots(view, [SNAPSHOT])[SNAPSHOT].produced_by == (run_node().id,)
    assert snapshots(view, [SNAPSHOT])[SNAPSHOT].seals[0].run == run_node().id
    made = model_versions(view, [VERSION])[VERSION].registration
    assert made is not None
    assert (made.run, made.job) == (run_node().id, None)
    assert {edge.source for edge in view.edges([VERSION], ("PRODUCED",), "in")} == {run_node().id}
    assert {edge.target for edge in view.edges([run_node().id], ("PRODUCED",), "out")} == {VERSION}
    walk = lineage(view, Walk((VERSION,), Direction.UPSTREAM))
    assert run_node().id in {edge.run for edge in walk.edges}


def test_where_several_jobs_ran_under_it_what_an_earlier_record_names_stays_a_run_id(house: House) -> None:
    house.send(event())
    house.send(of_job(JOIN))
    earlier(house, seal())
    bare = Run.of(None, RUN)
    assert snapshots(View(house.store), [SNAPSHOT])[SNAPSHOT].produced_by == (bare.id,)
    found = runs(View(house.store), [bare.id])[bare.id]
    assert (found.run_id, found.job, found.executed, found.state) == (RUN, None, None, None)
    one = View(house.store, AsOf(known_at=0)).runs_of_ids([RUN])
    assert one == {RUN: (run_node(),)}
