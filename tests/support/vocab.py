"""The published code tables, where a copy of them lies beside the project: what ours are compared with."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "vocab"


def published(name: str) -> list[dict[str, str]]:
    """Return the rows of a table; the test is skipped where there is no copy."""
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"no copy of {name} lies beside the project")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
