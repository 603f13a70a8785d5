"""What a read of names gives: which names stand for one dataset, and since when. Times are UTC microseconds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NameKind(StrEnum):
    """Why another name stands for a dataset."""

    SYMLINK = "SYMLINK"
    """An emitter says so in a symlinks facet."""
    STITCH = "STITCH"
    """A steward joined the two."""
    RULE = "RULE"
    """A rule of its namespace takes the two for one."""
    FORMER = "FORMER"
    """The dataset was called so before a run renamed it."""


@dataclass(frozen=True, slots=True)
class OtherName:
    """A name under which things are said of a dataset too, why, since when, and by which entry where one says so."""

    id: str
    namespace: str
    name: str
    kind: NameKind
    since: int | None
    entry: int | None


class LifeEnd(StrEnum):
    """How a life of a dataset ended."""

    DROPPED = "DROPPED"
    """A run dropped it."""
    RENAMED = "RENAMED"
    """A run gave it another name, under which it goes on."""


@dataclass(frozen=True, slots=True)
class Life:
    """A life that a dataset of this name had before: what ended it and when, and as what it went on."""

    ended_at: int
    end: LifeEnd
    run: str | None
    entry: int
    renamed_to: str | None = None


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """A rule of names as it stands at a point; `since` when, by which entry and by whom it was said."""

    id: str
    name: str
    namespace: str
    rule_kind: str
    same_as: str | None
    port: int | None
    letters: str | None
    keys: tuple[str, ...]
    pattern: str | None
    since: int
    entry: int
    by: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two names that would be one and are described differently: by which ids, and what differs."""

    one: str
    other: str
    note: str


@dataclass(frozen=True, slots=True)
class JoinedGroup:
    """Datasets that would be one: by id, the first of them standing for all; how much is said of them now."""

    datasets: tuple[str, ...]
    statements: int
    edges: int
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """What a rule, or joining two datasets, would do: the groups that would come together, and how many were looked at.

    `more` where not every group is shown.
    """

    groups: tuple[JoinedGroup, ...]
    datasets: int
    statements: int
    edges: int
    conflicts: int
    looked_at: int
    more: bool
