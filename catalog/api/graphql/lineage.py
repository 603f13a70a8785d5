"""Lineage: what data came from and what came of it, and why two things are connected."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from hashlib import blake2b
from typing import Annotated

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import (
    AsOfArgument,
    AsOfInput,
    Completeness,
    LeftOut,
    ReadPoint,
    as_of,
    completeness,
    left_out,
    read_point,
)
from catalog.api.graphql.assets import Asset
from catalog.api.graphql.connections import After, Connection, First, page_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.cursors import Cursor, check_first
from catalog.api.graphql.jobs import Job
from catalog.api.graphql.nodes import Node, NodeKind
from catalog.api.graphql.problems import AnyProblem, as_problem, not_found
from catalog.api.graphql.runs import Run
from catalog.api.graphql.scalars import Micros
from catalog.assets.queries import existing
from catalog.errors import ADDRESSED
from catalog.lineage import model, queries
from catalog.lineage.model import Dependency
from catalog.reading import AsOf, Left
from catalog.view import View
from graph_schema.identity import label_of

MAX_PATHS = 50

Direction = model.Direction
enums.enter(Direction)
Grain = model.Grain
enums.enter(Grain)
FlowScope = model.FlowScope
enums.enter(FlowScope)
Confidence = model.Confidence
enums.enter(Confidence)


FlowKind = model.FlowKind
enums.enter(FlowKind)
enums.enter(Dependency)


class Manner(StrEnum):
    """Which flows count, by the words of the first release."""

    CRISP = "CRISP"
    """As CURRENT of `flows`."""
    CAUTIOUS = "CAUTIOUS"
    """As EVER_STATED of `flows`."""


enums.enter(Manner)


@strawberry.input(description="From where to walk, which way, how far, and at which point in time.")
class LineageInput:
    of: list[strawberry.ID] = strawberry.field(description="The ids to walk from, which are the roots of the answer.")
    direction: Direction = strawberry.field(description="Which way to walk.")
    grain: Grain | None = strawberry.field(default=None, description="By default as the roots are.")
    flows: FlowScope = strawberry.field(default=model.FlowScope.CURRENT, description="Which flows count.")
    manner: Manner | None = strawberry.field(
        default=None,
        description="Which flows count, by the words of the first release.",
        deprecation_reason="Ask for `flows`.",
    )
    depth: int = strawberry.field(default=3, description="How many steps to walk, at most 100.")
    as_of: AsOfInput | None = strawberry.field(
        default=None, description="The point in time that is asked about; by default now."
    )
    at_least: int | None = strawberry.field(
        default=None, description="Wait a moment for the graph to hold this ledger entry; else the answer is Lagging."
    )
    include_past: bool = strawberry.field(
        default=False, description="With flows that were replaced since, marked `past`."
    )
    include_attempts: bool = strawberry.field(
        default=False, description="With flows of runs that did not complete, marked `attempt`."
    )
    include_in_memory: bool = strawberry.field(
        default=False, description="With datasets that only ever lie in memory, which are left out of a walk else."
    )
    budget: int = strawberry.field(
        default=2000, description="The most nodes an answer may have, and 25 edges for each."
    )
    columns: list[str] | None = strawberry.field(
        default=None,
        description="At column grain: the addresses of the columns of `of`, such as `a.b[].c`; by default all of them.",
    )
    dependencies: list[Dependency] | None = strawberry.field(
        default=None, description="At column grain: the dependencies that are followed; by default all of them."
    )
    expand_fan_out: bool = strawberry.field(
        default=False,
        description="At column grain: show what an emitter repeats for nearly every column of each, not of the whole.",
    )

    def walk(self) -> model.Walk:
        """Return the walk as the capability takes it."""
        return model.Walk(
            roots=tuple(map(str, self.of)),
            direction=self.direction,
            grain=self.grain,
            depth=self.depth,
            flows=FlowScope.EVER_STATED if self.manner is Manner.CAUTIOUS else self.flows,
            include_past=self.include_past,
            include_attempts=self.include_attempts,
            include_in_memory=self.include_in_memory,
            budget=self.budget,
            columns=tuple(self.columns or ()),
            dependencies=tuple(one for one in Dependency if self.dependencies is None or one in self.dependencies),
            expand_fan_out=self.expand_fan_out,
        )


OwnGrain = Annotated[
    Grain | None, strawberry.argument(description="What the nodes are; by default as the thing itself is.")
]
Asked = Annotated[
    LineageInput, strawberry.argument(description="From where to walk, which way, how far, and as of when.")
]


@strawberry.type(description="A node of an answer.")
class LineageNode:
    found: strawberry.Private[model.LineageNode]
    among: strawberry.Private[nodes.Together]
    """All that the answer shows."""
    id: strawberry.ID = strawberry.field(description="The opaque id of the node.")
    kind: NodeKind = strawberry.field(description="What kind of thing it is.")
    depth: int = strawberry.field(description="How many steps from the nearest root.")
    truncated_here: bool = strawberry.field(description="Whether the walk stopped here with more behind.")
    hidden: int = strawberry.field(default=0, description="How many nodes next to it rights hide.")
    is_source: bool | None = strawberry.field(
        default=None, description="Whether it is a raw feed: nothing flows into it. Null where no walk went upstream."
    )

    @property
    def at(self) -> AsOf:
        """Where the answer was read."""
        return self.among.at

    @strawberry.field(description="The thing itself.")
    def node(self) -> Node | None:
        return self.among.find(Node, self.found.id)

    @strawberry.field(description="The same as an asset; null at run grain.")
    def asset(self) -> Asset | None:
        return self.among.find(Asset, self.found.id)


@strawberry.type(description="Data went from one node to the other.")
class LineageEdge:
    found: strawberry.Private[model.LineageEdge]
    among: strawberry.Private[nodes.Together]
    from_: strawberry.ID = strawberry.field(name="from", description="The id of the node that data came from.")
    to: strawberry.ID = strawberry.field(description="The id of the node that data went to.")
    kind: FlowKind = strawberry.field(description="How it went.")
    confidence: Confidence = strawberry.field(description="How the edge came to be known.")
    valid_from: Micros = strawberry.field(description="When it took effect.")
    known_from: int = strawberry.field(description="The first ledger entry by which it was known.")
    past: bool = strawberry.field(description="Replaced since.")
    attempt: bool = strawberry.field(description="By a run that did not complete.")
    mapping: str | None = strawberry.field(
        default=None, description="The mapping of the site that reads it in a facet; null where none does."
    )

    @property
    def at(self) -> AsOf:
        """Where the answer was read."""
        return self.among.at

    @strawberry.field(description="The job that moved the data, where one is known.")
    def job(self) -> Job | None:
        return self.among.find(Job, self.found.job)

    @strawberry.field(description="The run that moved the data, where it was one.")
    def run(self) -> Run | None:
        return self.among.find(Run, self.found.run)


@strawberry.type(description="How many nodes of one kind.")
class NodeCount:
    kind: NodeKind = strawberry.field(description="The kind of node.")
    count: int = strawberry.field(description="How many nodes of it there are.")


@strawberry.type(description="How much an answer holds.")
class LineageCounts:
    nodes: list[NodeCount] = strawberry.field(description="How many nodes there are of each kind.")
    edges: int = strawberry.field(description="How many edges there are.")
    jobs: int = strawberry.field(description="How many jobs these edges name.")
    deepest: int = strawberry.field(description="How many steps the farthest node is away.")
    completeness: Completeness = strawberry.field(
        description="Whether the answer is whole; look here before taking an empty answer for none."
    )
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


@strawberry.type(description="The graph around the roots.")
class LineageGraph:
    found: strawberry.Private[model.LineageGraph]
    walk: strawberry.Private[model.Walk]
    at: strawberry.Private[AsOf]
    grain: Grain = strawberry.field(description="What its nodes are.")
    completeness: Completeness = strawberry.field(
        description="Whether the answer is whole; look here before taking an empty answer for none."
    )
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")

    @strawberry.field(description="What was walked from.")
    async def roots(self, info: ContextInfo) -> list[Node]:
        return await nodes.find_all(Node, info.context, self.found.roots, self.at)

    @strawberry.field(
        description="What was not asked for and so is not shown: ATTEMPTS, the runs that tried to write its datasets "
        "since the newest that completed, unless `includeAttempts` shows them; IN_MEMORY, datasets in memory, unless "
        "`includeInMemory` does; what these connect is connected. It makes no answer less whole."
    )
    def left_out(self, info: ContextInfo) -> list[LeftOut]:
        found = left_out([Left(queries.IN_MEMORY, self.found.in_memory)]) if self.found.in_memory else []
        if self.walk.include_attempts:
            return found
        tried = queries.left_out(info.context.view(self.at), [node.id for node in self.found.nodes])
        return [*left_out(tried), *found]

    @strawberry.field(description="The ids of all its nodes, by distance and id: the whole set, without pages.")
    def ids(self) -> list[strawberry.ID]:
        return [strawberry.ID(node.id) for node in self.found.nodes]

    @strawberry.field(description="Nodes by distance and id.")
    def nodes(self, info: ContextInfo, first: First = 100, after: After = None) -> Connection[LineageNode]:
        among = nodes.Together(info.context, self.at)
        upwards = self.walk.direction in {Direction.UPSTREAM, Direction.BOTH}
        sources = self.found.sources if upwards else None
        return page_of(
            self.found.nodes,
            lambda node: [node.depth, node.id],
            lambda node: LineageNode(
                found=node,
                among=among.with_(node.id),
                id=strawberry.ID(node.id),
                kind=NodeKind(label_of(node.id)),
                depth=node.depth,
                truncated_here=node.more,
                hidden=node.hidden,
                is_source=None if sources is None else node.id in sources,
            ),
            Cursor.of("lineage.nodes", self.walk, self.at),
            first,
            after,
        )

    @strawberry.field(description="Edges by source, target, kind, job and run.")
    def edges(self, info: ContextInfo, first: First = 200, after: After = None) -> Connection[LineageEdge]:
        among = nodes.Together(info.context, self.at)
        return page_of(
            sorted(self.found.edges, key=_key),
            _key,
            lambda edge: as_edge(edge, among),
            Cursor.of("lineage.edges", self.walk, self.at),
            first,
            after,
        )


@strawberry.type(description="A chain of edges along which data went.")
class LineagePath:
    edges: list[LineageEdge] = strawberry.field(description="The edges, each beginning where the one before ends.")


@strawberry.type(description="Why two things are connected: the shortest paths, shortest first.")
class LineagePaths:
    paths: list[LineagePath] = strawberry.field(description="The paths, the shortest first.")
    completeness: Completeness = strawberry.field(
        description="Whether the answer is whole; look here before taking an empty answer for none."
    )
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


LineageResult = Annotated[
    LineageGraph | AnyProblem,
    strawberry.union("LineageResult", description="The lineage, or why there is none to show."),
]
LineageCountsResult = Annotated[
    LineageCounts | AnyProblem,
    strawberry.union("LineageCountsResult", description="The counts, or why there are none to show."),
]
PathsResult = Annotated[
    LineagePaths | AnyProblem, strawberry.union("PathsResult", description="The paths, or why there are none to show.")
]


@strawberry.type
class LineageQueries:
    @strawberry.field(description="What data came from, or what came of it.")
    def lineage(self, info: ContextInfo, input: Asked) -> LineageResult:  # noqa: A002  its name in the interface
        try:
            return _lineage(info.context, input)
        except ADDRESSED as error:
            return as_problem(error)

    @strawberry.field(description="How much `lineage` would give, without giving it.")
    def lineage_counts(self, info: ContextInfo, input: Asked) -> LineageCountsResult:  # noqa: A002
        try:
            return _counts(info.context, input)
        except ADDRESSED as error:
            return as_problem(error)

    @strawberry.field(description="The shortest paths along which data of one thing reached another.")
    def paths(
        self,
        info: ContextInfo,
        from_: Annotated[strawberry.ID, strawberry.argument(name="from", description="The id that data came from.")],
        to: Annotated[strawberry.ID, strawberry.argument(description="The id that data went to.")],
        as_of: AsOfArgument = None,
        grain: Annotated[
            Grain | None, strawberry.argument(description="What the nodes on the way are; by default as `to` is.")
        ] = None,
        flows: Annotated[FlowScope, strawberry.argument(description="Which flows count.")] = model.FlowScope.CURRENT,
        depth: Annotated[int, strawberry.argument(description="How many steps to walk, at most 100.")] = 20,
        first: Annotated[int, strawberry.argument(description="How many paths, from 1 to 50.")] = 5,
    ) -> PathsResult:
        asked = LineageInput(
            of=[to], direction=model.Direction.UPSTREAM, grain=grain, flows=flows, depth=depth, as_of=as_of
        )
        try:
            return _paths(info.context, str(from_), asked, check_first(first, MAX_PATHS))
        except ADDRESSED as error:
            return as_problem(error)


@field_of(Asset, name="lineage", description="What its data came from, or what came of it.")
def lineage_of(
    asset: strawberry.Parent[Asset],
    info: ContextInfo,
    direction: Annotated[Direction, strawberry.argument(description="Which way to walk.")] = Direction.UPSTREAM,
    depth: Annotated[int, strawberry.argument(description="How many steps to walk, at most 100.")] = 20,
    grain: OwnGrain = None,
    budget: Annotated[int, strawberry.argument(description="The most nodes, and 25 edges for each.")] = 2000,
) -> LineageGraph:
    walk = model.Walk((str(asset.id),), direction, grain, depth, budget=budget)
    return _graph(info.context.view(asset.at), walk)


def _lineage(context: RequestContext, asked: LineageInput) -> LineageGraph | AnyProblem:
    walk, view = asked.walk(), context.view(as_of(asked.as_of, context))
    return missing(context, view, walk.roots) or _graph(view, walk)


def _graph(view: View, walk: model.Walk) -> LineageGraph:
    found = queries.lineage(view, walk)
    return LineageGraph(
        found=found,
        walk=walk,
        at=view.as_of,
        grain=found.grain,
        completeness=completeness(view, found.completeness, [node.id for node in found.nodes]),
        read_point=read_point(view),
    )


def _counts(context: RequestContext, asked: LineageInput) -> LineageCounts | AnyProblem:
    walk, view = asked.walk(), context.view(as_of(asked.as_of, context))
    problem = missing(context, view, walk.roots)
    if problem is not None:
        return problem
    found = queries.lineage_counts(view, walk)
    return LineageCounts(
        nodes=[NodeCount(kind=NodeKind(label), count=count) for label, count in found.nodes.items()],
        edges=found.edges,
        jobs=found.jobs,
        deepest=found.deepest,
        completeness=completeness(view, found.completeness, walk.roots),
        read_point=read_point(view),
    )


def _paths(context: RequestContext, source: str, asked: LineageInput, first: int) -> LineagePaths | AnyProblem:
    walk, view = asked.walk(), context.view(as_of(asked.as_of, context))
    problem = missing(context, view, (*walk.roots, source))
    if problem is not None:
        return problem
    found = queries.paths(view, source, walk.roots[0], walk, first)
    among = nodes.Together(context, view.as_of)
    return LineagePaths(
        paths=[LineagePath(edges=[as_edge(edge, among) for edge in path]) for path in found.paths],
        completeness=completeness(view, found.completeness, (source, *walk.roots)),
        read_point=read_point(view),
    )


def missing(context: RequestContext, view: View, roots: Iterable[str]) -> AnyProblem | None:
    """Return the problem where a root is not known at the time asked for; an unknown id has no empty lineage."""
    ids = [one for one in roots if label_of(one) != "State"]
    known = existing(view, ids)
    for one in ids:
        if not known.get(one):
            ever = one in context.view(AsOf()).nodes([one])
            return not_found(
                f"Nothing of the id {one} is known at the time asked for; `search` finds ids.", ever_known=ever
            )
    return None


def as_edge(edge: model.LineageEdge, among: nodes.Together) -> LineageEdge:
    """Return an edge as its GraphQL type, one of those whose jobs and runs are read together."""
    return LineageEdge(
        found=edge,
        among=among.with_(edge.job, edge.run),
        from_=strawberry.ID(edge.source),
        to=strawberry.ID(edge.target),
        kind=FlowKind(edge.how),
        confidence=edge.confidence,
        valid_from=Micros(edge.valid_from),
        known_from=edge.known_from,
        past=edge.past,
        attempt=edge.attempt,
        mapping=edge.mapping,
    )


def _key(edge: model.LineageEdge) -> list[str | int]:
    return [
        edge.source,
        edge.target,
        edge.how,
        edge.job or "",
        edge.run or "",
        edge.valid_from,
        edge.past,
        edge.attempt,
        "" if edge.column is None else blake2b(repr(edge.column).encode(), digest_size=8).hexdigest(),
        edge.mapping or "",
    ]
