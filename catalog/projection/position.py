"""Where a follower of the ledger stands, as those see it who wait for it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from catalog.ledger.protocol import Ledger
from catalog.projection.entry_facts import PROJECTION_VERSION


class Status(StrEnum):
    """What the projection is doing."""

    STOPPED = "STOPPED"
    RUNNING = "RUNNING"
    WAITING = "WAITING"
    """The store is not there; it is tried again."""
    DAMAGED = "DAMAGED"
    """The graph is not what was written to it: it has to be made anew; never tried again."""
    FAILED = "FAILED"
    """The ledger does not verify, or nothing can be done without a person; never tried again."""


ENDED = frozenset({Status.FAILED, Status.DAMAGED})
"""Of these nothing comes any more without a person."""


@dataclass(frozen=True, slots=True)
class ProjectionState:
    """Where the projection stands: the last entry in the graph (-1 for none), how many are behind, what is wrong."""

    status: Status
    checkpoint: int
    lag: int
    quarantined: int
    detail: str | None = None
    version: str = PROJECTION_VERSION
    renewals: int = 0
    """How often this follower emptied the graph to make it anew."""
    quiet: float = field(default=0.0, compare=False)
    """For how many seconds the follower has shown no sign of life: neither an entry projected nor one waited for."""


class Following(Protocol):
    """What brings the ledger into the graph, as those see it who wait for it: a thread, or a process of its own."""

    def start(self) -> None:
        """Begin where the graph ends; nothing happens where it has begun."""

    def stop(self) -> None:
        """End; what was not applied is taken up again at the next start."""

    @property
    def state(self) -> ProjectionState:
        """Return where the projection stands."""

    @property
    def checkpoint(self) -> int:
        """Return the last entry that is known to be in the graph, -1 for none: whoever reads it from now on sees it."""

    @property
    def lag(self) -> int:
        """Return how many durable entries the graph does not hold yet."""

    def wait_for(self, index: int, timeout: float) -> bool:
        """Wait up to so many seconds for an entry to be in the graph; return whether it is."""


class Position:
    """Where a follower of the ledger stands, and how to wait for it: the same for a thread and for a process."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._moved = threading.Condition()
        self._stopping = threading.Event()
        self._status = Status.STOPPED
        self._detail: str | None = None
        self._checkpoint = -1
        self._quarantined = 0
        self._renewals = 0
        self._beat = time.monotonic()

    @property
    def state(self) -> ProjectionState:
        """Return where the projection stands."""
        quiet = time.monotonic() - self._beat
        return ProjectionState(
            self._status,
            self._checkpoint,
            self.lag,
            self._quarantined,
            self._detail,
            renewals=self._renewals,
            quiet=quiet,
        )

    @property
    def checkpoint(self) -> int:
        """Return the last entry that is known to be in the graph, -1 for none."""
        return self._checkpoint

    @property
    def lag(self) -> int:
        """Return how many durable entries the graph does not hold yet."""
        return max(self._ledger.size() - 1 - self._checkpoint, 0)

    def wait_for(self, index: int, timeout: float) -> bool:
        """Wait up to so many seconds for an entry to be in the graph; return whether it is."""
        with self._moved:
            return self._moved.wait_for(lambda: self._checkpoint >= index, timeout)
