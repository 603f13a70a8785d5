"""Runs that were read before: most runs are over, and what is over does not change.

A run is remembered together with the newest entry that held an event of it (its stamp). A reader asks its store for the
stamps, in one cheap call, and fetches only the runs that were told of since.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping

from graph_schema.bitemporal import RunFacts
from graph_schema.facts import Edge, Statement

ACCESSES = ("READ", "WROTE")
_CAPACITY = 100_000
"""How many facts are remembered at the most: some 60 MB."""


class RunMemory:
    """What was read of runs, shared by all readers of a store; the runs asked for longest ago are forgotten first."""

    def __init__(self, capacity: int = _CAPACITY) -> None:
        self._capacity = capacity
        self._runs: OrderedDict[str, tuple[int, RunFacts]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def read(
        self, stamps: Mapping[str, int], fetch: Callable[[list[str]], Mapping[str, RunFacts]]
    ) -> dict[str, RunFacts]:
        """Return the facts of the runs that have a stamp; those not remembered at it are fetched, in one go.

        What comes out may hold entries that are newer than the reader's state: a fold leaves them out.
        """
        with self._lock:
            found = {
                run: held[1] for run, stamp in stamps.items() if (held := self._runs.get(run)) and held[0] >= stamp
            }
            for run in found:
                self._runs.move_to_end(run)
        missing = [run for run in stamps if run not in found]
        if missing:
            fetched = fetch(missing)
            found.update(fetched)
            self._keep({run: (stamps[run], facts) for run, facts in fetched.items()})
        return found

    def forget(self) -> None:
        """Start anew: the store was emptied."""
        with self._lock:
            self._runs.clear()
            self._size = 0

    def _keep(self, fetched: Mapping[str, tuple[int, RunFacts]]) -> None:
        with self._lock:
            for run, (stamp, facts) in fetched.items():
                before = self._runs.pop(run, None)
                if before is not None:
                    self._size -= _size(before[1])
                if _size(facts) * 10 <= self._capacity:  # an endless stream must not displace everything else
                    self._runs[run] = stamp, facts
                    self._size += _size(facts)
            while self._size > self._capacity:
                self._size -= _size(self._runs.popitem(last=False)[1][1])


def assemble(runs: Iterable[str], events: Iterable[Statement], edges: Iterable[Edge]) -> dict[str, RunFacts]:
    """Return the facts by run; a run of which nothing was said has none."""
    events_of: dict[str, list[Statement]] = defaultdict(list)
    for event in events:
        events_of[event.subject].append(event)
    accesses: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in edges:
        accesses[edge.source, edge.kind].append(edge)
    return {
        run: RunFacts(tuple(events_of[run]), tuple(accesses[run, "READ"]), tuple(accesses[run, "WROTE"]))
        for run in runs
    }


def _size(facts: RunFacts) -> int:
    return len(facts.events) + len(facts.reads) + len(facts.writes)
