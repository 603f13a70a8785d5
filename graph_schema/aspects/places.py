"""What is said of the places where data can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True)
class Place(Part):
    """What kind of place it is, and the place that it lies in."""

    place_kind: Annotated[str, "SITE, REGION, COUNTRY or CLOUD_REGION."]
    within: Annotated[str | None, "The place that it lies in; absent where it lies in no other."] = None
