"""When what symlinks facets list changes: names that may have pointed elsewhere, and where a pointer ends."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable

from catalog.store.indexes.pointers import Listing, Pointer, listed
from graph_schema.facts import Edge, Order, Statement


def varied_names(pointers: Collection[Pointer], listings: Iterable[Listing]) -> frozenset[str]:
    """Return the names that may have pointed to several datasets over time, or ceased to point to one."""
    lists: dict[str, list[Listing]] = defaultdict(list)
    for listing in listings:
        lists[listing.carrier].append(listing)
    target = {one.source: one.target for one in pointers}
    return frozenset(
        one.source
        for one in pointers
        if one.ended
        or one.target != target[one.source]
        or any(
            listing.names is None or (listing.job == one.job and one.source not in listing.names)
            for listing in lists[one.target]
        )
    )


class Endings:
    """When a symlinks facet ceased to list a name: replaced whole by one of the same job, or taken back by any."""

    def __init__(self, stated: Iterable[Statement]) -> None:
        """Take what symlinks facets ever stated."""
        self._stated: dict[str, list[Statement]] = defaultdict(list)
        for statement in sorted(stated, key=lambda one: one.order):
            self._stated[statement.subject].append(statement)
        self._ends: dict[tuple[str, str, str | None], list[tuple[Order, int]]] = {}

    def of(self, edge: Edge) -> tuple[int, int] | None:
        """Return from when whoever said the edge says it no longer, and by which entry."""
        key = edge.source, edge.target, edge.job
        ends = self._ends.get(key)
        if ends is None:
            ends = self._ends[key] = [
                (statement.order, statement.entry)
                for statement in self._stated[edge.target]
                if statement.value is None or (statement.job == edge.job and edge.source not in listed(statement.value))
            ]
        place = bisect_right(ends, edge.order, key=lambda one: one[0])
        return (ends[place][0][0], ends[place][1]) if place < len(ends) else None
