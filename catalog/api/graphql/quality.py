"""Checks, metrics, tests and tags as emitters state them, and how a run used each dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.assets import AspectInForce, Dataset, Job, Run, aspects_of
from catalog.api.graphql.columns import SchemaColumn
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.lineage import LineageEdge
from catalog.api.graphql.nodes import QualifiedName
from catalog.api.graphql.scalars import Digest, Long, Micros
from catalog.assets import code_versions, feeds, model, quality, queries, tags
from catalog.assets import uses as used
from catalog.reading import AsOf
from graph_schema import nodes as kinds
from graph_schema.facts import Role
from graph_schema.vocabulary import words

CheckOutcome = words.CheckOutcome
enums.enter(CheckOutcome)


@strawberry.type(description="How one assertion about a dataset or column last came out; never a value of the data.")
class QualityResult:
    found: strawberry.Private[quality.CheckResult]
    at: strawberry.Private[AsOf]
    assertion: str = strawberry.field(description="What kind of assertion it is, such as not_null.")
    outcome: CheckOutcome = strawberry.field(description="How it came out.")
    name: str | None = strawberry.field(description="What the assertion is called, where it has a name.")
    column: str | None = strawberry.field(description="The column that it is about; null: the whole dataset.")
    severity: str | None = strawberry.field(description="How grave a failure is, as the emitter says.")
    since: Micros = strawberry.field(description="Since when this is the outcome.")
    entry: int = strawberry.field(description="The ledger entry that says so.")

    @strawberry.field(description="The job that checked it: no other job's result replaces this one.")
    async def job(self, info: ContextInfo) -> Job | None:
        return await nodes.find(Job, info.context, self.found.job, self.at)

    @strawberry.field(description="The run that checked it.")
    async def run(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, self.found.run, self.at)


@strawberry.type(description="Which metrics a job last measured of a dataset or column; their values are not kept.")
class QualityMetrics:
    found: strawberry.Private[quality.Measurement]
    at: strawberry.Private[AsOf]
    metrics: list[str] = strawberry.field(description="The names of the metrics.")
    column: str | None = strawberry.field(description="The column that was measured; null: the whole dataset.")
    since: Micros = strawberry.field(description="When they were measured.")
    entry: int = strawberry.field(description="The ledger entry that says so.")

    @strawberry.field(description="The job that measured them.")
    async def job(self, info: ContextInfo) -> Job | None:
        return await nodes.find(Job, info.context, self.found.job, self.at)

    @strawberry.field(description="The run that measured them.")
    async def run(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, self.found.run, self.at)


@strawberry.type(description="A test that a run executed; never a value of the data.")
class RunTest:
    name: str = strawberry.field(description="What the test is called.")
    outcome: CheckOutcome = strawberry.field(description="How it came out.")
    type: str | None = strawberry.field(description="What kind of test it is, such as not_null.")
    severity: str | None = strawberry.field(description="What a failure leads to, as the emitter says.")
    description: str | None = strawberry.field(description="What it checks, in the emitter's words.")


@strawberry.type(description="A tag as an emitter states it; what it claims of PHI is among the labels.")
class EmitterTag:
    key: str = strawberry.field(description="The key of the tag, as it is written.")
    value: str | None = strawberry.field(description="What the tag says under its key.")
    source: str | None = strawberry.field(description="Where it comes from, such as CONFIG, DBT or DBT_META.")
    column: str | None = strawberry.field(description="The column that it is said of; null: all of it.")
    entry: int = strawberry.field(description="The ledger entry that states it.")
    since: Micros = strawberry.field(description="Since when it holds.")


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


@field_of(Dataset, description="How each assertion last came out, of every job that checks one.")
def quality_results(dataset: strawberry.Parent[Dataset]) -> list[QualityResult]:
    found = quality.check_results(dataset.record.aspects)
    return [converted(QualityResult, one, found=one, at=dataset.at) for one in found]


@field_of(Dataset, description="Which metrics were measured last, by every job that measures some.")
def quality_metrics(dataset: strawberry.Parent[Dataset]) -> list[QualityMetrics]:
    found = quality.measurements(dataset.record.aspects)
    return [converted(QualityMetrics, one, found=one, at=dataset.at) for one in found]


@strawberry.type(description="The code of a job from one time on; what it reads and writes is each run's own.")
class CodeVersion:
    found: strawberry.Private[code_versions.CodeVersion]
    at: strawberry.Private[AsOf]
    repository: str | None = strawberry.field(description="The address of the repository, or of the file.")
    path: str | None = strawberry.field(description="Where in the repository the file lies.")
    revision: str | None = strawberry.field(description="The revision, such as a commit.")
    statement: Digest | None = strawberry.field(description="SHA-256 over the SQL statement without its literals.")
    since: Micros = strawberry.field(description="Since when this was the code.")
    entry: int = strawberry.field(description="The ledger entry that first says so.")

    @strawberry.field(description="The run whose event first says so.")
    async def run(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, self.found.run, self.at)


@field_of(Job, name="codeVersions", description="Which code it ran, one version after the other, the oldest first.")
async def versions_of_code(job: strawberry.Parent[Job], info: ContextInfo) -> list[CodeVersion]:
    found = await info.context.load(code_versions.code_versions, job.at, job.record.id) or ()
    return [converted(CodeVersion, one, found=one, at=job.at) for one in found]


@strawberry.type(description="How one assertion about a dataset came out in one run; never a value of the data.")
class RunCheck:
    found: strawberry.Private[quality.RunCheck]
    at: strawberry.Private[AsOf]
    assertion: str = strawberry.field(description="What kind of assertion it is, such as not_null.")
    outcome: CheckOutcome = strawberry.field(description="How it came out.")
    name: str | None = strawberry.field(description="What the assertion is called, where it has a name.")
    column: str | None = strawberry.field(description="The column that it is about; null: the whole dataset.")
    severity: str | None = strawberry.field(description="How grave a failure is, as the emitter says.")
    entry: int = strawberry.field(description="The ledger entry that says so.")

    @strawberry.field(description="The dataset that it is about.")
    async def dataset(self, info: ContextInfo) -> Dataset | None:
        return await nodes.find(Dataset, info.context, self.found.dataset, self.at)


@field_of(Run, name="qualityResults", description="How the assertions that it checked came out in it.")
def results_of_run(run: strawberry.Parent[Run]) -> list[RunCheck]:
    return [converted(RunCheck, one, found=one, at=run.at) for one in quality.checks_of_run(run.record)]


@field_of(Job, name="fedByJobs", description="The jobs that feed it, as lineage facets say; no data is walked by that.")
async def jobs_before(job: strawberry.Parent[Job], info: ContextInfo) -> list[Job]:
    found = await info.context.load(feeds.fed_by, job.at, job.record.id) or ()
    return await nodes.find_all(Job, info.context, found, job.at)


@field_of(Job, name="feedsJobs", description="The jobs that it feeds, as lineage facets say; no data is walked by it.")
async def jobs_after(job: strawberry.Parent[Job], info: ContextInfo) -> list[Job]:
    found = await info.context.load(feeds.feeding, job.at, job.record.id) or ()
    return await nodes.find_all(Job, info.context, found, job.at)


@field_of(Run, description="The tests that it executed, as its emitter lists them.")
def tests(run: strawberry.Parent[Run]) -> list[RunTest]:
    return [converted(RunTest, one) for one in quality.tests_of(run.record.aspects)]


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
    return [one for one in every if one.column == known.node.name]


@field_of(Job, name="tags", description="The tags that emitters put on it.")
def tags_of_job(job: strawberry.Parent[Job]) -> list[EmitterTag]:
    return _tags(job.record.aspects)


@field_of(Run, name="tags", description="The tags that emitters put on it; those of dbt come this way.")
def tags_of_run(run: strawberry.Parent[Run]) -> list[EmitterTag]:
    return _tags(run.record.aspects)


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
    record = None if edge.found.run is None else await context.load(queries.runs, edge.at, edge.found.run)
    found = () if record is None else used.uses(record, role)
    return next((_as_use(one, edge.at) for one in found if one.dataset == dataset), None)


def _as_use(one: used.Use, at: AsOf) -> DatasetUse:
    return converted(DatasetUse, one, found=one, at=at)


def _tags(aspects: Mapping[str, model.AspectInForce[Any]]) -> list[EmitterTag]:
    return [converted(EmitterTag, one) for one in tags.tags_of(aspects)]
