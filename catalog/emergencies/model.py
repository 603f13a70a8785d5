"""What a read of emergencies gives. Times are UTC microseconds, intervals half-open."""

from __future__ import annotations

from dataclasses import dataclass

from graph_schema.aspects.access import EmergencyAccess


@dataclass(frozen=True, slots=True)
class Review:
    """What came of the review of an emergency: by which entry, by whom, when."""

    entry: int
    by: str
    at: int
    justified: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Emergency:
    """That somebody broke the glass, by which entry, from when until when; `review` is None until somebody looked."""

    principal: str
    content: EmergencyAccess
    entry: int
    since: int
    until: int
    review: Review | None
