"""What came to and went from lineage between two points, its labels, and what was said of its use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.as_of import AsOfInput, Completeness, ReadPoint, as_of, completeness, read_point
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.datasets import PhiKind
from catalog.api.graphql.lineage import Direction, FlowScope, Grain, LineageEdge, as_edge, missing
from catalog.api.graphql.nodes import NodeKind
from catalog.api.graphql.problems import AnyProblem, as_problem
from catalog.api.graphql.scalars import Micros
from catalog.api.graphql.use import StatedUse, stated_use
from catalog.errors import ADDRESSED
from catalog.lineage import model
from catalog.use import difference
from catalog.view import View
from graph_schema.identity import label_of

T = TypeVar("T")


@strawberry.type(description="A node of one of the two answers.")
class MovedNode:
    id: strawberry.ID = strawberry.field(description="The opaque id of the node.")
    kind: NodeKind = strawberry.field(description="What kind of thing it is.")
    name: str = strawberry.field(description="What it is called.")


@strawberry.type(description="That an asset holds a kind of PHI, wherever that came from.")
class MovedLabel:
    asset: strawberry.ID = strawberry.field(description="The id of the asset.")
    name: str = strawberry.field(description="What the asset is called.")
    phi_kind: PhiKind = strawberry.field(description="Which PHI it is.")
    origin: str = strawberry.field(description="How it is known: ASSERTED, CLAIMED, SUGGESTED or INFERRED.")
    codes: list[str] = strawberry.field(description="What exactly it is: code systems with codes; empty where any.")
    entries: list[int] = strawberry.field(description="The ledger entries that say so.")


@strawberry.type(description="What is said of the use of a thing: by a declaration, a statement or a licence.")
class MovedUse:
    about: strawberry.ID = strawberry.field(description="The id of the dataset, snapshot or source that it is about.")
    name: str = strawberry.field(description="What that is called.")
    statement: StatedUse = strawberry.field(description="What it says, as it stands at the point.")
    replaces: list[str] = strawberry.field(description="The statements that it replaces, where it is a licence.")


@strawberry.type(description="That data may be at a place besides those that its use statements name.")
class MovedTransfer:
    about: strawberry.ID = strawberry.field(description="The id of the dataset, snapshot or source that it is about.")
    name: str = strawberry.field(description="What that is called.")
    place: str = strawberry.field(description="Where it may be.")
    basis: str = strawberry.field(description="On what basis.")
    since: Micros = strawberry.field(description="Since when it holds.")
    until: Micros | None = strawberry.field(description="Until when it holds; null where no end was set.")
    entry: int = strawberry.field(description="The ledger entry that says so.")


@strawberry.type(description="What is at one of the two points alone.")
class LineagePart:
    nodes: list[MovedNode] = strawberry.field(description="The nodes, by distance from the roots.")
    edges: list[LineageEdge] = strawberry.field(description="The edges; another run of a job is no other edge.")
    labels: list[MovedLabel] = strawberry.field(description="The labels of all that either answer shows.")
    uses: list[MovedUse] = strawberry.field(
        description="What is said of the use of all that either answer shows, and of the sources that supply it."
    )
    transfers: list[MovedTransfer] = strawberry.field(description="The transfers that are recorded of the same.")
    completeness: Completeness = strawberry.field(
        description="Whether the answer at this point is whole; else what seems to come or go may have been there."
    )
    read_point: ReadPoint = strawberry.field(description="Where it was read, so that it can be read again, equal.")


@strawberry.type(description="What came to and went from lineage between two points.")
class LineageDiff:
    came: LineagePart = strawberry.field(description="What is at the later point alone.")
    went: LineagePart = strawberry.field(description="What is at the earlier point alone.")


LineageDiffResult = Annotated[
    LineageDiff | AnyProblem,
    strawberry.union("LineageDiffResult", description="The difference, or why there is none to show."),
]


@strawberry.type
class LineageDiffQueries:
    @strawberry.field(description="What came to and went from lineage between two points in time.")
    def lineage_diff(
        self,
        info: ContextInfo,
        of: Annotated[list[strawberry.ID], strawberry.argument(description="The ids to walk from.")],
        from_: Annotated[AsOfInput, strawberry.argument(name="from", description="The earlier point.")],
        to: Annotated[AsOfInput | None, strawberry.argument(description="The later point; by default now.")] = None,
        direction: Annotated[
            Direction, strawberry.argument(description="Which way to walk.")
        ] = model.Direction.UPSTREAM,
        depth: Annotated[int, strawberry.argument(description="How many steps to walk, at most 100.")] = 3,
        grain: Annotated[
            Grain | None, strawberry.argument(description="What the nodes are; by default as the roots are.")
        ] = None,
        flows: Annotated[FlowScope, strawberry.argument(description="Which flows count.")] = model.FlowScope.CURRENT,
    ) -> LineageDiffResult:
        context = info.context
        walk = model.Walk(tuple(map(str, of)), direction, grain, depth, flows)
        try:
            before, after = context.view(as_of(from_, context)), context.view(as_of(to, context))
            # A thing that is there at one of the points alone is a difference too.
            if missing(context, before, walk.roots) is not None:
                problem = missing(context, after, walk.roots)
                if problem is not None:
                    return problem
            found = difference.lineage_difference(before, after, walk)
        except ADDRESSED as error:
            return as_problem(error)
        return LineageDiff(
            came=_part(context, after, found, later=True), went=_part(context, before, found, later=False)
        )


def _part(context: RequestContext, view: View, found: difference.LineageDifference, *, later: bool) -> LineagePart:
    def side(moved: difference.Moved[T]) -> Sequence[T]:
        return moved.came if later else moved.went

    among = nodes.Together(context, view.as_of)
    labels, uses, transfers = side(found.labels), side(found.uses), side(found.transfers)
    about = [*(one.subject for one in uses), *(one.subject for one in transfers)]
    ids = [*(node.id for node in side(found.nodes)), *(one.asset for one in labels), *about]
    known = view.nodes(sorted(set(ids)))
    names = {one: known[one].node.title if one in known else one for one in ids}
    return LineagePart(
        nodes=[
            MovedNode(id=strawberry.ID(node.id), kind=NodeKind(label_of(node.id)), name=names[node.id])
            for node in side(found.nodes)
        ],
        edges=[as_edge(edge, among) for edge in side(found.edges)],
        labels=[
            MovedLabel(
                asset=strawberry.ID(one.asset),
                name=names[one.asset],
                phi_kind=PhiKind(one.kind),
                origin=one.origin,
                codes=list(one.codes),
                entries=list(one.entries),
            )
            for one in labels
        ],
        uses=[
            MovedUse(
                about=strawberry.ID(one.subject),
                name=names[one.subject],
                statement=stated_use(one.statement),
                replaces=list(one.replaces),
            )
            for one in uses
        ],
        transfers=[
            MovedTransfer(
                about=strawberry.ID(one.subject),
                name=names[one.subject],
                place=one.transfer.place,
                basis=one.transfer.basis,
                since=Micros(one.transfer.since),
                until=None if one.transfer.until is None else Micros(one.transfer.until),
                entry=one.transfer.entry,
            )
            for one in transfers
        ],
        completeness=completeness(view, found.completeness[later], ids),
        read_point=read_point(view),
    )
