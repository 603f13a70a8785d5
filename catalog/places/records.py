"""What may be written about places: what lies in what, that one is none any more, who runs models there, and where jobs
run.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field, StrictBool, model_validator

from catalog.record import MAX_LIST, Digest, JobRef, Name, Part, Record, Text, Time, distinct, refusal
from graph_schema.nodes import Place
from graph_schema.vocabulary.words import AgreementKind, PlaceKind


class DeclarePlace(Record):
    """A place where data can be, and the place that it lies in; what was declared of it before holds no longer."""

    name: ClassVar[str] = "declare_place"

    place: Name
    """What the place is called, such as `north-hospital`, `DE` or `eu-central-1`: one name wherever it is meant."""
    place_kind: PlaceKind
    """What kind of place it is."""
    within: Name | None = None
    """The place that it lies in; left out where it lies in no other."""
    valid_from: Time | None = None
    """Since when this holds; by default since it is recorded."""

    @property
    def node(self) -> Place:
        """Return the node."""
        return Place(self.place)

    @model_validator(mode="after")
    def _lies_in_another(self) -> Self:
        if self.within == self.place:
            raise refusal("A place does not lie in itself; name another, or leave it out.", "/within")
        return self


class EndPlace(Record):
    """That a place is none any more: what lies in it is in no declared place from then on."""

    name: ClassVar[str] = "end_place"

    place: Name
    """What the place is called."""
    reason: Text
    """Why it ends."""
    valid_from: Time | None = None
    """From when on; by default from when this is recorded."""

    @property
    def node(self) -> Place:
        """Return the node."""
        return Place(self.place)


class OperatorAgreementOf(Part):
    """An agreement with whoever runs models at a place."""

    kind: AgreementKind
    """What kind of agreement it is, such as a business associate agreement."""
    agreement: Name
    """What it is called."""
    until: Time | None = None
    """When it ends; left out, it has no end."""
    digest: Digest | None = None
    """The digest of its document."""


class DeclareOperator(Record):
    """Who runs models at a place, and by which agreements; what was declared of that before holds no longer."""

    name: ClassVar[str] = "declare_operator"

    place: Name
    """The place, as `declare_place` calls it; what lies in it is meant too, where nothing nearer is declared."""
    operator: Name
    """Who runs models there: a unit, a hospital or a company."""
    internal: StrictBool = False
    """Whether that is the house itself whose data it is, so that no agreement is needed."""
    agreements: Annotated[tuple[OperatorAgreementOf, ...], Field(max_length=MAX_LIST), distinct()] = ()
    """The agreements with whoever it is."""
    valid_from: Time | None = None
    """Since when this holds; by default since it is recorded."""

    @property
    def node(self) -> Place:
        """Return the place."""
        return Place(self.place)

    @model_validator(mode="after")
    def _is_bound(self) -> Self:
        if not self.internal and not self.agreements:
            text = "Say which agreements bind the operator, or `internal`: that it is the house itself."
            raise refusal(text, "/agreements")
        return self


class EndOperator(Record):
    """That who was declared to run models at a place does so no longer."""

    name: ClassVar[str] = "end_operator"

    place: Name
    """The place, as `declare_place` calls it."""
    reason: Text
    """Why it ends."""
    valid_from: Time | None = None
    """From when on; by default from when this is recorded."""

    @property
    def node(self) -> Place:
        """Return the place."""
        return Place(self.place)


class DeclareJob(Record):
    """Where a job runs, from a time on: what its runs read, write and train is there meanwhile."""

    name: ClassVar[str] = "declare_job"

    job: JobRef
    """The job that is declared."""
    place: Name
    """The place that it runs at, as `declare_place` calls it."""
    valid_from: Time | None = None
    """Since when this holds; by default since it is recorded."""
