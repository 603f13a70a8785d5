"""Every GraphQL document of the product's own commands, benchmarks and README is one that the schema takes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import GraphQLSyntaxError, build_schema, parse, validate

from tests.support.documents import blocks
from tests.support.project import REPOSITORY

SCHEMA = build_schema((REPOSITORY / "tests/golden/api/schema.graphql").read_text("utf-8"))
FOLDERS = ("bench", "catalog/cli", "examples")
BEGINS = re.compile(r"\s*(query\b|mutation\b|\{)")


def documents() -> Iterator[tuple[str, str]]:
    """Yield the texts in the code that read as GraphQL; those made of pieces are asked by tests of their own."""
    for path in (found for folder in FOLDERS for found in sorted((REPOSITORY / folder).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and BEGINS.match(node.value):
                yield from _parsed(path, node)


def _parsed(path: Path, node: ast.Constant) -> Iterator[tuple[str, str]]:
    try:
        parse(str(node.value))
    except GraphQLSyntaxError:
        return
    yield f"{path.relative_to(REPOSITORY)}:{node.lineno}", str(node.value)


DOCUMENTS = dict(documents())


SHOWN = [(name, text) for name in ("README.md", "docs/columns.md") for text in blocks(name, "graphql")]


def test_there_are_documents_to_hold_to_it() -> None:
    assert len(DOCUMENTS) > 5
    assert len(SHOWN) > 1


@pytest.mark.parametrize("place", DOCUMENTS)
def test_a_document_is_one_that_the_schema_takes(place: str) -> None:
    assert validate(SCHEMA, parse(DOCUMENTS[place])) == []


@pytest.mark.parametrize(("name", "text"), SHOWN)
def test_a_document_that_is_shown_is_one_that_the_schema_takes(name: str, text: str) -> None:
    assert validate(SCHEMA, parse(text)) == [], name
