"""What a read of grants gives. Times are UTC microseconds, intervals half-open."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from graph_schema.aspects.access import AccessGrant
from graph_schema.aspects.access import AccessRequest as AccessRequestAspect


class GrantState(StrEnum):
    """Where a grant stands."""

    NOT_YET = "NOT_YET"
    """It begins later."""
    IN_FORCE = "IN_FORCE"
    """It holds, as far as policies permit it."""
    EXPIRED = "EXPIRED"
    """Its time has passed."""
    ENDED = "ENDED"
    """A record ended it."""
    ROLE_LOST = "ROLE_LOST"
    """The principal lost a role that it had when it was granted, or may not act any more."""
    PROJECT_OVER = "PROJECT_OVER"
    """The project that it is for ended, or is not in its time."""


class RequestState(StrEnum):
    """Where a request for access stands."""

    PENDING = "PENDING"
    """Nobody decided yet."""
    GRANTED = "GRANTED"
    """It was granted, wholly or in part."""
    REFUSED = "REFUSED"
    """It was refused."""
    LAPSED = "LAPSED"
    """Nobody decided before the time that it was asked for had passed."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant as recorded: to whom, by which entry and whom, from when until when, and which entry ended it early.

    `due_at` is by when somebody has to say that it is still needed, None where it ends before.
    """

    principal: str
    content: AccessGrant
    entry: int
    by: str
    since: int
    until: int
    ended_by: int | None
    state: GrantState
    due_at: int | None


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A request for access as recorded, and the entry that decided it."""

    principal: str
    content: AccessRequestAspect
    entry: int
    by: str
    until: int
    state: RequestState
    decided_by: int | None


@dataclass(frozen=True, slots=True)
class AccessDelegation:
    """That one principal may have access in the place of another, and whether that holds at the view's own time."""

    of: str
    to: str
    actions: tuple[str, ...]
    since: int
    until: int
    entry: int
    ended_by: int | None
    in_force: bool
    reason: str
    records: tuple[str, ...] = ()
    """The kinds of record that may be written in that place."""
