"""By which entry something was known: from a time, or by an index that somebody names."""

from __future__ import annotations

import bisect

from catalog.errors import SenderError
from catalog.ledger.protocol import Ledger


def known_by(ledger: Ledger, moment: int) -> int:
    """Return the index of the last entry recorded at or before a time, -1 where there is none."""
    return (
        bisect.bisect_right(range(ledger.size()), moment, key=lambda index: ledger.entry(index).entry.recorded_at) - 1
    )


def known_entry(ledger: Ledger, index: int) -> int:
    """Return the index as the last entry that counts, -1 for none; raises SenderError 422 where the ledger has no such
    entry: an answer as of what is yet to come would be another tomorrow.
    """
    newest = ledger.size() - 1
    if index < -1:
        raise SenderError("Give the index of a ledger entry, or -1 for none.", status=422)
    if index > newest:
        held = f"its newest is {newest}" if newest >= 0 else "it is empty"
        raise SenderError(f"The ledger has no entry {index}; {held}.", status=422)
    return index
