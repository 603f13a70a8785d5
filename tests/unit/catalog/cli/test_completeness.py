from __future__ import annotations

from typing import Any

import pytest

from catalog.cli.completeness import warn


def truncated(*reasons: str) -> dict[str, Any]:
    return {
        "__typename": "Truncated",
        "limit": 2000,
        "reasons": [{"reason": one, "count": 1} for one in reasons],
        "lagging": None,
    }


@pytest.mark.parametrize(
    ("reasons", "said", "unsaid"),
    [
        (("NODES",), ("larger --budget",), ("columns", "older runs")),
        ((), ("larger --budget",), ("columns", "older runs")),
        (("UNSTATED",), ("said nothing of columns",), ("larger --budget", "older runs")),
        (("OLDER_RUNS",), ("older runs",), ("larger --budget", "columns")),
        (("UNSTATED", "OLDER_RUNS", "EDGES"), ("said nothing of columns", "older runs", "larger --budget"), ()),
    ],
)
def test_a_larger_budget_is_advised_only_where_it_would_help(
    reasons: tuple[str, ...], said: tuple[str, ...], unsaid: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    warn(truncated(*reasons))
    told = capsys.readouterr().err
    assert all(words in told for words in said)
    assert not any(words in told for words in unsaid)
