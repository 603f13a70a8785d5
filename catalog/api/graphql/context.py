"""One request: who asks, the one consistent state that all of it is read from, and what a level fetched ahead."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from graphql import DocumentNode
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from catalog.access.model import Actor
from catalog.api.graphql.allowance import Allowance
from catalog.api.graphql.execution import Pending
from catalog.api.graphql.problems import InvalidInputError
from catalog.api.services import Services, anchor
from catalog.api.times import known_by, known_entry
from catalog.errors import SenderError
from catalog.ledger.protocol import Ledger
from catalog.reading import AsOf
from catalog.store.protocol import StoreReader
from catalog.view import Anchor, View

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


@dataclass(slots=True, weakref_slot=True)
class _Cache:
    loaders: dict[tuple[object, AsOf], DataLoader[Any, Any]] = field(default_factory=dict)
    views: dict[int, View] = field(default_factory=dict)
    """By the index that they know up to: what follows from that alone is found once."""


@dataclass
class RequestContext:
    """What every resolver is handed as its context.

    `at_least` is the highest ledger index that the request wants to see.
    """

    services: Services
    actor: Actor
    document: DocumentNode
    allowance: Allowance
    reader: StoreReader
    """Held to the allowance, as `ledger` is."""
    began: int
    """The request's one clock reading, microseconds UTC."""
    at_least: int | None = None
    correlation_id: str = ""
    writes: bool = False
    """Whether it is a mutation: what it reads moves on then, and else is one state."""
    pending: Pending = field(default_factory=Pending)
    _cache: _Cache = field(default_factory=_Cache)

    @cached_property
    def ledger(self) -> Ledger:
        """Return the ledger, for reading."""
        return self.allowance.over(self.services.ledger, counted=False)

    @cached_property
    def _anchor(self) -> Anchor:
        return self._anchored()

    def _anchored(self) -> Anchor:
        at_least = -1 if self.at_least is None else self.at_least
        return anchor(self.ledger, self.services.settings, self.began, at_least)

    def view(self, as_of: AsOf) -> View:
        """Return what the actor may see at these times; one for each answer, which counts what is hidden of it."""
        known = self._cache.views.get(as_of.known_at)
        if known is None or self.writes:
            known = View(self.reader, as_of, self.services.rights_of(self.actor), self._anchor)
            self._cache.views[as_of.known_at] = known
        return known.beside(as_of)

    def opening(self, as_of: AsOf, until: ExitStack) -> Callable[[], View]:
        """Return what gives the view of these times of what the request reads, and when asked again one of the graph as
        it then is, open until a stack ends.
        """
        views = iter((self.view(as_of),))

        def again() -> View:
            first = next(views, None)
            if first is not None:
                return first
            reader = self.allowance.over(until.enter_context(self.services.store.reading(self.allowance)))
            return View(reader, as_of, self.services.rights_of(self.actor), self._anchored())

        return again

    async def load(self, read: Callable[[View, Sequence[K]], Mapping[K, T]], as_of: AsOf, identifier: K) -> T | None:
        """Return one of what `read` gives; all that a level asks for is read in one call."""
        loader = self._cache.loaders.get((read, as_of))
        if loader is None:

            async def fetch(ids: list[K]) -> list[T | None]:
                found = read(self.view(as_of), tuple(dict.fromkeys(ids)))
                return [found.get(one) for one in ids]

            loader = self._cache.loaders[read, as_of] = DataLoader(load_fn=fetch)
        answer: Awaitable[T | None] = loader.load(identifier)
        return await answer

    def close(self) -> None:
        """End the request, once nothing of it runs: the executor that holds it lies in a circle of its own, in which
        all that the answer fetched would wait for the interpreter to look for garbage.
        """
        self.pending.close()
        self._cache.views.clear()
        self._cache.loaders.clear()

    def known_by(self, moment: int) -> int:
        """Return the index of the last entry recorded at or before a time, -1 where there is none."""
        return known_by(self.ledger, moment)

    def known_entry(self, index: int) -> int:
        """Return the index of the last entry that counts; raises InvalidInputError where there is no such entry."""
        try:
            return known_entry(self.ledger, index)
        except SenderError as error:
            raise InvalidInputError(error.detail, "asOf.knownAtIndex") from None


ContextInfo = Info[RequestContext, None]
