"""Columns: which a dataset has, what each was made of, and how an edge between columns came about."""

from __future__ import annotations

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.connections import After, Connection, First, page_of
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.datasets import Dataset
from catalog.api.graphql.jobs import Job
from catalog.api.graphql.lineage import LineageEdge, LineageGraph, LineageNode
from catalog.api.graphql.runs import Run
from catalog.api.graphql.scalars import Micros
from catalog.lineage.columns import model, queries
from catalog.lineage.model import Dependency
from catalog.reading import AsOf


@strawberry.type(description="How one column enters another, as the emitter says.")
class Transformation:
    type: str | None = strawberry.field(description="DIRECT where values are made of it, INDIRECT where it decides.")
    subtype: str | None = strawberry.field(description="Such as IDENTITY, AGGREGATION, FILTER or JOIN.")
    description: str | None = strawberry.field(description="In the emitter's words.")
    masking: bool | None = strawberry.field(
        description="Whether it masks the value; null where nobody said: neither masked nor unmasked."
    )


@strawberry.type(description="How an edge between columns came about.")
class ColumnDerivation:
    dependency: Dependency = strawberry.field(description="In which way the one depends on the other.")
    transformations: list[Transformation] = strawberry.field(
        description="How the one enters the other; none where nobody said how."
    )
    facet: str | None = strawberry.field(
        description="The facet that says so: `columnLineage`, or `lineage`; null where none does."
    )
    collapsed: int = strawberry.field(
        description="How many pairs of columns it stands for; 0 where it is said of the whole, or of one pair."
    )


@strawberry.type(description="What a walk between columns took together, and where nobody said anything of columns.")
class ColumnCounts:
    collapsed: int = strawberry.field(
        description="How many pairs of columns stand in edges of whole datasets; `expandFanOut` shows them."
    )
    unstated: int = strawberry.field(
        description="How many writes on the way said nothing of columns: there the walk had to stop."
    )


@strawberry.type(description="One source of a column, by one write in force.")
class ColumnOrigin:
    found: strawberry.Private[model.ColumnOrigin]
    at: strawberry.Private[AsOf]
    source: strawberry.ID = strawberry.field(
        description="The id of the column, or of the dataset where no column of it is named."
    )
    name: str | None = strawberry.field(description="The address of the column in its dataset.")
    derivation: ColumnDerivation = strawberry.field(description="How the column derives from it.")
    since: Micros = strawberry.field(description="When the write took effect.")
    entry: int = strawberry.field(description="The ledger entry that says so.")

    @strawberry.field(description="The dataset that the source is a column of.")
    async def dataset(self, info: ContextInfo) -> Dataset | None:
        return await nodes.find(Dataset, info.context, self.found.dataset, self.at)

    @strawberry.field(description="The job that wrote the column, where one is known.")
    async def job(self, info: ContextInfo) -> Job | None:
        return await nodes.find(Job, info.context, self.found.job, self.at)

    @strawberry.field(description="The run that wrote the column, where it was one.")
    async def run(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, self.found.run, self.at)


@strawberry.type(
    description="A column of a dataset: a field of the schema in force, or a ghost. Nested fields follow their parent."
)
class SchemaColumn:
    found: strawberry.Private[model.ListedColumn]
    of: strawberry.Private[str]
    at: strawberry.Private[AsOf]
    id: strawberry.ID = strawberry.field(
        description="The id of the column as a node, by which its labels are asked for."
    )
    name: str = strawberry.field(
        description="Its name; of a nested field its path: `a.b` in a structure, `a[]` in an array, `a.key` in a map."
    )
    type: str | None = strawberry.field(description="Its type, as the emitter writes it.")
    description: str | None = strawberry.field(description="What the emitter says of it.")
    ghost: bool = strawberry.field(description="Whether only column lineage names it, and no schema in force.")

    @strawberry.field(description="What it was made of: of every write in force, for each job its own.")
    def origins(self) -> list[ColumnOrigin]:
        return [_origin(one, self.at) for one in self.found.origins]


@strawberry.type(description="A column that a walk met.")
class ColumnOfDataset:
    id: strawberry.Private[str]
    of: strawberry.Private[str]
    at: strawberry.Private[AsOf]
    name: str = strawberry.field(description="Its address in the dataset, such as `a.b[].c`.")

    @strawberry.field(description="The dataset that it is a column of.")
    async def dataset(self, info: ContextInfo) -> Dataset | None:
        return await nodes.find(Dataset, info.context, self.of, self.at)

    @strawberry.field(description="Whether only column lineage names it, and no schema in force.")
    async def ghost(self, info: ContextInfo) -> bool:
        fields = await info.context.load(queries.schemas, self.at, self.of)
        return fields is None or self.name not in fields


@field_of(Dataset, description="The fields of its schema in their order, then columns that only column lineage names.")
async def columns(
    dataset: strawberry.Parent[Dataset], info: ContextInfo, first: First = 100, after: After = None
) -> Connection[SchemaColumn]:
    found = await info.context.load(queries.listed_columns, dataset.at, dataset.record.id) or ()
    return page_of(
        found,
        lambda column: [column.ordinal],
        lambda column: converted(SchemaColumn, column, found=column, of=dataset.record.id, at=dataset.at),
        Cursor.of("columns", dataset.record.id, dataset.at),
        first,
        after,
    )


@field_of(LineageNode, name="column", description="The column that it is; null where it is none.")
def column_of(node: strawberry.Parent[LineageNode]) -> ColumnOfDataset | None:
    found = node.found
    if found.column is None or found.dataset is None:
        return None
    return ColumnOfDataset(id=found.id, of=found.dataset, at=node.at, name=found.column)


@field_of(LineageNode, description="Whether a write said nothing of columns here, so that the walk cannot go on.")
def unstated(node: strawberry.Parent[LineageNode]) -> bool:
    return node.found.unstated


@field_of(LineageEdge, name="column", description="How it came about between columns; null at another grain.")
def derivation_of(edge: strawberry.Parent[LineageEdge]) -> ColumnDerivation | None:
    return None if edge.found.column is None else converted(ColumnDerivation, edge.found.column)


@field_of(LineageGraph, name="columns", description="What was taken together; null at another grain.")
def counts_of(graph: strawberry.Parent[LineageGraph]) -> ColumnCounts | None:
    return None if graph.found.columns is None else converted(ColumnCounts, graph.found.columns)


def _origin(found: model.ColumnOrigin, at: AsOf) -> ColumnOrigin:
    return converted(
        ColumnOrigin,
        found,
        found=found,
        at=at,
        source=strawberry.ID(found.source),
        derivation=converted(ColumnDerivation, found.derivation),
    )
