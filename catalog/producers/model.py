"""What a read of producers gives. Times are UTC microseconds, spans microseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Skew:
    """How far the times of a producer's newest events are from when they were recorded.

    `events` were compared; `median` is positive where they were recorded later; `late` and `early` are the largest
    spans by which one was recorded after its time, and before it.
    """

    events: int
    median: int
    late: int
    early: int


@dataclass(frozen=True, slots=True)
class Deviation:
    """How often something odd was noted, by its code."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class ProducerRecord:
    """A program that sends events, as its URI names it, and what it sent that may be seen."""

    uri: str
    name: str
    version: str | None
    events: int
    newest_entry: int
    last_seen: int | None
    deviations: tuple[Deviation, ...] = ()
    quarantined: int = 0
    skew: Skew | None = None


@dataclass(slots=True)
class Collected:
    """What is added up of one producer."""

    events: int = 0
    newest: int = -1
    flags: dict[str, int] = field(default_factory=dict)
    recent: list[int] = field(default_factory=list)
    quarantined: int = 0

    def add(self, events: int, newest: int, flags: Mapping[str, int], recent: tuple[int, ...]) -> None:
        """Add what it sent of one namespace."""
        self.events += events
        self.newest = max(self.newest, newest)
        self.recent += recent
        for code, count in flags.items():
            self.flags[code] = self.flags.get(code, 0) + count
