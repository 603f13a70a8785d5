from __future__ import annotations

from typing import Any

import pytest

from catalog.errors import SenderError
from catalog.lineage.columns.queries import column_lineage_in_force, listed_columns
from catalog.lineage.model import Dependency, Direction, FlowScope, Grain, LineageGraph, Walk
from catalog.lineage.queries import lineage, paths
from catalog.reading import EVERYTHING, LATEST, AsOf, Complete, Redacted, Rights, Truncated
from catalog.store.protocol import Store
from catalog.view import View
from graph_schema.nodes import ModelVersion, Snapshot
from graph_schema.times import parse_zoned
from tests.support.columns import (
    NAMESPACE,
    column,
    column_lineage,
    dataset,
    indirect,
    name_of,
    ran,
    schema,
    source,
    told,
)
from tests.support.records import House, event, registration, seal

BOTH = pytest.mark.parametrize("flows", FlowScope)


def walked(store: Store, *roots: str, at: AsOf = LATEST, rights: Rights = EVERYTHING, **more: Any) -> LineageGraph:
    asked = {"direction": Direction.UPSTREAM, "depth": 10, "grain": Grain.COLUMN, **more}
    return lineage(View(store, at, rights), Walk(roots, **asked))


def pairs(graph: LineageGraph) -> set[tuple[str, str, str]]:
    return {(edge.source, edge.target, edge.column.dependency) for edge in graph.edges if edge.column}


def direct(*names: str) -> set[tuple[str, str, str]]:
    return {(column(names[place]), column(names[place + 1]), "DIRECT") for place in range(len(names) - 1)}


CHAIN = (
    ran("load", ["feed"], {"raw": column_lineage({"a": ["feed.x"], "b": ["feed.y"]})}),
    ran("clean", ["raw"], {"clean": column_lineage({"c": ["raw.a"], "d": ["raw.b"]})}, "2026-01-01T11:00:00Z"),
)


@BOTH
def test_a_column_is_followed_to_what_it_was_made_of(flows: FlowScope) -> None:
    graph = walked(told(*CHAIN), column("clean.c"), flows=flows)
    assert pairs(graph) == direct("feed.x", "raw.a", "clean.c")
    assert graph.grain is Grain.COLUMN
    assert graph.completeness == Complete()
    assert [(node.column, node.depth) for node in graph.nodes] == [("c", 0), ("a", 1), ("x", 2)]


@BOTH
def test_a_column_is_followed_to_what_came_of_it(flows: FlowScope) -> None:
    graph = walked(told(*CHAIN), column("feed.y"), direction=Direction.DOWNSTREAM, flows=flows)
    assert pairs(graph) == direct("feed.y", "raw.b", "clean.d")


@BOTH
def test_a_dataset_is_walked_with_all_its_columns(flows: FlowScope) -> None:
    graph = walked(told(*CHAIN), dataset("raw"), direction=Direction.BOTH, flows=flows)
    assert pairs(graph) == direct("feed.x", "raw.a", "clean.c") | direct("feed.y", "raw.b", "clean.d")


def test_columns_of_a_dataset_are_named_by_address() -> None:
    graph = walked(told(*CHAIN), dataset("clean"), columns=("d",))
    assert pairs(graph) == direct("feed.y", "raw.b", "clean.d")


def test_an_edge_says_how_who_and_since_when() -> None:
    said = source("raw.a", {"type": "direct", "subtype": "transformation", "description": "upper(a)", "masking": True})
    masking = ran("mask", ["raw"], {"masked": column_lineage({"m": [said]})}, "2026-01-02T10:00:00Z")
    graph_of = told(*CHAIN, masking)
    (edge,) = walked(graph_of, column("masked.m"), depth=1).edges
    assert edge.column is not None
    assert edge.column.transformations == (("DIRECT", "TRANSFORMATION", "upper(a)", True),)
    assert (edge.column.facet, edge.valid_from) == ("columnLineage", parse_zoned("2026-01-02T10:00:00Z"))
    assert edge.known_from == 2
    assert edge.run is not None
    assert edge.job is not None


