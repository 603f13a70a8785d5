"""Claims of anonymity as values. Times are UTC microseconds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from graph_schema.aspects import labels as aspects


class Lapse(StrEnum):
    """Why what was measured of a dataset's anonymity says nothing of it any more."""

    NEW_COLUMN = "NEW_COLUMN"
    """It has a column that it had not when it was measured."""
    LATER_WRITE = "LATER_WRITE"
    """It was written since: rows may have been appended."""
    ANOTHER_RELEASE = "ANOTHER_RELEASE"
    """The same people were released in another dataset as well, with which it was not measured."""
    ENDED = "ENDED"
    """A steward said that it holds no longer."""


@dataclass(frozen=True, slots=True)
class Happened:
    """That something happened: when, by which entry."""

    at: int
    entry: int


@dataclass(frozen=True, slots=True)
class NamedColumn:
    """A column, and when a schema named it first, by which entry."""

    name: str
    first: Happened


@dataclass(frozen=True, slots=True)
class Release:
    """Another dataset that holds the same people, and when that was claimed first."""

    dataset: str
    name: str
    first: Happened


@dataclass(frozen=True, slots=True)
class Lapsed:
    """That a claim says nothing any more, why, since when, and by which entries."""

    why: Lapse
    text: str
    since: int
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnonymityClaim(aspects.Anonymity):
    """That a dataset was k-anonymous or l-diverse when it was measured, and why that says nothing any more."""

    dataset: str
    entry: int
    claimed_by: str
    authenticated: bool
    since: int
    """When it was measured."""
    lapsed: tuple[Lapsed, ...] = ()
    """Empty while it is evidence of the data as that is."""

    @property
    def is_ended(self) -> bool:
        """Tell whether a steward ended it."""
        return any(one.why is Lapse.ENDED for one in self.lapsed)
