"""Search over what is current: words, facets, and what is missing."""

from __future__ import annotations

from asyncio import gather
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.as_of import Completeness, ReadPoint, completeness, read_point
from catalog.api.graphql.connections import PageInfo
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.cursors import Cursor, check_first
from catalog.api.graphql.nodes import Node
from catalog.reading import AsOf
from catalog.search import model, queries

if TYPE_CHECKING:

    class FacetKind(StrEnum):
        """A facet of `queries.FACETS`."""
else:
    FacetKind = StrEnum("FacetKind", {name.upper(): name for name in queries.FACETS})
strawberry.enum(FacetKind, description="What finds are counted and filtered by.")
SearchKind = model.SearchKind
strawberry.enum(SearchKind, description="What can be found.")


@strawberry.input(description="The values of one facet that are wanted.")
class FacetChoice:
    facet: FacetKind
    values: list[str]


@strawberry.input(description="All that match every field given.")
class SearchFilter:
    kinds: list[SearchKind] = strawberry.field(default_factory=list)
    facets: list[FacetChoice] = strawberry.field(default_factory=list)
    gaps: list[str] = strawberry.field(
        default_factory=list, description="Mandatory fields of a dataset that must be missing, such as `owner`."
    )


@strawberry.type(description="How many finds have one value of a facet.")
class FacetCount:
    value: str
    count: int


@strawberry.type(description="The counts of one facet, the most frequent first.")
class FacetCounts:
    facet: FacetKind
    counts: list[FacetCount]


@strawberry.type
class SearchEdge:
    node: Node
    cursor: str


@strawberry.type(description="What was found, by title and id.")
class SearchConnection:
    edges: list[SearchEdge]
    nodes: list[Node]
    text: str = strawberry.field(description="The words that were searched: with tokens where names hold them.")
    page_info: PageInfo
    total_count: int
    facets: list[FacetCounts]
    completeness: Completeness
    read_point: ReadPoint


@strawberry.type
class SearchQueries:
    @strawberry.field(
        description="Find by words (each a prefix), by facets, and by what is missing, among what is current."
    )
    async def search(
        self,
        info: ContextInfo,
        text: str | None = None,
        filter: SearchFilter | None = None,  # noqa: A002  its name in the interface
        facets: list[FacetKind] | None = None,
        first: int = 20,
        after: str | None = None,
    ) -> SearchConnection:
        asked = filter or SearchFilter()
        redactor = info.context.services.redactor
        # Before it is redacted: of a text that is too long a token would be left.
        queries.check_text(text or "")
        request = model.Search(
            text=redactor.name(text or ""),
            labels=tuple(asked.kinds or SearchKind),
            filters={
                choice.facet.value: tuple(redactor.field(choice.facet.value, value) for value in choice.values)
                for choice in asked.facets
            },
            gaps=tuple(asked.gaps),
            facets=tuple(facet.value for facet in facets or ()),
            first=check_first(first),
        )
        return await _search(info.context, request, after)


async def _search(context: RequestContext, request: model.Search, after: str | None) -> SearchConnection:
    cursor = Cursor.of("search", request.text, request.labels, sorted(request.filters.items()), request.gaps)
    position = cursor.read(after, (str, str))
    at = AsOf()
    view = context.view(at)
    page = queries.search(view, replace(request, after=None if position is None else (position[0], position[1])))
    found = await gather(*(nodes.resolve(context, hit.id, at) for hit in page.hits))
    edges = [
        SearchEdge(node=node, cursor=cursor.write(hit.cursor))
        for hit, node in zip(page.hits, found, strict=True)
        if node is not None
    ]
    return SearchConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        text=request.text,
        page_info=PageInfo(
            has_next_page=page.more, end_cursor=cursor.write(page.hits[-1].cursor) if page.hits else None
        ),
        total_count=page.total,
        facets=[
            FacetCounts(
                facet=FacetKind(name),
                counts=[
                    FacetCount(value=value, count=count)
                    for value, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
                ],
            )
            for name, counts in sorted(page.facets.items())
        ],
        completeness=completeness(view, None, [hit.id for hit in page.hits]),
        read_point=read_point(view),
    )