def test_absent_masking_means_unknown_never_unmasked_or_masked() -> None:
    said = [source("raw.a", {"type": "DIRECT"}), source("raw.b", {"type": "DIRECT", "masking": False})]
    graph = walked(told(ran("job", ["raw"], {"out": column_lineage({"o": said})})), column("out.o"))
    assert {edge.source: edge.column.transformations[0].masking for edge in graph.edges if edge.column} == {
        column("raw.a"): None,
        column("raw.b"): False,
    }


@BOTH
def test_filters_and_joins_of_the_dataset_are_dataset_wide_dependencies(flows: FlowScope) -> None:
    facet = column_lineage({"c": ["raw.a"], "d": ["raw.b"]}, [indirect("raw.k")])
    graph_of = told(ran("job", ["raw"], {"out": facet}))
    up = walked(graph_of, column("out.c"), flows=flows)
    assert pairs(up) == direct("raw.a", "out.c") | {
        (column("raw.k"), dataset("out"), "DATASET_WIDE"),
        (dataset("out"), column("out.c"), "DATASET_WIDE"),
    }
    assert [node.depth for node in up.nodes] == [0, 1, 1, 1]
    down = walked(graph_of, column("raw.k"), direction=Direction.DOWNSTREAM, flows=flows)
    assert {node.id for node in down.nodes} == {column("raw.k"), dataset("out"), column("out.c"), column("out.d")}


@BOTH
def test_dependencies_are_followed_as_they_are_asked_for(flows: FlowScope) -> None:
    facet = column_lineage({"c": ["raw.a", indirect("raw.s", "SORT")]}, [indirect("raw.k")])
    graph_of = told(ran("job", ["raw"], {"out": facet}))
    only = {
        one: {edge.source for edge in walked(graph_of, column("out.c"), dependencies=(one,), flows=flows).edges}
        for one in Dependency
    }
    assert only == {
        Dependency.DIRECT: {column("raw.a")},
        Dependency.INDIRECT: {column("raw.s")},
        Dependency.DATASET_WIDE: {column("raw.k"), dataset("out")},
        Dependency.UNSTATED: set(),
    }


FAN: dict[str, Any] = {
    f"f{number}": [f"raw.x{number}", *([indirect("raw.k", "JOIN")] if number else [])] for number in range(10)
}


@BOTH
def test_a_near_cartesian_fan_out_is_collapsed_counted_and_expandable(flows: FlowScope) -> None:
    graph_of = told(ran("job", ["raw"], {"out": column_lineage(FAN)}))
    graph = walked(graph_of, dataset("out"), flows=flows)
    assert graph.columns is not None
    assert graph.columns.collapsed == 9
    assert len([pair for pair in pairs(graph) if pair[0] == column("raw.k")]) == 1
    every = walked(graph_of, dataset("out"), expand_fan_out=True, flows=flows)
    assert every.columns is not None
    assert every.columns.collapsed == 0
    assert pairs(every) == {(column(f"raw.x{n}"), column(f"out.f{n}"), "DIRECT") for n in range(10)} | {
        (column("raw.k"), column(f"out.f{n}"), "INDIRECT") for n in range(1, 10)
    }


@BOTH
def test_where_a_write_says_nothing_of_columns_the_walk_stops_and_counts_it(flows: FlowScope) -> None:
    graph_of = told(ran("copy", ["feed"], {"raw": {}}), CHAIN[1])
    up = walked(graph_of, column("clean.c"), flows=flows)
    assert pairs(up) == direct("raw.a", "clean.c") | {
        (dataset("feed"), dataset("raw"), "UNSTATED"),
        (dataset("raw"), column("raw.a"), "UNSTATED"),
    }
    assert up.columns is not None
    assert up.columns.unstated == 1
    assert isinstance(up.completeness, Truncated)
    assert {node.id for node in up.nodes if node.unstated} == {column("raw.a"), dataset("raw")}
    down = walked(
        told(*CHAIN, ran("use", ["clean"], {"end": {}}, "2026-01-02T10:00:00Z")),
        column("clean.c"),
        direction=Direction.DOWNSTREAM,
        flows=flows,
    )
    assert (dataset("clean"), dataset("end"), "UNSTATED") in pairs(down)
    assert isinstance(down.completeness, Truncated)


