"""Nothing of the product is there that nothing of the product uses: names are counted over all of its text."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.support.project import REPOSITORY, parsed, product_files

GENERATED = "verify_lineward.py"
USED_OUTSIDE = {
    "DerivesFrom": "the name under which a store shows the index of column flows",
    "verify_consistency": "what whoever holds two checkpoints runs; the tests do",
    "MemoryLedger": "the ledger that every other one is held to",
    "read_model": "what a pipeline calls",
    "write_model": "the same",
    "claim_deidentification": "the same",
    "TEXTS": "the table that the fields of records are held to",
    "rotate": "what an operator calls: there is no command for it yet",
    "_get_schema": "what the standard's client calls",
    "collect": "what the client of Prometheus calls",
    "process_renderables": "what rich calls",
    "on_broken_pipe": "the same",
    "format_commands": "what typer calls",
    "format_options": "the same",
    "settings_customise_sources": "what pydantic calls",
    "_unsupported_upgrade_warning": "what uvicorn calls",
}
"""What is there for somebody else, and for whom."""


@cache
def text() -> dict[Path, str]:
    return {path: path.read_text("utf-8") for path in product_files(".py") if path.name != GENERATED}


@cache
def accessed() -> frozenset[str]:
    """Every name that is read off something, or that stands in a string, as what is looked up by name does."""
    nodes = [node for path in text() for node in ast.walk(parsed(path))]
    strings = " ".join(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    templates = " ".join(path.read_text("utf-8") for path in product_files(".html", ".j2", ".typ"))
    return frozenset(node.attr for node in nodes if isinstance(node, ast.Attribute)) | {
        *re.findall(r"\w+", templates),
        *(word for word in re.findall(r"\w+", strings) if "_" in word),
    }


@cache
def uses() -> Counter[str]:
    templates = (path.read_text("utf-8") for path in product_files(".html", ".j2", ".typ"))
    return Counter(re.findall(r"\w+", "\n".join((*text().values(), *templates))))


def names(body: list[ast.stmt], *, of_class: bool = False) -> Iterator[tuple[int, str, bool]]:
    """Yield what a module or a class defines, with the line, and whether it is a method.

    What a decorator registers is used by that, a member of an enumeration by its value.
    """
    for node in body:
        match node:
            case ast.FunctionDef(decorator_list=decorators) | ast.AsyncFunctionDef(decorator_list=decorators):
                if not any(isinstance(each, ast.Call) for each in decorators):
                    yield node.lineno, node.name, of_class
            case ast.ClassDef(bases=bases):
                yield node.lineno, node.name, False
                if not any("Enum" in ast.unparse(base) for base in bases):
                    yield from names(node.body, of_class=True)
            case ast.Assign(targets=targets):
                yield from ((node.lineno, target.id, False) for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield node.lineno, name, False


def unused() -> Iterator[tuple[str, str]]:
    for path in text():
        if path.is_relative_to(REPOSITORY / "catalog" / "api" / "graphql"):
            continue  # a member of a type of the schema is used by whoever asks
        for line, name, is_method in names(parsed(path).body):
            unread = name not in accessed() if is_method else uses()[name] == 1
            if unread and not re.fullmatch(r"__\w+__", name):
                yield f"{path.relative_to(REPOSITORY)}:{line}", name


def test_everything_that_is_there_is_used() -> None:
    assert [found for found in unused() if found[1] not in USED_OUTSIDE] == []


STARTED = {
    "catalog.projector": "the process of the projection",
    "catalog.ledger.memory": "the ledger that every other one is held to",
    "reports.standalone.command": "the end of the script that verifies by itself",
}
"""Modules that no other imports, and what they are."""


def test_every_module_is_imported_by_another() -> None:
    imported: set[str] = set()
    for path in (*text(), *(REPOSITORY / "docs").glob("*.py")):
        for node in ast.walk(parsed(path)):
            match node:
                case ast.Import(names=some):
                    imported |= {each.name for each in some}
                case ast.ImportFrom(module=str(module), names=some):
                    imported |= {module, *(f"{module}.{each.name}" for each in some)}
    modules = {
        ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
        for path in text()
        if path.stem not in {"__init__", "__main__"} and path.relative_to(REPOSITORY).parts[0] != "ingest_hooks"
    }
    assert modules - imported == STARTED.keys()


def test_what_is_there_for_somebody_else_is_still_there_and_not_used_here() -> None:
    assert {name for _, name in unused()} >= USED_OUTSIDE.keys()
