"""Places as a declared tree: what lies within what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from catalog.places.rules import around


class Places:
    """The tree of places: each place with the one that it lies in, None for those that lie in no other."""

    def __init__(self, parents: Mapping[str, str | None]) -> None:
        self._parents = dict(parents)

    def __contains__(self, place: str) -> bool:
        """Tell whether the place is declared."""
        return place in self._parents

    def around(self, place: str) -> tuple[str, ...]:
        """Return the place and all that it lies in, the nearest first; a circle is followed once."""
        return around(self._parents, place)

    def within(self, place: str, areas: Iterable[str]) -> bool | None:
        """Tell whether a place lies within any of the areas; None where it is not declared, so that nobody knows."""
        if not set(areas).isdisjoint(self.around(place)):
            return True
        return False if place in self else None

    def meet(self, some: frozenset[str], others: frozenset[str]) -> frozenset[str]:
        """Return the places that lie within both: of two that lie in each other, the inner one."""
        inner = {one for one in some if self.within(one, others)}
        return frozenset(inner | {one for one in others if self.within(one, some)})
