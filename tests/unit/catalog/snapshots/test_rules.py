from __future__ import annotations

import pytest

from catalog.assets.model import AssetState
from catalog.snapshots.rules import state


@pytest.mark.parametrize(
    ("result", "newer", "dropped", "expected"),
    [
        (None, False, False, AssetState.LIVE),
        ("OK", False, False, AssetState.LIVE),
        ("OK", True, False, AssetState.SUPERSEDED),
        (None, False, True, AssetState.TOMBSTONED),
        ("OK", True, True, AssetState.TOMBSTONED),
        ("MISMATCH", False, False, AssetState.BYTES_GONE),
        ("MISSING", True, False, AssetState.BYTES_GONE),
        ("MISMATCH", True, True, AssetState.BYTES_GONE),
    ],
)
def test_bytes_that_are_gone_come_before_a_drop_and_a_drop_before_a_newer_state(
    result: str | None, expected: AssetState, *, newer: bool, dropped: bool
) -> None:
    assert state(result=result, newer=newer, dropped=dropped) is expected
