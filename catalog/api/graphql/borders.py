"""Where data enters and leaves the estate that the catalog knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import AsOfArgument, Completeness, ReadPoint, as_of, completeness, read_point
from catalog.api.graphql.connections import After, Connection, First, page_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.datasets import Dataset, Zone
from catalog.api.graphql.problems import AnyProblem, as_problem
from catalog.api.graphql.search import FacetCount
from catalog.errors import ADDRESSED
from catalog.lineage import borders as found_borders
from catalog.lineage import model
from catalog.reading import AsOf

BorderSide = model.BorderSide
enums.enter(BorderSide)
BorderReason = model.BorderReason
enums.enter(BorderReason)


@strawberry.type(description="A dataset at which data enters or leaves.")
class BorderPoint:
    found: strawberry.Private[found_borders.BorderPoint]
    at: strawberry.Private[AsOf]
    id: strawberry.ID = strawberry.field(description="The id of the dataset.")
    namespace: str = strawberry.field(description="Where its name belongs.")
    name: str = strawberry.field(description="Its name in that.")
    reason: BorderReason = strawberry.field(description="Why it lies at the border.")
    zone: Zone | None = strawberry.field(description="The zone that is declared of it.")
    site: str | None = strawberry.field(description="The site that is declared to hold it.")

    @strawberry.field(description="The dataset itself.")
    async def dataset(self, info: ContextInfo) -> Dataset | None:
        return await nodes.find(Dataset, info.context, self.found.id, self.at)


@strawberry.type(description="All points of one side of the border, and how many there are of each kind.")
class Borders:
    found: strawberry.Private[found_borders.Borders]
    asked: strawberry.Private[str]
    at: strawberry.Private[AsOf]
    by_namespace: list[FacetCount] = strawberry.field(description="How many in each namespace, most first.")
    by_zone: list[FacetCount] = strawberry.field(description="How many in each zone; without one under an empty text.")
    by_site: list[FacetCount] = strawberry.field(description="How many at each site; without one under an empty text.")
    completeness: Completeness = strawberry.field(
        description="Whether the answer is whole; look here before taking an empty answer for none."
    )
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")

    @strawberry.field(description="The points by namespace, name and id.")
    def points(self, first: First = 100, after: After = None) -> Connection[BorderPoint]:
        return page_of(
            self.found.points,
            lambda one: [one.namespace, one.name, one.id],
            lambda one: BorderPoint(
                found=one,
                at=self.at,
                id=strawberry.ID(one.id),
                namespace=one.namespace,
                name=one.name,
                reason=one.reason,
                zone=None if one.zone is None else Zone(one.zone),
                site=one.site,
            ),
            Cursor.of("borders", self.asked, self.at),
            first,
            after,
        )


BordersResult = Annotated[
    Borders | AnyProblem, strawberry.union("BordersResult", description="The borders, or why there are none to show.")
]


@strawberry.type
class BorderQueries:
    @strawberry.field(
        description="The datasets at which data enters the estate, because something reads and nothing writes them, or "
        "leaves it, because something writes and nothing reads them."
    )
    def borders(
        self,
        info: ContextInfo,
        side: Annotated[BorderSide, strawberry.argument(description="Which way data crosses the border.")],
        within: Annotated[
            list[str] | None,
            strawberry.argument(
                description="The namespaces of the estate: what is used in any other one lies at the border as well."
            ),
        ] = None,
        as_of: AsOfArgument = None,
    ) -> BordersResult:
        try:
            return _borders(info.context, side, within or [], _at(as_of, info.context))
        except ADDRESSED as error:
            return as_problem(error)


_at = as_of
"""An argument of the question has this name too."""


def _borders(context: RequestContext, side: BorderSide, within: list[str], at: AsOf) -> Borders:
    view = context.view(at)
    own = frozenset(context.services.redactor.name(one) for one in within)
    found = found_borders.borders(view, side, own)
    return Borders(
        found=found,
        asked=repr((side, sorted(own))),
        at=at,
        by_namespace=_counts(found.by_namespace),
        by_zone=_counts(found.by_zone),
        by_site=_counts(found.by_site),
        completeness=completeness(view),
        read_point=read_point(view),
    )


def _counts(found: Mapping[str, int]) -> list[FacetCount]:
    return [FacetCount(value=value, count=count) for value, count in found.items()]
