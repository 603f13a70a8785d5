"""What a thing is called is read apart from what is in force about it, which is read for all once one asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from catalog.assets.queries import datasets, jobs, named_datasets, named_jobs, named_runs, runs
from catalog.view import View
from tests.support.counting import Counting
from tests.support.records import House, declaration, event

QUERIES: Mapping[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "Dataset": (named_datasets, datasets),
    "Job": (named_jobs, jobs),
    "Run": (named_runs, runs),
}


def ids_of(house: House, label: str) -> list[str]:
    return [row[1] for row in house.store.scan() if row[0] == "node" and row[1].startswith(f"{label}:")]


@pytest.fixture
def told(house: House) -> House:
    house.send(event())
    house.record(declaration())
    return house


@pytest.mark.parametrize("label", QUERIES)
def test_records_are_those_of_the_whole_query_and_read_once(told: House, label: str) -> None:
    name, whole = QUERIES[label]
    ids = ids_of(told, label)
    counting = Counting(told.store)
    found = name(View(counting), ids)
    assert found
    assert counting.calls["in_force"] == 0
    first = {one: named.record for one, named in found.items()}
    calls = counting.calls.total()
    assert first == whole(View(told.store), ids)
    assert {one: named.record for one, named in found.items()} == first
    assert counting.calls.total() == calls
    assert counting.calls["in_force"] == 1


def test_how_often_a_dataset_was_used_costs_nothing(told: House) -> None:
    ids, rows = ids_of(told, "Dataset"), []
    for number in range(20):
        if number in {1, 19}:
            counting = Counting(told.store)
            datasets(View(counting), ids)
            rows.append(counting.rows["edges"])
        told.send(event(run=f"0190d2e6-0000-7000-8000-{number:012d}", at=f"2026-02-{number + 1:02d}T10:00:00Z"))
    assert rows[0] == rows[1]
