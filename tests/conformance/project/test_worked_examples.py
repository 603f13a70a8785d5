"""The examples of CONTRIBUTING: they are Python, and every name that they do not make themselves is the house's."""

from __future__ import annotations

import ast
import builtins
import importlib

import pytest

from tests.support.documents import blocks

HOUSE = (
    "catalog.api.graphql.datasets",
    "catalog.api.graphql.labels",
    "catalog.record",
    "catalog.store.indexes.index",
    "catalog.store.indexes.table",
    "graph_schema.aspects.declarations",
    "typing",
)
MADE_UP = {"Retired", "queries", "_derive", "_specification", "_answers"}
"""What an example leaves to whoever follows it."""


@pytest.mark.parametrize("block", blocks("CONTRIBUTING.md", "python"))
def test_an_example_names_what_there_is(block: str) -> None:
    tree = ast.parse(block)
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    made = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    made |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    made |= {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.AsyncFunctionDef)}
    known = {name for module in HOUSE for name in vars(importlib.import_module(module))} | set(dir(builtins))
    assert named - made - MADE_UP <= known


def test_there_are_examples() -> None:
    assert len(blocks("CONTRIBUTING.md", "python")) == 3
