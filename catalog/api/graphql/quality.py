"""Checks, metrics and tests, as emitters state them."""

from __future__ import annotations

from asyncio import gather

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.datasets import Dataset
from catalog.api.graphql.jobs import Job
from catalog.api.graphql.runs import Run
from catalog.api.graphql.scalars import Micros
from catalog.assets import quality
from catalog.assets.column_names import columns_called
from catalog.reading import AsOf
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


@strawberry.type(description="Which metrics a job last measured of a dataset or column; no value of the data is kept.")
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


@field_of(Dataset, description="How each assertion last came out, of every job that checks one.")
async def quality_results(dataset: strawberry.Parent[Dataset], info: ContextInfo) -> list[QualityResult]:
    found = quality.check_results(dataset.record.aspects, await _called(info.context, dataset))
    return [converted(QualityResult, one, found=one, at=dataset.at) for one in found]


@field_of(Dataset, description="Which metrics were measured last, by every job that measures some.")
async def quality_metrics(dataset: strawberry.Parent[Dataset], info: ContextInfo) -> list[QualityMetrics]:
    found = quality.measurements(dataset.record.aspects, await _called(info.context, dataset))
    return [converted(QualityMetrics, one, found=one, at=dataset.at) for one in found]


async def _called(context: RequestContext, dataset: Dataset) -> dict[str, str]:
    """Return how the columns are called that were checked or measured."""
    columns = sorted(quality.measured_columns(dataset.record.aspects))
    places = [(dataset.record.id, column) for column in columns]
    found = await gather(*(context.load(columns_called, dataset.at, place) for place in places))
    return {column: called or column for column, called in zip(columns, found, strict=True)}


@field_of(Run, name="qualityResults", description="How the assertions that it checked came out in it.")
def results_of_run(run: strawberry.Parent[Run]) -> list[RunCheck]:
    return [converted(RunCheck, one, found=one, at=run.at) for one in quality.checks_of_run(run.record)]


@field_of(Run, description="The tests that it executed, as its emitter lists them.")
def tests(run: strawberry.Parent[Run]) -> list[RunTest]:
    return [converted(RunTest, one) for one in quality.tests_of(run.record.aspects)]
