"""Emitters restate symlinks in every event: which name is which is told at a cost that does not grow with that."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from catalog.names.loading import Names
from catalog.reading import AsOf
from catalog.store.indexes.pointers import LISTING, POINTER
from catalog.store.indexes.table import IndexReader
from catalog.store.sqlite import SqliteStore
from catalog.view import View
from graph_schema.builder import FactBuilder
from graph_schema.edges import IsAliasOf
from graph_schema.facts import NOW, Facts
from graph_schema.nodes import Dataset, Job
from tests.support.counting import Counting

DATASETS = [Dataset("lake", f"/made-up/{number}") for number in range(20)]
TABLES = [Dataset("hive", f"made_up.{number}") for number in range(20)]


def told(times: int, *, other_at: int | None = None) -> Facts:
    """Return what so many runs say, each that every location has its table; at one time the first has another."""
    facts: list[Facts] = []
    for entry in range(times):
        builder = FactBuilder(entry, entry, f"{entry:05}", 5, f"Run:{entry}", Job("pipeline", "load").id)
        for place, (location, table) in enumerate(zip(DATASETS, TABLES, strict=True)):
            name = Dataset("hive", "other") if place == 0 and entry == other_at else table
            identifiers = [{"namespace": name.namespace, "name": name.name, "type": "TABLE"}]
            builder.add_node(location)
            builder.add_statement(location, "symlinks", {"identifiers": identifiers})
            builder.add_edge(IsAliasOf(name, location))
        facts.append(builder.build())
    return Facts(
        tuple(node for one in facts for node in one.nodes),
        tuple(edge for one in facts for edge in one.edges),
        tuple(said for one in facts for said in one.statements),
    )


def read(folder: Path, facts: Facts, upto: int) -> tuple[Counter[str], int, Names]:
    """Return how much the store answered to resolve all, out of how many rows, and the names."""
    store = SqliteStore(folder / f"{upto}.db")
    store.apply(facts, upto)
    with store.reading() as reader:
        assert isinstance(reader, IndexReader)
        ids = [(one.id,) for one in (*DATASETS, *TABLES)]
        kept = sum(len(reader.rows(table, ids)) for table in (POINTER, LISTING))
        counting = Counting(reader)
        names = Names(View(counting, AsOf(NOW, NOW)))
        names.load(one.id for one in TABLES)
    store.close()
    return counting.rows, kept, names


def test_twenty_datasets_take_as_many_rows_however_often_their_symlinks_are_restated(tmp_path: Path) -> None:
    few, kept, _ = read(tmp_path, told(10), 9)
    many, kept_of_many, names = read(tmp_path, told(1_000), 999)
    assert many == few
    assert (kept_of_many, kept) == (40, 40)
    assert many.total() < 200
    assert {names.resolve(one.id, NOW) for one in TABLES} == {one.id for one in DATASETS}


@pytest.mark.parametrize("times", [10, 100])
def test_of_a_name_that_varied_alone_all_that_was_said_is_read(tmp_path: Path, times: int) -> None:
    rows, _, names = read(tmp_path, told(times, other_at=5), times - 1)
    assert (rows["edges"], rows["statements"]) == (times, times)
    first = TABLES[0].id
    assert [names.resolve(first, at) for at in (4, 5, 6)] == [DATASETS[0].id, first, DATASETS[0].id]
