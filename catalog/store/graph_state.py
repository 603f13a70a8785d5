"""The state of a graph that was looked at last, and what its last batches touched: by it everybody who remembers what
was read of the graph tells whether that stands still.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from threading import RLock
from typing import Final, Protocol

from catalog.store.touches import KEPT, NO_GRAPH, Stamp, Touched


class Remembers(Protocol):
    """What remembers anything of one graph; both are called under the lock of the state that it follows."""

    def begin(self) -> None:
        """Forget everything: it is another graph, or nobody knows what was touched."""

    def let_go(self, touched: Sequence[Touched]) -> None:
        """Forget what looked at anything of what these batches touched."""


class GraphState:
    """One state of one graph, the newest that anybody looked at, and who remembers what was read there or before."""

    def __init__(self) -> None:
        """Know of no graph."""
        self.lock: Final = RLock()
        self.stamp = NO_GRAPH
        self._recent: deque[Touched] = deque(maxlen=KEPT)
        """What was touched up to there, without a gap."""
        self._remember: list[Remembers] = []

    def join(self, memory: Remembers) -> None:
        """Let a memory follow from now on."""
        self._remember.append(memory)

    def follow(self, stamp: Stamp, touched: Callable[[int], Iterable[Touched]]) -> None:
        """Let go of what was touched until a state; `touched` tells what was since a batch, as far as it is kept."""
        with self.lock:
            if stamp.graph != self.stamp.graph:
                self._begin(stamp)
            since = self.stamp.number
        if stamp.number <= since:
            return
        found = sorted(touched(since), key=lambda one: one.number)
        with self.lock:
            if stamp.graph != self.stamp.graph or stamp.number <= self.stamp.number:
                return
            new = [one for one in found if one.number > self.stamp.number]
            if len(new) != stamp.number - self.stamp.number:
                self._begin(stamp)
                return
            self._recent += new
            self.stamp = stamp
            for memory in self._remember:
                memory.let_go(new)

    def since(self, stamp: Stamp) -> Sequence[Touched] | None:
        """Return what was touched since a state, None where nobody knows; to be asked and used under the lock."""
        begun = self._recent[0].number - 1 if self._recent else self.stamp.number
        if stamp.graph != self.stamp.graph or stamp.number < begun:
            return None
        return [one for one in self._recent if one.number > stamp.number]

    def _begin(self, stamp: Stamp) -> None:
        self.stamp = stamp
        self._recent.clear()
        for memory in self._remember:
            memory.begin()


def is_touched(keys: AbstractSet[int], by: Iterable[Touched]) -> bool:
    """Tell whether any of these batches touched anything of what was looked at."""
    return any(one.keys is None or not one.keys.isdisjoint(keys) for one in by)


GRAPH_STATE: Final = GraphState()
"""Of the graph that this process looked at last: nothing outlives an erasure, which begins another."""
