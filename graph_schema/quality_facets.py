"""What dataQualityAssertions (1-1-0) says of each assertion, dataQualityMetrics (1-0-0) of how many: never a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from graph_schema.aspects.quality import Check
from graph_schema.facet_reading import members, objects, text
from graph_schema.vocabulary.words import CheckOutcome

_BEYOND: Final = 2**63


def checks(facet: object, job: str | None) -> Iterator[Check]:
    """Yield each assertion of the facet with its outcome, as of a job by id; one that has no name says nothing."""
    for item in objects(facet, "assertions"):
        name = text(item, "name")
        assertion = text(item, "assertion") or text(item, "type") or name
        if assertion is not None:
            outcome = _outcome(item.get("success")).value
            yield Check(assertion, outcome, name, text(item, "column"), text(item, "severity"), job)


def _outcome(success: object) -> CheckOutcome:
    if isinstance(success, bool):
        return CheckOutcome.PASSED if success else CheckOutcome.FAILED
    return CheckOutcome.UNKNOWN


@dataclass(frozen=True, slots=True)
class ColumnCounts:
    """How many values, nulls and distinct values were counted in a column; None where the facet does not say."""

    count: int | None = None
    null_count: int | None = None
    distinct_count: int | None = None

    def __bool__(self) -> bool:
        """Tell whether anything was counted."""
        return self != ColumnCounts()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows and bytes one read or write was measured to have, and what was counted in each column, by name."""

    rows: int | None
    size_bytes: int | None
    columns: Mapping[str, ColumnCounts]


def counts(facet: object) -> Counts:
    """Return what DataQualityMetricsDatasetFacet 1-0-0 and its input form 1-0-3 count.

    Sum, minimum, maximum and quantiles are values of the data and never read. What is no count says nothing.
    """
    columns = {
        name: ColumnCounts(
            _whole_number(metrics, "count"),
            _whole_number(metrics, "nullCount"),
            _whole_number(metrics, "distinctCount"),
        )
        for name, metrics in members(facet, "columnMetrics")
    }
    return Counts(
        _whole_number(facet, "rowCount"),
        _whole_number(facet, "bytes"),
        {name: one for name, one in columns.items() if one},
    )


def _whole_number(facet: object, key: str) -> int | None:
    """Return a member that is a count of 63 bits; the facet's schema lets `count` be any number, such as 10.0."""
    value = facet.get(key) if isinstance(facet, dict) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if type(value) is int and 0 <= value < _BEYOND else None
