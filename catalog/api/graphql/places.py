"""The places where data can be, as a tree."""

from __future__ import annotations

import strawberry

from catalog.api.graphql import enums
from catalog.api.graphql.as_of import AsOfArgument
from catalog.api.graphql.as_of import as_of as _at
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.scalars import Micros
from catalog.places import queries
from graph_schema.vocabulary import words

PlaceKind = words.PlaceKind
enums.enter(PlaceKind)


@strawberry.type(description="A place as it is declared, and all that it lies in.")
class DeclaredPlace:
    id: strawberry.ID = strawberry.field(description="The id of the place.")
    name: str = strawberry.field(description="What it is called.")
    place_kind: PlaceKind = strawberry.field(description="What kind of place it is.")
    within: str | None = strawberry.field(description="The place that it lies in; null where it lies in no other.")
    around: list[str] = strawberry.field(
        description="All that it lies in, the nearest first; the last need not be declared itself."
    )
    entry: int = strawberry.field(description="The ledger entry that declares it.")
    since: Micros = strawberry.field(description="Since when it holds.")


@strawberry.type
class PlaceQueries:
    @strawberry.field(description="The declared places, by name.")
    def places(self, info: ContextInfo, as_of: AsOfArgument = None) -> list[DeclaredPlace]:
        return [converted(DeclaredPlace, one) for one in queries.places(info.context.view(_at(as_of, info.context)))]
