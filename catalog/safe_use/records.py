"""What may be written about safe use: what a site asks of data before it counts as safe."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field, ValidationInfo, model_validator

from catalog.assets.records import PurposeCode, RefrainCode
from catalog.findings.rules import Severity
from catalog.record import MAX_LIST, Record, Text, Time, distinct, is_replayed, refusal
from graph_schema.nodes import SafeUse
from graph_schema.vocabulary.words import DeidentificationState, PhiKind, SafeQuestion, Zone


class DefineSafeUse(Record):
    """What must hold for a dataset to be safe for a use; it takes the place of what held until then, as a whole."""

    name: ClassVar[str] = "define_safe_use"

    question: SafeQuestion
    """For what it has to be safe."""
    states: Annotated[tuple[DeidentificationState, ...], Field(min_length=1), distinct()]
    """The states of de-identification that will do; UNKNOWN never does."""
    purposes: Annotated[tuple[PurposeCode, ...], Field(min_length=1, max_length=MAX_LIST), distinct()]
    """The purposes that must be permitted: codes of HL7 PurposeOfUse."""
    labels_absent: Annotated[tuple[PhiKind, ...], distinct()] = ()
    """The kinds of PHI that must not be in it."""
    refrains_absent: Annotated[tuple[RefrainCode, ...], Field(max_length=MAX_LIST), distinct()] = ()
    """What must not be forbidden of it: codes of HL7 RefrainPolicy."""
    zones: Annotated[tuple[Zone, ...], distinct()] = ()
    """The zones that it may lie in; any where there are none."""
    finding_severity: Severity | None = None
    """How severe a finding has to be to count; left out, findings do not count."""
    reason: Text
    """Why this is asked for."""
    valid_from: Time | None = None
    """Since when it is asked for; by default since it is recorded."""

    @property
    def node(self) -> SafeUse:
        """Return the question."""
        return SafeUse(self.question)

    @model_validator(mode="after")
    def _knows_the_state(self, info: ValidationInfo) -> Self:
        if DeidentificationState.UNKNOWN in self.states and not is_replayed(info):
            raise refusal("What is unknown is never safe: leave UNKNOWN out of the states.", "/states")
        return self