def test_a_raw_feed_is_no_gap() -> None:
    assert walked(told(*CHAIN), column("raw.a")).completeness == Complete()


def test_column_origins_are_those_of_every_contribution_in_force() -> None:
    graph_of = told(
        ran("ward", ["wards"], {"stays": column_lineage({"key": ["wards.pk"]})}),
        ran("emergency", ["visits"], {"stays": column_lineage({"key": ["visits.no"]})}, "2026-01-01T11:00:00Z"),
    )
    assert {edge.source for edge in walked(graph_of, column("stays.key")).edges} == {
        column("wards.pk"),
        column("visits.no"),
    }
    held = column_lineage_in_force(View(graph_of), [dataset("stays")])[dataset("stays")]
    named: Any = [one.value for one in held]
    assert [one["fields"]["key"]["inputFields"][0]["name"] for one in named] == ["visits", "wards"]
    (key,) = listed_columns(View(graph_of), [dataset("stays")])[dataset("stays")]
    assert [one.name for one in key.origins] == ["pk", "no"] or [one.name for one in key.origins] == ["no", "pk"]


def test_a_column_that_was_dropped_has_no_origin_and_had_one_before() -> None:
    before = {**schema("LABEL", "AGE"), **column_lineage({"LABEL": ["people.label"], "AGE": ["people.age"]})}
    after = {**schema("label"), **column_lineage({"label": ["people.label"]})}
    graph_of = told(
        ran("refresh", ["people"], {"view": before}),
        ran("refresh", ["people"], {"view": after}, "2026-01-03T10:00:00Z"),
    )
    then = AsOf(parse_zoned("2026-01-02T10:00:00Z") or 0)
    assert walked(graph_of, column("view.AGE")).edges == ()
    assert pairs(walked(graph_of, column("view.AGE"), at=then)) == direct("people.age", "view.AGE")
    assert [one.name for one in listed_columns(View(graph_of), [dataset("view")])[dataset("view")]] == ["label"]
    listed = listed_columns(View(graph_of, then), [dataset("view")])[dataset("view")]
    assert [one.name for one in listed] == ["LABEL", "AGE"]


def test_columns_hold_what_column_lineage_names_and_say_that_only_it_does() -> None:
    graph_of = told(ran("job", ["raw"], {"out": {**schema("o"), **column_lineage({"o": ["raw.a"], "p": ["raw.b"]})}}))
    listed = listed_columns(View(graph_of), [dataset("raw"), dataset("out")])
    assert [(one.name, one.ghost) for one in listed[dataset("raw")]] == [("a", True), ("b", True)]
    assert [(one.name, one.ghost) for one in listed[dataset("out")]] == [("o", False), ("p", True)]


def test_columns_said_under_one_name_count_under_all() -> None:
    names = {"symlinks": {"identifiers": [{**name_of("table"), "type": "TABLE"}]}}
    graph_of = told(
        ran("load", ["feed"], {"location": {**names, **column_lineage({"a": ["feed.x"]})}}),
        ran("use", ["table"], {"out": column_lineage({"o": ["table.a", "table.ghost"]})}, "2026-01-02T10:00:00Z"),
    )
    for name in ("location", "table"):
        listed = listed_columns(View(graph_of), [dataset(name)])[dataset(name)]
        assert [(one.name, [origin.name for origin in one.origins]) for one in listed] == [("a", ["x"]), ("ghost", [])]
    for flows in FlowScope:
        graph = walked(graph_of, column("out.o"), flows=flows)
        assert column("feed.x") in {node.id for node in graph.nodes}
    assert pairs(walked(graph_of, column("out.o"))) >= {(column("location.a"), column("out.o"), "DIRECT")}


