"""As of what a request for access is decided: the newest entry that can matter, and a time that many share.

A decision says nothing that another one rests on. So the newest entry of another kind is all that has to be known, and
all requests of one second are decided as of its begin, or as of that entry where it is newer: what each rests on is
read once, the graph need not hold the decisions before, and a decision can be made again all the same.
"""

from __future__ import annotations

import threading
from typing import Final

from catalog.decisions.records import DecideAccess
from catalog.ledger.protocol import Ledger
from catalog.reading import AsOf
from graph_schema.times import SECOND

_KINDS: Final = frozenset({DecideAccess.in_ledger()})
_WINDOW: Final = 64


class Basis:
    """Follows which entry is the newest that is no decision on access; safe for any thread."""

    def __init__(self, ledger: Ledger) -> None:
        """Look at nothing yet."""
        self._ledger = ledger
        self._lock = threading.Lock()
        self._looked = 0
        self._entry = -1
        self._recorded_at = 0

    @property
    def has_looked(self) -> bool:
        """Tell whether it follows the ledger already: to begin with, it may have far to look back."""
        return self._looked > 0

    def at(self, now: int) -> AsOf:
        """Return as of what is decided at a moment, in UTC microseconds."""
        with self._lock:
            self._follow()
            return AsOf(max(now - now % SECOND, self._recorded_at), self._entry)

    def _follow(self) -> None:
        size = self._ledger.size()
        start, end = size, size
        while start > self._looked:
            start = max(self._looked, end - max(_WINDOW, size - end))
            decisions = set(self._ledger.of_kinds(_KINDS, start))
            newest = next((one for one in range(end - 1, start - 1, -1) if one not in decisions), None)
            if newest is not None:
                self._entry = newest
                self._recorded_at = self._ledger.entry(newest).entry.recorded_at
                break
            end = start
        self._looked = size
