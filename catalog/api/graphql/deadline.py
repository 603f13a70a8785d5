"""A reader that ends a request which takes too long: every call to the store looks at the clock first."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from catalog.store.protocol import Snapshotted


class OutOfTimeError(Exception):
    """The request took longer than it may; `calls` to the store had been made."""

    def __init__(self, seconds: float, calls: int) -> None:
        """Keep the limit, and how many calls to the store were made."""
        super().__init__(
            f"The query took longer than {seconds:g} s; ask for less depth, a smaller budget or fewer items."
        )
        self.calls = calls


class Deadline:
    """Counts the calls of one request, and raises OutOfTimeError at the first one after its time is over."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._end = clock() + seconds
        self.calls = 0

    def call(self) -> None:
        """Note one call to the store."""
        if self._clock() > self._end:
            raise OutOfTimeError(self._seconds, self.calls)
        self.calls += 1

    def over(self, reader: Snapshotted) -> Snapshotted:
        """Return the reader, each of its verbs held to this deadline."""
        return cast("Snapshotted", _Timed(reader, self))


class _Timed:
    """Passes every verb on, whatever verbs there are."""

    def __init__(self, reader: Snapshotted, deadline: Deadline) -> None:
        self._reader = reader
        self._deadline = deadline

    def __getattr__(self, verb: str) -> Any:  # noqa: ANN401  any of the protocol's verbs
        self._deadline.call()
        return getattr(self._reader, verb)
