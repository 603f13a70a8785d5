"""What a read of grants gives. Times are UTC microseconds, intervals half-open."""

from __future__ import annotations

from dataclasses import dataclass

from graph_schema.aspects.access import AccessGrant


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant as recorded: to whom, by which entry and whom, from when until when, and which entry ended it early."""

    principal: str
    content: AccessGrant
    entry: int
    by: str
    since: int
    until: int
    ended_by: int | None
