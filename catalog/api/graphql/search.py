"""Search over what is current: words, facets, and what is missing."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import Completeness, ReadPoint, completeness, read_point
from catalog.api.graphql.connections import After, First, PageInfo
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.cursors import Cursor, check_first
from catalog.api.graphql.datasets import MandatoryField
from catalog.api.graphql.nodes import Node, QualifiedName
from catalog.reading import AsOf
from catalog.search import kinds as search_kinds
from catalog.search import model, queries
from graph_schema import nodes as kinds
from graph_schema.aspects import BY_NAME

if TYPE_CHECKING:

    class FacetKind(StrEnum):
        """A facet of `queries.FACETS`."""
else:
    FacetKind = StrEnum("FacetKind", {name.upper(): name for name in queries.FACETS})
enums.enter(
    FacetKind,
    description="What finds are counted and filtered by.",
    members={
        "LABEL": "The kind of node.",
        "PHI": "The kinds of PHI that a dataset or one of its columns is tagged with, rejected ones left out; "
        "PHI_CATEGORY is what its owner declares.",
        "GAP": "The mandatory fields that nobody recorded of a dataset, nor of the source that supplies it.",
        "EFFECTIVE_LABEL": "The kinds of PHI that it holds by its own tags and by all that flowed into it.",
        "FINDING": "The rules by which something is wrong with it that nobody accepted.",
        "SEVERITY": "The severities of what is wrong with it that nobody accepted.",
        "MODEL": "The model versions that it ever fed, as model@version; a name filters by all of its versions.",
        "LIES_IN": "Every declared place that its place, region or site is or lies in, such as DE of a hospital there.",
        "PURPOSE": "What its data may be used for: HL7 PurposeOfUse and Data Use Ontology codes.",
        **{
            name.upper(): aspect.description
            for name, aspect in BY_NAME.items()
            if aspect.counted_by is not None and name.upper() in FacetKind.__members__
        },
    },
)
SearchKind = search_kinds.SearchKind
enums.enter(SearchKind)


@strawberry.input(description="The values of one facet that are wanted.")
class FacetChoice:
    facet: FacetKind = strawberry.field(description="What finds are filtered by.")
    values: list[str] = strawberry.field(description="Its values, one of which must match.")


@strawberry.input(description="All that match every field given.")
class SearchFilter:
    kinds: list[SearchKind] = strawberry.field(
        default_factory=list, description="What to find; all where none are given, runs then only by a text."
    )
    facets: list[FacetChoice] = strawberry.field(
        default_factory=list, description="The facets that must match, each by one of its values."
    )
    gaps: list[MandatoryField] = strawberry.field(
        default_factory=list,
        description="Mandatory fields of a dataset that must be missing; LINEAGE cannot be searched for.",
    )


@strawberry.type(description="How many finds have one value of a facet.")
class FacetCount:
    value: str = strawberry.field(description="The value of the facet.")
    count: int = strawberry.field(description="How many finds have it.")


@strawberry.type(description="The counts of one facet, the most frequent first.")
class FacetCounts:
    facet: FacetKind = strawberry.field(description="What finds are counted by.")
    counts: list[FacetCount] = strawberry.field(description="Its values with their counts, the most frequent first.")


@strawberry.type(description="A find, and the cursor to go on behind it.")
class SearchEdge:
    node: Node = strawberry.field(description="What was found.")
    found_as: QualifiedName | None = strawberry.field(
        description="The name that was found, where the dataset is shown under another of its names; one that is found "
        "under several stands here for each."
    )
    cursor: str = strawberry.field(description="What to send as `after` to go on behind it.")


@strawberry.type(
    description="What was found: first what is called so, then whose names begin so, then what has the words in its "
    "name, at their beginning or inside, then what has them in what is said of it; among these by title and id."
)
class SearchConnection:
    edges: list[SearchEdge] = strawberry.field(description="The finds of this page, each with its cursor.")
    nodes: list[Node] = strawberry.field(description="The same without cursors.")
    text: str = strawberry.field(description="The words that were searched: with tokens where names hold them.")
    page_info: PageInfo = strawberry.field(description="Whether another page follows, and how to ask for it.")
    total_count: int = strawberry.field(description="How many finds there are on all pages together.")
    facets: list[FacetCounts] = strawberry.field(description="The counts of each facet that was asked for.")
    completeness: Completeness = strawberry.field(
        description="Whether the answer is whole; look here before taking an empty answer for none."
    )
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


@strawberry.type
class SearchQueries:
    @strawberry.field(
        description="Find among what is current, by words, facets and what is missing. Every word of `text` has to be "
        "found: three letters or more also inside another word, all without case and accents, in any script; words "
        "between quotation marks one after another, in a name or a text. A digest or a run id is found by its first "
        "eight hexadecimal digits or more. Runs are found only where there is a text or `kinds` names them."
    )
    async def search(
        self,
        info: ContextInfo,
        text: Annotated[
            str | None,
            strawberry.argument(
                description="Words, each the beginning of one; all is found by a text without letter and digit."
            ),
        ] = None,
        filter: Annotated[  # noqa: A002  its name in the interface
            SearchFilter | None, strawberry.argument(description="What finds must match beside the words.")
        ] = None,
        facets: Annotated[
            list[FacetKind] | None, strawberry.argument(description="What to count the finds by.")
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> SearchConnection:
        request = asked_of(info.context, text, filter, facets or (), check_first(first))
        return await _search(info.context, request, after)


def asked_of(
    context: RequestContext, text: str | None, given: SearchFilter | None, facets: Sequence[FacetKind], first: int
) -> model.Search:
    """Return what is asked for, with tokens where names hold them; raises SenderError 422 for too long a text."""
    asked, redactor = given or SearchFilter(), context.services.redactor
    # Before it is redacted: of a text that is too long a token would be left.
    queries.check_text(text or "")
    return model.Search(
        text=redactor.name(text or ""),
        labels=tuple(asked.kinds),
        filters={
            choice.facet.value: tuple(redactor.field(choice.facet.value, value) for value in choice.values)
            for choice in asked.facets
        },
        gaps=tuple(gap.value for gap in asked.gaps),
        facets=tuple(facet.value for facet in facets),
        first=first,
    )


def _found_as(hit: model.Hit, node: Node) -> QualifiedName | None:
    if hit.id == str(node.id) or not isinstance(hit.node, kinds.Dataset):
        return None
    return QualifiedName.of(hit.node)


async def _search(context: RequestContext, request: model.Search, after: str | None) -> SearchConnection:
    cursor = Cursor.of("search", request.text, request.labels, sorted(request.filters.items()), request.gaps)
    position = cursor.read(after, (int, str, str))
    at = AsOf()
    view = context.view(at)
    place = None if position is None else (position[0], position[1], position[2])
    page = queries.search(view, replace(request, after=place))
    found = await gather(*(nodes.resolve(context, hit.id, at) for hit in page.hits))
    edges = [
        SearchEdge(node=node, found_as=_found_as(hit, node), cursor=cursor.write(hit.cursor))
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
        completeness=completeness(view, page.lagging, [hit.id for hit in page.hits]),
        read_point=read_point(view),
    )
