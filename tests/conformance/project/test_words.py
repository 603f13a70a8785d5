"""Identifiers are the field's words: no name of the product makes a metaphor of speech where the field has a term."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from tests.support.project import REPOSITORY, product_files

PRIVATE = frozenset(
    {
        "tell",
        "tells",
        "told",
        "telling",
        "teller",
        "hear",
        "hears",
        "heard",
        "hearing",
        "say",
        "says",
        "said",
        "saying",
        "speak",
        "speaks",
        "spoke",
        "spoken",
        "speaking",
        "voice",
        "voices",
        "learn",
        "learns",
        "learned",
        "learning",
        "scene",
        "standing",
    }
)
"""Each stood for something that has a name of its own: project, build, add, load, state, value, in force, status."""
PRIVATE_CLASSES = frozenset({"Held", "Claim", "Teller", "Scene", "Standing", "Telling", "Hearing"})
GENERATED = "verify_lineward.py"
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def identifiers(path: Path) -> Iterator[tuple[int, str]]:
    """Yield what a module itself names, with the line: definitions, parameters, variables, attributes that it sets."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr
            case ast.alias(asname=str(name)):
                yield 0, name
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield node.lineno, name
            case ast.ExceptHandler(name=str(name)):
                yield node.lineno, name


def names_in_script(text: str) -> list[str]:
    """Return what a script of the pages names itself: constants, variables, functions and parameters."""
    declared = re.findall(r"\b(?:const|let|function|class)\s+(\w+)", text)
    lists = re.findall(r"\bfunction\s*\w*\s*\(([^)]*)\)|\(([^()]*)\)\s*=>|\b(?:const|let)\s+[\[{]([^\]}]*)[\]}]", text)
    return [*declared, *(name for groups in lists for name in re.findall(r"\w+", " ".join(groups)))]


def names_in_template(text: str) -> set[str]:
    """Return what a template names itself: loop variables, what is set, and parameters of macros."""
    tree = Environment(extensions=["jinja2.ext.do"], autoescape=True).parse(text)
    named = {one.name for one in tree.find_all(nodes.Name) if one.ctx in {"store", "param"}}
    return named | {one.name for one in tree.find_all(nodes.Macro)}


def words(identifier: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(identifier)}


def private(path: Path) -> list[str]:
    return [
        f"{path.relative_to(REPOSITORY)}:{line} {name}"
        for line, name in identifiers(path)
        if words(name) & PRIVATE or name.lstrip("_") in PRIVATE_CLASSES
    ]


def test_no_identifier_is_of_a_private_language() -> None:
    found = [each for path in product_files(".py") if path.name != GENERATED for each in private(path)]
    assert not found


def test_no_script_of_the_pages_names_anything_so() -> None:
    scripts = [path for path in product_files(".mjs") if not path.name.startswith("htmx")]
    found = [
        f"{path.name} {name}" for path in scripts for name in names_in_script(path.read_text()) if words(name) & PRIVATE
    ]
    assert scripts
    assert not found


def test_no_template_names_anything_so() -> None:
    templates = list(product_files(".j2"))
    named = [(path, name) for path in templates for name in names_in_template(path.read_text())]
    assert named
    assert not [f"{path.name} {name}" for path, name in named if words(name) & PRIVATE]


@pytest.mark.parametrize(
    "text",
    [
        "{% for told in x %}{% endfor %}",
        "{% set said = 1 %}",
        "{% macro tell() %}{% endmacro %}",
        "{% macro m(said) %}{% endmacro %}",
    ],
)
def test_the_search_of_templates_finds_what_it_is_for(text: str) -> None:
    assert any(words(name) & PRIVATE for name in names_in_template(text))


@pytest.mark.parametrize(
    "text",
    [
        "const said = 1;",
        "function tell(one) {}",
        "function made(tag, said) {}",
        "const f = (heard) => 1;",
        "let [told] = x;",
    ],
)
def test_the_search_of_scripts_finds_what_it_is_for(text: str) -> None:
    assert any(words(name) & PRIVATE for name in names_in_script(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def tell_run(): ...", True),
        ("said = 1", True),
        ("class Teller: ...", True),
        ("def f(hearing): ...", True),
        ("for spoken in (): ...", True),
        ("class Claim: ...", True),
        ("class _Held: ...", True),
        ("claimed = standard = outstanding = retail = 1", False),
    ],
)
def test_the_search_finds_what_it_is_for_and_nothing_else(tmp_path: Path, text: str, *, expected: bool) -> None:
    module = tmp_path / "module.py"
    module.write_text(text)
    found = [name for _, name in identifiers(module) if words(name) & PRIVATE or name.lstrip("_") in PRIVATE_CLASSES]
    assert bool(found) is expected
