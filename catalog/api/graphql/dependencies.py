"""What comes before and after a run or a job without data that flows, and what feeds it."""

from __future__ import annotations

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.jobs import Job
from catalog.api.graphql.runs import Run
from catalog.assets import feeds, hierarchy, run_facets
from catalog.reading import AsOf


@strawberry.type(description="That a job comes before or after a run, as the run says; no data flows by that.")
class JobDependency:
    found: strawberry.Private[run_facets.Dependency]
    at: strawberry.Private[AsOf]
    upstream: bool = strawberry.field(description="Whether the job comes before the run; else it comes after it.")
    dependency_type: str | None = strawberry.field(description="Such as DIRECT_INVOCATION or IMPLICIT_DEPENDENCY.")
    sequence_trigger_rule: str | None = strawberry.field(
        description="In which order the two may run, such as FINISH_TO_START."
    )
    status_trigger_rule: str | None = strawberry.field(
        description="After which outcome the later one runs, such as EXECUTE_ON_SUCCESS."
    )

    @strawberry.field(description="The job that comes before or after.")
    async def job(self, info: ContextInfo) -> Job | None:
        return await nodes.find(Job, info.context, self.found.job, self.at)

    @strawberry.field(description="Its run, where one is named and known.")
    async def run(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, self.found.run, self.at)


@field_of(Run, description="Which jobs it says come before and after it.")
def dependencies(run: strawberry.Parent[Run]) -> list[JobDependency]:
    found = run_facets.dependencies(run.record.aspects)
    return [converted(JobDependency, one, found=one, at=run.at) for one in found]


@field_of(Run, description="By which outcomes of the jobs before it it is started, such as ALL_SUCCESS.")
def trigger_rule(run: strawberry.Parent[Run]) -> str | None:
    return run_facets.trigger_rule(run.record.aspects)


@field_of(Job, description="The jobs that it depends on, as runs ever said; no data flows by that.")
async def upstream_jobs(job: strawberry.Parent[Job], info: ContextInfo) -> list[Job]:
    found = await info.context.load(hierarchy.jobs_before, job.at, job.record.id) or ()
    return await nodes.find_all(Job, info.context, found, job.at)


@field_of(Job, description="The jobs that depend on it, as runs ever said; no data flows by that.")
async def downstream_jobs(job: strawberry.Parent[Job], info: ContextInfo) -> list[Job]:
    found = await info.context.load(hierarchy.jobs_after, job.at, job.record.id) or ()
    return await nodes.find_all(Job, info.context, found, job.at)


@field_of(Job, name="fedByJobs", description="The jobs that feed it, as lineage facets say; no data is walked by that.")
async def jobs_before(job: strawberry.Parent[Job], info: ContextInfo) -> list[Job]:
    found = await info.context.load(feeds.fed_by, job.at, job.record.id) or ()
    return await nodes.find_all(Job, info.context, found, job.at)


@field_of(Job, name="feedsJobs", description="The jobs that it feeds, as lineage facets say; no data is walked by it.")
async def jobs_after(job: strawberry.Parent[Job], info: ContextInfo) -> list[Job]:
    found = await info.context.load(feeds.feeding, job.at, job.record.id) or ()
    return await nodes.find_all(Job, info.context, found, job.at)
