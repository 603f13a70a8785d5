"""Tags, as emitters state them."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Mapping
from typing import Any

import strawberry

from catalog.api.graphql.columns import SchemaColumn
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.datasets import Dataset
from catalog.api.graphql.jobs import Job
from catalog.api.graphql.runs import Run
from catalog.api.graphql.scalars import Micros
from catalog.assets import model, queries, tags
from catalog.assets.column_names import columns_called
from graph_schema import nodes as kinds


@strawberry.type(description="A tag as an emitter states it; what it claims of PHI is among the labels.")
class EmitterTag:
    key: str = strawberry.field(description="The key of the tag, as it is written.")
    value: str | None = strawberry.field(description="What the tag says under its key.")
    source: str | None = strawberry.field(description="Where it comes from, such as CONFIG, DBT or DBT_META.")
    column: str | None = strawberry.field(description="The column that it is said of; null: all of it.")
    entry: int = strawberry.field(description="The ledger entry that states it.")
    since: Micros = strawberry.field(description="Since when it holds.")


@field_of(Dataset, name="tags", description="The tags that emitters put on it and its columns.")
def tags_of_dataset(dataset: strawberry.Parent[Dataset]) -> list[EmitterTag]:
    return _tags(dataset.record.aspects)


@field_of(SchemaColumn, name="tags", description="The tags that emitters put on it.")
async def tags_of_column(column: strawberry.Parent[SchemaColumn], info: ContextInfo) -> list[EmitterTag]:
    known = await info.context.load(queries.node_records, column.at, str(column.id))
    if known is None or not isinstance(known.node, kinds.Column):
        return []
    of = kinds.Dataset(known.node.namespace, known.node.dataset).id
    dataset = await info.context.load(queries.datasets, column.at, of)
    every = [] if dataset is None else _tags(dataset.aspects)
    name = known.node.name
    alike = [one for one in every if one.column is not None and one.column.casefold() == name.casefold()]
    spelled = sorted({name, *(one.column for one in alike if one.column is not None)})
    found = await gather(*(info.context.load(columns_called, column.at, (of, one)) for one in spelled))
    called = dict(zip(spelled, found, strict=True))
    return [one for one in alike if one.column is not None and called[one.column] == called[name]]


@field_of(Job, name="tags", description="The tags that emitters put on it.")
def tags_of_job(job: strawberry.Parent[Job]) -> list[EmitterTag]:
    return _tags(job.record.aspects)


@field_of(Run, name="tags", description="The tags that emitters put on it; those of dbt come this way.")
def tags_of_run(run: strawberry.Parent[Run]) -> list[EmitterTag]:
    return _tags(run.record.aspects)


def _tags(aspects: Mapping[str, model.AspectInForce[Any]]) -> list[EmitterTag]:
    return [converted(EmitterTag, one) for one in tags.tags_of(aspects)]
