from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.store.memory import MemoryStore
from catalog.store.sqlite import SqliteStore, searching
from tests.support.facts import joined
from tests.support.searching import asked, pages, record

CHANCE = st.integers(0, 2**32).map(random.Random)


@pytest.mark.parametrize("most_sorted", [0, 2_000], ids=["walked", "sorted"])
@given(chance=CHANCE, length=st.integers(1, 40), batch=st.integers(1, 9))
@settings(max_examples=60)
def test_sqlite_finds_what_comparing_every_node_finds(
    most_sorted: int, chance: random.Random, length: int, batch: int
) -> None:
    records = [record(chance, entry) for entry in range(length)]
    expected = MemoryStore()
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(searching, "_SORTED", most_sorted)
        store = SqliteStore(Path(folder) / "graph.db")
        for start in range(0, length, batch):
            part, upto = joined(records[start : start + batch]), min(start + batch, length) - 1
            expected.apply(part, upto)
            store.apply(part, upto)
        ids = sorted({node.id for node, _ in joined(records).nodes})
        with expected.reading() as one, store.reading() as other:
            for query in (asked(chance, ids) for _ in range(8)):
                assert pages(other, query) == pages(one, query), query
        store.check()
        store.close()
