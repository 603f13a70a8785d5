"""A reader that ends a request which takes too long: every call to the store looks at the clock first."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from catalog.store.protocol import Direction, KnownNode, Page, Quarantined, Query, Snapshotted
from graph_schema.facts import NOW, Edge, Statement
from graph_schema.folding import Contribution, Flow


class OutOfTimeError(Exception):
    """The request took longer than it may."""

    def __init__(self, seconds: float, calls: int) -> None:
        """Keep the limit, and how many calls to the store were made."""
        super().__init__(
            f"The query took longer than {seconds:g} s; ask for less depth, a smaller budget or fewer items."
        )
        self.calls = calls


class Timed:
    """A `Snapshotted` that raises OutOfTimeError once its time is over, and counts its calls."""

    def __init__(self, reader: Snapshotted, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._reader = reader
        self._seconds = seconds
        self._clock = clock
        self._end = clock() + seconds
        self.calls = 0

    def _open(self) -> Snapshotted:
        if self._clock() > self._end:
            raise OutOfTimeError(self._seconds, self.calls)
        self.calls += 1
        return self._reader

    def checkpoint(self) -> int:
        return self._open().checkpoint()

    def nodes(self, ids: Sequence[str], known_at: int = NOW) -> dict[str, KnownNode]:
        return self._open().nodes(ids, known_at)

    def hop(self, ids: Sequence[str], kinds: Sequence[str], direction: Direction, known_at: int = NOW) -> list[Edge]:
        return self._open().hop(ids, kinds, direction, known_at)

    def statements(
        self, ids: Sequence[str], aspects: Sequence[str] | None = None, known_at: int = NOW
    ) -> list[Statement]:
        return self._open().statements(ids, aspects, known_at)

    def current(self, ids: Sequence[str]) -> dict[str, dict[str, object]]:
        return self._open().current(ids)

    def flows(self, ids: Sequence[str], direction: Direction, valid_at: int = NOW, known_at: int = NOW) -> list[Flow]:
        return self._open().flows(ids, direction, valid_at, known_at)

    def reach(self, ids: Sequence[str], direction: Direction, depth: int, limit: int) -> frozenset[str] | None:
        return self._open().reach(ids, direction, depth, limit)

    def contributions(
        self, asks: Sequence[tuple[str, int]], known_at: int = NOW, newest: int = 1, *, by_job: bool = True
    ) -> list[Contribution]:
        return self._open().contributions(asks, known_at, newest, by_job=by_job)

    def aliases(self, ids: Sequence[str], known_at: int = NOW) -> list[Edge]:
        return self._open().aliases(ids, known_at)

    def find(self, query: Query) -> Page:
        return self._open().find(query)

    def quarantined(self) -> list[Quarantined]:
        return self._open().quarantined()
