"""A reader that counts what is asked of it: tests hold queries to calls and rows, never to how long they take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sized
from typing import Any

_KNOWN_AHEAD = frozenset({"lacks", "has_at_most", "together"})
"""What asks the store for nothing itself."""


class Counting:
    """Counts the calls to the store that it stands in front of, and of what they answer how much there is."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self.calls: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._reader, name)
        if not callable(verb) or name in _KNOWN_AHEAD:
            return verb

        def counted(*args: Any, **more: Any) -> Any:
            self.calls[name] += 1
            answer = verb(*args, **more)
            self.rows[name] += len(answer) if isinstance(answer, Sized) else 1
            return answer

        return counted
