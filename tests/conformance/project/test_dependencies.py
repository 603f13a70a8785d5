"""What is declared is imported, and what is imported is declared."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.project import PACKAGES, REPOSITORY, parsed, product_files, pyproject

PROJECT = pyproject()["project"]
WITHOUT_AN_IMPORT = {
    "neo4j-rust-ext": "the driver takes it where it is there: a third of its processor's time less",
    "uvloop": "uvicorn takes it where it is there",
    "httptools": "uvicorn's protocol over it is what ours extends",
    "sqlalchemy": "MLflow reads a registry in a database by it, and brings it along only where it is a server",
    "alembic": "the same",
    "sqlparse": "the same",
}
"""What the product needs though no line of it imports it, and why."""

NOT_INSTALLED = {"mlflow": ["mlflow-skinny"], "sigstore_models": ["sigstore"]}
"""What of the product is no part of what the tests install, by the module that is imported of it."""

COMES_WITH = {
    "graphql-core": "strawberry-graphql",
    "markupsafe": "jinja2",
    "pydantic-core": "pydantic",
    "starlette": "fastapi",
    "urllib3": "requests",
}
"""What is a part of what the other one publishes, and follows its version."""


@cache
def distributions() -> dict[str, list[str]]:
    return {module: [canonicalize_name(name) for name in names] for module, names in packages_distributions().items()}


def imports(package: str) -> Iterator[str]:
    """Yield the first name of each absolute import in a package that is neither ours nor Python's."""
    for path in product_files(".py"):
        if not path.is_relative_to(REPOSITORY / package):
            continue
        for node in ast.walk(parsed(path)):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            for name in names:
                first = name.partition(".")[0]
                if first not in sys.stdlib_module_names and first not in PACKAGES:
                    yield first


def declared(lines: list[str]) -> set[str]:
    return {str(canonicalize_name(Requirement(line).name)) for line in lines} - {"lineward"}


def brought_by(module: str) -> set[str]:
    found = distributions().get(module, NOT_INSTALLED.get(module, [module]))
    return {COMES_WITH.get(name, name) for name in found}


def product() -> set[str]:
    extras = PROJECT["optional-dependencies"]
    return (
        declared(PROJECT["dependencies"])
        | declared(extras["service"])
        | declared(extras["neo4j"])
        | declared(extras["remote"])
        | declared(extras["mlflow"])
        | declared(extras["sigstore"])
    )


def test_every_dependency_of_the_product_is_imported_by_it() -> None:
    used = {name for package in PACKAGES for module in imports(package) for name in brought_by(module)}
    assert product() - used - WITHOUT_AN_IMPORT.keys() == set()


def test_everything_that_the_product_imports_is_declared() -> None:
    undeclared = {
        module for package in PACKAGES for module in imports(package) if not product().intersection(brought_by(module))
    }
    # `compression` is Python's own from 3.14 on.
    assert undeclared - {"examples", "compression"} == set()


def test_the_reasons_for_what_is_not_imported_are_still_needed() -> None:
    assert WITHOUT_AN_IMPORT.keys() <= product()


def test_what_a_pipeline_installs_suffices_for_what_it_imports() -> None:
    base = declared(PROJECT["dependencies"])
    emit = {
        module
        for path in (REPOSITORY / "ingest_hooks" / "emit").rglob("*.py")
        for module in re.findall(r"^(?:from|import) (\w+)", path.read_text(), re.MULTILINE)
        if module not in sys.stdlib_module_names and module not in {*PACKAGES, "__future__"}
    }
    # The client brings along what it is made of, and that is declared as well.
    assert {name for module in emit for name in brought_by(module)} <= base
