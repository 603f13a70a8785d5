"""The versions of the feature set that a dataset held."""

from __future__ import annotations

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.datasets import Dataset
from catalog.api.graphql.scalars import Micros
from catalog.api.graphql.snapshots import Snapshot
from catalog.reading import AsOf
from catalog.snapshots import feature_sets


@strawberry.type(description="A version of the feature set that a dataset held, and when.")
class FeatureSetVersion:
    found: strawberry.Private[feature_sets.FeatureSetVersion]
    at: strawberry.Private[AsOf]
    version: str = strawberry.field(description="The version, as it was declared.")
    since: Micros = strawberry.field(description="Since when the dataset held it.")
    until: Micros | None = strawberry.field(description="Until when; null where another did not take its place.")
    entry: int = strawberry.field(description="The ledger entry that declares it.")

    @strawberry.field(
        name="snapshots",
        description="The states that the dataset was put into meanwhile, the oldest first: `replayPlan` says how each "
        "is made again.",
    )
    async def states(self, info: ContextInfo) -> list[Snapshot]:
        return await nodes.find_all(Snapshot, info.context, self.found.snapshots, self.at)


@field_of(Dataset, description="The versions of the feature set that it ever held, the oldest first.")
async def feature_set_versions(dataset: strawberry.Parent[Dataset], info: ContextInfo) -> list[FeatureSetVersion]:
    found = await info.context.load(feature_sets.feature_set_versions, dataset.at, str(dataset.id))
    return [converted(FeatureSetVersion, one, found=one, at=dataset.at) for one in found or ()]
