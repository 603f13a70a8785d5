from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLError, get_introspection_query, parse
from graphql.execution.values import get_variable_values

from catalog.api.graphql.limits import MAX_ITEMS, UNPAGED, CircleError, Costs, nesting, operation_of
from catalog.api.graphql.schema import graphql_schema
from tests.support.records import DIGEST, MANIFEST, RAW


def priced(query: str, variables: dict[str, Any] | None = None) -> tuple[Costs, int, int]:
    document = parse(query)
    operation = operation_of(document, None)
    assert operation is not None
    coerced = get_variable_values(graphql_schema(), operation.variable_definitions or (), variables or {})
    assert not isinstance(coerced, list), coerced
    costs = Costs(graphql_schema(), document, coerced)
    price = costs.price(operation)
    return costs, price.cost, price.at_least


def doubling(fragments: int) -> str:
    """Return a query whose fragments each spread the next one twice."""
    chain = "".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(fragments))
    return f"{{ ...f0 }} {chain} fragment f{fragments} on Query {{ a: readPoint {{ ledgerIndex }} }}"


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{ __typename }", 0),
        ("{ readPoint { ledgerIndex } }", 2),
        ("{ search(first: 10) { totalCount } }", 11),
        ("{ search { totalCount } }", 21),
        ("{ search(first: 10) { nodes { id } } }", 21),
        ("{ search(first: 2) { ...f } } fragment f on SearchConnection { nodes { id } }", 5),
        ("{ search(first: 2) { ... { nodes { id } } } }", 5),
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 4),
        ('{ nodes(ids: "a") { id } }', 2),
        ('{ a: nodes(ids: ["a", "b"]) { id } b: nodes(ids: ["a", "b"]) { id } }', 6),
        ('{ node(id: "a") { ... on Dataset { snapshots(first: 10) { nodes { id } } } } }', 22),
        ('{ node(id: "a") { ... on Run { inputs { id } } } }', 2 + UNPAGED),
        ('{ node(id: "a") { ... on Run { inputs { columns(first: 7) { nodes { id } } } } } }', 2 + UNPAGED * (1 + 14)),
        ('{ evidence(for: "a", limit: 3) { __typename ... on Evidence { total } } }', 4),
        ('{ lineage(input: {of: ["a"], direction: BOTH, budget: 500}) { __typename } }', 51),
        ('{ lineage(input: {of: ["a"], direction: BOTH}) { __typename } }', 201),
        ('{ paths(from: "a", to: "b") { __typename } }', 201),
    ],
)
def test_a_query_costs_what_it_may_read(query: str, cost: int) -> None:
    assert priced(query)[1] == cost


@pytest.mark.parametrize(
    ("query", "variables", "cost"),
    [
        ("query($n: Int!) { search(first: $n) { totalCount } }", {"n": 30}, 31),
        ("query($n: Int = 400) { search(first: $n) { totalCount } }", {}, 401),
        ("query($n: Int = 400) { search(first: $n) { totalCount } }", {"n": 3}, 4),
        ("query($n: Int! = 7) { search(first: $n) { totalCount } }", {}, 8),
        ("query($i: [ID!]! = [1, 2, 3]) { nodes(ids: $i) { id } }", {}, 4),
        ("query($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": "a"}, 2),
        (
            'query($i: LineageInput! = {of: "a", direction: BOTH, budget: 9000}) { lineage(input: $i) { __typename } }',
            {},
            901,
        ),
        (
            "query($i: LineageInput!) { lineage(input: $i) { __typename } }",
            {"i": {"of": ["a"] * 400, "direction": "BOTH", "budget": 1}},
            41,
        ),
    ],
)
def test_variables_count_as_they_are_coerced_their_defaults_included(
    query: str, variables: dict[str, Any], cost: int
) -> None:
    assert priced(query, variables)[1] == cost


def test_the_schema_may_be_asked_for_as_explorers_do_and_not_many_times() -> None:
    explorer = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )
    assert 10_000 < priced(explorer)[1] < 50_000
    types = "types { name fields { name args { name type { name } } type { name } } }"
    assert priced("{ " + " ".join(f"a{n}: __schema {{ {types} }}" for n in range(10)) + " }")[1] > 100_000
    fields = " ".join(f"a{n}: fields {{ name args {{ name type {{ name }} }} }}" for n in range(30))
    assert priced(f"{{ __schema {{ types {{ {fields} }} }} }}")[1] > 25_000


