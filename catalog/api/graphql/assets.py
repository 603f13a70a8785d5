"""Datasets, jobs and runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import strawberry
from strawberry.scalars import JSON

from catalog.api.graphql import nodes
from catalog.api.graphql.as_of import AsOfInput, ReadPoint, as_of, read_point
from catalog.api.graphql.connections import Connection, page_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.nodes import Node, QualifiedName, QualifiedNameInput
from catalog.api.graphql.problems import AnyProblem, as_problem, not_found
from catalog.api.graphql.scalars import Micros, micros
from catalog.assets import model, queries
from catalog.errors import ADDRESSED
from catalog.reading import AsOf
from graph_schema import nodes as kinds
from graph_schema.identity import split_state_id
from graph_schema.vocabulary import words

T = TypeVar("T")

AssetState = model.AssetState
strawberry.enum(AssetState, description="Where an asset stands in its life.")
StatementSource = model.StatementSource
strawberry.enum(StatementSource, description="Who stated an aspect in force: it is never taken for more than it is.")
RunState = model.RunState
strawberry.enum(RunState, description="How a run stands, by its events as far as they are known.")
DeidentificationState = words.DeidentificationState
strawberry.enum(DeidentificationState)
RetentionClass = words.RetentionClass
strawberry.enum(RetentionClass)
SourceKind = words.SourceKind
strawberry.enum(SourceKind)
Zone = words.Zone
strawberry.enum(Zone)
PhiKind = words.PhiKind
strawberry.enum(PhiKind)


@strawberry.interface(description="Something that data lies in or that was made of it.")
class Asset(Node):
    name: str
    ref: QualifiedName
    state: AssetState
    at: strawberry.Private[AsOf]
    dataset: strawberry.Private[str | None]
    """The dataset that it is, or is a state of, by id."""

    @strawberry.field
    def read_point(self, info: ContextInfo) -> ReadPoint:
        return read_point(info.context.view(self.at))


@strawberry.type(description="The system that data comes from.")
class SourceSystem:
    name: str
    kind: SourceKind


@strawberry.type(description="How long data is kept.")
class Retention:
    policy_class: RetentionClass
    period_days: int


@strawberry.type(description="What the owner permits, in codes and in words.")
class PermittedUse:
    purposes: list[str]
    duo: list[str]
    refrains: list[str]
    obligations: list[str]
    statement: str | None


@strawberry.type(description="A mandatory field that nobody recorded, and what would fill it.")
class RecordGap:
    field: str
    note: str


@strawberry.type(
    description="One aspect in force: its value, who stated it, the ledger entry that says so, and since when."
)
class AspectInForce:
    aspect: str
    value: JSON
    source: StatementSource
    entry: int
    since: Micros
    run: strawberry.ID | None


@strawberry.type(description="A field of the schema in force; nested fields follow their parent.")
class SchemaColumn:
    id: strawberry.ID
    name: str
    type: str | None
    description: str | None


@strawberry.type(description="A named collection of data, with everything in force about it.")
class Dataset(Asset):
    record: strawberry.Private[model.DatasetRecord]

    @strawberry.field
    def first_entry(self) -> int:
        return self.record.first_entry

    @strawberry.field
    def owner(self) -> str | None:
        return _value(self.record.owner)

    @strawberry.field
    def source_system(self) -> SourceSystem | None:
        declared = _value(self.record.source_system)
        return None if declared is None else converted(SourceSystem, declared)

    @strawberry.field
    def schema_version(self) -> str | None:
        return _value(self.record.schema_version)

    @strawberry.field
    def clinical_purpose(self) -> str | None:
        return _value(self.record.clinical_purpose)

    @strawberry.field(description="The kinds of PHI that the owner declares; null where nobody said.")
    def phi_category(self) -> list[PhiKind] | None:
        declared = _value(self.record.phi_category)
        return None if declared is None else [PhiKind(kind) for kind in declared]

    @strawberry.field(description="How far identifiers are gone, as the owner declares it; UNKNOWN until then.")
    def deidentification_state(self) -> DeidentificationState:
        declared = _value(self.record.deidentification_state)
        return DeidentificationState.UNKNOWN if declared is None else DeidentificationState(declared)

    @strawberry.field
    def retention(self) -> Retention | None:
        declared = _value(self.record.retention)
        return None if declared is None else converted(Retention, declared)

    @strawberry.field
    def permitted_use(self) -> PermittedUse | None:
        declared = _value(self.record.permitted_use)
        return None if declared is None else converted(PermittedUse, declared)

    @strawberry.field
    def zone(self) -> Zone | None:
        declared = _value(self.record.zone)
        return None if declared is None else Zone(declared)

    @strawberry.field
    def site(self) -> str | None:
        return _value(self.record.site)

    @strawberry.field
    def region(self) -> str | None:
        return _value(self.record.region)

    @strawberry.field
    def documentation(self) -> str | None:
        return _value(self.record.documentation)

    @strawberry.field
    def dataset_type(self) -> str | None:
        return _value(self.record.dataset_type)

    @strawberry.field(description="The owners that an emitter names.")
    def named_owners(self) -> list[str]:
        return [owner.name for owner in _value(self.record.ownership) or ()]

    @strawberry.field
    def columns(self, first: int = 100, after: str | None = None) -> Connection[SchemaColumn]:
        cursor = Cursor.of("columns", self.record.id, self.at)
        return page_of(
            self.record.columns,
            lambda column: [column.ordinal],
            lambda column: converted(SchemaColumn, column),
            cursor,
            first,
            after,
        )

    @strawberry.field(description="Mandatory fields that nobody recorded.")
    def gaps(self) -> list[RecordGap]:
        return [converted(RecordGap, gap) for gap in self.record.gaps]

    @strawberry.field(
        description="Everything in force about the dataset, with who said it and where; all where no names are given."
    )
    def aspects(self, names: list[str] | None = None) -> list[AspectInForce]:
        return aspects_of(self.record.aspects, names)


@strawberry.type(description="A transformation that can run many times.")
class Job(Node):
    record: strawberry.Private[model.JobRecord]
    at: strawberry.Private[AsOf]

    @strawberry.field
    def name(self) -> str:
        return self.record.name

    @strawberry.field
    def ref(self) -> QualifiedName:
        return QualifiedName(namespace=self.record.namespace, name=self.record.name)

    @strawberry.field
    def first_entry(self) -> int:
        return self.record.first_entry

    @strawberry.field
    def documentation(self) -> str | None:
        return _value(self.record.documentation)

    @strawberry.field(description="The statement, every literal replaced.")
    def sql(self) -> JSON | None:
        return _value(self.record.sql)

    @strawberry.field
    def job_type(self) -> JSON | None:
        return _value(self.record.job_type)

    @strawberry.field
    def source_code_location(self) -> JSON | None:
        return _value(self.record.source_code_location)

    @strawberry.field(description="Seen only as the end of an edge, never described.")
    def ghost(self) -> bool:
        return self.record.ghost

    @strawberry.field(description="Everything in force about the job; all where no names are given.")
    def aspects(self, names: list[str] | None = None) -> list[AspectInForce]:
        return aspects_of(self.record.aspects, names)


@strawberry.type(description="One execution of a job, as it was at the point read.")
class Run(Node):
    record: strawberry.Private[model.RunRecord]
    at: strawberry.Private[AsOf]

    @strawberry.field
    def run_id(self) -> str:
        return self.record.run_id

    @strawberry.field(description="How the run stands; null where no event of it was known by then.")
    def run_state(self) -> RunState | None:
        return self.record.state

    @strawberry.field
    def started_at(self) -> Micros | None:
        return micros(self.record.started_at)

    @strawberry.field(description="False where no START came, and the earliest event stands for it.")
    def start_known(self) -> bool:
        return self.record.start_known

    @strawberry.field
    def ended_at(self) -> Micros | None:
        return micros(self.record.ended_at)

    @strawberry.field
    def error(self) -> JSON | None:
        return _value(self.record.error)

    @strawberry.field
    async def job(self, info: ContextInfo) -> Job | None:
        return await nodes.find(Job, info.context, self.record.job, self.at)

    @strawberry.field
    async def parent(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, self.record.parent, self.at)

    @strawberry.field
    async def inputs(self, info: ContextInfo) -> list[Dataset]:
        return await nodes.find_all(Dataset, info.context, self.record.inputs, self.at)

    @strawberry.field
    async def outputs(self, info: ContextInfo) -> list[Dataset]:
        return await nodes.find_all(Dataset, info.context, self.record.outputs, self.at)

    @strawberry.field(description="The ledger entries of its events.")
    def entries(self) -> list[int]:
        return list(self.record.entries)

    @strawberry.field(description="Everything in force about the run; all where no names are given.")
    def aspects(self, names: list[str] | None = None) -> list[AspectInForce]:
        return aspects_of(self.record.aspects, names)


@strawberry.type(
    description="The state in which a run left a dataset that no emitter versioned: derived, never stored."
)
class DatasetState(Asset):
    run_id: strawberry.Private[str]

    @strawberry.field
    async def of(self, info: ContextInfo) -> Dataset | None:
        return await nodes.find(Dataset, info.context, self.dataset, self.at)

    @strawberry.field
    async def run(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, self.run_id, self.at)


DatasetResult = Annotated[Dataset | AnyProblem, strawberry.union("DatasetResult")]


@strawberry.type
class AssetQueries:
    @strawberry.field(description="The dataset of a name.")
    async def dataset(
        self, info: ContextInfo, ref: QualifiedNameInput, as_of: AsOfInput | None = None
    ) -> DatasetResult:
        return await find_dataset(info.context, kinds.Dataset(*ref.redacted(info.context)).id, as_of)


async def find_dataset(context: RequestContext, identifier: str, when: AsOfInput | None) -> Dataset | AnyProblem:
    """Return the dataset of an id as it was, or the problem that stands for it."""
    try:
        at = as_of(when, context)
    except ADDRESSED as error:
        return as_problem(error)
    found = await _dataset(context, identifier, at)
    if found is not None:
        return found
    now = await _dataset(context, identifier, AsOf())
    return not_found("There is no dataset of this name at the time asked for.", ever_known=now is not None)


@nodes.resolves(Dataset)
async def _dataset(context: RequestContext, identifier: str, at: AsOf) -> Dataset | None:
    record = await context.load(queries.datasets, at, identifier)
    return (
        None
        if record is None
        else converted(Dataset, record, ref=_ref(record), at=at, dataset=record.id, record=record)
    )


@nodes.resolves(Job)
async def _job(context: RequestContext, identifier: str, at: AsOf) -> Job | None:
    record = await context.load(queries.jobs, at, identifier)
    return None if record is None else converted(Job, record, record=record, at=at)


@nodes.resolves(Run)
async def _run(context: RequestContext, identifier: str, at: AsOf) -> Run | None:
    record = await context.load(queries.runs, at, identifier)
    return None if record is None else converted(Run, record, record=record, at=at)


@nodes.resolves(DatasetState, "State")
async def _state(context: RequestContext, identifier: str, at: AsOf) -> DatasetState | None:
    ids = split_state_id(identifier)
    record = None if ids is None else await context.load(queries.datasets, at, ids[0])
    if ids is None or record is None:
        return None
    return converted(DatasetState, record, id=identifier, ref=_ref(record), at=at, dataset=record.id, run_id=ids[1])


def _ref(record: model.DatasetRecord) -> QualifiedName:
    return QualifiedName(namespace=record.namespace, name=record.name)


def _value(found: model.AspectInForce[T] | None) -> T | None:
    return None if found is None else found.value


def aspects_of(aspects: Mapping[str, model.AspectInForce[Any]], names: list[str] | None) -> list[AspectInForce]:
    """Return the aspects in force of these names, all where none are given, by name."""
    return [
        converted(AspectInForce, found, aspect=name)
        for name, found in sorted(aspects.items())
        if names is None or name in names
    ]