def test_nested_fields_are_addressed_as_the_schema_nests_them() -> None:
    visits = {
        "name": "visits",
        "type": "array",
        "fields": [{"name": "_element", "type": "struct", "fields": [{"name": "ward", "type": "string"}]}],
    }
    facets = {**schema(visits), **column_lineage({"visits[].ward": ["raw.w"]})}
    graph_of = told(ran("job", ["raw"], {"out": facets}))
    listed = listed_columns(View(graph_of), [dataset("out")])[dataset("out")]
    assert [(one.name, one.ghost) for one in listed] == [
        ("visits", False),
        ("visits[]", False),
        ("visits[].ward", False),
    ]
    assert walked(graph_of, listed[2].id).edges
    assert walked(graph_of, dataset("out"), columns=("visits._element.ward",)).edges


EXPLICIT = {**name_of("out"), "type": "DATASET"}


@BOTH
def test_an_explicit_lineage_facet_is_the_whole_truth_for_its_entries(flows: FlowScope) -> None:
    fed = {"fields": {"o": {"inputs": [{**name_of("raw"), "type": "DATASET", "field": "a"}]}}}
    graph_of = told(
        ran("job", ["raw"], {"out": column_lineage({"o": ["raw.b"]})}, lineage={"entries": [{**EXPLICIT, **fed}]})
    )
    graph = walked(graph_of, column("out.o"), flows=flows)
    if flows is FlowScope.CURRENT:
        assert pairs(graph) == direct("raw.a", "out.o")
        assert [edge.column.facet for edge in graph.edges if edge.column] == ["lineage"]
    else:
        assert pairs(graph) == direct("raw.a", "out.o") | direct("raw.b", "out.o")


def test_an_input_with_a_field_at_entity_level_is_a_dataset_wide_dependency() -> None:
    fed = {"inputs": [{**name_of("raw"), "type": "DATASET", "field": "k"}]}
    graph_of = told(ran("job", ["raw"], {"out": {"lineage": fed}}))
    graph = walked(graph_of, dataset("out"))
    assert pairs(graph) == {(column("raw.k"), dataset("out"), "DATASET_WIDE")}


def test_a_field_may_be_fed_by_a_dataset_of_which_no_column_is_named() -> None:
    fed = {"fields": {"o": {"inputs": [{**name_of("raw"), "type": "DATASET"}]}}}
    graph_of = told(ran("job", ["raw"], {"out": {"lineage": fed}}))
    assert pairs(walked(graph_of, column("out.o"))) == {(dataset("raw"), column("out.o"), "DIRECT")}


@pytest.mark.parametrize(
    "facet",
    [
        {"fields": {"o": 7}},
        {"fields": {"o": {"inputFields": [{"namespace": NAMESPACE, "name": "raw"}, 3, {"field": 7}]}}},
        {"fields": [], "dataset": "all"},
        {},
    ],
)
def test_a_part_of_the_wrong_type_says_nothing_and_harms_nothing(facet: dict[str, Any]) -> None:
    graph_of = told(ran("job", ["raw"], {"out": {"columnLineage": facet}}))
    assert all(edge.column and edge.column.dependency == "UNSTATED" for edge in walked(graph_of, dataset("out")).edges)


@BOTH
def test_a_renamed_dataset_carries_its_columns_along(flows: FlowScope) -> None:
    renamed = {"lifecycleStateChange": {"lifecycleStateChange": "RENAME", "previousIdentifier": name_of("raw")}}
    graph_of = told(CHAIN[0], ran("rename", None, {"kept": renamed}, "2026-01-02T10:00:00Z"))
    graph = walked(graph_of, dataset("kept"), columns=("a",), flows=flows)
    assert (column("raw.a"), column("kept.a"), "DIRECT") in pairs(graph)


@BOTH
def test_columns_of_hidden_datasets_are_hidden_and_counted(flows: FlowScope) -> None:
    hidden = ran("job", [], {"out": column_lineage({"o": [{**source("secret.s"), "namespace": "other"}, "raw.a"]})})
    hidden["inputs"] = [{"namespace": "other", "name": "secret"}]
    graph = walked(told(hidden), column("out.o"), rights=Rights(frozenset({NAMESPACE})), flows=flows)
    assert [node.column for node in graph.nodes] == ["o", "a"]
    assert graph.completeness == Redacted(1)


