"""One request: who asks, the one consistent state that all of it is read from, and what a level fetched ahead."""

from __future__ import annotations

import bisect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from graphql import DocumentNode
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from catalog.access.model import Actor
from catalog.api.graphql.allowance import Allowance
from catalog.api.services import Services
from catalog.ledger.protocol import Ledger
from catalog.reading import AsOf, ReadPoint
from catalog.store.protocol import Quarantined, Snapshotted
from graph_schema.facts import NOW

T = TypeVar("T")
Read = Callable[[Snapshotted, Sequence[str], AsOf], Mapping[str, T]]


@dataclass(slots=True, weakref_slot=True)
class _Cache:
    loaders: dict[tuple[object, AsOf], DataLoader[str, Any]] = field(default_factory=dict)
    points: dict[AsOf, ReadPoint] = field(default_factory=dict)


@dataclass
class Asking:
    """What every resolver is handed as its context.

    `at_least` is the highest ledger index that the request wants to see, `reached` the last one it does see.
    """

    services: Services
    actor: Actor
    document: DocumentNode
    allowance: Allowance
    reader: Snapshotted
    """Held to the allowance, as `ledger` is."""
    began: int
    """The request's one clock reading, microseconds UTC."""
    at_least: int | None = None
    correlation_id: str = ""
    _cache: _Cache = field(default_factory=_Cache)

    @cached_property
    def ledger(self) -> Ledger:
        """Return the ledger, for reading."""
        return self.allowance.over(self.services.ledger, counted=False)

    @cached_property
    def reached(self) -> int:
        """Return the index of the last entry that this request sees, -1 for none."""
        return self.reader.checkpoint()

    @cached_property
    def behind(self) -> int:
        """Return how many durable entries, or entries asked for, this request does not see."""
        newest = max(self.ledger.size() - 1, -1 if self.at_least is None else self.at_least)
        return max(newest - self.reached, 0)

    @cached_property
    def quarantined(self) -> list[Quarantined]:
        """Return what could not be projected."""
        return self.reader.quarantined()

    async def load(self, read: Read[T], as_of: AsOf, identifier: str) -> T | None:
        """Return one of what `read` gives; all that a level asks for is read in one call."""
        loader = self._cache.loaders.get((read, as_of))
        if loader is None:

            async def fetch(ids: list[str]) -> list[T | None]:
                found = read(self.reader, tuple(dict.fromkeys(ids)), as_of)
                return [found.get(one) for one in ids]

            loader = self._cache.loaders[read, as_of] = DataLoader(load_fn=fetch)
        answer: Awaitable[T | None] = loader.load(identifier)
        return await answer

    def known_by(self, moment: int) -> int:
        """Return the index of the last entry recorded at or before a time, -1 where there is none."""
        ledger = self.ledger
        found = bisect.bisect_right(
            range(ledger.size()), moment, key=lambda index: ledger.entry(index).entry.recorded_at
        )
        return found - 1

    def read_point(self, as_of: AsOf) -> ReadPoint:
        """Return where an answer at these times is taken."""
        if as_of not in self._cache.points:
            ledger = self.ledger
            size = min(as_of.known_at, self.reached) + 1
            self._cache.points[as_of] = ReadPoint(
                valid_at=self.began if as_of.valid_at == NOW else as_of.valid_at,
                known_at=ledger.entry(size - 1).entry.recorded_at if size else 0,
                ledger_size=size,
                ledger_root=ledger.root(size).hex(),
                projection=self.services.projection_version,
            )
        return self._cache.points[as_of]


AskingInfo = Info[Asking, None]
