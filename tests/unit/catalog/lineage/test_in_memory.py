"""Datasets in memory are left out of lineage, and what they connect stays connected."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from catalog.lineage.model import Dependency, Derivation, Direction, FlowKind, FlowScope, Grain, LineageGraph, Walk
from catalog.lineage.queries import lineage
from catalog.reading import Complete
from graph_schema.nodes import Column, Dataset, Job
from tests.support.events import Json, dataset, run_event
from tests.support.records import House, naming_rule

RAW, OUT = (Dataset("lake", name).id for name in ("raw", "out"))
FRAME = Dataset("inmemory://app", "frame").id


def moves(minute: int, reads: list[Json], writes: list[Json], job: str = "clean") -> Json:
    return run_event(
        "COMPLETE",
        minute,
        inputs=reads,
        outputs=writes,
        run_id=f"018f4a3e-0000-7000-8000-{minute:012}",
        job_name=job,
    )


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.send(moves(1, [dataset("raw")], [dataset("frame", "inmemory://app")], "load"))
    made.send(moves(2, [dataset("frame", "inmemory://app")], [dataset("out")]))
    return made


def walked(house: House, root: str, direction: Direction, *, shown: bool = False) -> LineageGraph:
    return lineage(house.view(), Walk((root,), direction, Grain.DATASET, depth=9, include_in_memory=shown))


@pytest.mark.parametrize(("root", "direction"), [(OUT, Direction.UPSTREAM), (RAW, Direction.DOWNSTREAM)])
def test_they_are_left_out_and_counted_and_what_they_connect_stays_connected(
    house: House, root: str, direction: Direction
) -> None:
    found = walked(house, root, direction)
    assert {node.id for node in found.nodes} == {RAW, OUT}
    assert [(edge.source, edge.target, edge.how) for edge in found.edges] == [(RAW, OUT, FlowKind.THROUGH)]
    assert found.in_memory == 1
    assert isinstance(found.completeness, Complete)


def test_they_are_shown_on_request(house: House) -> None:
    found = walked(house, OUT, Direction.UPSTREAM, shown=True)
    assert {node.id for node in found.nodes} == {RAW, FRAME, OUT}
    assert found.in_memory == 0


def test_a_root_in_memory_is_shown(house: House) -> None:
    assert FRAME in {node.id for node in walked(house, FRAME, Direction.UPSTREAM).nodes}


def test_states_of_them_are_left_out_too(house: House) -> None:
    found = lineage(house.view(), Walk((OUT,), Direction.UPSTREAM, Grain.SNAPSHOT, depth=9))
    assert RAW in {node.id for node in found.nodes}
    assert found.in_memory == 1


def test_what_was_made_of_them_alone_is_no_raw_feed(house: House) -> None:
    house.send(moves(3, [dataset("made here", "inmemory")], [dataset("alone")]))
    assert walked(house, Dataset("lake", "alone").id, Direction.UPSTREAM).sources == set()


def test_one_job_on_both_sides_is_the_job_of_the_edge(house: House) -> None:
    house.send(moves(4, [dataset("raw")], [dataset("other", "inmemory")], "one"))
    house.send(moves(5, [dataset("other", "inmemory")], [dataset("end")], "one"))
    (edge,) = walked(house, Dataset("lake", "end").id, Direction.UPSTREAM).edges
    assert (edge.source, edge.job, edge.run) == (RAW, Job("demo", "one").id, None)


FIELDS = {
    name: Column("inmemory://app" if name == "frame" else "lake", name, "x").id for name in ("raw", "frame", "out")
}


def derived(source: Json, kind: str = "DIRECT") -> Json:
    of = {"namespace": source["namespace"], "name": source["name"], "field": "x"}
    return {"columnLineage": {"fields": {"x": {"inputFields": [{**of, "transformations": [{"type": kind}]}]}}}}


@pytest.fixture
def columns(tmp_path: Path) -> House:
    made = House(tmp_path)
    raw, frame, out = dataset("raw"), dataset("frame", "inmemory://app"), dataset("out")
    made.send(moves(1, [raw], [{**frame, "facets": derived(raw, "INDIRECT")}], "load"))
    made.send(moves(2, [frame], [{**out, "facets": derived(frame)}]))
    return made


@pytest.mark.parametrize("flows", FlowScope)
@pytest.mark.parametrize(("root", "direction"), [("out", Direction.UPSTREAM), ("raw", Direction.DOWNSTREAM)])
def test_columns_of_them_are_left_out_too(columns: House, root: str, direction: Direction, flows: FlowScope) -> None:
    asked = Walk((FIELDS[root],), direction, Grain.COLUMN, depth=9, flows=flows)
    found = lineage(columns.view(), asked)
    assert {node.id for node in found.nodes} == {FIELDS["raw"], FIELDS["out"]}
    (edge,) = found.edges
    assert (edge.source, edge.target, edge.how) == (FIELDS["raw"], FIELDS["out"], FlowKind.THROUGH)
    assert edge.column == Derivation(Dependency.INDIRECT)
    assert (found.in_memory, found.completeness) == (1, Complete())
    shown = lineage(columns.view(), replace(asked, include_in_memory=True))
    assert ({node.id for node in shown.nodes}, shown.in_memory) == ({*FIELDS.values()}, 0)


def test_a_column_of_one_is_shown_where_it_is_asked_about(columns: House) -> None:
    found = lineage(columns.view(), Walk((FIELDS["frame"],), Direction.BOTH, Grain.COLUMN, depth=9))
    assert {node.id for node in found.nodes} == {*FIELDS.values()}


def test_of_what_is_connected_they_are_left_out_too_and_the_jobs_on_both_sides_stay_connected(house: House) -> None:
    walk = Walk((RAW,), Direction.CONNECTED, depth=9)
    load, clean = Job("demo", "load").id, Job("demo", "clean").id
    found = lineage(house.view(), walk)
    assert {node.id for node in found.nodes} == {RAW, OUT, load, clean}
    assert (load, clean, FlowKind.THROUGH) in {(edge.source, edge.target, edge.how) for edge in found.edges}
    assert (found.in_memory, found.completeness) == (1, Complete())
    shown = lineage(house.view(), replace(walk, include_in_memory=True))
    assert ({node.id for node in shown.nodes}, shown.in_memory) == ({RAW, FRAME, OUT, load, clean}, 0)


@pytest.mark.parametrize("direction", [Direction.UPSTREAM, Direction.CONNECTED])
def test_a_namespace_that_a_rule_takes_for_one_in_memory_is_one(house: House, direction: Direction) -> None:
    house.send(moves(4, [dataset("raw")], [dataset("cell", "notebook")], "three"))
    house.send(moves(5, [dataset("cell", "notebook")], [dataset("end")], "four"))
    end, cell = Dataset("lake", "end").id, Dataset("notebook", "cell").id

    def shown() -> set[str]:
        return {node.id for node in lineage(house.view(), Walk((end,), direction, depth=9)).nodes}

    assert cell in shown()
    house.record(naming_rule(namespace="notebook", rule_kind="SAME_NAMESPACE", same_as="inmemory://notebook"))
    assert cell not in shown()
    assert RAW in shown()
