"""What producers sent is counted alike by every store, in whatever batches it comes, and as its specification says."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import reduce
from typing import Any

from catalog.store.indexes.producers import NEWEST
from catalog.store.memory import MemoryStore
from catalog.store.protocol import Store
from graph_schema.facts import Facts
from ingest_hooks.openlineage.facts import project_event

PRODUCERS = ("https://example.org/tree/1.0/spark", "https://example.org/tree/2.0/spark", None)


def said(number: int, made: random.Random) -> Facts:
    """Return what one made-up event says: of a run, a job or a dataset, odd or not."""
    job = {"namespace": f"space{made.randrange(2)}", "name": f"job{made.randrange(3)}"}
    event: dict[str, Any] = {
        "eventTime": "2026-01-01T10:00:00Z",
        "schemaURL": "made-up",
        "producer": made.choice(PRODUCERS),
        **made.choice(
            [
                {"eventType": made.choice(["START", "complete"]), "run": {"runId": f"run{number % 7}"}, "job": job},
                {"job": job},
                {"dataset": job},
            ]
        ),
    }
    return project_event(event, tie=f"{number:016}", recorded_at=10**15, entry=number)


def batches(facts: list[Facts], sizes: Callable[[], int], store: Store) -> None:
    start = 0
    while start < len(facts):
        end = min(start + sizes(), len(facts))
        store.apply(reduce(Facts.__add__, facts[start:end]), end - 1)
        start = end


def test_counts_do_not_depend_on_how_entries_come(store: Store) -> None:
    made = random.Random(5)  # noqa: S311  nothing secret
    facts = [said(number, made) for number in range(200)]
    whole = MemoryStore()
    batches(facts, lambda: len(facts), whole)
    batches(facts, lambda: made.randrange(1, 9), store)
    found = whole.producers()
    assert store.producers() == found
    assert sum(one.events for one in found) == len(facts)
    assert {one.producer for one in found} == {uri or "" for uri in PRODUCERS}
    assert all(one.recent == tuple(sorted(one.recent)) and len(one.recent) <= NEWEST for one in found)
    assert all(max(one.recent) == one.newest for one in found)
    for one in found:
        assert ("producer-missing" in one.flags) is (one.producer == "")
