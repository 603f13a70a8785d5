"""Runs among runs and jobs among jobs: what is part of what, what comes before what, and what else runs say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.as_of import Completeness, completeness
from catalog.api.graphql.assets import Job, Run, RunState
from catalog.api.graphql.connections import After, Connection, First, connected, page_of
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor, check_first
from catalog.api.graphql.scalars import Long, Micros, micros
from catalog.assets import hierarchy, run_facets
from catalog.reading import AsOf

Depth = Annotated[int, strawberry.argument(description="How many steps down to go, from 1 to 100.")]
MOST_STEPS = 100


@strawberry.type(description="How many runs are in a state.")
class RunStateCount:
    state: RunState | None = strawberry.field(description="The state; null where no event of the runs is known.")
    runs: int = strawberry.field(description="How many runs are in it.")


@strawberry.type(
    description="An end that no event of the run states, inferred: a run above it ended, and no event of it is later."
)
class InferredEnd:
    found: strawberry.Private[hierarchy.Closed]
    at: strawberry.Private[AsOf]

    @strawberry.field(description="How the run above it ended.")
    def state(self) -> RunState:
        return self.found.state

    @strawberry.field(description="When the run above it ended.")
    def ended_at(self) -> Micros | None:
        return micros(self.found.at)

    @strawberry.field(description="The run above it that ended.")
    async def run(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, self.found.parent, self.at)


@strawberry.type(description="The runs of one job that one run started: a task's run, or the many of a mapped task.")
class RunGroup:
    found: strawberry.Private[hierarchy.RunGroup]
    at: strawberry.Private[AsOf]
    depth: int = strawberry.field(description="How many steps below the root they are.")

    @strawberry.field(description="The run that started them.")
    async def parent(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, self.found.parent, self.at)

    @strawberry.field(description="The job that they executed; null where only run ids are named.")
    async def job(self, info: ContextInfo) -> Job | None:
        return await nodes.find(Job, info.context, self.found.job, self.at)

    @strawberry.field(description="How many of them are in each state, those with an inferred end as that says.")
    def states(self) -> list[RunStateCount]:
        return _counts(self.found.states)

    @strawberry.field(description="Of how many of them the end is inferred.")
    def inferred_ends(self) -> int:
        return self.found.closed

    @strawberry.field(description="The runs, in the order in which the ledger first named them.")
    async def runs(self, info: ContextInfo, first: First = 50, after: After = None) -> Connection[Run]:
        found = list(enumerate(self.found.runs))
        cursor = Cursor.of("tree.group", self.found.parent, self.found.job or "", self.at)
        page = page_of(found, lambda one: [one[0]], lambda one: one[1], cursor, first, after)
        runs = {str(run.id): run for run in await nodes.find_all(Run, info.context, page.nodes, self.at)}
        return connected(page, runs.get)


@strawberry.type(description="All runs below one, in groups, and how many are in which state.")
class RunTree:
    found: strawberry.Private[hierarchy.RunTree]
    at: strawberry.Private[AsOf]
    completeness: Completeness = strawberry.field(
        description="Whether the answer is whole; look here before taking an empty answer for none."
    )

    @strawberry.field(description="How many runs there are below the root.")
    def total_count(self) -> int:
        return sum(self.found.states.values())

    @strawberry.field(description="How many of them are in each state, those with an inferred end as that says.")
    def states(self) -> list[RunStateCount]:
        return _counts(self.found.states)

    @strawberry.field(description="Of how many of them the end is inferred.")
    def inferred_ends(self) -> int:
        return self.found.closed

    @strawberry.field(description="The runs, by depth, those of one parent and one job together.")
    def groups(self, first: First = 100, after: After = None) -> Connection[RunGroup]:
        found, at = list(enumerate(self.found.groups)), self.at
        return page_of(
            found,
            lambda one: [one[0]],
            lambda one: RunGroup(found=one[1], at=at, depth=one[1].depth),
            Cursor.of("tree.groups", self.found.root, at),
            first,
            after,
        )


@strawberry.type(description="A job below another.")
class JobBelow:
    found: strawberry.Private[hierarchy.JobBelow]
    at: strawberry.Private[AsOf]
    depth: int = strawberry.field(description="How many steps below the root it is.")

    @strawberry.field(description="The job that stands there.")
    async def job(self, info: ContextInfo) -> Job | None:
        return await nodes.find(Job, info.context, self.found.job, self.at)

    @strawberry.field(description="The job that it is a part of.")
    async def parent(self, info: ContextInfo) -> Job | None:
        return await nodes.find(Job, info.context, self.found.parent, self.at)


@strawberry.type(description="All jobs below one, as their runs ever said.")
class JobTree:
    found: strawberry.Private[hierarchy.JobTree]
    at: strawberry.Private[AsOf]
    completeness: Completeness = strawberry.field(
        description="Whether the answer is whole; look here before taking an empty answer for none."
    )

    @strawberry.field(description="The jobs, by depth.")
    def jobs(self, first: First = 100, after: After = None) -> Connection[JobBelow]:
        found, at = list(enumerate(self.found.jobs)), self.at
        return page_of(
            found,
            lambda one: [one[0]],
            lambda one: JobBelow(found=one[1], at=at, depth=one[1].depth),
            Cursor.of("job.tree", self.found.root, at),
            first,
            after,
        )


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


@strawberry.type(description="The query of an engine that a run was.")
class ExternalQuery:
    id: str = strawberry.field(description="The query's id in that engine.")
    source: str | None = strawberry.field(description="Which engine that is.")


@strawberry.type(description="From how many tasks of a run no lineage could be extracted.")
class ExtractionFailures:
    total_tasks: Long | None = strawberry.field(description="How many tasks the emitter looked at.")
    failed_tasks: Long | None = strawberry.field(description="Of how many of them it could extract no lineage.")


def _counts(states: hierarchy.States) -> list[RunStateCount]:
    every: Sequence[RunState | None] = (*RunState, None)
    return [RunStateCount(state=one, runs=states[one]) for one in every if one in states]


@field_of(Run, description="The runs that it is a part of, the one last named first.")
async def parents(run: strawberry.Parent[Run], info: ContextInfo) -> list[Run]:
    return await nodes.find_all(Run, info.context, run.record.parents, run.at)


@field_of(Run, description="The uppermost run above it; null where it is a part of none.")
async def root(run: strawberry.Parent[Run], info: ContextInfo) -> Run | None:
    top = await info.context.load(hierarchy.roots, run.at, run.record.id)
    return await nodes.find(Run, info.context, top, run.at)


@field_of(
    Run,
    description="Of a run without an end: that of the nearest run above it that ended, where no event of it is later."
    " `runState` stays what its own events say. Null where it ended itself, or still runs.",
)
async def inferred_end(run: strawberry.Parent[Run], info: ContextInfo) -> InferredEnd | None:
    found = await info.context.load(hierarchy.closed_with, run.at, run.record.id)
    return None if found is None else InferredEnd(found=found, at=run.at)


@field_of(Run, description="All runs below it, with how many are in which state.")
def tree(
    run: strawberry.Parent[Run],
    info: ContextInfo,
    depth: Depth = 10,
    budget: Annotated[int, strawberry.argument(description="The most runs that are shown, up to 10,000.")] = 1000,
) -> RunTree:
    view = info.context.view(run.at)
    check_first(depth, MOST_STEPS)
    found = hierarchy.run_tree(view, run.record.id, depth, check_first(budget, hierarchy.MOST))
    return RunTree(found=found, at=run.at, completeness=completeness(view, found.completeness, [run.record.id]))


@field_of(Run, description="Runs of other jobs under the same run id: each is a run of its own, kept apart.")
async def same_run_id(run: strawberry.Parent[Run], info: ContextInfo) -> list[Run]:
    found = await info.context.load(hierarchy.of_same_id, run.at, run.record.id) or ()
    return await nodes.find_all(Run, info.context, found, run.at)


@field_of(Run, description="Which jobs it says come before and after it.")
def dependencies(run: strawberry.Parent[Run]) -> list[JobDependency]:
    found = run_facets.dependencies(run.record.aspects)
    return [converted(JobDependency, one, found=one, at=run.at) for one in found]


@field_of(Run, description="By which outcomes of the jobs before it it is started, such as ALL_SUCCESS.")
def trigger_rule(run: strawberry.Parent[Run]) -> str | None:
    return run_facets.trigger_rule(run.record.aspects)


@field_of(Run, description="The time that it stands for, from then on: when it was scheduled for.")
def nominal_start(run: strawberry.Parent[Run]) -> Micros | None:
    return micros(run_facets.nominal_times(run.record.aspects)[0])


@field_of(Run, description="Until when, not included, it stands for.")
def nominal_end(run: strawberry.Parent[Run]) -> Micros | None:
    return micros(run_facets.nominal_times(run.record.aspects)[1])


@field_of(Run, description="The query that it was in the engine that ran it.")
def external_query(run: strawberry.Parent[Run]) -> ExternalQuery | None:
    found = run_facets.external_query(run.record.aspects)
    return None if found is None else ExternalQuery(id=found[0], source=found[1])


@field_of(Run, description="From how many of its tasks no lineage could be extracted; null where it is silent.")
def extraction_failures(run: strawberry.Parent[Run]) -> ExtractionFailures | None:
    found = run_facets.extraction_failures(run.record.aspects)
    return None if found is None else converted(ExtractionFailures, found)


@field_of(Run, description="The names of its environment variables; values are not kept.")
def environment_variables(run: strawberry.Parent[Run]) -> list[str]:
    return list(run_facets.variable_names(run.record.aspects))


@field_of(Run, description="The keys of its parameters; values are not kept.")
def execution_parameters(run: strawberry.Parent[Run]) -> list[str]:
    return list(run_facets.parameter_names(run.record.aspects))


@field_of(Job, description="The jobs that it is a part of, as its runs ever said.")
async def parent_jobs(job: strawberry.Parent[Job], info: ContextInfo) -> list[Job]:
    found = await info.context.load(hierarchy.parent_jobs, job.at, job.record.id) or ()
    return await nodes.find_all(Job, info.context, found, job.at)


@field_of(Job, description="The jobs that are a part of it, as their runs ever said.")
async def child_jobs(job: strawberry.Parent[Job], info: ContextInfo) -> list[Job]:
    found = await info.context.load(hierarchy.child_jobs, job.at, job.record.id) or ()
    return await nodes.find_all(Job, info.context, found, job.at)


@field_of(Job, description="All jobs below it, as their runs ever said.")
def job_tree(
    job: strawberry.Parent[Job],
    info: ContextInfo,
    depth: Depth = 10,
    budget: Annotated[int, strawberry.argument(description="The most jobs that are shown, up to 10,000.")] = 1000,
) -> JobTree:
    view = info.context.view(job.at)
    check_first(depth, MOST_STEPS)
    found = hierarchy.job_tree(view, job.record.id, depth, check_first(budget, hierarchy.MOST))
    return JobTree(found=found, at=job.at, completeness=completeness(view, found.completeness, [job.record.id]))


@field_of(Job, description="The jobs that it depends on, as runs ever said; no data flows by that.")
async def upstream_jobs(job: strawberry.Parent[Job], info: ContextInfo) -> list[Job]:
    found = await info.context.load(hierarchy.jobs_before, job.at, job.record.id) or ()
    return await nodes.find_all(Job, info.context, found, job.at)


@field_of(Job, description="The jobs that depend on it, as runs ever said; no data flows by that.")
async def downstream_jobs(job: strawberry.Parent[Job], info: ContextInfo) -> list[Job]:
    found = await info.context.load(hierarchy.jobs_after, job.at, job.record.id) or ()
    return await nodes.find_all(Job, info.context, found, job.at)
