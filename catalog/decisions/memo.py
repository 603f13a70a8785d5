"""What requests for access rest on, read once for all that are decided as of the same point by the same rights.

It follows from the view's point alone, so it is kept for that point only, and let go of with the next one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

from catalog.reading import AsOf, Rights

T = TypeVar("T")
MOST: Final = 10_000
"""So many values are kept at most; then all of them are let go of."""


class DecisionMemo:
    """Values by what they follow from, of the newest point that was asked for; safe for any thread."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = threading.Lock()
        self._point: tuple[AsOf, Rights] | None = None
        self._values: dict[Hashable, Any] = {}

    def at(self, as_of: AsOf, rights: Rights) -> DecisionsAt:
        """Return the values of a point: those that are kept where it is the newest, else none."""
        with self._lock:
            if self._point != (as_of, rights):
                if self._point is not None and _order(as_of) < _order(self._point[0]):
                    return DecisionsAt({})
                self._point, self._values = (as_of, rights), {}
            return DecisionsAt(self._values)


class DecisionsAt:
    """The values of one point."""

    def __init__(self, values: dict[Hashable, Any]) -> None:
        """Keep them in this."""
        self._values = values

    def get(self, key: Hashable) -> Any:  # noqa: ANN401  whatever was found
        """Return the value of a key, None where it is not kept."""
        return self._values.get(key)

    def once(self, key: Hashable, find: Callable[[], T]) -> T:
        """Return the value of a key, found the first time that it is asked for."""
        found: T | None = self._values.get(key)
        if found is None:
            found = find()
            if len(self._values) >= MOST:
                self._values.clear()
            self._values[key] = found
        return found


def _order(at: AsOf) -> tuple[int, int]:
    return at.known_at, at.valid_at
