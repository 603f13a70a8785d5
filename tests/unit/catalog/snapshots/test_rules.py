from __future__ import annotations

import pytest

from catalog.assets.model import AssetState
from catalog.snapshots.rules import SnapshotState, state_of


@pytest.mark.parametrize(
    ("result", "newer", "dropped", "tombstoned", "expected"),
    [
        (None, False, False, False, AssetState.LIVE),
        ("OK", False, False, False, AssetState.LIVE),
        ("OK", True, False, False, AssetState.SUPERSEDED),
        (None, False, True, False, AssetState.TOMBSTONED),
        ("OK", True, True, False, AssetState.TOMBSTONED),
        ("OK", True, False, True, AssetState.TOMBSTONED),
        ("OK", False, False, True, AssetState.TOMBSTONED),
        ("MISMATCH", False, False, False, AssetState.BYTES_GONE),
        ("MISSING", True, False, False, AssetState.BYTES_GONE),
        ("MISSING", True, False, True, AssetState.BYTES_GONE),
        ("MISMATCH", True, True, False, AssetState.BYTES_GONE),
    ],
)
def test_bytes_that_are_gone_come_before_a_deletion_or_drop_and_these_before_a_newer_state(
    result: str | None, expected: AssetState, *, newer: bool, dropped: bool, tombstoned: bool
) -> None:
    found = state_of(
        verified=None if result is None else (result, 5, 50),
        tombstoned=(6, 60) if tombstoned else None,
        dropped_at=7 if dropped else None,
        newer=newer,
    )
    assert found.state is expected
    by = {AssetState.BYTES_GONE: 50, AssetState.TOMBSTONED: 60 if tombstoned else None}
    assert found.entry == by.get(expected)


@pytest.mark.parametrize(("dropped_at", "unread"), [(4, False), (5, False), (6, True)])
def test_a_verification_after_the_drop_says_that_the_bytes_are_kept(dropped_at: int, *, unread: bool) -> None:
    found = state_of(verified=("OK", 5, 50), tombstoned=None, dropped_at=dropped_at, newer=False)
    assert found == SnapshotState(AssetState.TOMBSTONED, None, unread)
