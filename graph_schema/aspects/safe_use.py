"""What must hold for a dataset to be safe for a use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True)
class SafeUse(Part):
    """What must hold, all of it."""

    states: Annotated[tuple[str, ...], "The states of de-identification that will do."]
    purposes: Annotated[tuple[str, ...], "The HL7 purposes that must be permitted."]
    reason: Annotated[str, "Why."]
    labels_absent: Annotated[tuple[str, ...], "The kinds of PHI that must not be in it."] = ()
    refrains_absent: Annotated[tuple[str, ...], "HL7 refrain codes that must not lie on it."] = ()
    zones: Annotated[tuple[str, ...], "The zones that it may lie in; any where there are none."] = ()
    finding_severity: Annotated[str | None, "How severe a finding has to be to count; null: findings do not count."] = (
        None
    )
