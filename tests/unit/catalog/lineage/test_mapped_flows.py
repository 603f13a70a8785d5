"""Flows that a mapping of the site reads in facets are edges of every walk, as long as mapping and facet hold."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.assets.queries import datasets
from catalog.lineage.model import Confidence, Dependency, Direction, FlowKind, FlowScope, Grain, LineageGraph, Walk
from catalog.lineage.queries import lineage
from catalog.mappings.queries import mapped
from catalog.reading import LATEST, AsOf, Complete, Rights
from graph_schema.identity import label_of
from graph_schema.nodes import Column, Dataset, Job, Run, Snapshot
from tests.support.events import Json, dataset, dataset_event, run_event
from tests.support.records import House, flow_mapping, withdrawal

RAW, CLEAN, OUT, DEEP = (Dataset("lake", name).id for name in ("raw", "clean", "out", "deep"))
JOB = Job("demo", "curate").id
RECORD = flow_mapping(mapping="feeds", column=None, valid_from="2020-01-01T00:00:00Z")
BOTH_SCOPES = pytest.mark.parametrize("flows", FlowScope)


def run_id(number: int) -> str:
    return f"018f4a3e-0000-7000-8000-{number:012}"


def origin(*names: str, **more: Any) -> Json:
    return {"acme_origin": {"from": [dataset(name, **more) for name in names]}}


def writes(name: str, minute: int, facets: Json | None = None, kind: str = "COMPLETE", **more: Any) -> Json:
    return run_event(kind, minute, run_id=run_id(minute), outputs=[dataset(name, facets=facets or {})], **more)


def asked(house: House, root: str, direction: Direction, at: AsOf = LATEST, **more: Any) -> LineageGraph:
    return lineage(house.view(at), Walk((root,), direction, depth=9, **more))


def ends(found: LineageGraph) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in found.edges}


@BOTH_SCOPES
@pytest.mark.parametrize(
    ("root", "direction"), [(CLEAN, Direction.UPSTREAM), (RAW, Direction.DOWNSTREAM), (CLEAN, Direction.BOTH)]
)
def test_a_facet_that_a_mapping_reads_as_a_flow_is_an_edge_that_says_so(
    house: House, root: str, direction: Direction, flows: FlowScope
) -> None:
    house.send(writes("clean", 1, origin("raw")))
    assert ends(asked(house, root, direction, flows=flows)) == set()
    house.record(RECORD)
    found = asked(house, root, direction, flows=flows)
    (edge,) = found.edges
    assert edge[:4] == (RAW, CLEAN, FlowKind.MAPPED, JOB)
    assert (edge.confidence, edge.mapping, edge.known_from) == (Confidence.MAPPED, "feeds", house.ledger.size() - 1)
    assert found.completeness == Complete()
    assert {node.id for node in found.nodes} == {RAW, CLEAN}


def test_it_is_connected_without_a_job_between(house: House) -> None:
    house.send(writes("clean", 1, origin("raw")))
    house.send(run_event(minute=2, run_id=run_id(2), job_name="load", outputs=[dataset("raw")]))
    house.record(RECORD)
    load = Job("demo", "load").id
    for root in (RAW, CLEAN, load):
        found = asked(house, root, Direction.CONNECTED)
        assert {node.id for node in found.nodes} == {RAW, CLEAN, JOB, load}
        assert (RAW, CLEAN, FlowKind.MAPPED) in {(edge.source, edge.target, edge.how) for edge in found.edges}


def test_a_dataset_that_only_such_a_facet_names_is_one(house: House) -> None:
    house.send(writes("clean", 1, origin("raw")))
    house.record(RECORD)
    assert datasets(house.view(), [RAW])[RAW].name == "raw"
    assert datasets(house.view(AsOf(known_at=-1)), [RAW]) == {}
    assert datasets(house.view(rights=Rights(namespaces=frozenset({"elsewhere"}))), [RAW]) == {}


@BOTH_SCOPES
def test_a_mapping_that_was_withdrawn_reads_nothing_from_then_on(house: House, flows: FlowScope) -> None:
    house.send(writes("clean", 1, origin("raw")))
    house.record(RECORD)
    known = house.ledger.size() - 1
    house.record(withdrawal(mapping="feeds"))
    for root, direction in ((CLEAN, Direction.UPSTREAM), (RAW, Direction.DOWNSTREAM), (CLEAN, Direction.CONNECTED)):
        more: dict[str, Any] = {} if direction is Direction.CONNECTED else {"flows": flows}
        assert (RAW, CLEAN) not in ends(asked(house, root, direction, **more))
        assert (RAW, CLEAN) in ends(asked(house, root, direction, AsOf(known_at=known), **more))


def test_it_holds_at_the_times_of_the_mapping_and_of_what_the_facet_came_with(house: House) -> None:
    house.send(writes("clean", 10, origin("raw"), "START"))
    house.send(run_event("COMPLETE", 20, run_id=run_id(10), outputs=[dataset("clean")]))
    house.record({**RECORD, "valid_from": "2026-03-01T10:30:00Z"})
    minute = 1_772_359_200_000_000

    def at(number: int, flows: FlowScope = FlowScope.CURRENT) -> bool:
        return bool(asked(house, CLEAN, Direction.UPSTREAM, AsOf(minute + number * 60_000_000), flows=flows).edges)

    assert [at(number) for number in (15, 25, 31)] == [False, False, True]
    house.record({**RECORD, "mapping": "earlier"})
    assert [at(number) for number in (15, 25)] == [False, True]
    assert at(15, FlowScope.EVER_STATED)


def test_one_of_a_run_that_failed_and_one_that_was_replaced_are_ever_stated_alone(house: House) -> None:
    house.record(RECORD)
    house.send(writes("clean", 1, origin("raw")))
    house.send(writes("clean", 2, origin("out")))
    house.send(writes("clean", 3, origin("deep"), "FAIL"))
    assert ends(asked(house, CLEAN, Direction.UPSTREAM)) == {(OUT, CLEAN)}
    every = asked(house, CLEAN, Direction.UPSTREAM, flows=FlowScope.EVER_STATED)
    assert ends(every) == {(RAW, CLEAN), (OUT, CLEAN), (DEEP, CLEAN)}
    house.send(writes("clean", 4, {"acme_origin": {"_deleted": True}}))
    assert ends(asked(house, CLEAN, Direction.UPSTREAM)) == set()


def test_each_hop_is_judged_at_its_readers_time(house: House) -> None:
    house.record(RECORD)
    house.send(writes("clean", 1, origin("raw")))
    house.send(
        run_event("START", 2, run_id=run_id(2), inputs=[dataset("clean")], outputs=[dataset("out")], job_name="x")
    )
    house.send(run_event("COMPLETE", 3, run_id=run_id(2), job_name="x"))
    house.send(writes("clean", 4, origin("deep")))
    assert ends(asked(house, OUT, Direction.UPSTREAM)) == {(CLEAN, OUT), (RAW, CLEAN)}
    assert ends(asked(house, RAW, Direction.DOWNSTREAM)) == {(CLEAN, OUT), (RAW, CLEAN)}
    assert ends(asked(house, DEEP, Direction.DOWNSTREAM)) == {(DEEP, CLEAN)}


def test_what_a_datasets_own_event_says_is_an_edge_of_no_job(house: House) -> None:
    house.record(RECORD)
    house.send(dataset_event("clean", 1, facets=origin("raw")))
    (edge,) = asked(house, CLEAN, Direction.UPSTREAM).edges
    assert edge[:5] == (RAW, CLEAN, FlowKind.MAPPED, None, None)


def test_another_name_of_the_dataset_is_the_dataset(house: House) -> None:
    alias = {"symlinks": {"identifiers": [{"namespace": "hive", "name": "db.clean", "type": "TABLE"}]}}
    house.record(RECORD)
    house.send(writes("clean", 1, alias))
    hive = {"namespace": "hive", "name": "db.clean", "facets": origin("raw")}
    house.send(run_event(minute=2, run_id=run_id(2), outputs=[hive]))
    assert ends(asked(house, CLEAN, Direction.UPSTREAM)) == {(RAW, CLEAN)}
    assert {edge.mapping for edge in asked(house, RAW, Direction.DOWNSTREAM).edges} == {"feeds"}


def test_it_stands_beside_what_the_run_read(house: House) -> None:
    house.record(RECORD)
    house.send(writes("clean", 1, origin("raw"), inputs=[dataset("deep")]))
    found = asked(house, CLEAN, Direction.UPSTREAM)
    assert {(edge.source, edge.how) for edge in found.edges} == {(RAW, FlowKind.MAPPED), (DEEP, FlowKind.RAN)}


def column(name: str, of: str) -> str:
    return Column("lake", of, name).id


@BOTH_SCOPES
@pytest.mark.parametrize("direction", [Direction.UPSTREAM, Direction.DOWNSTREAM])
def test_one_that_names_columns_is_an_edge_between_these(house: House, direction: Direction, flows: FlowScope) -> None:
    house.record({**RECORD, "value": "/of", "column": "/column"})
    facet = {"acme_origin": {"from": [{"column": "id", "of": dataset("raw", field="mrn")}]}}
    schema = {"schema": {"fields": [{"name": "id"}, {"name": "ward"}]}}
    house.send(run_event(minute=1, run_id=run_id(1), job_name="load", outputs=[dataset("raw", facets={})]))
    house.send(writes("clean", 2, {**facet, **schema}))
    ends_of = (column("id", "clean"), column("mrn", "raw"))
    root, name = (CLEAN, "id") if direction is Direction.UPSTREAM else (RAW, "mrn")
    for columns in ((), (name,)):
        found = asked(house, root, direction, grain=Grain.COLUMN, flows=flows, columns=columns)
        (edge,) = (one for one in found.edges if one.column and one.column.dependency is Dependency.DIRECT)
        assert (edge.target, edge.source) == ends_of
        assert (edge.how, edge.confidence, edge.mapping) == (FlowKind.MAPPED, Confidence.MAPPED, "feeds")
        assert edge.column is not None
        assert edge.column.facet == "acme_origin"
    assert ends(asked(house, CLEAN, Direction.UPSTREAM, flows=flows)) == {(RAW, CLEAN)}
    assert [(one.column, one.source_column) for one in mapped(house.view(), [CLEAN])[CLEAN]] == [("id", "mrn")]


@BOTH_SCOPES
def test_one_that_names_no_columns_is_where_a_walk_between_columns_stops(house: House, flows: FlowScope) -> None:
    house.record(RECORD)
    house.send(writes("clean", 1, {**origin("raw"), "schema": {"fields": [{"name": "id"}]}}))
    found = asked(house, CLEAN, Direction.UPSTREAM, grain=Grain.COLUMN, flows=flows)
    assert (RAW, CLEAN) in ends(found)
    assert found.columns is not None
    assert found.columns.unstated == 1


def test_many_that_one_facet_names_are_followed_as_one(house: House) -> None:
    house.record(RECORD)
    house.send(writes("clean", 1, origin(*(f"feed {number}" for number in range(300)))))
    found = asked(house, CLEAN, Direction.UPSTREAM)
    assert (len(found.edges), found.completeness) == (300, Complete())


def test_where_no_mapping_reads_a_flow_a_walk_asks_no_facet(house: House) -> None:
    house.send(writes("clean", 1, origin("raw"), inputs=[dataset("deep")]))
    assert ends(asked(house, CLEAN, Direction.UPSTREAM)) == {(DEEP, CLEAN)}
    house.record({**RECORD, "facet": "schema"})
    assert ends(asked(house, CLEAN, Direction.UPSTREAM)) == {(DEEP, CLEAN)}


def of_datasets(house: House, root: str, direction: Direction) -> set[tuple[str, str, str]]:
    """Return the edges between states as edges between what these are states of."""
    found = asked(house, root, direction, grain=Grain.SNAPSHOT)
    named = {one.id: one.dataset or one.id for one in found.nodes}
    return {(named[edge.source], named[edge.target], edge.how) for edge in found.edges}


def test_what_a_run_left_is_fed_by_the_states_that_a_facet_of_it_names(house: House) -> None:
    house.record(RECORD)
    house.send(run_event(minute=1, run_id=run_id(1), job_name="load", outputs=[dataset("raw")], inputs=[]))
    house.send(writes("clean", 2, origin("raw"), inputs=[dataset("deep")]))
    house.send(run_event(minute=3, run_id=run_id(3), job_name="x", inputs=[dataset("clean")], outputs=[dataset("out")]))
    expected = {(RAW, CLEAN, "mapped"), (DEEP, CLEAN, "ran"), (CLEAN, OUT, "ran")}
    assert of_datasets(house, OUT, Direction.UPSTREAM) == expected
    assert of_datasets(house, RAW, Direction.DOWNSTREAM) == expected - {(DEEP, CLEAN, "ran")}
    found = asked(house, CLEAN, Direction.UPSTREAM, grain=Grain.SNAPSHOT)
    (edge,) = (one for one in found.edges if one.how == FlowKind.MAPPED)
    assert label_of(edge.source) == label_of(edge.target) == "State"
    assert (edge.confidence, edge.mapping, edge.run) == (
        Confidence.MAPPED,
        "feeds",
        Run("demo", "curate", run_id(2)).id,
    )


def test_a_state_is_fed_by_what_its_own_facet_names_and_not_by_what_a_later_one_does(house: House) -> None:
    house.record(RECORD)
    version = {"version": {"datasetVersion": "v1"}}
    house.send(writes("clean", 1, {**origin("raw"), **version}))
    house.send(writes("clean", 2, {**origin("deep"), "version": {"datasetVersion": "v2"}}))
    first, second = (Snapshot("lake", "clean", one).id for one in ("v1", "v2"))
    for state, source in ((first, RAW), (second, DEEP)):
        assert ends(asked(house, state, Direction.UPSTREAM)) == {(source, state)}
        assert ends(asked(house, source, Direction.DOWNSTREAM, grain=Grain.SNAPSHOT)) == {(source, state)}


def test_what_another_job_says_of_what_it_left_is_said_of_that_state(house: House) -> None:
    house.record(RECORD)
    house.send(writes("clean", 1, origin("raw")))
    other = dataset("clean", facets={"version": {"datasetVersion": "v2"}})
    house.send(run_event(minute=2, run_id=run_id(2), job_name="append", outputs=[other]))
    assert ends(asked(house, Snapshot("lake", "clean", "v2").id, Direction.UPSTREAM)) == set()
    assert of_datasets(house, RAW, Direction.DOWNSTREAM) == {(RAW, CLEAN, "mapped")}


@pytest.mark.parametrize("written", [True, False])
def test_what_a_datasets_own_event_says_is_said_of_the_state_that_it_is_in(house: House, *, written: bool) -> None:
    house.record(RECORD)
    if written:
        house.send(writes("clean", 1, {}))
        house.send(writes("clean", 2, {}))
    house.send(dataset_event("clean", 5, facets=origin("raw")))
    assert of_datasets(house, CLEAN, Direction.UPSTREAM) == {(RAW, CLEAN, "mapped")}
    found = asked(house, RAW, Direction.DOWNSTREAM, grain=Grain.SNAPSHOT)
    (edge,) = found.edges
    assert (edge.source, label_of(edge.target)) == (RAW, "State" if written else "Dataset")


def test_what_a_run_that_failed_says_of_what_it_left_is_no_flow_into_a_state(house: House) -> None:
    house.record(RECORD)
    house.send(writes("clean", 1, {**origin("raw"), "version": {"datasetVersion": "v1"}}, "FAIL"))
    assert ends(asked(house, Snapshot("lake", "clean", "v1").id, Direction.UPSTREAM)) == set()
