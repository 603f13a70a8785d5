"""How a run used each dataset that it read or wrote."""

from __future__ import annotations

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.assets import AspectInForce, aspects_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.datasets import Dataset
from catalog.api.graphql.lineage import LineageEdge
from catalog.api.graphql.nodes import QualifiedName
from catalog.api.graphql.runs import Run
from catalog.api.graphql.scalars import Long
from catalog.assets import uses as used
from catalog.reading import AsOf
from graph_schema.facts import Role


@strawberry.type(description="How one run read or wrote one dataset; null where no event of the run says.")
class DatasetUse:
    found: strawberry.Private[used.Use]
    at: strawberry.Private[AsOf]
    version: str | None = strawberry.field(description="The version in the store of the dataset that was read or made.")
    lifecycle: str | None = strawberry.field(
        description="What a write did to the whole: CREATE, OVERWRITE, TRUNCATE, DROP, RENAME or ALTER."
    )
    rows: Long | None = strawberry.field(description="How many rows were read or written.")
    size: Long | None = strawberry.field(description="How many bytes were read or written.")
    files: Long | None = strawberry.field(description="How many files were read or written.")

    @strawberry.field(description="The dataset that was read or written.")
    async def dataset(self, info: ContextInfo) -> Dataset | None:
        return await nodes.find(Dataset, info.context, self.found.dataset, self.at)

    @strawberry.field(description="What it was called before a RENAME.")
    def previous_name(self) -> QualifiedName | None:
        before = self.found.previous
        return None if before is None else QualifiedName(namespace=before[0], name=before[1])

    @strawberry.field(description="All that the events say of this use, by aspect.")
    def aspects(self) -> list[AspectInForce]:
        return aspects_of(self.found.aspects, None)


@field_of(Run, description="How it read each of its inputs.")
def reads(run: strawberry.Parent[Run]) -> list[DatasetUse]:
    return [_as_use(one, run.at) for one in used.uses(run.record, Role.IN)]


@field_of(Run, description="How it wrote each of its outputs.")
def writes(run: strawberry.Parent[Run]) -> list[DatasetUse]:
    return [_as_use(one, run.at) for one in used.uses(run.record, Role.OUT)]


@field_of(LineageEdge, description="How the run read what the edge leaves; null where it leaves no dataset.")
async def read(edge: strawberry.Parent[LineageEdge], info: ContextInfo) -> DatasetUse | None:
    return await _use(info.context, edge, Role.IN, str(edge.from_))


@field_of(LineageEdge, description="How the run wrote what the edge reaches; null where it reaches no dataset.")
async def write(edge: strawberry.Parent[LineageEdge], info: ContextInfo) -> DatasetUse | None:
    return await _use(info.context, edge, Role.OUT, str(edge.to))


async def _use(context: RequestContext, edge: LineageEdge, role: Role, dataset: str) -> DatasetUse | None:
    if edge.found.run is None:
        return None
    found = await context.load(used.uses_of_edges, edge.at, (edge.found.run, role, dataset))
    return None if found is None else _as_use(found, edge.at)


def _as_use(one: used.Use, at: AsOf) -> DatasetUse:
    return converted(DatasetUse, one, found=one, at=at)
