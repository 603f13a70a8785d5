"""What is below a run and below a job, asked through GraphQL: in pages, in bounds, with ends that are inferred."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from tests.support.records import event

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

DAG = UUID(int=0x0190D2E6_0000_7000_8000_000000000001)
TASKS = [UUID(int=DAG.int + number) for number in (1, 2, 3)]
RUN = f'run(runId: "{DAG}") {{ ... on Run {{ %s }} }}'
JOB = 'job(ref: {namespace: "scheduler", name: "nightly"}) { ... on Job { %s } }'


def sent(job: str, run: UUID, kind: str, at: str, **facets: Any) -> dict[str, Any]:
    named = {"run": {"runId": str(run), "facets": facets}, "job": {"namespace": "scheduler", "name": job}}
    return {**event(kind, at), **named, "inputs": [], "outputs": []}


@pytest.fixture
def nightly(catalog: Catalog) -> Catalog:
    """A run of which three runs are parts: one completed, two never ended, and then it failed."""
    above = {"run": {"runId": str(DAG)}, "job": {"namespace": "scheduler", "name": "nightly"}}
    catalog.event(sent("nightly", DAG, "START", "2026-01-01T10:00:00Z"))
    for number, task in enumerate(TASKS):
        kind = "START" if number else "COMPLETE"
        catalog.event(sent(f"task_{number}", task, kind, "2026-01-01T10:01:00Z", parent=above))
    catalog.event(sent("nightly", DAG, "FAIL", "2026-01-01T11:00:00Z"))
    catalog.caught_up()
    return catalog


def test_runs_below_one_are_counted_by_state_those_of_an_inferred_end_as_that_says(nightly: Catalog) -> None:
    states = "states { state runs }"
    groups = f"groups {{ nodes {{ job {{ name }} inferredEnds {states} runs {{ totalCount nodes {{ runId }} }} }} }}"
    asked = RUN % f"tree {{ totalCount inferredEnds {states} {groups} completeness {{ __typename }} }}"
    tree = nightly.data(f"{{ {asked} }}")["run"]["tree"]
    assert (tree["totalCount"], tree["inferredEnds"]) == (3, 2)
    assert {one["state"]: one["runs"] for one in tree["states"]} == {"COMPLETE": 1, "FAIL": 2}
    assert [one["job"]["name"] for one in tree["groups"]["nodes"]] == ["task_0", "task_1", "task_2"]
    assert [one["runs"]["nodes"] for one in tree["groups"]["nodes"]] == [[{"runId": str(task)}] for task in TASKS]


def test_an_inferred_end_names_the_run_above_that_ended(nightly: Catalog) -> None:
    asked = f'run(runId: "{TASKS[1]}") {{ ... on Run {{ runState inferredEnd {{ state endedAt run {{ runId }} }} }} }}'
    run = nightly.data(f"{{ {asked} }}")["run"]
    assert run["runState"] == "RUNNING"
    assert run["inferredEnd"] == {"state": "FAIL", "endedAt": "2026-01-01T11:00:00Z", "run": {"runId": str(DAG)}}


def test_jobs_below_one_come_in_pages_in_one_order(nightly: Catalog) -> None:
    page = (
        "jobTree { jobs(first: 2, after: %s) { totalCount nodes { depth job { name } parent { name } } pageInfo %s } }"
    )
    first = nightly.data(f"{{ {JOB % (page % ('null', '{ hasNextPage endCursor }'))} }}")["job"]["jobTree"]["jobs"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    cursor = f'"{first["pageInfo"]["endCursor"]}"'
    second = nightly.data(f"{{ {JOB % (page % (cursor, '{ hasNextPage }'))} }}")["job"]["jobTree"]["jobs"]
    both = [*first["nodes"], *second["nodes"]]
    assert [one["job"]["name"] for one in both] == ["task_0", "task_1", "task_2"]
    assert {(one["depth"], one["parent"]["name"]) for one in both} == {(1, "nightly")}


@pytest.mark.parametrize(
    "asked",
    [
        RUN % "tree(depth: 0) { totalCount }",
        RUN % "tree(depth: 101) { totalCount }",
        RUN % "tree(budget: 0) { totalCount }",
        JOB % "jobTree(depth: 0) { jobs { totalCount } }",
        JOB % "jobTree(budget: 10001) { jobs { totalCount } }",
    ],
)
def test_a_tree_beyond_its_bounds_is_refused(nightly: Catalog, asked: str) -> None:
    (error,) = nightly.ask(f"{{ {asked} }}")["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT"


def test_a_budget_that_ends_says_so(nightly: Catalog) -> None:
    asked = RUN % "tree(budget: 1) { totalCount completeness { __typename } }"
    assert nightly.data(f"{{ {asked} }}")["run"]["tree"] == {
        "totalCount": 1,
        "completeness": {"__typename": "Truncated"},
    }
