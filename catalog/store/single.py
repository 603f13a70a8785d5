"""The verbs of a store asked one at a time: each is a reading of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager

from catalog.store.protocol import (
    Deadline,
    Direction,
    Either,
    KnownNode,
    Page,
    Quarantined,
    Query,
    Snapshotted,
    Standing,
)
from graph_schema.facts import NOW, Edge, Statement
from graph_schema.folding import Contribution, Flow, RunFacts


class SingleReads(ABC):
    """What every store inherits: `store.verb(...)` is the same as `with store.reading() as read: read.verb(...)`."""

    @abstractmethod
    def reading(self, deadline: Deadline | None = None) -> AbstractContextManager[Snapshotted]:
        """Open one consistent state; see `Store.reading`."""

    def checkpoint(self) -> int:
        with self.reading() as read:
            return read.checkpoint()

    def nodes(self, ids: Sequence[str], known_at: int = NOW) -> dict[str, KnownNode]:
        with self.reading() as read:
            return read.nodes(ids, known_at)

    def hop(
        self, ids: Sequence[str], kinds: Sequence[str], direction: Direction | Either, known_at: int = NOW
    ) -> list[Edge]:
        with self.reading() as read:
            return read.hop(ids, kinds, direction, known_at)

    def statements(
        self, ids: Sequence[str], aspects: Sequence[str] | None = None, known_at: int = NOW
    ) -> list[Statement]:
        with self.reading() as read:
            return read.statements(ids, aspects, known_at)

    def current(self, ids: Sequence[str]) -> dict[str, dict[str, object]]:
        with self.reading() as read:
            return read.current(ids)

    def in_force(self, ids: Sequence[str]) -> list[Standing]:
        with self.reading() as read:
            return read.in_force(ids)

    def runs(self, ids: Sequence[str]) -> dict[str, RunFacts]:
        with self.reading() as read:
            return read.runs(ids)

    def flows(
        self,
        ids: Sequence[str],
        direction: Direction,
        valid_at: int = NOW,
        known_at: int = NOW,
        limit: int | None = None,
    ) -> list[Flow]:
        with self.reading() as read:
            return read.flows(ids, direction, valid_at, known_at, limit)

    def neighbours(
        self, ids: Sequence[str], direction: Direction, valid_at: int = NOW, known_at: int = NOW
    ) -> frozenset[str]:
        with self.reading() as read:
            return read.neighbours(ids, direction, valid_at, known_at)

    def reach(self, ids: Sequence[str], direction: Direction, depth: int, limit: int) -> frozenset[str] | None:
        with self.reading() as read:
            return read.reach(ids, direction, depth, limit)

    def contributions(
        self, asks: Sequence[tuple[str, int]], known_at: int = NOW, newest: int = 1, *, by_job: bool = True
    ) -> list[Contribution]:
        with self.reading() as read:
            return read.contributions(asks, known_at, newest, by_job=by_job)

    def aliases(self, ids: Sequence[str], known_at: int = NOW) -> list[Edge]:
        with self.reading() as read:
            return read.aliases(ids, known_at)

    def find(self, query: Query) -> Page:
        with self.reading() as read:
            return read.find(query)

    def quarantined(self) -> list[Quarantined]:
        with self.reading() as read:
            return read.quarantined()
