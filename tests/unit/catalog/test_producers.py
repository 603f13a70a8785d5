"""Each producer with what it sent: counts out of the graph, clock skew out of the ledger, refusals since the start."""

from __future__ import annotations

import pytest

from catalog.metrics import OTHERS, Metrics
from catalog.producers.model import Skew
from catalog.producers.rules import ahead, parts, recorded, skew


@pytest.mark.parametrize(
    ("uri", "name", "version"),
    [
        (
            "https://github.com/OpenLineage/OpenLineage/tree/1.54.0/integration/spark",
            "https://github.com/OpenLineage/OpenLineage/tree/integration/spark",
            "1.54.0",
        ),
        ("https://example.org/tool/releases/v2.1", "https://example.org/tool/releases", "v2.1"),
        ("https://example.org/tool/2026.11", "https://example.org/tool", "2026.11"),
        ("https://example.org/tool", "https://example.org/tool", None),
        ("https://10.0.0.1/tool", "https://10.0.0.1/tool", None),
        ("https://example.org/2/tool", "https://example.org/2/tool", None),
        ("made-up/3.1", "made-up", "3.1"),
        ("made up", "made up", None),
        ("", "", None),
    ],
)
def test_the_version_of_a_producer_is_read_of_its_uri(uri: str, name: str, version: str | None) -> None:
    assert parts(uri) == (name, version)


def test_skew_is_the_median_and_the_largest_of_either_side() -> None:
    assert skew([5, -3, 100]) == Skew(3, 5, 100, 3)
    assert skew([-1]) == Skew(1, -1, 0, 1)
    assert skew([7]) == Skew(1, 7, 7, 0)
    assert skew([]) is None


def test_how_far_a_clock_is_off_is_said_by_its_side() -> None:
    second = 1_000_000
    assert recorded(3 * second, 90 * second) == "3.0 s later, at most 1.5 min later"
    assert recorded(0, 0) == "0.0 s later"
    assert recorded(-3 * second, 0) == "3.0 s earlier"
    assert recorded(-90_000 * second, 5 * second) == "1.0 d earlier"
    assert ahead(7_200 * second) == "2.0 h ahead"
    assert ahead(0) is None


def test_very_many_producers_are_counted_together() -> None:
    metrics = Metrics()
    for number in range(1_000):
        metrics.producers.refused(f"made-up/{number}")
    found = metrics.producers.rejected()
    assert len(found) == 201
    assert found[OTHERS] == 800
