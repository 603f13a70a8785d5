"""What jobs counted of two states of a dataset, and by which run."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from catalog.snapshots.comparison import ColumnChange, SnapshotDifference, column_changes, snapshot_difference
from catalog.snapshots.rules import manifest_digest
from graph_schema.nodes import Snapshot
from graph_schema.quality_facets import ColumnCounts
from tests.support.records import CURATED, House, event, naming_rule, seal

ONE, TWO, THREE, FOUR = (f"0190d2e6-0000-7000-8000-00000000000{digit}" for digit in "1234")
NUMBER = st.none() | st.integers(0, 3)
COLUMNS = st.dictionaries(st.sampled_from("abc"), st.builds(ColumnCounts, NUMBER, NUMBER, NUMBER), max_size=3)


def metrics(rows: int | None = None, **columns: dict[str, Any]) -> dict[str, Any]:
    whole = {} if rows is None else {"rowCount": rows}
    return {"dataQualityMetrics": {**whole, "columnMetrics": columns}}


def state(version: str) -> str:
    return Snapshot(CURATED["namespace"], CURATED["name"], version).id


def difference(house: House, before: str = "v1", after: str = "v2") -> SnapshotDifference:
    found = snapshot_difference(house.view(), state(before), state(after))
    assert found is not None
    return found


def writes(house: House, run: str, day: int, version: str, **facets: Any) -> int:
    at = f"2026-01-0{day}T10:00:00Z"
    return house.send(event(at=at, run=run, version={"datasetVersion": version}, **facets)).receipt.index


def reads(house: House, run: str, day: int, version: str, **facets: Any) -> int:
    """Let another job read the curated visits, and count them."""
    read = {**event(at=f"2026-01-0{day}T11:00:00Z", run=run), "job": {"namespace": "pipeline", "name": "profile"}}
    read["inputs"] = [{**CURATED, "facets": {"version": {"datasetVersion": version}}, "inputFacets": facets}]
    return house.send({**read, "outputs": []}).receipt.index


def test_counts_of_columns_are_compared_by_the_runs_that_wrote_both(house: House) -> None:
    ward, mrn = {"count": 90, "nullCount": 10, "distinctCount": 4}, {"distinctCount": 55}
    first = writes(house, ONE, 1, "v1", **metrics(100, ward=ward, mrn=mrn, old={"count": 1}))
    second = writes(house, TWO, 2, "v2", **metrics(70, ward={**ward, "nullCount": 40}, mrn=mrn, new={"count": 1}))
    found = difference(house)
    assert found.columns == (ColumnChange("ward", ColumnCounts(90, 10, 4), ColumnCounts(90, 40, 4)),)
    assert found.counted_once == ("new", "old")
    assert [one.rows for one in found.sizes] == [100, 70]
    assert {first, second} <= set(found.entries)


def test_no_value_of_a_column_is_in_the_answer(house: House) -> None:
    values = {"sum": 48213977, "min": 48213977, "max": 48213977, "quantiles": {"0.5": 48213977}, "mean": 48213977}
    writes(house, ONE, 1, "v1", **metrics(mrn={"count": 1, **values}))
    writes(house, TWO, 2, "v2", **metrics(mrn={"count": 2, **values}))
    assert "48213977" not in repr(difference(house))
    assert all(one.body is not None and b"48213977" not in one.body for one in house.ledger.entries(0, 2))


def test_what_made_a_state_counts_before_what_read_it_and_of_readers_the_first(house: House) -> None:
    writes(house, ONE, 1, "v1")
    first = reads(house, TWO, 2, "v1", **metrics(ward={"count": 5}))
    reads(house, THREE, 3, "v1", **metrics(ward={"count": 6}))
    writes(house, FOUR, 4, "v2", **metrics(ward={"count": 8}))
    found = difference(house)
    assert found.columns == (ColumnChange("ward", ColumnCounts(5), ColumnCounts(8)),)
    assert first in found.entries
    house.send(event(at="2026-01-01T12:00:00Z", run=ONE, **metrics(ward={"count": 7})))
    assert difference(house).columns == (ColumnChange("ward", ColumnCounts(7), ColumnCounts(8)),)


def test_of_a_run_that_made_several_states_each_event_counts_for_the_one_that_it_names(house: House) -> None:
    writes(house, ONE, 1, "v1", **metrics(ward={"count": 5}))
    writes(house, ONE, 2, "v2", **metrics(ward={"count": 8}))
    assert difference(house).columns == (ColumnChange("ward", ColumnCounts(5), ColumnCounts(8)),)


def test_a_seal_that_names_the_run_takes_its_counts_and_its_own_rows_count_more(house: House) -> None:
    manifests = [[{"path": digit, "size": 3, "digest": f"sha256:{digit * 64}"}] for digit in "12"]
    for run, day, rows in ((ONE, 1, 5), (TWO, 2, 8)):
        writes(house, run, day, f"delta-{day}", **metrics(rows, ward={"count": rows}))
        house.record(seal(digest=manifest_digest(manifests[day - 1]), manifest=manifests[day - 1], rows=99, run_id=run))
    found = difference(house, *(manifest_digest(each) for each in manifests))
    assert found.columns == (ColumnChange("ward", ColumnCounts(5), ColumnCounts(8)),)
    assert [one.rows for one in found.sizes] == [99, 99]


def test_a_state_that_nobody_counted_is_not_compared(house: House) -> None:
    writes(house, ONE, 1, "v1", **metrics(ward={"count": 5}))
    writes(house, TWO, 2, "v2", **metrics(ward={"max": 5}))
    found = difference(house)
    assert found.columns is None
    assert found.counted_once == ("ward",)


def test_columns_are_one_where_a_rule_folds_their_letters(house: House) -> None:
    writes(house, ONE, 1, "v1", **metrics(WARD={"count": 5}))
    writes(house, TWO, 2, "v2", **metrics(ward={"count": 8}), schema={"fields": [{"name": "ward"}]})
    assert difference(house).columns is not None
    assert difference(house).columns == ()
    house.record(naming_rule(namespace=CURATED["namespace"], valid_from="2026-01-01T00:00:00Z"))
    assert [one.name for one in difference(house).columns or ()] == ["ward"]


def test_the_facet_counts_by_the_name_that_it_had(house: House) -> None:
    former = {"dataQuality": {"rowCount": 9, "columnMetrics": {"ward": {"count": 5}}}}
    writes(house, ONE, 1, "v1")
    reads(house, TWO, 2, "v1", **former)
    writes(house, THREE, 3, "v2", **metrics(ward={"count": 8}), dataQuality={"columnMetrics": {"ward": {"count": 1}}})
    assert difference(house).columns == (ColumnChange("ward", ColumnCounts(5), ColumnCounts(8)),)
    assert difference(house).sizes[0].rows == 9


@given(COLUMNS, COLUMNS)
def test_changes_of_columns_are_the_same_either_way_and_none_where_a_side_lacks_the_count(
    before: dict[str, ColumnCounts], after: dict[str, ColumnCounts]
) -> None:
    forth, back = column_changes(before, after), column_changes(after, before)
    assert [(one.name, one.before, one.after) for one in forth] == [(one.name, one.after, one.before) for one in back]
    for name in before.keys() & after.keys():
        sides = before[name], after[name]
        members = ("count", "null_count", "distinct_count")
        both = [(getattr(sides[0], one), getattr(sides[1], one)) for one in members]
        differs = any(None not in pair and pair[0] != pair[1] for pair in both)
        assert differs == (name in {one.name for one in forth})
