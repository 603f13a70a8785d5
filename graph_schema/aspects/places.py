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


@dataclass(frozen=True, slots=True)
class OperatorAgreement(Part):
    """An agreement with whoever runs models at a place."""

    kind: Annotated[str, "DUA, BAA, CONTRACT or OTHER."]
    agreement: Annotated[str, "What it is called."]
    until: Annotated[int | None, "When it ends, in microseconds UTC; null: it has no end."] = None
    digest: Annotated[str | None, "The digest of its document."] = None


@dataclass(frozen=True, slots=True)
class Operator(Part):
    """Who runs models at a place, and by which agreements."""

    operator: Annotated[str, "Who it is."]
    internal: Annotated[bool, "Whether it is whose data it is, so that no agreement is needed."]
    agreements: Annotated[tuple[OperatorAgreement, ...], "The agreements."]