def test_what_an_argument_does_not_take_is_an_error_and_no_cost() -> None:
    with pytest.raises(GraphQLError):
        priced('{ search(first: "many") { totalCount } }')


def test_a_question_has_no_long_lists_and_a_record_may() -> None:
    for query in (
        "query($l: [ID!]!) { nodes(ids: $l) { id } }",
        "query($l: [ID!]) { approvals(filter: {subjects: $l}) { totalCount } }",
    ):
        assert priced(query, {"l": ["a"] * MAX_ITEMS})[1] > 0
        with pytest.raises(GraphQLError, match="has 501 items, and may have 500"):
            priced(query, {"l": ["a"] * (MAX_ITEMS + 1)})
    mutation = "mutation($r: SealSnapshotInput!) { sealSnapshot(record: $r) { __typename } }"
    assert priced(mutation, {"r": {"dataset": RAW, "digest": DIGEST, "manifest": MANIFEST * 1000}})[1] == 1


@pytest.mark.parametrize(
    ("query", "variables", "expected"),
    [
        ("{ readPoint { ledgerIndex } }", {}, -1),
        ('{ lineage(input: {of: ["a"], direction: BOTH, atLeast: 7}) { __typename } }', {}, 7),
        (
            "query($i: LineageInput!) { lineage(input: $i) { __typename } }",
            {"i": {"of": ["a"], "direction": "BOTH", "atLeast": 9}},
            9,
        ),
        (
            """query($n: Int = 8) { ...f }
               fragment f on Query { lineage(input: {of: "a", direction: BOTH, atLeast: $n}) { __typename } }""",
            {},
            8,
        ),
        (
            """{ a: lineage(input: {of: ["a"], direction: BOTH, atLeast: 3}) { __typename }
                 b: lineage(input: {of: ["a"], direction: BOTH, atLeast: 5}) { __typename } }""",
            {},
            5,
        ),
    ],
)
def test_the_newest_entry_that_is_wanted_is_found_beforehand(
    query: str, variables: dict[str, Any], expected: int
) -> None:
    assert priced(query, variables)[2] == expected


@pytest.mark.parametrize("fragments", [10, 100, 400])
def test_fragments_that_double_are_looked_at_once_each(fragments: int) -> None:
    costs, cost, _ = priced(doubling(fragments))
    assert cost == 2 * 2**fragments
    assert costs.visited == 2
    assert nesting(parse(doubling(fragments))) == (1, 2**fragments)


def test_depth_is_that_of_the_fields_however_they_are_spread() -> None:
    query = """{ ...f ... { ... { readPoint { ledgerIndex } } } }
      fragment f on Query { node(id: "a") { ...g } }
      fragment g on Run { parent { parent { runId } } }"""
    assert nesting(parse(query)).depth == 3
    assert nesting(parse("{ __schema { types { fields { name } } } }")).depth == 0


def test_aliases_count_as_often_as_they_are_spread_and_in_every_operation() -> None:
    query = """query a { ...f ...f } query b { ...f c: readPoint { d: ledgerIndex } }
      fragment f on Query { e: readPoint { f: ledgerIndex } }"""
    assert nesting(parse(query)).aliases == 8


@pytest.mark.parametrize(
    "query",
    [
        "{ ...a } fragment a on Query { ...a }",
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
        "{ ...z } fragment z on Query { ...a } fragment a on Query { node(id: 1) { ...b } } fragment b on Run { ...a }",
    ],
)
def test_fragments_in_a_circle_have_no_shape(query: str) -> None:
    with pytest.raises(CircleError, match="itself"):
        nesting(parse(query))


def test_fragments_that_meet_again_are_no_circle() -> None:
    query = """{ ...a } fragment a on Query { ...b ...c } fragment b on Query { ...d }
      fragment c on Query { ...d ...b } fragment d on Query { readPoint { ledgerIndex } }
      fragment unused on Query { ...a }"""
    assert nesting(parse(query)).depth == 1


def test_one_of_several_operations_is_named() -> None:
    document = parse("query a { __typename } query b { __typename }")
    assert operation_of(document, None) is None
    assert operation_of(document, "c") is None
    named = operation_of(document, "b")
    assert named is not None
    assert named.name is not None
    assert named.name.value == "b"
