"""What a read of places gives: values at one (validAt, knownAt). Times are UTC microseconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """A declared place: what it lies in, by name, the nearest first, by which entry and since when that is said.

    What is `around` it need not be declared itself. Of places in a circle each is named once.
    """

    id: str
    name: str
    place_kind: str
    within: str | None
    around: tuple[str, ...]
    entry: int
    since: int
