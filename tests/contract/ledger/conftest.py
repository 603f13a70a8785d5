"""One suite over every ledger there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from catalog.ledger.keys import SiteKeys
from catalog.ledger.memory import MemoryLedger
from catalog.ledger.protocol import Draft, Ledger, Receipt
from catalog.ledger.sqlite import SqliteLedger

ORIGIN = "site.example/ledger"


class Clock:
    """A clock that the test sets, in UTC microseconds."""

    def __init__(self) -> None:
        self.now = 1_700_000_000_000_000

    def __call__(self) -> int:
        return self.now


class MakeDraft(Protocol):
    def __call__(self, number: int, *, actor: str = ..., kind: str = ...) -> Draft: ...


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    opened: Ledger
    if request.param == "memory":
        opened = MemoryLedger(SiteKeys.generate(ORIGIN), clock)
    else:
        opened = SqliteLedger.open(tmp_path / "ledger.sqlite", tmp_path / "keys", ORIGIN, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def draft() -> MakeDraft:
    def make(number: int, *, actor: str = "principal:alpha", kind: str = "record.tag") -> Draft:
        return Draft(
            kind=kind,
            actor=actor,
            correlation_id=f"request-{number}",
            subjects=(f"Dataset:{number}",),
            body=b'{"number":%d}' % number,
            received=b'{"number":%d,"secret":"Testperson Alpha"}' % number,
        )

    return make


@pytest.fixture
def filled(ledger: Ledger, draft: MakeDraft) -> Callable[[int], list[Receipt]]:
    def fill(count: int) -> list[Receipt]:
        futures = [ledger.append(draft(ledger.size() + number)) for number in range(count)]
        return [future.result(timeout=10) for future in futures]

    return fill
