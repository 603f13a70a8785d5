from __future__ import annotations

import re
from pathlib import Path

from graphql import parse, validate

from catalog.api.graphql.schema import graphql_schema

README = Path(__file__).parents[4] / "README.md"


def test_what_the_readme_asks_in_graphql_is_of_the_schema() -> None:
    asked = re.findall(r"```graphql\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert asked
    for document in asked:
        assert validate(graphql_schema(), parse(document)) == []


def test_the_readme_shows_the_cypher_that_the_tests_run() -> None:
    tested = re.findall(
        r"```cypher\n.*?```", (README.parent / "graph_schema/queries.cypher.md").read_text("utf-8"), re.DOTALL
    )
    assert len(tested) == 5
    assert all(query in README.read_text("utf-8") for query in tested)
