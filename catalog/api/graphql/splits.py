"""Whether what a version was evaluated on is of other subjects than what it was trained on."""

from __future__ import annotations

import strawberry

from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.releases import Registration
from catalog.snapshots.splits import split_of


@strawberry.type(description="Whether training and evaluation are of different subjects.")
class SubjectSplit:
    apart: bool | None = strawberry.field(description="Whether no subject is in both; null where it cannot be told.")
    reason: str = strawberry.field(description="Why, in a sentence.")
    entries: list[int] = strawberry.field(description="The ledger entries that it rests on.")


@field_of(Registration, description="Whether what it was trained and evaluated on is of different subjects.")
def subject_split(registration: strawberry.Parent[Registration], info: ContextInfo) -> SubjectSplit:
    found = registration.found
    trained, evaluated = ([one.snapshot for one in uses] for uses in (found.trained_on, found.evaluated_on))
    return converted(SubjectSplit, split_of(info.context.view(registration.at), trained, evaluated))
