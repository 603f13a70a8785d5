"""What was measured of a dataset's anonymity, and whether that still says anything of it."""

from __future__ import annotations

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.datasets import Dataset
from catalog.api.graphql.scalars import Micros
from catalog.labels.anonymity import model
from catalog.labels.anonymity.queries import anonymity_claims as claims_of
from catalog.reading import AsOf

AnonymityLapse = model.Lapse
enums.enter(AnonymityLapse, name="AnonymityLapse")


@strawberry.type(description="That a claim of anonymity says nothing any more of the data as it is.")
class LapsedAnonymity:
    why: AnonymityLapse = strawberry.field(description="What happened.")
    text: str = strawberry.field(description="The same in a sentence.")
    since: Micros = strawberry.field(description="Since when.")
    entries: list[int] = strawberry.field(description="The ledger entries that say so.")


@strawberry.type(
    description="That a dataset was k-anonymous or l-diverse when it was measured: evidence for whoever determines "
    "that identifiers are gone. It takes no label away."
)
class AnonymityClaim:
    found: strawberry.Private[model.AnonymityClaim]
    at: strawberry.Private[AsOf]
    quasi_identifiers: list[str] = strawberry.field(
        description="The columns in which rows that are alike form a group."
    )
    k_anonymity: int | None = strawberry.field(description="How many persons, at least, each group holds.")
    l_diversity: int | None = strawberry.field(
        description="How many values, at least, each sensitive column has in each group."
    )
    sensitive: list[str] = strawberry.field(description="The sensitive columns.")
    population: str = strawberry.field(description="Whose records these are.")
    method: str = strawberry.field(description="How it was measured.")
    claimed_by: str = strawberry.field(description="The principal that claims it.")
    authenticated: bool = strawberry.field(description="Whether a key proved who claims it.")
    since: Micros = strawberry.field(description="When it was measured.")
    entry: int = strawberry.field(description="The ledger entry of the record.")
    lapsed: list[LapsedAnonymity] = strawberry.field(
        description="Why it says nothing any more; none while it is evidence of the data as that is."
    )

    @strawberry.field(
        description="The earlier releases that were measured with it; those that rights hide are left out."
    )
    async def beside(self, info: ContextInfo) -> list[Dataset]:
        found = [await nodes.find(Dataset, info.context, one, self.at) for one in self.found.beside]
        return [one for one in found if one is not None]


@field_of(Dataset, description="What was ever measured of its anonymity, by entry, and why that says nothing any more.")
async def anonymity_claims(dataset: strawberry.Parent[Dataset], info: ContextInfo) -> list[AnonymityClaim]:
    found = await info.context.load(claims_of, dataset.at, str(dataset.id)) or ()
    return [
        converted(
            AnonymityClaim,
            one,
            found=one,
            at=dataset.at,
            lapsed=[converted(LapsedAnonymity, each, entries=list(each.entries)) for each in one.lapsed],
        )
        for one in found
    ]
