"""How much of an event may still be searched, for whoever has others waiting."""

from __future__ import annotations

import sys
from dataclasses import dataclass

UNBOUNDED = sys.maxsize


class TooLaborious(Exception):  # noqa: N818 - it says what the event is
    """More of an event would have to be searched than was allowed; what was found of its parts is remembered."""


@dataclass(slots=True)
class Effort:
    """Counts what a walk searches: characters, and members of objects and lists; what is remembered is free."""

    most: int = UNBOUNDED
    spent: int = 0

    def spend(self, size: int) -> None:
        """Count so many; raises TooLaborious beyond the most."""
        self.spent += size
        if self.spent > self.most:
            raise TooLaborious

    def require(self, size: int) -> None:
        """Raise TooLaborious where so many more would be too many."""
        if self.spent + size > self.most:
            raise TooLaborious
