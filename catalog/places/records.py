"""What may be written about places: what lies in what, that one is none any more, and where jobs run."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import model_validator

from catalog.record import JobRef, Name, Record, Text, Time, refusal
from graph_schema.nodes import Place
from graph_schema.vocabulary.words import PlaceKind


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


class DeclareJob(Record):
    """Where a job runs, from a time on: what its runs read, write and train is there meanwhile."""

    name: ClassVar[str] = "declare_job"

    job: JobRef
    """The job that is declared."""
    place: Name
    """The place that it runs at, as `declare_place` calls it."""
    valid_from: Time | None = None
    """Since when this holds; by default since it is recorded."""
