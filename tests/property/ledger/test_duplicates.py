from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.ledger.group_commit import Limits
from catalog.ledger.keys import SiteKeys
from catalog.ledger.memory import MemoryLedger
from catalog.ledger.protocol import Ledger, Receipt
from catalog.ledger.sqlite import SqliteLedger
from tests.contract.ledger.making import ORIGIN, make_draft

WAIT = None
steps = st.lists(st.one_of(st.integers(0, 9), st.just(WAIT)), max_size=40)


@contextmanager
def memory(_batch: int) -> Iterator[Ledger]:
    yield MemoryLedger(SiteKeys.generate(ORIGIN))


@contextmanager
def sqlite(batch: int) -> Iterator[Ledger]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        ledger = SqliteLedger.open(path / "ledger.sqlite", path / "keys", ORIGIN, limits=Limits(batch=batch))
        try:
            yield ledger
        finally:
            ledger.close()


@pytest.mark.parametrize("opened", [memory, sqlite])
@settings(max_examples=30)
@given(steps=steps, batch=st.integers(1, 10))
def test_under_any_interleaving_every_record_has_one_place(
    opened: Callable[[int], AbstractContextManager[Ledger]], steps: list[int | None], batch: int
) -> None:
    expected: dict[int, int] = {}
    with opened(batch) as ledger:
        taken: list[tuple[int, Future[Receipt]]] = []
        for step in steps:
            if step is WAIT:
                for _, future in taken:
                    future.result(timeout=10)
            else:
                expected.setdefault(step, len(expected))
                taken.append((step, ledger.append(make_draft(step))))
        receipts = [(number, future.result(timeout=10)) for number, future in taken]
        assert [receipt.index for _, receipt in receipts] == [expected[number] for number, _ in receipts]
        assert [receipt.index for _, receipt in receipts if not receipt.duplicate] == list(range(len(expected)))
        assert ledger.size() == len(expected)
        assert ledger.verify().ok
