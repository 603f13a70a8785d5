"""What every way from one thing to another passes: nodes, and single steps of jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.as_of import AsOfArgument, Completeness, ReadPoint, as_of, completeness, read_point
from catalog.api.graphql.connections import After, Connection, First, page_in_order
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.jobs import Job
from catalog.api.graphql.lineage import FlowScope, Grain, missing
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.problems import AnyProblem, as_problem
from catalog.api.graphql.runs import Run
from catalog.errors import ADDRESSED
from catalog.findings import choke_points as found_points
from catalog.lineage import model
from catalog.reading import AsOf


@strawberry.type(description="A step without which there would be no way: one run of a job, or a job by design.")
class CutStep:
    found: strawberry.Private[found_points.CutStep]
    at: strawberry.Private[AsOf]
    attested: bool = strawberry.field(description="Whether an attestation of de-identification covers it.")

    @strawberry.field(description="The job whose step it is.")
    async def job(self, info: ContextInfo) -> Job | None:
        return await nodes.find(Job, info.context, self.found.job, self.at)

    @strawberry.field(description="The run, where it was one.")
    async def run(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, self.found.run, self.at)


@strawberry.type(description="What every way passes, in the order of the way and without its ends.")
class ChokePoints:
    found: strawberry.Private[found_points.ChokePoints]
    asked: strawberry.Private[str]
    at: strawberry.Private[AsOf]
    connected: bool = strawberry.field(description="Whether there is a way at all.")
    deidentified: bool | None = strawberry.field(
        description="Whether an attestation of de-identification covers a step of every way; null without a way."
    )
    completeness: Completeness = strawberry.field(
        description="Whether all ways were walked; of those that were not, this says nothing."
    )
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")

    @strawberry.field(description="Where the ways begin: what was asked for as far as it was met, else the raw feeds.")
    async def sources(self, info: ContextInfo, first: First = 100, after: After = None) -> Connection[Node]:
        return await self._page(info, "sources", self.found.sources, first, after)

    @strawberry.field(description="The nodes that every way passes.")
    async def nodes(self, info: ContextInfo, first: First = 100, after: After = None) -> Connection[Node]:
        return await self._page(info, "nodes", self.found.nodes, first, after)

    @strawberry.field(
        description="Steps that every way passes: without one of them there would be none. Two jobs between the "
        "same two are two steps."
    )
    def steps(self) -> list[CutStep]:
        return [CutStep(found=one, at=self.at, attested=one.attested) for one in self.found.steps]

    async def _page(
        self, info: ContextInfo, name: str, ids: Sequence[str], first: int, after: str | None
    ) -> Connection[Node]:
        cursor = Cursor.of(f"chokePoints.{name}", self.asked, self.at)
        return await nodes.find_page(Node, info.context, page_in_order(ids, str, cursor, first, after), self.at)


ChokePointsResult = Annotated[
    ChokePoints | AnyProblem,
    strawberry.union("ChokePointsResult", description="The choke points, or why there are none to show."),
]


@strawberry.type
class ChokePointQueries:
    @strawberry.field(
        description="What every way along which data came to a thing passes: which nodes, and which single steps would "
        "cut it off."
    )
    def choke_points(
        self,
        info: ContextInfo,
        to: Annotated[strawberry.ID, strawberry.argument(description="The id that data came to.")],
        from_: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(name="from", description="The ids that it came from; without any, the raw feeds."),
        ] = None,
        as_of: AsOfArgument = None,
        grain: Annotated[
            Grain | None, strawberry.argument(description="What the nodes on the way are; by default as `to` is.")
        ] = None,
        flows: Annotated[FlowScope, strawberry.argument(description="Which flows count.")] = model.FlowScope.CURRENT,
        depth: Annotated[int, strawberry.argument(description="How many steps to walk, at most 100.")] = 100,
        budget: Annotated[int, strawberry.argument(description="The most nodes that are walked.")] = 2000,
    ) -> ChokePointsResult:
        walk = model.Walk((str(to),), model.Direction.UPSTREAM, grain, depth, flows=flows, budget=budget)
        try:
            return _choke_points(info.context, [str(one) for one in from_ or ()], walk, _at(as_of, info.context))
        except ADDRESSED as error:
            return as_problem(error)


_at = as_of
"""An argument of the question has this name too."""


def _choke_points(
    context: RequestContext, sources: Sequence[str], walk: model.Walk, at: AsOf
) -> ChokePoints | AnyProblem:
    view = context.view(at)
    problem = missing(context, view, (*walk.roots, *sources))
    if problem is not None:
        return problem
    found = found_points.choke_points(view, sources, walk.roots[0], walk)
    return ChokePoints(
        found=found,
        asked=repr((sources, walk)),
        at=at,
        connected=found.connected,
        deidentified=found.deidentified,
        completeness=completeness(view, found.completeness, (*walk.roots, *sources)),
        read_point=read_point(view),
    )
