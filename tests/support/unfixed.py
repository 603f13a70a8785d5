"""A store that is read as it is committed, as Neo4j is: another writes between two reads of one reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from inspect import signature
from typing import Any

from catalog.store.sqlite import SqliteStore
from catalog.store.touches import Touched


class Unfixed:
    """Opens readings of a store, and calls `between` before each of their reads with how many there were."""

    remote = True

    def __init__(self, store: SqliteStore, between: Callable[[int], None]) -> None:
        self._store = store
        self._between = between
        self.readings = 0

    @contextmanager
    def reading(self) -> Iterator[Any]:
        self.readings += 1
        yield _Reading(self._store, self._between)


class _Reading:
    """Facts are those up to where it began; what has no history is what held when it was read."""

    remote = True

    def __init__(self, store: SqliteStore, between: Callable[[int], None]) -> None:
        self._store = store
        self._between = between
        self._reads = 0
        self._checkpoint, self._stamp = store.checkpoint(), store.stamp()

    def checkpoint(self) -> int:
        return self._checkpoint

    def stamp(self) -> Any:
        return self._stamp

    def touched(self, since: int) -> list[Touched]:
        return [one for one in self._store.touched(since) if one.number <= self._stamp.number]

    def touched_meanwhile(self) -> list[Touched]:
        return self._store.touched(self._stamp.number)

    def together(self, asks: Sequence[Callable[[], object]]) -> None:
        for ask in asks:
            ask()

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._store, name)
        takes = signature(verb)

        def read(*args: Any, **more: Any) -> Any:
            self._between(self._reads)
            self._reads += 1
            given = takes.bind(*args, **more)
            given.apply_defaults()
            if "known_at" in given.arguments:
                given.arguments["known_at"] = min(given.arguments["known_at"], self._checkpoint)
            return verb(*given.args, **given.kwargs)

        return read
