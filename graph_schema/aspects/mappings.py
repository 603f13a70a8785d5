"""What a site lets facets and tags of its own mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.labels import Coding
from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True)
class FacetMapping(Part):
    """What a facet says at one place of it."""

    facet: Annotated[str, "The facet's key."]
    on: Annotated[str, "DATASET, JOB or RUN: what it stands on."]
    pointer: Annotated[str, "Where in the facet, as a JSON pointer."]
    target: Annotated[str, "What it says there, such as OWNER or PHI_TAG."]
    reason: Annotated[str, "Why."]
    value: Annotated[str | None, "Where in each element the value stands, as a JSON pointer."] = None
    column: Annotated[str | None, "Where in each element a column is named, as a JSON pointer."] = None
    equal_to: Annotated[tuple[str, ...], "The values that count; every one where there are none."] = ()
    phi_kind: Annotated[str | None, "The kind of PHI that is meant, where the value does not name it."] = None


@dataclass(frozen=True, slots=True)
class TagMapping(Part):
    """Which kind of PHI a tag of an emitter claims."""

    key: Annotated[str, "The tag's key."]
    phi_kind: Annotated[str, "The kind of PHI."]
    reason: Annotated[str, "Why."]
    value: Annotated[str | None, "The tag's value, or with an asterisk at its end how that begins."] = None
    source: Annotated[str | None, "Where the tag has to come from, where that matters."] = None
    codes: Annotated[tuple[Coding, ...], "What exactly is claimed."] = ()


@dataclass(frozen=True, slots=True)
class MappingWithdrawal(Part):
    """That the mapping counts at no time from this entry on."""

    reason: Annotated[str, "Why."]
