"""What a read of places gives: values at one (validAt, knownAt). Times are UTC microseconds."""

from __future__ import annotations

from dataclasses import dataclass

from graph_schema.aspects import places as aspects


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


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRecord(aspects.Operator):
    """Who is declared to run models at a place, by whom, by which entry and since when."""

    place: str
    by: str
    authenticated: bool
    entry: int
    since: int
