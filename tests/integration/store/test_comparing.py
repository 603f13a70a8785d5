from __future__ import annotations

import random
from pathlib import Path

import pytest

from catalog.store.comparing import first_difference
from catalog.store.memory import MemoryStore
from catalog.store.sqlite import SqliteStore
from tests.support.facts import LONG, WIDE, World, history, joined


@pytest.mark.parametrize("world", [World(), WIDE, LONG])
def test_stores_that_were_told_the_same_do_not_differ(tmp_path: Path, world: World) -> None:
    records = history(random.Random(5), 40, world)  # noqa: S311  # made-up facts, nothing secret
    one, other = SqliteStore(tmp_path / "graph.db"), MemoryStore()
    for store in (one, other):
        store.apply(joined(records), 39)
    assert first_difference(one, other) is None
    other.apply(history(random.Random(6), 41, world)[40], 40)  # noqa: S311  # made-up facts, nothing secret
    assert first_difference(one, other) is not None
    one.close()


@pytest.mark.parametrize("index", ["flow", "contribution", "inlet", "output"])
def test_a_row_that_an_index_lost_is_seen(tmp_path: Path, index: str) -> None:
    worlds = {"flow": World(), "contribution": World(), "inlet": WIDE, "output": LONG}
    records = history(random.Random(5), 60, worlds[index])  # noqa: S311  # made-up facts, nothing secret
    one, other = SqliteStore(tmp_path / "graph.db"), MemoryStore()
    for store in (one, other):
        store.apply(joined(records), 59)
    with one._connections.transaction() as connection:
        assert connection.execute(f"DELETE FROM {index}").rowcount  # noqa: S608  # one of the four above
    found = first_difference(one, other)
    assert found is not None
    assert found[1] is not None
    assert found[1][0] == ("flow" if index in {"flow", "inlet"} else "contribution")
    one.close()
