"""A ledger in a folder of the test's own, opened as often as the test likes and closed behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catalog.ledger.sqlite import SqliteLedger
from tests.contract.ledger.making import ORIGIN

Open = Callable[[], SqliteLedger]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ledger.db"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def opened(path: Path, keys: Path) -> Iterator[Open]:
    ledgers = []

    def open_it() -> SqliteLedger:
        ledgers.append(SqliteLedger.open(path, keys, ORIGIN))
        return ledgers[-1]

    yield open_it
    for ledger in ledgers:
        ledger.close()
