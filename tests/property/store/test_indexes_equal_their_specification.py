from __future__ import annotations

import random
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.store.indexes import INDEXES
from catalog.store.indexes.index import Index
from catalog.store.indexes.rows import MemoryRows
from catalog.store.indexes.table import IndexReader
from catalog.store.memory import MemoryStore
from catalog.store.protocol import StoreReader
from catalog.store.sqlite import SqliteStore
from graph_schema.bitemporal import RANK
from graph_schema.builder import FactBuilder
from graph_schema.edges import Read, Wrote
from graph_schema.facts import Facts, Role
from graph_schema.nodes import Column, Dataset, Job
from tests.support.answers import ids_of
from tests.support.facts import LONG, WIDE, World, history, joined, run_node, shuffled

CHANCE = st.integers(0, 2**32).map(random.Random)
WORLDS = st.sampled_from([World(), World(3, 2, 2), WIDE, LONG])


def column_lineage(chance: random.Random, entry: int) -> Facts:
    """Return a run event that may read, and whose output may say which columns derive from which."""
    run, job = run_node(f"{chance.randrange(3)}"), Job("made-up", f"{chance.randrange(2)}")
    clean = Dataset("made-up", f"{chance.randrange(2)}")
    builder = FactBuilder(entry, chance.randrange(6), f"{entry:016x}", RANK["COMPLETE"], run.id, job.id)
    if chance.random() < 0.5:
        builder.add_edge(Read(run, Dataset("made-up", f"raw {chance.randrange(12)}")))
    if chance.random() < 0.2:
        return builder.build()
    builder.add_edge(Wrote(run, clean), {"mode": "OVERWRITE"} if chance.random() < 0.2 else {})
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
    # Of the job too, whose facet names the targets.
    said = [{"type": "DIRECT"}] if chance.random() < 0.5 else []
    fed = [{"namespace": "made-up", "name": "raw", "type": "DATASET", "field": "x1", "transformations": said}]
    entry_of = {
        "namespace": "made-up",
        "name": chance.choice("01"),
        "type": "DATASET",
        "fields": {"a1": {"inputs": fed}},
    }
    if chance.random() < 0.5:
        builder.add_statement(clean, "column_lineage", value, Role.OUT)
    if chance.random() < 0.3:
        builder.add_statement(job, "lineage", {"entries": [entry_of, {**entry_of, "inputs": fed}]})
    if chance.random() < 0.2:
        said_of = chance.choice((None, entry_of, {"inputs": [{**fed[0], "field": None}]}))
        builder.add_statement(clean, "lineage", said_of, Role.OUT)
    return builder.build()


def rows_of(read: StoreReader) -> IndexReader:
    """Return the same reader as one of the rows of indexes: every engine's is."""
    assert isinstance(read, IndexReader)
    return read


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
        expected = MemoryRows(lambda table: said.get(table.name, ()))
        with store.reading() as read:
            assert list(index.answers(rows_of(read), ids)) == list(index.answers(expected, ids))
        store.close()


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.name)
def test_an_index_of_another_version_is_filled_anew_from_the_facts_alone_and_goes_on(
    index: Index, tmp_path: Path
) -> None:
    chance = random.Random(7)  # noqa: S311  # made-up facts, nothing secret
    records = history(chance, 30)
    records += [column_lineage(chance, 30 + number) for number in range(10)]
    path, ids = tmp_path / "graph.db", ids_of(joined(records))
    store, whole = SqliteStore(path), MemoryStore()
    store.apply(joined(records[:35]), 34)
    store.close()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE index_state SET version = 0, sum = 0 WHERE name = ?", (index.name,))
        for table in index.tables:
            other.execute(f"DELETE FROM {table.name}")  # noqa: S608  # a name of ours
    store = SqliteStore(path)
    store.check()
    store.apply(joined(records[35:]), 39)
    whole.apply(joined(records), 39)
    store.check()
    with store.reading() as read, whole.reading() as expected:
        for one in INDEXES:
            assert list(one.answers(rows_of(read), ids)) == list(one.answers(rows_of(expected), ids))
    store.close()
