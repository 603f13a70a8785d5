"""What a capability gives becomes its GraphQL type by the names of the fields."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pytest
import strawberry

from catalog.api.graphql.conversion import converted


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


strawberry.enum(Colour)


@dataclass(frozen=True)
class PartRecord:
    name: str
    colour: str


@dataclass(frozen=True)
class WholeRecord:
    id: str
    first: PartRecord | None
    parts: tuple[PartRecord, ...]
    marks: tuple[int, ...]


@strawberry.type
class Part:
    name: str
    colour: Colour


@strawberry.type
class Whole:
    id: strawberry.ID
    first: Part | None
    parts: list[Part]
    marks: list[int]
    at: strawberry.Private[int]

    @strawberry.field
    def later(self) -> int:
        return self.at


RECORD = WholeRecord("w", None, (PartRecord("p", "red"), PartRecord("q", "blue")), (3, 1))


def test_parts_are_of_their_types_however_deep() -> None:
    whole = converted(Whole, RECORD, at=0)
    assert whole.parts == [Part(name="p", colour=Colour.RED), Part(name="q", colour=Colour.BLUE)]
    assert (whole.id, whole.first, whole.marks, whole.at) == ("w", None, [3, 1], 0)


def test_what_is_given_goes_before_what_the_record_has() -> None:
    whole = converted(Whole, RECORD, parts=[], at=7)
    assert (whole.parts, whole.at) == ([], 7)


def test_a_word_of_no_enum_and_a_field_that_is_missing_are_refused() -> None:
    with pytest.raises(ValueError, match="green"):
        converted(Part, PartRecord("p", "green"))
    with pytest.raises(AttributeError, match="first"):
        converted(Whole, PartRecord("p", "red"), id="w")