@BOTH
def test_a_model_version_was_made_of_the_columns_of_what_it_was_trained_on(house: House, flows: FlowScope) -> None:
    fed = {"namespace": "landing", "name": "visits", "field": "born"}
    house.send(event(columnLineage={"fields": {"age": {"inputFields": [fed]}}}))
    house.record(seal())
    house.record(registration())
    graph = walked(house.store, ModelVersion("models", "readmission", "1").id, flows=flows)
    assert {node.column for node in graph.nodes if node.column} == {"age", "born"}


def test_paths_lead_from_column_to_column() -> None:
    walk = Walk((), Direction.UPSTREAM, Grain.COLUMN, 10)
    found = paths(View(told(*CHAIN)), column("feed.x"), column("clean.c"), walk)
    assert [[edge.source for edge in path] for path in found.paths] == [[column("feed.x"), column("raw.a")]]


def test_columns_of_what_is_no_dataset_are_refused() -> None:
    graph_of = told(*CHAIN)
    with pytest.raises(SenderError, match="Columns are named of datasets"):
        walked(graph_of, column("raw.a"), columns=("a",))
    with pytest.raises(SenderError, match="column grain only"):
        walked(graph_of, dataset("raw"), columns=("a",), grain=Grain.DATASET)


def test_attempts_are_shown_on_request() -> None:
    failed = ran("clean", ["raw"], {"clean": column_lineage({"c": ["raw.b"]})}, "2026-01-02T10:00:00Z", "FAIL")
    graph_of = told(*CHAIN, failed)
    assert pairs(walked(graph_of, column("clean.c"), depth=1)) == direct("raw.a", "clean.c")
    graph = walked(graph_of, column("clean.c"), depth=1, include_attempts=True)
    assert {(edge.source, edge.attempt) for edge in graph.edges} == {(column("raw.a"), False), (column("raw.b"), True)}


def test_what_was_replaced_is_past_and_shown_on_request() -> None:
    again = ran("clean", ["raw"], {"clean": column_lineage({"c": ["raw.b"]})}, "2026-01-02T10:00:00Z")
    graph_of = told(*CHAIN, again)
    assert pairs(walked(graph_of, column("clean.c"), depth=1)) == direct("raw.b", "clean.c")
    graph = walked(graph_of, column("clean.c"), depth=1, include_past=True)
    assert {(edge.source, edge.past) for edge in graph.edges} == {(column("raw.a"), True), (column("raw.b"), False)}


DROP = {"lifecycleStateChange": {"lifecycleStateChange": "DROP"}}


def test_a_staging_table_dropped_after_it_was_read_keeps_its_sources() -> None:
    graph_of = told(*CHAIN, ran("sweep", None, {"raw": DROP}, "2026-01-01T12:00:00Z"))
    assert pairs(walked(graph_of, column("clean.c"))) == direct("feed.x", "raw.a", "clean.c")
    assert pairs(walked(graph_of, column("feed.x"), direction=Direction.DOWNSTREAM)) == direct(
        "feed.x", "raw.a", "clean.c"
    )
    assert walked(graph_of, column("raw.a")).edges == ()


def test_a_hop_is_judged_when_its_reader_started() -> None:
    later = ran("load", ["feed"], {"raw": column_lineage({"a": ["feed.z"]})}, "2026-01-01T12:00:00Z")
    graph_of = told(*CHAIN, later)
    assert pairs(walked(graph_of, column("clean.c"))) == direct("feed.x", "raw.a", "clean.c")
    assert pairs(walked(graph_of, column("raw.a"))) == direct("feed.z", "raw.a")
    down = walked(graph_of, column("feed.z"), direction=Direction.DOWNSTREAM)
    assert pairs(down) == direct("feed.z", "raw.a")


