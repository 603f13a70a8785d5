"""What principals record of a finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True)
class FindingDecision(Part):
    """What a steward decided of a finding: that it is known, that it is accepted until a date, or neither any more."""

    stance: Annotated[str, "ACKNOWLEDGED, ACCEPTED or REOPENED."]
    reason: Annotated[str, "Why."]
    until: Annotated[int | None, "Until when it is accepted, in microseconds UTC."] = None
