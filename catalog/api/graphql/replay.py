"""How a snapshot or a model version can be made again."""

from __future__ import annotations

from typing import Annotated

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.as_of import AsOfArgument, Completeness, ReadPoint, completeness, read_point
from catalog.api.graphql.as_of import as_of as _at
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.lineage import missing
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.problems import AnyProblem, as_problem
from catalog.api.graphql.runs import Run
from catalog.api.graphql.scalars import Digest
from catalog.errors import ADDRESSED
from catalog.reading import AsOf
from catalog.releases import replay
from catalog.view import View


@strawberry.type(description="What a run read that is to be repeated.")
class ReplayInput:
    found: strawberry.Private[replay.ReplayInput]
    at: strawberry.Private[AsOf]
    entry: int = strawberry.field(description="The ledger entry that says that it was read.")

    @strawberry.field(description="The dataset, or the model version, that was read.")
    async def asset(self, info: ContextInfo) -> Node | None:
        return await nodes.find(Node, info.context, self.found.dataset, self.at)

    @strawberry.field(description="The exact state that was read; null where the run names none.")
    async def exact_state(self, info: ContextInfo) -> Node | None:
        return await nodes.find(Node, info.context, self.found.snapshot, self.at)


@strawberry.type(description="One run to be repeated.")
class ReplayStep:
    found: strawberry.Private[replay.ReplayStep]
    at: strawberry.Private[AsOf]
    repository: str | None = strawberry.field(description="The address of the code's repository.")
    revision: str | None = strawberry.field(description="The commit, as its version control names it.")
    clean: bool | None = strawberry.field(description="Whether the tree was exactly that commit.")
    environment_digest: Digest | None = strawberry.field(description="The digest over what was installed.")
    environment_description: str | None = strawberry.field(description="What was installed, in short.")
    reads: list[ReplayInput] = strawberry.field(description="What it read.")
    lacking: list[str] = strawberry.field(description="What nobody recorded of it, or is gone, in sentences.")
    entries: list[int] = strawberry.field(description="The ledger entries that say so.")

    @strawberry.field(description="The run; null where a model version is registered without one.")
    async def run(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, self.found.run, self.at)

    @strawberry.field(description="The snapshots and model versions that it made.")
    async def makes(self, info: ContextInfo) -> list[Node]:
        return await nodes.find_all(Node, info.context, self.found.makes, self.at)


@strawberry.type(
    description="The runs that made a snapshot or a model version, in the order in which they are repeated."
)
class ReplayPlan:
    found: strawberry.Private[replay.ReplayPlan]
    at: strawberry.Private[AsOf]
    is_possible: bool = strawberry.field(description="Whether nothing is lacking, as far as anything is recorded.")
    steps: list[ReplayStep] = strawberry.field(description="The runs, each after those that make what it reads.")
    lacking: list[str] = strawberry.field(description="What is not there of the states that it begins with.")
    entries: list[int] = strawberry.field(description="The ledger entries that it rests on.")
    completeness: Completeness = strawberry.field(description="Whether the answer is whole.")
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")

    @strawberry.field(description="The states that have to be there before the first step.")
    async def begins_with(self, info: ContextInfo) -> list[Node]:
        return await nodes.find_all(Node, info.context, self.found.begins_with, self.at)


ReplayPlanResult = Annotated[
    ReplayPlan | AnyProblem, strawberry.union("ReplayPlanResult", description="The plan, or why there is none to show.")
]


@strawberry.type
class ReplayQueries:
    @strawberry.field(description="How a snapshot or a model version can be made again, and what is lacking for that.")
    def replay_plan(
        self,
        info: ContextInfo,
        of: Annotated[strawberry.ID, strawberry.argument(description="The snapshot or model version.")],
        as_of: AsOfArgument = None,
    ) -> ReplayPlanResult:
        try:
            view = info.context.view(_at(as_of, info.context))
            problem = missing(info.context, view, [str(of)])
            if problem is not None:
                return problem
            found = replay.replay_plan(view, str(of))
        except ADDRESSED as error:
            return as_problem(error)
        return _plan(view, found)


def _plan(view: View, found: replay.ReplayPlan) -> ReplayPlan:
    return ReplayPlan(
        found=found,
        at=view.as_of,
        is_possible=found.is_possible,
        steps=[
            ReplayStep(
                found=one,
                at=view.as_of,
                repository=one.repository,
                revision=one.revision,
                clean=one.clean,
                environment_digest=None if one.environment is None else Digest(one.environment),
                environment_description=one.described,
                reads=[ReplayInput(found=each, at=view.as_of, entry=each.entry) for each in one.inputs],
                lacking=list(one.missing),
                entries=list(one.entries),
            )
            for one in found.steps
        ],
        lacking=list(found.missing),
        entries=list(found.entries),
        completeness=completeness(view, found.completeness, [found.of]),
        read_point=read_point(view),
    )
