"""What was looked at to find something, so that what was found can be kept until any of it is touched."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Noted:
    """What was looked at in a while, by which one tells whether what was found stands; see `catalog.store.touches`."""

    keys: set[int] = field(default_factory=set)
    of_now: set[int] = field(default_factory=set)
    """Those of the keys that are of what has no history, which is read as it is at that very moment."""
    by_labels: bool = False
    """Whether labels that a follower keeps, which it may not have brought up to what is known."""
    by_lag: bool = False
    """Whether the graph holds all of the ledger."""
    lasts: bool = True
    """Whether it stands any longer than for this view."""

    @property
    def size(self) -> int:
        """Return how many keys it holds."""
        return len(self.keys) + len(self.of_now)

    def add(self, other: Noted) -> None:
        """Note what somebody else looked at as well."""
        self.keys |= other.keys
        self.of_now |= other.of_now
        self.by_labels |= other.by_labels
        self.by_lag |= other.by_lag
        self.lasts &= other.lasts

    def forget(self) -> None:
        """Note nothing of what was looked at so far."""
        self.keys, self.of_now, self.by_labels, self.by_lag, self.lasts = set(), set(), False, False, True
