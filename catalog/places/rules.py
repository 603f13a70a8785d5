"""What lies within what, by a tree that may be broken: records come in any order, and one may close a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

LOCATIONS: Final = ("place", "region", "site")
"""The aspects of a dataset that say where it is."""

Parents = Mapping[str, str | None]
"""Each declared place with the one that it lies in: None where it lies in no other."""


def around(parents: Parents, place: str) -> tuple[str, ...]:
    """Return the place and all that it lies in, the nearest first; a circle is followed once."""
    return tuple(dict.fromkeys(_upwards(parents, place)))


def _upwards(parents: Parents, place: str) -> Iterator[str]:
    seen: set[str] = set()
    at: str | None = place
    while at is not None and at not in seen:
        seen.add(at)
        yield at
        at = parents.get(at)


def lying_in(parents: Parents, place: str) -> frozenset[str]:
    """Return the place, and every declared one that lies in it."""
    return frozenset({place, *(name for name in parents if place in around(parents, name))})


def closes_circle(parents: Parents, place: str, within: str | None) -> bool:
    """Tell whether a place would lie in itself, once it lies within another."""
    return within is not None and place in around(parents, within)
