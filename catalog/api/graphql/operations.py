"""What happened to data along an edge of lineage: a copy, or something else."""

from __future__ import annotations

import strawberry

from catalog.api.graphql import enums
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.lineage import LineageEdge, LineageGraph, as_edge
from catalog.api.graphql.nodes import Together
from catalog.lineage import operations as found_operations

OperationKind = found_operations.Operation
enums.enter(OperationKind)
OperationReason = found_operations.OperationReason
enums.enter(OperationReason)


@strawberry.type(description="What happened to data along an edge, as far as anything states it; never guessed.")
class EdgeOperation:
    kind: OperationKind = strawberry.field(description="Whether it was copied as it is.")
    reason: OperationReason = strawberry.field(description="By what that is known, or why it is not.")
    entries: list[int] = strawberry.field(description="The ledger entries that say so.")


def _as_operation(found: found_operations.OperationFound) -> EdgeOperation:
    return EdgeOperation(kind=found.operation, reason=found.reason, entries=list(found.entries))


@field_of(LineageEdge, description="What happened to the data: whether it was copied as it is.")
async def operation(edge: strawberry.Parent[LineageEdge], info: ContextInfo) -> EdgeOperation:
    found = await info.context.load(found_operations.operations, edge.at, edge.found)
    return _as_operation(found or found_operations.NOT_STATED)


@field_of(LineageGraph, description="Its edges along which data was copied as it is, by source and target.")
def copies(graph: strawberry.Parent[LineageGraph], info: ContextInfo) -> list[LineageEdge]:
    found = found_operations.operations(info.context.view(graph.at), graph.found.edges)
    among = Together(info.context, graph.at)
    return [
        as_edge(edge, among) for edge in graph.found.edges if found[edge].operation is found_operations.Operation.COPY
    ]
