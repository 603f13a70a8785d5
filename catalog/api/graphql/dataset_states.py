"""The states in which runs left datasets that no emitter versioned."""

from __future__ import annotations

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.assets import Asset
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.datasets import Dataset, as_dataset
from catalog.api.graphql.runs import Run
from catalog.assets import queries
from catalog.reading import AsOf
from graph_schema.identity import split_state_id


@strawberry.type(
    description="The state in which a run left a dataset that no emitter versioned: derived, never stored."
)
class DatasetState(Asset):
    run_id: strawberry.Private[str]

    @strawberry.field(description="The dataset that this is a state of.")
    async def of(self, info: ContextInfo) -> Dataset | None:
        return await nodes.find(Dataset, info.context, self.dataset, self.at)

    @strawberry.field(description="The run that left the dataset in this state.")
    async def run(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, self.run_id, self.at)


@nodes.resolves(DatasetState, "State")
async def _state(context: RequestContext, identifier: str, at: AsOf) -> DatasetState | None:
    ids = split_state_id(identifier)
    found = None if ids is None else await context.load(queries.named_datasets, at, ids[0])
    if ids is None or found is None:
        return None
    of = as_dataset(found, at)
    return DatasetState(
        id=strawberry.ID(identifier),
        name=of.name,
        ref=of.ref,
        at=at,
        dataset=of.dataset,
        find_state=of.find_state,
        run_id=ids[1],
    )
