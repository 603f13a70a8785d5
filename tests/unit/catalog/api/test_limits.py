from __future__ import annotations

from typing import Any

import pytest
from graphql import parse

from catalog.api.graphql.limits import Costs, operation_of
from catalog.api.graphql.schema import graphql_schema


def costs(query: str, variables: dict[str, Any] | None = None) -> tuple[int, int | None]:
    document = parse(query)
    operation = operation_of(document, None)
    assert operation is not None
    found = Costs(graphql_schema(), document, variables or {})
    return found.cost(operation), found.at_least(operation)


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{ __typename }", 0),
        ("{ readPoint { ledgerIndex } }", 2),
        ("{ search(first: 10) { totalCount } }", 11),
        ("{ search { totalCount } }", 21),
        ("{ search(first: 10) { nodes { id } } }", 21),
        ("{ search(first: 2) { ...f } } fragment f on SearchConnection { nodes { id } }", 5),
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 4),
        ('{ node(id: "a") { ... on Dataset { snapshots(first: 10) { nodes { id } } } } }', 22),
        ('{ lineage(input: {of: ["a"], direction: BOTH, budget: 500}) { __typename } }', 51),
        ('{ lineage(input: {of: ["a"], direction: BOTH}) { __typename } }', 201),
    ],
)
def test_a_query_costs_what_it_may_read(query: str, cost: int) -> None:
    assert costs(query)[0] == cost


def test_variables_count_as_what_they_hold() -> None:
    assert costs("query($n: Int!) { search(first: $n) { totalCount } }", {"n": 30})[0] == 31


@pytest.mark.parametrize(
    ("query", "variables", "expected"),
    [
        ("{ readPoint { ledgerIndex } }", {}, None),
        ('{ lineage(input: {of: ["a"], direction: BOTH, atLeast: 7}) { __typename } }', {}, 7),
        ("query($i: LineageInput!) { lineage(input: $i) { __typename } }", {"i": {"atLeast": 9}}, 9),
        (
            """{ a: lineage(input: {of: ["a"], direction: BOTH, atLeast: 3}) { __typename }
                 b: lineage(input: {of: ["a"], direction: BOTH, atLeast: 5}) { __typename } }""",
            {},
            5,
        ),
    ],
)
def test_the_newest_entry_that_is_wanted_is_found_beforehand(
    query: str, variables: dict[str, Any], expected: int | None
) -> None:
    assert costs(query, variables)[1] == expected


def test_one_of_several_operations_is_named() -> None:
    document = parse("query a { __typename } query b { __typename }")
    assert operation_of(document, None) is None
    assert operation_of(document, "c") is None
    named = operation_of(document, "b")
    assert named is not None
    assert named.name is not None
    assert named.name.value == "b"
