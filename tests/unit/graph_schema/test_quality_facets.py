"""What is counted of a dataset by the facet of metrics, and that no value of the data is read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.quality_facets import ColumnCounts, Counts, counts

NOTHING = Counts(None, None, {})
COUNT = st.integers(0, 2**63 - 1)
ODD = st.one_of(st.none(), st.booleans(), st.text(max_size=3), st.integers(max_value=-1), st.just(2**63), st.just(0.5))
VALUES = st.dictionaries(
    st.sampled_from(["sum", "min", "max", "quantiles", "mean", "mode"]), st.one_of(COUNT, ODD), max_size=4
)


def test_rows_bytes_and_the_counts_of_each_column_are_read() -> None:
    """The example that the standard publishes with the facet (1-0-0)."""
    found = counts(
        {
            "columnMetrics": {
                "amount": {"count": 10, "max": 1500, "min": 100, "sum": 6600},
                "counterparty_id": {"nullCount": 0},
                "user_id": {"distinctCount": 3, "nullCount": 0},
            },
            "rowCount": 10,
            "bytes": 640,
            "fileCount": 5,
            "lastUpdated": "2023-05-30T10:54:22.355067Z",
        }
    )
    columns = {
        "amount": ColumnCounts(count=10),
        "counterparty_id": ColumnCounts(null_count=0),
        "user_id": ColumnCounts(null_count=0, distinct_count=3),
    }
    assert found == Counts(10, 640, columns)


@pytest.mark.parametrize("facet", [None, 7, "", [], {}, {"columnMetrics": 3}, {"columnMetrics": {"a": 3, "b": {}}}])
def test_what_counts_nothing_says_nothing(facet: object) -> None:
    assert counts(facet) == NOTHING


def test_a_count_is_any_number_that_is_whole() -> None:
    assert counts({"columnMetrics": {"a": {"count": 10.0}}}).columns == {"a": ColumnCounts(count=10)}
    assert counts({"columnMetrics": {"a": {"count": float("inf")}}}) == NOTHING


@given(COUNT, VALUES, ODD)
def test_whatever_else_is_said_of_a_column_changes_nothing(number: int, values: dict[str, Any], odd: Any) -> None:
    plain: dict[str, Any] = {"columnMetrics": {"a": {"nullCount": number}}}
    more = {"columnMetrics": {"a": {"nullCount": number, "distinctCount": odd, **values}}, "rowCount": odd}
    assert counts(more) == counts(plain) == Counts(None, None, {"a": ColumnCounts(null_count=number)})
