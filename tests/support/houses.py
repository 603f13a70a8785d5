"""The catalog that most tests begin with, and who decides in it: fixtures for every folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.access.model import Actor
from tests.support.records import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Lend an empty catalog in a folder of the test's own."""
    made = House(tmp_path)
    yield made
    made.close()


@pytest.fixture
def approver(house: House) -> Actor:
    """Return one who may approve in it."""
    return house.act_as("grace", "approver")
