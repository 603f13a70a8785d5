"""Runs, as they were at the point read."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Sequence
from typing import Annotated

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import AsOfArgument
from catalog.api.graphql.as_of import as_of as as_of_times
from catalog.api.graphql.assets import AspectInForce, Names, aspects_of, texts_of
from catalog.api.graphql.connections import After, Connection, First, page_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.datasets import Dataset
from catalog.api.graphql.event_notes import Flag, Redaction
from catalog.api.graphql.jobs import Job
from catalog.api.graphql.nodes import Node, QualifiedNameInput
from catalog.api.graphql.problems import AnyProblem, Problem, as_problem
from catalog.api.graphql.scalars import Micros, micros
from catalog.assets import model, queries
from catalog.assets.run_refs import in_words
from catalog.errors import ADDRESSED, ProblemCode
from catalog.reading import AsOf
from graph_schema import nodes as kinds

RunState = model.RunState
enums.enter(RunState)


@strawberry.type(description="What a run failed of, as its emitter says.")
class RunError:
    message: str | None = strawberry.field(description="The message, with what it quotes replaced.")
    programming_language: str | None = strawberry.field(description="The language of the program that failed.")
    stack_trace: str | None = strawberry.field(description="Where in the program it failed.")


@strawberry.type(description="One execution of a job, as it was at the point read.")
class Run(Node):
    named: strawberry.Private[queries.Named[model.RunRecord]]
    at: strawberry.Private[AsOf]

    @property
    def record(self) -> model.RunRecord:
        """What is known of it, read once something of it is asked for."""
        return self.named.record

    @strawberry.field(description="The run's UUID, as its pipeline chose it.")
    def run_id(self) -> str:
        return self.named.node.title

    @strawberry.field(description="How the run stands; null where no event of it was known by then.")
    def run_state(self) -> RunState | None:
        return self.record.state

    @strawberry.field(description="When it started, or the time of its earliest event; null before any was known.")
    def started_at(self) -> Micros | None:
        return micros(self.record.started_at)

    @strawberry.field(description="False where no START came, and the earliest event stands for it.")
    def start_known(self) -> bool:
        return self.record.start_known

    @strawberry.field(description="When it ended; null while it runs.")
    def ended_at(self) -> Micros | None:
        return micros(self.record.ended_at)

    @strawberry.field(description="What it failed of, as its emitter says.")
    def error(self) -> RunError | None:
        return texts_of(RunError, self.record.error)

    @strawberry.field(description="The job that it executed.")
    async def job(self, info: ContextInfo) -> Job | None:
        executed = self.named.node.executed if isinstance(self.named.node, kinds.Run) else None
        return await nodes.find(Job, info.context, None if executed is None else executed.id, self.at)

    @strawberry.field(description="The run that started this one; where several are named, the one named last.")
    async def parent(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, next(iter(self.record.parents), None), self.at)

    @strawberry.field(description="The runs that it started, the newest in the ledger first.")
    async def children(self, info: ContextInfo, first: First = 50, after: After = None) -> Connection[Run]:
        found = await info.context.load(queries.children_of, self.at, self.record.id) or ()
        cursor = Cursor.of("run.children", self.record.id, self.at)
        return await _runs(info.context, found, self.at, cursor, first, after)

    @strawberry.field(description="What was odd about its events, which were taken all the same.")
    async def flags(self, info: ContextInfo) -> list[Flag]:
        noted = await info.context.load(queries.event_notes, self.at, self.record.id)
        return [] if noted is None else [converted(Flag, one) for one in noted.flags]

    @strawberry.field(description="What was replaced in its events before they were stored.")
    async def redactions(self, info: ContextInfo) -> list[Redaction]:
        noted = await info.context.load(queries.event_notes, self.at, self.record.id)
        return [] if noted is None else [converted(Redaction, one, rule=one.code) for one in noted.redactions]

    @strawberry.field(description="The datasets that it read.")
    async def inputs(self, info: ContextInfo) -> list[Dataset]:
        return await nodes.find_all(Dataset, info.context, self.record.inputs, self.at)

    @strawberry.field(description="The datasets that it wrote.")
    async def outputs(self, info: ContextInfo) -> list[Dataset]:
        return await nodes.find_all(Dataset, info.context, self.record.outputs, self.at)

    @strawberry.field(description="The ledger entries of its events.")
    def entries(self) -> list[int]:
        return list(self.record.entries)

    @strawberry.field(description="Everything in force about the run; all where no names are given.")
    def aspects(self, names: Names = None) -> list[AspectInForce]:
        return aspects_of(self.record.aspects, names)


@strawberry.type(description="Several jobs ran under this run id, each a run of its own; say which by `job`.")
class AmbiguousRun(Problem):
    candidates: list[Run] = strawberry.field(description="The runs that are meant, by their jobs' names.")


RunResult = Annotated[
    Run | AmbiguousRun | AnyProblem,
    strawberry.union("RunResult", description="The run, or why there is none to show, or not one alone."),
]


@strawberry.type
class RunQueries:
    @strawberry.field(description="The run of this UUID.")
    async def run(
        self,
        info: ContextInfo,
        run_id: Annotated[str, strawberry.argument(description="The run's UUID, as its pipeline chose it.")],
        job: Annotated[
            QualifiedNameInput | None,
            strawberry.argument(description="The job that it executed, where several ran under one UUID."),
        ] = None,
        as_of: AsOfArgument = None,
    ) -> RunResult:
        named = info.context.services.redactor.name(run_id)
        if job is not None:
            identifier = kinds.Run.of(kinds.Job(*job.redacted(info.context)), named).id
            return await nodes.find_named(Run, info.context, identifier, as_of, "run")
        try:
            at = as_of_times(as_of, info.context)
        except ADDRESSED as error:
            return as_problem(error)
        ids = await info.context.load(queries.runs_with_id, at, named)
        ever = ids or await info.context.load(queries.runs_with_id, AsOf(), named) or (kinds.Run.of(None, named).id,)
        every = await gather(*(nodes.find_then(info.context, one, at) for one in ids or ()))
        found = [one for one in every if isinstance(one, Run)]
        if len(found) <= 1:
            return await nodes.find_named(Run, info.context, found[0].record.id if found else ever[0], as_of, "run")
        jobs = in_words([one.record.executed for one in found if one.record.executed is not None])
        return AmbiguousRun(
            code=ProblemCode.INVALID_INPUT,
            message=f"Several jobs ran under this run id: {jobs}. Say which by `job`.",
            candidates=found,
        )


@field_of(Job, name="runs", description="The runs that executed it, the newest in the ledger first.")
async def runs_of_job(
    job: strawberry.Parent[Job], info: ContextInfo, first: First = 50, after: After = None
) -> Connection[Run]:
    found = await info.context.load(queries.runs_of, job.at, job.record.id) or ()
    return await _runs(info.context, found, job.at, Cursor.of("job.runs", job.record.id, job.at), first, after)


@nodes.named(Run, queries.named_runs)
def _run(found: queries.Named[model.RunRecord], at: AsOf) -> Run:
    return Run(id=strawberry.ID(found.node.id), named=found, at=at)


async def _runs(
    context: RequestContext,
    found: Sequence[model.NamedRun],
    at: AsOf,
    cursor: Cursor,
    first: int,
    after: str | None,
) -> Connection[Run]:
    page = page_of(found, lambda run: [-run.entry, run.id], lambda run: run.id, cursor, first, after)
    return await nodes.find_page(Run, context, page, at)
