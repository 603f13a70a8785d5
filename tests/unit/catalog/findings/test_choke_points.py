from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catalog.findings.choke_points import choke_points
from catalog.lineage.model import Direction, Walk
from catalog.reading import Complete, Rights, Truncated
from graph_schema.nodes import Dataset, Job, Run
from tests.support.events import Json, dataset, run_event
from tests.support.records import House, attestation

RAW, CLEAN, LEFT, RIGHT, OUT = (Dataset("lake", name).id for name in ("raw", "clean", "left", "right", "out"))


def run_id(number: int) -> str:
    return f"018f4a3e-0000-7000-8000-{number:012}"


def moves(number: int, job: str, reads: str, writes: str) -> Json:
    inputs, outputs = ([dataset(name) for name in names.split()] for names in (reads, writes))
    return run_event("COMPLETE", number, inputs=inputs, outputs=outputs, run_id=run_id(number), job_name=job)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Raw data is cleaned by one job, and goes on by two ways that meet again."""
    made = House(tmp_path)
    for number, (job, reads, writes) in enumerate(
        (
            ("clean", "raw", "clean"),
            ("sort", "clean", "left"),
            ("count", "clean", "right"),
            ("join", "left right", "out"),
        )
    ):
        made.send(moves(10 * number, job, reads, writes))
    return made


def asked(house: House, sources: tuple[str, ...] = (), **more: Any) -> Any:
    return choke_points(house.view(), sources, OUT, Walk((OUT,), Direction.UPSTREAM, depth=50, **more))


def test_nodes_and_steps_that_every_way_passes_come_in_the_order_of_the_way(house: House) -> None:
    found = asked(house)
    assert found.sources == (RAW,)
    assert found.nodes == (CLEAN,)
    assert [(one.job, one.run) for one in found.steps] == [
        (Job("demo", "clean").id, Run("demo", "clean", run_id(0)).id),
        (Job("demo", "join").id, Run("demo", "join", run_id(30)).id),
    ]
    assert isinstance(found.completeness, Complete)


def test_two_jobs_between_the_same_two_are_two_steps(house: House) -> None:
    house.send(moves(4, "clean again", "raw", "clean"))
    assert [one.job for one in asked(house).steps] == [Job("demo", "join").id]


def test_one_step_that_feeds_both_ways_cuts_both(house: House) -> None:
    house.send(moves(25, "split", "clean", "left right"))
    house.send(moves(26, "sort", "elsewhere", "left"))
    house.send(moves(27, "count", "elsewhere", "right"))
    assert Job("demo", "split").id in [one.job for one in asked(house, (RAW,)).steps]


def test_what_there_is_no_way_from_is_not_connected(house: House) -> None:
    found = asked(house, (Dataset("lake", "never met").id,))
    assert (found.connected, found.nodes, found.steps, found.deidentified) == (False, (), (), None)


def test_every_way_is_deidentified_where_an_attestation_covers_a_step_of_each(house: House) -> None:
    assert asked(house).deidentified is False
    steward = house.act_as("sam", "steward")
    job = {"namespace": "demo", "name": "clean"}
    house.record(attestation(job=job, run_id=run_id(0)), steward)
    found = asked(house)
    assert found.deidentified is True
    assert [one.attested for one in found.steps] == [True, False]


def test_an_attested_step_beside_which_there_is_another_way_is_not_enough(house: House) -> None:
    steward = house.act_as("sam", "steward")
    house.record(attestation(job={"namespace": "demo", "name": "sort"}, run_id=run_id(10)), steward)
    assert asked(house).deidentified is False


def test_who_may_not_attest_covers_nothing(house: House) -> None:
    house.record(attestation(job={"namespace": "demo", "name": "clean"}, run_id=run_id(0)))
    assert asked(house).deidentified is False


def test_a_walk_that_ended_early_says_so(house: House) -> None:
    assert isinstance(asked(house, budget=2).completeness, Truncated)


def test_hidden_nodes_are_no_choke_points_and_ways_through_them_stay(house: House) -> None:
    house.send(
        run_event(
            "COMPLETE",
            39,
            inputs=[dataset("out")],
            outputs=[dataset("end", "open")],
            run_id=run_id(9),
            job_name="last",
        )
    )
    end = Dataset("open", "end").id
    view = house.view(rights=Rights(namespaces=frozenset({"open"})))
    found = choke_points(view, (RAW,), end, Walk((end,), Direction.UPSTREAM, depth=50))
    assert (found.sources, found.nodes, found.steps) == ((), (), ())
