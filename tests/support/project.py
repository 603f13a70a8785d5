"""The project as files: where it lies, and what of it is product."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("catalog", "graph_schema", "ingest_hooks", "reports")


def pyproject() -> dict[str, Any]:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text())


def product_files(*suffixes: str) -> Iterator[Path]:
    """Yield every file of the four packages whose name ends so, in one order."""
    for package in PACKAGES:
        for path in sorted((REPOSITORY / package).rglob("*")):
            if path.is_file() and path.suffix in suffixes and "__pycache__" not in path.parts:
                yield path
