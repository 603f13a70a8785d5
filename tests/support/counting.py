"""A reader that counts what is asked of it: tests hold queries to how many calls they take, never to how long."""

from __future__ import annotations

from collections import Counter
from typing import Any


class Counting:
    """Counts the calls to the store that it stands in front of."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._reader, name)

        def counted(*args: Any, **more: Any) -> Any:
            self.calls[name] += 1
            return verb(*args, **more)

        return counted
