"""Until when somebody waits for what is read, and what ends a reading that nobody waits for."""

from __future__ import annotations

from typing import Protocol


class Deadline(Protocol):
    """Until when somebody waits for what is read."""

    @property
    def remaining(self) -> float:
        """Return how many seconds are left."""

    def lasts(self) -> bool:
        """Tell whether there still is somebody who waits; asked from the thread that reads."""


class ReadEndedError(Exception):
    """What was being read was given up in the middle of a call: nobody waits for it any more."""
