"""One suite over every ledger there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from catalog.ledger.keys import SiteKeys
from catalog.ledger.memory import MemoryLedger
from catalog.ledger.protocol import Ledger, Receipt
from catalog.ledger.sqlite import SqliteLedger
from tests.contract.ledger.making import ORIGIN, SetClock, fill


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> Iterator[Ledger]:
    opened: Ledger
    if request.param == "memory":
        opened = MemoryLedger(SiteKeys.generate(ORIGIN), clock)
    else:
        opened = SqliteLedger.open(tmp_path / "ledger.sqlite", tmp_path / "keys", ORIGIN, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def filled(ledger: Ledger) -> Callable[[int], list[Receipt]]:
    return partial(fill, ledger)
