"""A dataset that is written under one name and read under another lies on the way, both ways and at every grain."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from catalog.lineage.model import Direction, FlowScope, Grain, LineageGraph, Walk
from catalog.lineage.queries import lineage
from graph_schema.nodes import Column, Dataset
from tests.support.events import Json, dataset, run_event
from tests.support.records import House, joining, naming_rule

Name = tuple[str, str]
FIRST, LAST = Dataset("lake", "src"), Dataset("lake", "mart")


def named(name: Name, **facets: Json) -> Json:
    return dataset(name[1], name[0], facets=facets)


def of(name: Name | Dataset) -> Json:
    namespace, title = name if isinstance(name, tuple) else name.key
    return {"columnLineage": {"fields": {"id": {"inputFields": [dataset(title, namespace, field="id")]}}}}


def told(house: House, written: Name, read: Name, linked: Json | None = None) -> None:
    """One job writes the dataset under a name, another reads it under another."""
    first, last = named(("lake", "src")), named(("lake", "mart"), **of(read))
    run = "018f4a3e-0000-7000-8000-00000000000"
    house.send(
        run_event(
            minute=1,
            run_id=f"{run}1",
            job_name="one",
            inputs=[first],
            outputs=[named(written, **of(FIRST), **(linked or {}))],
        )
    )
    house.send(run_event("START", 2, run_id=f"{run}2", job_name="two", inputs=[named(read)], outputs=[last]))
    house.send(run_event("COMPLETE", 3, run_id=f"{run}2", job_name="two"))


STAGED = ("lake", "staged")
JOINED = {
    "letters that a rule folds": (STAGED, ("lake", "STAGED"), naming_rule(namespace="lake")),
    "one namespace by a rule": (
        STAGED,
        ("lake.example", "staged"),
        naming_rule(namespace="lake.example", rule_kind="SAME_NAMESPACE", same_as="lake"),
    ),
    "partitions by date": (
        ("lake", "staged/year=2026"),
        ("lake", "staged/year=2027"),
        naming_rule(namespace="lake", rule_kind="DATE_PARTITIONS"),
    ),
    "a steward's stitch": (
        STAGED,
        ("hive", "db.staged"),
        joining({"namespace": "hive", "name": "db.staged"}, {"namespace": "lake", "name": "staged"}),
    ),
}


def walked(house: House, root: str, direction: Direction, **more: Any) -> LineageGraph:
    return lineage(house.view(), Walk((root,), direction, depth=9, **more))


def ids(found: LineageGraph) -> set[str]:
    return {node.id for node in found.nodes}


@pytest.mark.parametrize(
    ("grain", "flows"),
    [(Grain.SNAPSHOT, FlowScope.CURRENT), *product((Grain.DATASET, Grain.COLUMN), FlowScope)],
)
@pytest.mark.parametrize("how", JOINED)
def test_downstream_is_the_inverse_of_upstream_through_another_name(
    house: House, how: str, grain: Grain, flows: FlowScope
) -> None:
    written, read, record = JOINED[how]
    told(house, written, read)
    house.record(record)
    ends: tuple[str, str] = (FIRST.id, LAST.id)
    if grain is Grain.COLUMN:
        ends = (Column("lake", "src", "id").id, Column("lake", "mart", "id").id)
    up = walked(house, ends[1], Direction.UPSTREAM, grain=grain, flows=flows)
    down = walked(house, ends[0], Direction.DOWNSTREAM, grain=grain, flows=flows)
    assert ends[0] in ids(up)
    if grain is Grain.SNAPSHOT:
        assert len(down.edges) == len(up.edges) == 2
    else:
        assert ends[1] in ids(down)


@pytest.mark.parametrize("how", JOINED)
def test_it_is_one_node_of_what_is_connected(house: House, how: str) -> None:
    written, read, record = JOINED[how]
    told(house, written, read)
    house.record(record)
    found = walked(house, FIRST.id, Direction.CONNECTED)
    assert LAST.id in ids(found)
    assert len({Dataset(*written).id, Dataset(*read).id} & ids(found)) == 1


def test_rename_of_a_name_that_a_rule_folds_is_of_the_dataset(house: House) -> None:
    house.record(naming_rule(namespace="lake"))
    run = "018f4a3e-0000-7000-8000-00000000000"
    house.send(run_event(minute=1, run_id=f"{run}1", inputs=[named(("lake", "src"))], outputs=[named(STAGED)]))
    change = {"lifecycleStateChange": "RENAME", "previousIdentifier": {"namespace": "lake", "name": "STAGED"}}
    renames = named(("lake", "MART"), lifecycleStateChange=change)
    house.send(run_event(minute=2, run_id=f"{run}2", job_name="renames", outputs=[renames]))
    mart, staged = Dataset("lake", "MART").id, Dataset(*STAGED).id
    ways = {(FIRST.id, staged), (staged, mart)}
    for root, direction in ((mart, Direction.UPSTREAM), (FIRST.id, Direction.DOWNSTREAM)):
        assert {(edge.source, edge.target) for edge in walked(house, root, direction).edges} == ways