def test_an_attempt_is_made_of_what_its_own_events_say() -> None:
    first = ran("load", ["feed"], {"raw": column_lineage({"a": ["feed.x"]})}, run="r")
    start = ran("load", ["feed"], {}, "2026-01-02T10:00:00Z", "START", run="r")
    second = ran("load", ["feed"], {"raw": column_lineage({"a": ["feed.y"]})}, "2026-01-02T11:00:00Z", run="r")
    graph_of = told(first, start, second)
    assert pairs(walked(graph_of, column("raw.a"))) == direct("feed.y", "raw.a")
    then = AsOf(parse_zoned("2026-01-02T10:30:00Z") or 0)
    assert pairs(walked(graph_of, column("raw.a"), at=then)) == direct("feed.x", "raw.a")


def test_facets_across_events_are_replaced_whole_by_event_time() -> None:
    start = ran("load", ["feed"], {"raw": column_lineage({"a": ["feed.x"], "b": ["feed.y"]})}, kind="START", run="r")
    done = ran("load", ["feed"], {"raw": column_lineage({"a": ["feed.z"]})}, "2026-01-01T11:00:00Z", run="r")
    for events in ((start, done), (done, start)):
        graph = walked(told(*events), dataset("raw"))
        assert pairs(graph) == direct("feed.z", "raw.a")


def declares(at: str, facets: dict[str, Any]) -> dict[str, Any]:
    event = ran("design", ["feed"], {"raw": facets}, at)
    return {key: part for key, part in event.items() if key not in {"run", "eventType"}}


def test_a_declaration_is_followed_as_it_stood_when_it_was_met() -> None:
    graph_of = told(
        declares("2026-01-01T08:00:00Z", column_lineage({"a": ["feed.x"]})),
        CHAIN[1],
        declares("2026-01-02T08:00:00Z", column_lineage({"a": ["feed.y"]})),
    )
    assert pairs(walked(graph_of, column("clean.c"))) == direct("feed.x", "raw.a", "clean.c")
    assert pairs(walked(graph_of, column("raw.a"))) == direct("feed.y", "raw.a")


def test_an_event_about_a_dataset_says_what_its_columns_derive_from() -> None:
    about = declares("2026-01-01T08:00:00Z", {})
    described = {**name_of("raw"), "facets": column_lineage({"a": ["feed.x"]})}
    graph_of = told({"eventTime": about["eventTime"], "producer": about["producer"], "dataset": described})
    assert pairs(walked(graph_of, column("raw.a"))) == direct("feed.x", "raw.a")


def test_a_snapshot_is_walked_as_it_was_when_it_was_written() -> None:
    version = {"version": {"datasetVersion": "v1"}}
    first = ran("load", ["feed"], {"raw": {**version, **column_lineage({"a": ["feed.x"]})}})
    second = ran("load", ["feed"], {"raw": column_lineage({"a": ["feed.y"]})}, "2026-01-02T10:00:00Z")
    graph_of = told(first, second)
    assert pairs(walked(graph_of, Snapshot(NAMESPACE, "raw", "v1").id)) == direct("feed.x", "raw.a")
    assert pairs(walked(graph_of, dataset("raw"))) == direct("feed.y", "raw.a")


def test_a_budget_ends_the_walk_and_is_said() -> None:
    graph = walked(told(*CHAIN), dataset("clean"), budget=4)
    assert isinstance(graph.completeness, Truncated)
    assert len(graph.nodes) == 4


def test_what_decides_on_the_rows_of_one_write_does_not_reach_the_columns_of_another() -> None:
    graph_of = told(
        ran("first", ["raw"], {"out": column_lineage({"a": ["raw.a"]}, [indirect("raw.k")])}),
        ran("second", ["raw"], {"out": column_lineage({"b": ["raw.b"]}, [indirect("raw.s")])}),
    )
    up = walked(graph_of, column("out.b"))
    assert {node.column for node in up.nodes if node.column} == {"b", "s"}
    down = walked(graph_of, column("raw.k"), direction=Direction.DOWNSTREAM)
    assert {node.column for node in down.nodes if node.column} == {"a", "k"}
