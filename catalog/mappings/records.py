"""What may be written about the meaning of facets and tags, and how that is taken back."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from catalog.record import Codes, Name, Record, Text, Time, distinct, is_replayed, refusal
from graph_schema.nodes import Mapping
from graph_schema.vocabulary.words import MappedKind, MappingTarget, PhiKind

_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*")


def _pointer(text: str) -> str:
    if not _POINTER.fullmatch(text):
        raise ValueError("is a JSON pointer (RFC 6901): empty, or steps that each begin with a slash")
    return text


Pointer = Annotated[str, Field(max_length=512), AfterValidator(_pointer)]

ALLOWED = {
    MappedKind.DATASET: frozenset(MappingTarget),
    MappedKind.JOB: frozenset({MappingTarget.OWNER, MappingTarget.CLINICAL_PURPOSE}),
    MappedKind.RUN: frozenset({MappingTarget.OWNER, MappingTarget.CLINICAL_PURPOSE}),
}
"""What a facet can be mapped to, by what it stands on."""


class MapFacet(Record):
    """What a facet that has no meaning of its own says, by where in it: a claim of whoever sends it, never more."""

    name: ClassVar[str] = "map_facet"

    mapping: Name
    """What the mapping is called; another one under this name takes its place."""
    facet: Name
    """The facet's key, as emitters write it."""
    on: MappedKind
    """What it stands on."""
    pointer: Pointer
    """Where in the facet, as a JSON pointer; of a list there, each element counts."""
    target: MappingTarget
    """What it says there."""
    value: Pointer | None = None
    """Where in each element the value stands, as a JSON pointer; left out, the element is the value."""
    column: Pointer | None = None
    """For PHI_TAG and FLOW: where the column's name stands, else the dataset is meant; a FLOW's comes from `field`."""
    equal_to: Annotated[tuple[Name, ...], Field(max_length=64), distinct()] = ()
    """Only these values count, in whatever case; left out, every value does."""
    phi_kind: PhiKind | None = None
    """For PHI_TAG: the kind that is meant; left out, the value names it."""
    reason: Text
    """Why the facet means this."""
    valid_from: Time | None = None
    """Since when it means this; by default since it is recorded."""

    @property
    def node(self) -> Mapping:
        """Return the mapping."""
        return Mapping(self.mapping)

    @model_validator(mode="after")
    def _holds_together(self, info: ValidationInfo) -> Self:
        if is_replayed(info):
            return self
        if self.target not in ALLOWED[self.on]:
            possible = ", ".join(sorted(ALLOWED[self.on]))
            raise refusal(f"A facet on a {self.on.lower()} is mapped to one of {possible}.", "/target")
        if self.target is not MappingTarget.PHI_TAG and self.phi_kind is not None:
            raise refusal("phi_kind goes with PHI_TAG alone; leave it out.", "/phi_kind")
        if self.target not in {MappingTarget.PHI_TAG, MappingTarget.FLOW} and self.column is not None:
            raise refusal("column goes with PHI_TAG and FLOW alone; leave it out.", "/column")
        return self


class MapTag(Record):
    """Which kind of PHI an emitter's tag claims, by its key and value."""

    name: ClassVar[str] = "map_tag"

    mapping: Name
    """What the mapping is called; another one under this name takes its place."""
    key: Name
    """The tag's key; case, hyphens, dots and blanks make no difference."""
    value: Name | None = None
    """The tag's value, likewise; with `*` at its end, how it begins; left out, any but false, no and none."""
    source: Name | None = None
    """Where the tag has to come from, such as CONFIG, DBT or DBT_META, in whatever case; left out, from anywhere."""
    phi_kind: PhiKind
    """The kind of PHI that is claimed."""
    codes: Codes = ()
    """What exactly is claimed, in codes such as those of 45 CFR 164.514(b)(2)."""
    reason: Text
    """Why the tag means this."""
    valid_from: Time | None = None
    """Since when it means this; by default since it is recorded."""

    @property
    def node(self) -> Mapping:
        """Return the mapping."""
        return Mapping(self.mapping)


class WithdrawMapping(Record):
    """That a mapping was a mistake: from this record on it counts at no time."""

    name: ClassVar[str] = "withdraw_mapping"

    mapping: Name
    """What the mapping is called."""
    reason: Text
    """Why it is withdrawn."""

    @property
    def node(self) -> Mapping:
        """Return the mapping."""
        return Mapping(self.mapping)
