"""The project as files: where it lies, and what of it is product."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("catalog", "graph_schema", "ingest_hooks", "reports")


def pyproject() -> dict[str, Any]:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text())


@cache
def parsed(path: Path) -> ast.Module:
    """Return a module of the project as its tree, which whoever looks through it leaves as it is."""
    return ast.parse(path.read_text("utf-8"))


@cache
def _files() -> tuple[Path, ...]:
    found = (path for package in PACKAGES for path in sorted((REPOSITORY / package).rglob("*")))
    return tuple(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def product_files(*suffixes: str) -> Iterator[Path]:
    """Yield every file of the four packages whose name ends so, in one order."""
    return (path for path in _files() if path.suffix in suffixes)
