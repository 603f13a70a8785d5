"""What a read of projects, protocols and memberships gives. Times are UTC microseconds, intervals half-open."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """A project as the newest record declares it, and the entries that ended it; `declared` is False once one did."""

    name: str
    protocol: str | None
    since: int
    until: int
    entry: int
    declared: bool
    ends: tuple[int, ...]
    diseases: tuple[str, ...]
    """What it studies, by MONDO id; none where it does not say."""

    def is_over(self, since_entry: int, at: int) -> bool:
        """Tell whether what was recorded in it by an entry is over: it ended since, or is not in its time."""
        return any(one > since_entry for one in self.ends) or not (self.declared and self.since <= at < self.until)


@dataclass(frozen=True, slots=True)
class ProtocolRecord:
    """A protocol as the newest record declares it; `declared` is False once one ended it.

    `in_force` is whether it holds at the view's own time.
    """

    name: str
    projects: tuple[str, ...]
    determination: str
    reference: str
    since: int
    until: int
    entry: int
    declared: bool
    in_force: bool
    diseases: tuple[str, ...]
    """What is studied under it, by MONDO id; none where it does not say."""


@dataclass(frozen=True, slots=True)
class Membership:
    """That somebody belongs to a project or a site, as recorded, and whether that holds at the view's own time."""

    principal: str
    membership_kind: str
    group: str
    entry: int
    by: str
    since: int
    until: int
    ended_by: int | None
    in_force: bool
    protocol: str | None
    """The protocol that the project works under."""
