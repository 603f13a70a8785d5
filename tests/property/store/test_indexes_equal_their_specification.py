from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.store.indexes import INDEXES
from catalog.store.indexes.index import Index
from catalog.store.indexes.rows import MemoryRows
from catalog.store.sqlite import SqliteStore
from graph_schema.bitemporal import RANK
from graph_schema.builder import FactBuilder
from graph_schema.edges import Wrote
from graph_schema.facts import Facts, Role
from graph_schema.nodes import Column, Dataset, Job, Run
from tests.support.answers import ids_of
from tests.support.facts import LONG, WIDE, World, history, joined, shuffled

CHANCE = st.integers(0, 2**32).map(random.Random)
WORLDS = st.sampled_from([World(), World(3, 2, 2), WIDE, LONG])


def column_lineage(chance: random.Random, entry: int) -> Facts:
    """Return a run event whose output says which columns derive from which."""
    run, job = Run(f"{chance.randrange(3)}"), Job("made-up", f"{chance.randrange(2)}")
    clean = Dataset("made-up", f"{chance.randrange(2)}")
    builder = FactBuilder(entry, chance.randrange(6), f"{entry:016x}", RANK["COMPLETE"], run.id, job.id)
    builder.add_edge(Wrote(run, clean))
    inputs = [
        {
            "namespace": "made-up",
            "name": "raw",
            "field": f"x{chance.randrange(2)}",
            "transformations": [{"type": chance.choice(("DIRECT", "INDIRECT")), "masking": chance.random() < 0.5}],
        }
        for _ in range(chance.randrange(3))
    ]
    value = {"fields": {f"a{chance.randrange(2)}": {"inputFields": inputs}}, "dataset": inputs[:1]}
    builder.add_statement(clean, "column_lineage", value, Role.OUT)
    return builder.build()


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.name)
@given(chance=CHANCE, length=st.integers(1, 25), batch=st.integers(1, 9), world=WORLDS)
@settings(max_examples=15)
def test_an_index_answers_as_its_specification(
    index: Index, chance: random.Random, length: int, batch: int, world: World
) -> None:
    records = history(chance, length, world)
    records += [column_lineage(chance, length + number) for number in range(length)]
    every = joined(records)
    columns = [Column("made-up", name, f"{letter}{number}") for name in "01" for letter in "ax" for number in range(2)]
    columns += [Column("made-up", "raw", f"x{number}") for number in range(2)]
    ids = [*ids_of(every), *(column.id for column in columns)]
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "graph.db")
        for start in range(0, len(records), batch):
            part = joined(records[start : start + batch])
            store.apply(shuffled(chance, part), min(start + batch, len(records)) - 1)
        said = index.specification(every).put
        expected = MemoryRows({table: said.get(table.name, ()) for table in index.tables})
        with store.reading() as read:
            assert list(index.answers(read, ids)) == list(index.answers(expected, ids))
        store.close()
