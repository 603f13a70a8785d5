"""From a time to the entry by which something was known then."""

from __future__ import annotations

import bisect

from catalog.ledger.protocol import Ledger


def known_by(ledger: Ledger, moment: int) -> int:
    """Return the index of the last entry recorded at or before a time, -1 where there is none."""
    return (
        bisect.bisect_right(range(ledger.size()), moment, key=lambda index: ledger.entry(index).entry.recorded_at) - 1
    )
