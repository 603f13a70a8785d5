"""What is remembered of a graph follows it, however many entries come between two looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from catalog.errors import OperatorError
from catalog.graph_memo import as_it_stands
from catalog.memo_following import follow
from catalog.store.protocol import StoreReader
from catalog.store.sqlite import SqliteStore, touching
from catalog.view import View
from graph_schema.nodes import Dataset
from tests.support.records import RAW, House, declaration, event

KEPT = 8
LOOKED_AT = Dataset(**RAW)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, store=SqliteStore(tmp_path / "graph.db"))
    made.record(declaration())
    yield made
    made.close()


class Reads:
    """What is read of one dataset, and how often it was."""

    def __init__(self) -> None:
        self.count = 0

    def of(self, view: View) -> int:
        return as_it_stands(Reads.of, view, self._read, LOOKED_AT.id)

    def _read(self, view: View) -> int:
        self.count += 1
        return len(view.statements([LOOKED_AT.id], ["owner"]))


def following(house: House) -> None:
    follow(house.store, lambda reader: View(reader, anchor=house.anchor(0)))


def batches(house: House, times: int) -> None:
    """Let the graph take so many batches, none of which says anything of what is looked at."""
    for _ in range(times):
        house.send(event(kind="RUNNING", at=f"2026-01-01T10:00:00.{house.ledger.size():06}Z"))


def test_what_nothing_touched_is_remembered_where_more_comes_between_two_looks_than_a_store_keeps(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(touching, "KEPT", KEPT)
    reads = Reads()
    assert reads.of(house.view()) == 1
    for _ in range(2):
        batches(house, KEPT // 2 + 1)
        following(house)
    assert reads.of(house.view()) == 1
    assert reads.count == 1
    batches(house, KEPT + 1)
    reads.of(house.view())
    assert reads.count == 2, "who did not follow knows nothing"


def test_what_was_touched_meanwhile_is_read_anew(house: House) -> None:
    reads = Reads()
    reads.of(house.view())
    house.record(declaration(owner="oncology"))
    following(house)
    assert reads.of(house.view()) == 2
    assert reads.count == 2


def test_a_store_that_cannot_be_read_for_a_while_ends_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def gone() -> Iterator[StoreReader]:
        raise OperatorError("made up: the graph's server is away", action="wait")
        yield

    monkeypatch.setattr(house.store, "reading", gone)
    following(house)
