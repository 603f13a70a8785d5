"""Runs among runs and jobs among jobs: what is part of what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.as_of import Completeness, completeness
from catalog.api.graphql.connections import After, Connection, First, page_in_order
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.cursors import Cursor, check_first
from catalog.api.graphql.jobs import Job
from catalog.api.graphql.runs import Run, RunState
from catalog.api.graphql.scalars import Micros, micros
from catalog.assets import hierarchy
from catalog.reading import AsOf
from catalog.view import View

Depth = Annotated[int, strawberry.argument(description="How many steps down to go, from 1 to 100.")]
MOST_STEPS = 100
Tree = TypeVar("Tree", hierarchy.RunTree, hierarchy.JobTree)


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
        cursor = Cursor.of("tree.group", self.found.parent, self.found.job or "", self.at)
        page = page_in_order(self.found.runs, str, cursor, first, after)
        return await nodes.find_page(Run, info.context, page, self.at)


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
        cursor, at = Cursor.of("tree.groups", self.found.root, self.at), self.at
        return page_in_order(
            self.found.groups, lambda one: RunGroup(found=one, at=at, depth=one.depth), cursor, first, after
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
        cursor, at = Cursor.of("job.tree", self.found.root, self.at), self.at
        return page_in_order(
            self.found.jobs, lambda one: JobBelow(found=one, at=at, depth=one.depth), cursor, first, after
        )


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
    found, whole = _below(hierarchy.run_tree, info, run, depth, budget)
    return RunTree(found=found, at=run.at, completeness=whole)


@field_of(Run, description="Runs of other jobs under the same run id: each is a run of its own, kept apart.")
async def same_run_id(run: strawberry.Parent[Run], info: ContextInfo) -> list[Run]:
    found = await info.context.load(hierarchy.of_same_id, run.at, run.record.id) or ()
    return await nodes.find_all(Run, info.context, found, run.at)


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
    found, whole = _below(hierarchy.job_tree, info, job, depth, budget)
    return JobTree(found=found, at=job.at, completeness=whole)


def _below(
    find: Callable[[View, str, int, int], Tree], info: ContextInfo, root: Run | Job, depth: int, budget: int
) -> tuple[Tree, Completeness]:
    """Return the tree below a root, in bounds that are checked, and whether it is whole."""
    view = info.context.view(root.at)
    check_first(depth, MOST_STEPS)
    found = find(view, root.record.id, depth, check_first(budget, hierarchy.MOST))
    return found, completeness(view, found.completeness, [root.record.id])
