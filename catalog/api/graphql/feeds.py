"""The raw feeds of an asset: where its recorded history begins."""

from __future__ import annotations

from typing import Annotated

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.as_of import Completeness, ReadPoint, completeness, read_point
from catalog.api.graphql.assets import Asset
from catalog.api.graphql.connections import After, Connection, First, page_of
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.lineage import Direction, OwnGrain
from catalog.lineage import model, queries
from catalog.reading import AsOf


@strawberry.type(description="Where the recorded history of a thing begins, and whether that is all of it.")
class RawFeeds:
    found: strawberry.Private[model.LineageGraph]
    of: strawberry.Private[str]
    at: strawberry.Private[AsOf]
    completeness: Completeness = strawberry.field(
        description="Whether the answer is whole; look here before taking an empty answer for none."
    )
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")

    @strawberry.field(description="The raw feeds themselves: datasets, or states of them, that nothing flows into.")
    async def nodes(self, info: ContextInfo, first: First = 100, after: After = None) -> Connection[Asset]:
        cursor = Cursor.of("feeds", self.of, self.at)
        page = page_of(sorted(self.found.sources), lambda one: [one], str, cursor, first, after)
        return await nodes.find_page(Asset, info.context, page, self.at)


@field_of(Asset, description="The raw feeds upstream: the nodes behind which there is nothing more.")
def feeds(
    asset: strawberry.Parent[Asset],
    info: ContextInfo,
    grain: OwnGrain = None,
    budget: Annotated[int, strawberry.argument(description="The most nodes that are walked.")] = 2000,
) -> RawFeeds:
    walk = model.Walk((str(asset.id),), Direction.UPSTREAM, grain, queries.MAX_DEPTH, budget=budget)
    view = info.context.view(asset.at)
    found = queries.lineage(view, walk)
    return RawFeeds(
        found=found,
        of=str(asset.id),
        at=asset.at,
        completeness=completeness(view, found.completeness, [node.id for node in found.nodes]),
        read_point=read_point(view),
    )
