"""What a consent reaches: asked before it ends, or once it has."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.as_of import AsOfArgument, Completeness, ReadPoint, completeness, read_point
from catalog.api.graphql.as_of import as_of as _at
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.lineage import LineageEdge, NodeCount, as_edge, missing
from catalog.api.graphql.nodes import Node, NodeKind
from catalog.api.graphql.problems import AnyProblem, as_problem
from catalog.api.graphql.scalars import Micros
from catalog.api.graphql.use import StatedUse, stated_use
from catalog.errors import ADDRESSED, SenderError
from catalog.reading import AsOf
from catalog.use import impact
from catalog.use.closure import BUDGET
from graph_schema.identity import label_of


@strawberry.type(description="What a consent reaches: a dataset, snapshot, model version, approval or deployment.")
class TouchedByConsent:
    found: strawberry.Private[impact.Touched]
    at: strawberry.Private[AsOf]
    among: strawberry.Private[nodes.Together]
    id: strawberry.ID = strawberry.field(description="The id of that thing.")
    path_end: strawberry.ID = strawberry.field(
        description="The id of the dataset or model version that it is, is a snapshot of, was approved, or runs."
    )
    bound_by: list[str] = strawberry.field(description="Those of the statements that bind it, by name.")
    replaced_by: list[str] = strawberry.field(
        description="The licences that replace the other statements on every way to it, by name."
    )
    entries: list[int] = strawberry.field(description="The ledger entries by which it is reached.")

    @strawberry.field(description="The thing itself; null where that is not to be seen.")
    async def node(self, info: ContextInfo) -> Node | None:
        return await nodes.resolve(info.context, self.found.id, self.at)

    @strawberry.field(description="A shortest path to it, from what was asked about; empty where it is that itself.")
    def path(self) -> list[LineageEdge]:
        return [as_edge(edge, self.among) for edge in self.found.path]


@strawberry.type(description="All that a consent reaches.")
class ConsentImpact:
    statements: list[StatedUse] = strawberry.field(
        description="What was said of the very thing, or under the name, that is asked about, by entry."
    )
    counts: list[NodeCount] = strawberry.field(description="How much it reaches, by kind.")
    touched: list[TouchedByConsent] = strawberry.field(description="What it reaches, by kind and id.")
    entries: list[int] = strawberry.field(description="The ledger entries that the answer rests on.")
    completeness: Completeness = strawberry.field(
        description="Whether that is all; of one that is Truncated, where it stopped."
    )
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


ConsentImpactResult = Annotated[
    ConsentImpact | AnyProblem,
    strawberry.union("ConsentImpactResult", description="What it reaches, or why that cannot be told."),
]


@strawberry.type
class ConsentImpactQueries:
    @strawberry.field(
        description="Every dataset, snapshot, model version, approval and deployment that the end of a consent touches."
    )
    def consent_impact(
        self,
        info: ContextInfo,
        of: Annotated[
            strawberry.ID, strawberry.argument(description="A source, a dataset, a snapshot or a use statement.")
        ],
        date: Annotated[
            Micros | None,
            strawberry.argument(description="At which date licences are judged; by default when asked."),
        ] = None,
        budget: Annotated[
            int, strawberry.argument(description="How many datasets and model versions are looked at, at most 20000.")
        ] = 2000,
        as_of: AsOfArgument = None,
    ) -> ConsentImpactResult:
        try:
            view = info.context.view(_at(as_of, info.context))
            if not 1 <= budget <= BUDGET:
                raise SenderError(f"`budget` is between 1 and {BUDGET}.", pointer="/budget", status=422)
            problem = missing(info.context, view, [str(of)])
            if problem is not None:
                return problem
            found = impact.consent_impact(view, str(of), None if date is None else int(date), budget)
        except ADDRESSED as error:
            return as_problem(error)
        among = nodes.Together(info.context, view.as_of)
        counts = Counter(label_of(one.id) for one in found.touched)
        return ConsentImpact(
            statements=[stated_use(one) for one in found.statements],
            counts=[NodeCount(kind=NodeKind(kind), count=count) for kind, count in counts.items()],
            touched=[
                TouchedByConsent(
                    found=one,
                    at=view.as_of,
                    among=among,
                    id=strawberry.ID(one.id),
                    path_end=strawberry.ID(one.on),
                    bound_by=list(one.bound_by),
                    replaced_by=list(one.replaced_by),
                    entries=list(one.entries),
                )
                for one in found.touched
            ],
            entries=list(found.entries),
            completeness=completeness(view, found.completeness, [found.of]),
            read_point=read_point(view),
        )
