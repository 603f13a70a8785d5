"""Columns that differ in upper and lower case alone, where a rule of names folds them and where none does."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.lineage.columns.queries import listed_columns
from catalog.lineage.model import Direction, FlowScope, Grain, LineageGraph, Walk
from catalog.lineage.queries import lineage
from catalog.names.rules import column_name
from catalog.reading import LATEST, AsOf
from catalog.store.memory import MemoryStore
from catalog.view import View
from graph_schema.aspects.names import NamespaceRule
from graph_schema.builder import FactBuilder
from graph_schema.facts import Facts
from graph_schema.nodes import NamespaceRule as RuleNode
from graph_schema.times import parse_zoned
from tests.support.columns import NAMESPACE, Json, column, column_lineage, dataset, facts_of, ran, schema

FOLDED = NamespaceRule(NAMESPACE, "FOLD_CASE")
laws = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=40)
LATER = FOLDED, "2026-01-01T03:00:00Z"
NAMES, FIELDS = "AB", ("x", "X", "yy", "yY", "Yy")
_source = st.tuples(st.sampled_from(NAMES), st.sampled_from(FIELDS)).map(".".join)
_writes = st.tuples(
    st.integers(0, 2),
    st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
    st.sampled_from("BCD"),
    st.dictionaries(st.sampled_from(FIELDS), st.lists(_source, max_size=2, unique=True), max_size=3),
)
HISTORIES = st.lists(_writes, min_size=1, max_size=6).map(
    lambda some: [
        ran(f"j{job}", ins, {out: column_lineage(fields)}, f"2026-01-01T0{hour}:00:00Z")
        for hour, (job, ins, out, fields) in enumerate(some)
    ]
)
"""No two at one time: which of these counts, the letters decide."""
Pair = tuple[tuple[str | None, str | None], tuple[str | None, str | None]]


def rule(value: NamespaceRule | None, at: str, entry: int) -> Facts:
    builder = FactBuilder(entry, parse_zoned(at) or 0, f"rule {entry}")
    builder.add_statement(RuleNode("letters"), "namespace_rule", value)
    return builder.build()


ColumnStatement = Json | tuple[NamespaceRule | None, str]


def store_of(*told: ColumnStatement) -> MemoryStore:
    """Return a store that took events and rules of names, each an entry."""
    store = MemoryStore()
    for entry, one in enumerate(told):
        store.apply(rule(*one, entry) if isinstance(one, tuple) else facts_of(one, entry), entry)
    return store


def walked(store: MemoryStore, root: str, direction: Direction, at: AsOf = LATEST, **more: Any) -> LineageGraph:
    return lineage(View(store, at), Walk((root,), direction, Grain.COLUMN, depth=20, **more))


def lowered(event: Json) -> Json:
    """Return the event with the names of all columns in lower case."""
    outputs = []
    for output in event["outputs"]:
        fields: dict[str, list[Json]] = {}
        for name, said in output["facets"]["columnLineage"]["fields"].items():
            for one in said["inputFields"]:
                low = {**one, "field": one["field"].lower()}
                if low not in fields.setdefault(name.lower(), []):
                    fields[name.lower()].append(low)
            fields.setdefault(name.lower(), [])
        facet = {"columnLineage": {"fields": {name: {"inputFields": some} for name, some in fields.items()}}}
        outputs.append({**output, "facets": facet})
    return {**event, "outputs": outputs}


def pairs(graph: LineageGraph) -> set[Pair]:
    """Return what leads to what, columns by dataset and name in lower case; each is there once."""
    of = {node.id: (node.dataset, node.column.lower()) if node.column else (node.id, None) for node in graph.nodes}
    assert len(set(of.values())) == len(of)
    return {(of[edge.source], of[edge.target]) for edge in graph.edges}


@given(HISTORIES, st.sampled_from(FlowScope), st.integers(0, 6))
@laws
def test_case_where_a_rule_folds_it_the_walk_is_that_of_names_in_lower_case(
    events: list[Json], flows: FlowScope, place: int
) -> None:
    folded = store_of(*events[:place], (FOLDED, "2026-01-01T00:00:00Z"), *events[place:])
    plain = store_of(*map(lowered, events))
    for name in "ABCD":
        if dataset(name) not in plain.nodes([dataset(name)]):
            continue
        for direction in (Direction.UPSTREAM, Direction.DOWNSTREAM, Direction.BOTH):
            found = walked(folded, dataset(name), direction, flows=flows)
            assert pairs(found) == pairs(walked(plain, dataset(name), direction, flows=flows))
        (listed,) = listed_columns(View(folded), [dataset(name)]).values()
        (expected,) = listed_columns(View(plain), [dataset(name)]).values()
        assert {(one.name.lower(), len(one.origins)) for one in listed} == {
            (one.name, len(one.origins)) for one in expected
        }


@given(HISTORIES, st.sampled_from(FlowScope), st.permutations(range(7)))
@laws
def test_case_any_order_of_events_and_rules_gives_the_same(
    events: list[Json], flows: FlowScope, order: list[int]
) -> None:
    told: list[ColumnStatement] = [*events, LATER]
    first, second = store_of(*told), store_of(*(told[place] for place in order if place < len(told)))
    for name in "ABCD":
        graphs = [walked(store, dataset(name), Direction.BOTH, flows=flows) for store in (first, second)]
        assert {node.id for node in graphs[0].nodes} == {node.id for node in graphs[1].nodes}
        assert pairs(graphs[0]) == pairs(graphs[1])


LOAD = ran("load", ["feed"], {"raw": {**schema("Age"), **column_lineage({"AGE": ["feed.X"]})}})
USE = ran("use", ["raw"], {"out": column_lineage({"o": ["raw.age"]})}, "2026-01-02T10:00:00Z")
RULE = FOLDED, "2026-01-01T00:00:00Z"


@pytest.mark.parametrize("flows", FlowScope)
@pytest.mark.parametrize("told", list(permutations((LOAD, USE, RULE))))
def test_case_a_column_is_shown_as_the_schema_has_it(told: tuple[Any, ...], flows: FlowScope) -> None:
    store = store_of(*told)
    for root in (column("out.o"), dataset("out")):
        names = {node.column for node in walked(store, root, Direction.UPSTREAM, flows=flows).nodes}
        assert names - {None} == {"o", "Age", "X"}
    for root in ("raw.age", "raw.AGE"):
        graph = walked(store, column(root), Direction.BOTH, flows=flows)
        assert graph.roots == (column("raw.Age"),)
        assert {node.column for node in graph.nodes} == {"Age", "X", "o"}
    (listed,) = listed_columns(View(store), [dataset("raw")]).values()
    assert [(one.name, one.ghost, [each.name for each in one.origins]) for one in listed] == [("Age", False, ["X"])]
    asked = walked(store, dataset("raw"), Direction.UPSTREAM, flows=flows, columns=("aGE",))
    assert {node.column for node in asked.nodes} == {"Age", "X"}


@pytest.mark.parametrize("flows", FlowScope)
def test_case_names_are_byte_exact_without_a_rule_and_once_it_ended(flows: FlowScope) -> None:
    ended = store_of(LOAD, USE, RULE, (None, "2026-01-01T12:00:00Z"))
    for store in (store_of(LOAD, USE), ended):
        names = {node.column for node in walked(store, column("out.o"), Direction.UPSTREAM, flows=flows).nodes}
        assert names == {"o", "age"}
        (listed,) = listed_columns(View(store), [dataset("raw")]).values()
        assert [(one.name, one.ghost) for one in listed] == [("Age", False), ("AGE", True), ("age", True)]
    before = AsOf(valid_at=parse_zoned("2026-01-01T11:00:00Z") or 0)
    (listed,) = listed_columns(View(ended, before), [dataset("raw")]).values()
    assert [one.name for one in listed] == ["Age"]


def test_case_of_spellings_the_schema_decides_then_the_letters_of_the_rule_then_the_name() -> None:
    known = {"AGE", "Age", "age"}
    upper, exact = NamespaceRule(NAMESPACE, "FOLD_CASE", letters="UPPER"), NamespaceRule("elsewhere", "FOLD_CASE")
    assert column_name("aGE", NAMESPACE, [exact], ["Age"], known) == "aGE"
    assert column_name("aGE", NAMESPACE, [upper], ["Age"], known) == "Age"
    assert column_name("aGE", NAMESPACE, [upper], ["other"], {*known}) == "AGE"
    assert column_name("aGE", NAMESPACE, [FOLDED], [], {"age", "Age"}) == "Age"
    assert column_name("aGE", NAMESPACE, [FOLDED]) == "age"
    assert column_name("aGE", NAMESPACE, [upper]) == "AGE"
