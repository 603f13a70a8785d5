"""What became of labels and use from one state of a dataset to another, each by the fewest records that show it."""

from __future__ import annotations

from typing import Any

from catalog.snapshots.queries import snapshots
from catalog.use.drift import Drift, drift
from graph_schema.nodes import Dataset, Snapshot
from tests.support.records import CURATED, RAW, House, event, tag
from tests.support.uses import permission

ONE, TWO = (f"0190d2e6-0000-7000-8000-00000000000{digit}" for digit in "12")
FIRST, SECOND = "2026-01-01T10:00:00Z", "2026-02-01T10:00:00Z"
BETWEEN = "2026-01-15T10:00:00Z"


def written(house: House, run: str, at: str, version: str, *fields: str) -> str:
    """Let a run write a state; return the snapshot's id."""
    facets: dict[str, Any] = {
        "version": {"datasetVersion": version},
        "schema": {"fields": [{"name": name, "type": "text"} for name in fields]},
    }
    house.send(event(at=at, run=run, **facets))
    return Snapshot(CURATED["namespace"], CURATED["name"], version).id


def between(house: House, before: str, after: str) -> Drift:
    view = house.view()
    found = snapshots(view, [before, after])
    drifted = drift(view, found[before], found[after])
    assert drifted is not None
    return drifted


def test_a_label_that_came_between_is_shown_with_its_field_and_entry(house: House) -> None:
    first = written(house, ONE, FIRST, "1", "ward")
    second = written(house, TWO, SECOND, "2", "ward")
    entry = house.record(tag(dataset=CURATED, column="ward", valid_from=BETWEEN)).receipt.index
    found = between(house, first, second)
    assert {(one.field, one.kind, entry in one.entries) for one in found.labels.came} >= {
        ("ward", "DIRECT_IDENTIFIER", True)
    }
    assert found.labels.went == ()
    assert between(house, second, first).labels.went == found.labels.came


def test_a_label_that_holds_of_both_is_no_drift(house: House) -> None:
    first = written(house, ONE, FIRST, "1", "ward")
    second = written(house, TWO, SECOND, "2", "ward")
    house.record(tag(dataset=CURATED, column="ward", valid_from="2025-12-01T10:00:00Z"))
    assert between(house, first, second).labels == between(house, first, first).labels
    assert between(house, first, second).labels.came == ()


def test_what_is_said_of_a_source_between_is_drift_of_what_is_made_of_it(house: House) -> None:
    first = written(house, ONE, FIRST, "1")
    second = written(house, TWO, SECOND, "2")
    said = permission("board-1", of={"dataset": RAW}, terms=[{"code": "NRES"}], valid_from=BETWEEN)
    house.record(said)
    found = between(house, first, second)
    assert [(one.subject, one.statement.since) for one in found.uses.came] == [
        (Dataset(**RAW).id, found.uses.came[0].statement.since)
    ]
    assert found.uses.went == ()
    assert between(house, second, first).uses.went == found.uses.came


def test_a_state_does_not_drift_from_itself_and_one_without_a_time_cannot_be_compared(house: House) -> None:
    first = written(house, ONE, FIRST, "1", "ward")
    found = between(house, first, first)
    assert (found.labels.came, found.labels.went, found.uses.came, found.uses.went) == ((), (), (), ())
    reads = {**RAW, "facets": {"version": {"datasetVersion": "read alone"}}}
    house.send({**event(at=SECOND, run=TWO), "inputs": [reads]})
    view, other = house.view(), Snapshot(RAW["namespace"], RAW["name"], "read alone").id
    held = snapshots(view, [first, other])
    assert drift(view, held[first], held[other]) is None
