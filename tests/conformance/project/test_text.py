"""What must not stand in the product's text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.project import PACKAGES, REPOSITORY, parsed, product_files

CYPHER = re.compile(
    r"\b(?:MATCH|MERGE)\s*\(|\bUNWIND\s+\$|\bDETACH\s+DELETE\b|\bCREATE\s+(?:CONSTRAINT|FULLTEXT|RANGE)\b"
    r"|\bSHOW\s+(?:CONSTRAINTS|INDEXES|SETTINGS)\b|\bCALL\s+(?:db|dbms)\.|\bRETURN\s+DISTINCT\b"
)
THE_ONLY_WRITER_OF_CYPHER = REPOSITORY / "graph_schema" / "cypher"
JUDGES_OF_TIME = ("graph_schema", "catalog/view", "catalog/store")
"""A store answers every verb at both times; whoever asks through a View compares no time with another."""
TEXT_SUFFIXES = (".py", ".html", ".css", ".js", ".typ", ".json", ".md", ".toml", ".graphql", ".txt")


def strings_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the string literals of a module, docstrings aside, with their lines."""
    tree = parsed(path)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def test_only_one_package_writes_cypher() -> None:
    stray = [
        f"{path.relative_to(REPOSITORY)}:{line}"
        for path in product_files(".py")
        if not path.is_relative_to(THE_ONLY_WRITER_OF_CYPHER)
        for line, text in strings_of(path)
        if CYPHER.search(text)
    ]
    assert not stray


def test_the_search_for_cypher_finds_cypher() -> None:
    for module in ("reading", "rows", "schema", "writing"):
        written = [text for _, text in strings_of(THE_ONLY_WRITER_OF_CYPHER / f"{module}.py")]
        assert any(CYPHER.search(text) for text in written), module


def compared(tree: ast.AST) -> Iterator[int]:
    """Yield the lines on which a fact's valid time is compared with anything."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            for end in (node.left, *node.comparators):
                name = end.attr if isinstance(end, ast.Attribute) else end.id if isinstance(end, ast.Name) else ""
                if name == "valid_from":
                    yield node.lineno


def test_what_is_valid_when_is_judged_by_the_rules_of_time_the_view_and_the_stores_alone() -> None:
    stray = [
        f"{path.relative_to(REPOSITORY)}:{line}"
        for path in product_files(".py")
        if not any(path.is_relative_to(REPOSITORY / room) for room in JUDGES_OF_TIME)
        for line in compared(parsed(path))
    ]
    assert stray == []


def test_the_search_for_comparisons_finds_one() -> None:
    assert list(compared(ast.parse("if fact.valid_from <= at or at < valid_from:\n    pass"))) == [1, 1]
    assert list(compared(ast.parse("fact.valid_from = at"))) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_is_put_off_in_the_product(package: str) -> None:
    put_off = [
        f"{path.relative_to(REPOSITORY)}:{number}"
        for path in product_files(*TEXT_SUFFIXES)
        if path.is_relative_to(REPOSITORY / package) and ".min." not in path.name
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", line)
    ]
    assert not put_off


def test_nothing_refers_to_a_folder_of_the_machine_it_was_written_on() -> None:
    here = re.compile(rf"{re.escape(str(REPOSITORY))}\b|(?<![\w.$*:]){re.escape(str(Path.home()))}/")
    somewhere = re.compile(r"(?<![\w.$*:/])/(?:home|root|Users|work)/\w")
    roots = [path for path in REPOSITORY.iterdir() if path.is_file() and path.suffix in {*TEXT_SUFFIXES, ".yaml", ""}]
    ours = [*product_files(*TEXT_SUFFIXES), *roots, *(REPOSITORY / "bench").rglob("*.py")]
    found = [
        f"{path.relative_to(REPOSITORY)}:{number}"
        for path in ours
        if ".min." not in path.name and path.name not in {".coverage", ".git"}
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if here.search(line) or somewhere.search(line)
    ]
    assert not found
