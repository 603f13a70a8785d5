"""Runs and jobs that are parts of others: identities from parent facets and roots, never data flow, never state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from catalog.assets.hierarchy import (
    Closed,
    child_jobs,
    closed_with,
    job_tree,
    jobs_after,
    jobs_before,
    of_same_id,
    parent_jobs,
    run_tree,
)
from catalog.assets.hierarchy import parents as parents_of
from catalog.assets.hierarchy import roots as roots_of
from catalog.assets.model import RunState
from catalog.assets.queries import children_of, runs
from catalog.assets.run_facets import (
    InferredStart,
    StartBasis,
    dependencies,
    external_query,
    extraction_failures,
    inferred_start,
    nominal_times,
    parameter_names,
    trigger_rule,
    variable_names,
)
from catalog.lineage.model import Direction, Walk
from catalog.lineage.queries import lineage
from catalog.reading import AsOf, Complete, Truncated
from catalog.view import View
from graph_schema.identity import node_id
from graph_schema.nodes import Job, Run
from tests.support.counting import Counting
from tests.support.records import CURATED, RAW, House, event

Json = dict[str, Any]
DAG, TASK, INNER = ("scheduler", "nightly"), ("scheduler", "nightly.copy"), ("spark", "copy.stage")


def node(job: tuple[str, str], run_id: str) -> Run:
    return Run(*job, run_id)


def named(job: tuple[str, str], run_id: str, **more: Any) -> Json:
    return {"run": {"runId": run_id}, "job": {"namespace": job[0], "name": job[1]}, **more}


def sent(
    job: tuple[str, str], run_id: str, kind: str = "COMPLETE", at: str = "2026-01-01T10:00:00Z", **facets: Any
) -> Json:
    """Return an event of a run that reads and writes nothing."""
    return {
        **event(kind, at),
        "run": {"runId": run_id, "facets": facets},
        "job": {"namespace": job[0], "name": job[1], "facets": {}},
        "inputs": [],
        "outputs": [],
    }


def view(house: House, valid_at: int | None = None) -> View:
    return View(house.store) if valid_at is None else View(house.store, AsOf(valid_at=valid_at))


def test_a_parent_of_another_namespace_is_a_run_of_its_own_job_and_may_arrive_late(house: House) -> None:
    house.send(sent(INNER, "i", "FAIL", parent=named(TASK, "t")))
    child, above = node(INNER, "i").id, node(TASK, "t").id
    known = runs(view(house), [child, above])
    assert known[child].parents == (above,)
    assert (known[above].state, known[above].job) == (None, Job(*TASK).id)
    house.send(sent(TASK, "t", "COMPLETE", at="2025-12-31T10:00:00Z"))
    known = runs(view(house), [child, above])
    assert (known[child].state, known[above].state) == (RunState.FAIL, RunState.COMPLETE)
    assert [one.id for one in children_of(view(house), [above])[above]] == [child]


def test_no_data_flows_along_a_hierarchy(house: House) -> None:
    writes = sent(INNER, "i", parent=named(TASK, "t"))
    writes["outputs"] = [{"namespace": "lake", "name": "staged", "facets": {}}]
    house.send(writes)
    house.send(sent(TASK, "t"))
    for run in (node(INNER, "i"), node(TASK, "t")):
        assert lineage(view(house), Walk((run.id,), Direction.BOTH)).edges == ()


def test_a_root_is_above_the_parent_only_until_the_parent_says_what_is_between(house: House) -> None:
    house.send(sent(INNER, "i", parent=named(TASK, "t", root=named(DAG, "d"))))
    inner, task, middle, dag = (node(*one).id for one in ((INNER, "i"), (TASK, "t"), (("s", "group"), "g"), (DAG, "d")))
    assert parents_of(view(house), [inner, task]) == {inner: (task,), task: (dag,)}
    house.send(sent(TASK, "t", parent=named(("s", "group"), "g", root=named(DAG, "d"))))
    assert parents_of(view(house), [inner, task, middle]) == {inner: (task,), task: (middle,), middle: (dag,)}
    assert roots_of(view(house), [inner, dag]) == {inner: dag}
    tree = run_tree(view(house), dag)
    assert [(group.parent, group.runs, group.depth) for group in tree.groups] == [
        (dag, (middle,), 1),
        (middle, (task,), 2),
        (task, (inner,), 3),
    ]


def test_a_root_alone_is_what_the_run_is_a_part_of(house: House) -> None:
    house.send(sent(INNER, "i", parent={"root": named(DAG, "d")}))
    inner, dag = node(INNER, "i").id, node(DAG, "d").id
    assert parents_of(view(house), [inner]) == {inner: (dag,)}
    assert roots_of(view(house), [inner]) == {inner: dag}
    assert parent_jobs(view(house), [Job(*INNER).id]) == {Job(*INNER).id: (Job(*DAG).id,)}


def test_a_run_that_names_two_parents_is_a_part_of_both_and_last_of_the_later(house: House) -> None:
    house.send(sent(TASK, "t", "START", parent=named(DAG, "d1")))
    house.send(sent(TASK, "t", "COMPLETE", at="2026-01-01T11:00:00Z", parent=named(DAG, "d2")))
    task, first, second = node(TASK, "t").id, node(DAG, "d1").id, node(DAG, "d2").id
    assert runs(view(house), [task])[task].parents == (second, first)
    for dag in (first, second):
        assert [group.runs for group in run_tree(view(house), dag).groups] == [(task,)]


def test_runs_that_are_parts_of_each_other_end_every_walk(house: House) -> None:
    ring = [("s", "a"), ("s", "b"), ("s", "c")]
    for job, above in zip(ring, ring[1:] + ring[:1], strict=True):
        house.send(sent(job, "r", parent=named(above, "r")))
    ids = [node(job, "r").id for job in ring]
    tree = run_tree(view(house), ids[0])
    assert {run for group in tree.groups for run in group.runs} == set(ids[1:])
    assert tree.completeness == Complete()
    smallest = min(ids)
    assert roots_of(view(house), ids) == {one: smallest for one in ids if one != smallest}
    assert {one.job for one in job_tree(view(house), Job(*ring[0]).id).jobs} == {Job(*job).id for job in ring[1:]}


def test_a_mapped_task_is_one_group_with_counts_by_state(house: House) -> None:
    for number, kind in enumerate(("COMPLETE", "FAIL", "COMPLETE", "START")):
        house.send(sent(TASK, f"t{number}", kind, parent=named(DAG, "d")))
    house.send(sent(("scheduler", "nightly.report"), "r", "COMPLETE", parent=named(DAG, "d")))
    tree = run_tree(view(house), node(DAG, "d").id)
    mapped, report = tree.groups
    assert mapped.runs == tuple(node(TASK, f"t{number}").id for number in range(4))
    assert mapped.job == Job(*TASK).id
    assert mapped.states == {RunState.COMPLETE: 2, RunState.FAIL: 1, RunState.RUNNING: 1}
    assert report.states == {RunState.COMPLETE: 1}
    assert tree.states == {RunState.COMPLETE: 3, RunState.FAIL: 1, RunState.RUNNING: 1}


def test_a_tree_says_where_depth_or_budget_ended_it(house: House) -> None:
    chain = [("s", name) for name in "abcde"]
    for job, above in zip(chain[1:], chain[:-1], strict=True):
        house.send(sent(job, "r", parent=named(above, "r")))
    ids = [node(job, "r").id for job in chain]
    assert run_tree(view(house), ids[0], depth=4).completeness == Complete()
    assert run_tree(view(house), ids[0], depth=2).completeness == Truncated(1000, 2, (ids[2],))
    cut = run_tree(view(house), ids[0], limit=3)
    assert cut.completeness == Truncated(3, 3, (ids[3],))
    assert sum(cut.states.values()) == 3
    jobs = [Job(*job).id for job in chain]
    assert job_tree(view(house), jobs[0], depth=2).completeness == Truncated(1000, 2, (jobs[2],))
    assert [one.job for one in job_tree(view(house), jobs[0], limit=3).jobs] == jobs[1:4]


def test_a_tree_takes_as_many_calls_as_it_has_levels_however_many_runs_there_are(house: House) -> None:
    def calls(dag: str, tasks: int) -> Mapping[str, int]:
        for number in range(tasks):
            house.send(sent(TASK, f"{dag} {number}", parent=named(DAG, dag)))
        counting: Any = Counting(house.store)
        assert sum(run_tree(View(counting), node(DAG, dag).id).states.values()) == tasks
        return dict(counting.calls)

    assert calls("small", 1) == calls("large", 40)


def test_a_tree_of_the_past_holds_what_was_part_of_it_then(house: House) -> None:
    house.send(sent(TASK, "t1", at="2026-01-01T10:00:00Z", parent=named(DAG, "d")))
    house.send(sent(TASK, "t2", at="2026-01-02T10:00:00Z", parent=named(DAG, "d")))
    noon = 1_767_268_800_000_000  # 2026-01-01T12:00:00Z
    assert [group.runs for group in run_tree(view(house, noon), node(DAG, "d").id).groups] == [(node(TASK, "t1").id,)]


def test_jobs_are_parts_of_jobs_as_their_runs_ever_said(house: House) -> None:
    for run in ("1", "2"):
        house.send(sent(TASK, f"t{run}", parent=named(DAG, f"d{run}")))
    dag, task = Job(*DAG).id, Job(*TASK).id
    assert parent_jobs(view(house), [task, dag]) == {task: (dag,)}
    assert child_jobs(view(house), [task, dag]) == {dag: (task,)}
    assert len(view(house).edges([dag], ("HAS_PARENT",), "in")) == 1


def test_job_dependencies_are_edges_between_jobs_and_never_data_flow(house: House) -> None:
    before, after = ("scheduler", "land"), ("scheduler", "report")
    facet = {
        "upstream": [
            {
                **named(before, "b"),
                "dependency_type": "DIRECT_INVOCATION",
                "sequence_trigger_rule": "FINISH_TO_START",
                "status_trigger_rule": "EXECUTE_ON_SUCCESS",
            },
            {"job": {"name": "without a namespace"}},
        ],
        "downstream": [{"job": {"namespace": after[0], "name": after[1]}}],
        "trigger_rule": "ALL_SUCCESS",
    }
    house.send(sent(TASK, "t", jobDependencies=facet))
    task, land, report = (Job(*job).id for job in (TASK, before, after))
    assert jobs_before(view(house), [task, report]) == {task: (land,), report: (task,)}
    assert jobs_after(view(house), [task, land]) == {task: (report,), land: (task,)}
    run = node(TASK, "t").id
    aspects = runs(view(house), [run])[run].aspects
    first, second = dependencies(aspects)
    assert (first.job, first.run, first.upstream) == (land, node(before, "b").id, True)
    rules = first.dependency_type, first.sequence_trigger_rule, first.status_trigger_rule
    assert rules == ("DIRECT_INVOCATION", "FINISH_TO_START", "EXECUTE_ON_SUCCESS")
    assert (second.job, second.run, second.upstream, second.dependency_type) == (report, None, False, None)
    assert trigger_rule(aspects) == "ALL_SUCCESS"
    assert lineage(view(house), Walk((run,), Direction.BOTH)).edges == ()


def test_other_runs_of_one_run_id_are_shown_on_each_where_they_sent_events(house: House) -> None:
    for job in (TASK, INNER):
        house.send(sent(job, "r"))
    house.send(sent(("s", "child"), "c", parent=named(DAG, "r")))
    task, inner, dag, child = node(TASK, "r").id, node(INNER, "r").id, node(DAG, "r").id, node(("s", "child"), "c").id
    assert of_same_id(view(house), [task, inner, dag, child]) == {task: (inner,), inner: (task,)}


def test_what_a_run_s_facets_say_is_names_and_counts(house: House) -> None:
    house.send(
        sent(
            TASK,
            "t",
            nominalTime={"nominalStartTime": "2026-01-01T00:00:00Z", "nominalEndTime": "no time"},
            externalQuery={"externalQueryId": "job_made_up", "source": "bigquery"},
            extractionError={"totalTasks": 3, "failedTasks": 1, "errors": [{"errorMessage": "no such dialect"}]},
            environmentVariables={"environmentVariables": [{"name": "ZONE", "value": "made up"}]},
            executionParameters={"parameters": [{"key": "task.timeout", "value": "3600"}]},
        )
    )
    run = node(TASK, "t").id
    aspects = runs(view(house), [run])[run].aspects
    assert nominal_times(aspects) == (1_767_225_600_000_000, None)
    assert external_query(aspects) == ("job_made_up", "bigquery")
    found = extraction_failures(aspects)
    assert found is not None
    assert (found.total_tasks, found.failed_tasks) == (3, 1)
    assert (variable_names(aspects), parameter_names(aspects)) == (("ZONE",), ("task.timeout",))


NOON, MADE = 1_767_268_800_000_000, "019b7952-5ec0-7000-8000-000000000000"
"""An hour in microseconds, and a UUIDv7 made half an hour before it."""


@pytest.mark.parametrize(
    ("run_id", "nominal", "bound"),
    [
        ("t", None, None),
        ("t", "2026-01-01T11:00:00Z", (NOON - 3_600_000_000, StartBasis.NOMINAL_TIME)),
        (MADE, None, (NOON - 1_800_000_000, StartBasis.RUN_ID)),
        (MADE, "2026-01-01T11:00:00Z", (NOON - 1_800_000_000, StartBasis.RUN_ID)),
        (MADE, "2026-01-01T11:45:00Z", (NOON - 900_000_000, StartBasis.NOMINAL_TIME)),
        ("t", "2026-01-01T12:00:01Z", None),
        ("019b796d-d600-7000-8000-000000000001", None, (NOON, StartBasis.RUN_ID)),
        ("019b79ff-0000-7000-8000-000000000001", None, None),
        (MADE.replace("-7", "-4"), None, None),
    ],
)
def test_no_start_the_start_is_unknown_with_a_lower_bound_from_nominal_time_or_uuid_v7_and_that_is_inferred(
    house: House, run_id: str, nominal: str | None, bound: tuple[int, StartBasis] | None
) -> None:
    facets = {} if nominal is None else {"nominalTime": {"nominalStartTime": nominal}}
    house.send(sent(TASK, run_id, "FAIL", "2026-01-01T12:00:00Z", **facets))
    run = node(TASK, run_id).id
    found = runs(view(house), [run])[run]
    assert not found.start_known
    assert inferred_start(found) == (None if bound is None else InferredStart(*bound))
    house.send(sent(TASK, run_id, "START", "2026-01-01T11:59:00Z", **facets))
    found = runs(view(house), [run])[run]
    assert found.start_known
    assert inferred_start(found) is None


@pytest.mark.parametrize("facet", [{"externalQuery": []}, {"extractionError": {"totalTasks": -1}}, {"nominalTime": 3}])
def test_a_facet_of_the_wrong_shape_says_nothing(house: House, facet: Json) -> None:
    house.send(sent(TASK, "t", **facet))
    run = node(TASK, "t").id
    aspects = runs(view(house), [run])[run].aspects
    assert (external_query(aspects), nominal_times(aspects), list(dependencies(aspects))) == (None, (None, None), [])
    failures = extraction_failures(aspects)
    assert failures is None or (failures.total_tasks, failures.failed_tasks) == (None, None)


def test_parent_a_run_that_only_ever_starts_is_closed_with_its_parent_and_that_is_inferred(house: House) -> None:
    house.send(sent(DAG, "d", "START"))
    house.send(sent(TASK, "t", "START", parent=named(DAG, "d")))
    house.send(sent(INNER, "i", "RUNNING", parent=named(TASK, "t")))
    task, inner, dag = node(TASK, "t").id, node(INNER, "i").id, node(DAG, "d").id
    assert closed_with(view(house), [task, inner, dag]) == {}
    house.send(sent(DAG, "d", "FAIL", at="2026-01-01T11:00:00Z"))
    ended_at = runs(view(house), [dag])[dag].ended_at
    assert ended_at is not None
    closed = Closed(dag, RunState.FAIL, ended_at)
    assert closed_with(view(house), [task, inner, dag]) == {task: closed, inner: closed}
    known = runs(view(house), [task])[task]
    assert (known.state, known.ended_at) == (RunState.RUNNING, None)
    tree = run_tree(view(house), dag)
    assert (tree.states, tree.closed) == ({RunState.FAIL: 2}, 2)


def test_what_still_speaks_after_its_parent_ended_runs_on(house: House) -> None:
    house.send(sent(DAG, "d", "COMPLETE"))
    house.send(sent(TASK, "t", "START", parent=named(DAG, "d")))
    task = node(TASK, "t").id
    assert closed_with(view(house), [task])[task].state is RunState.COMPLETE
    house.send(sent(TASK, "t", "RUNNING", at="2026-01-01T10:00:01Z", parent=named(DAG, "d")))
    assert closed_with(view(house), [task]) == {}


def test_what_is_closed_with_its_parent_completed_nothing(house: House) -> None:
    house.send({**sent(TASK, "t", "START", parent=named(DAG, "d")), "inputs": [RAW], "outputs": [CURATED]})
    house.send(sent(DAG, "d", "COMPLETE"))
    found = lineage(View(house.store), Walk((node_id("Dataset", tuple(CURATED.values())),), Direction.UPSTREAM))
    assert found.edges == ()


def test_a_parent_that_began_again_closes_nothing(house: House) -> None:
    house.send(sent(DAG, "d", "START", at="2026-01-01T09:00:00Z"))
    house.send(sent(TASK, "t", "START", parent=named(DAG, "d")))
    house.send(sent(DAG, "d", "FAIL", at="2026-01-01T11:00:00Z"))
    house.send(sent(DAG, "d", "START", at="2026-01-01T12:00:00Z"))
    assert closed_with(view(house), [node(TASK, "t").id]) == {}
