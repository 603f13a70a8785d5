"""The kinds of node that have no type of their own: each gets one from the registry, its key and what is in force.

So an id of any kind resolves; a capability that writes a type for its kind takes the place of the generated one.
"""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry.scalars import JSON

from catalog.api.graphql import nodes
from catalog.api.graphql.context import RequestContext
from catalog.api.graphql.nodes import Node
from catalog.assets import queries
from catalog.reading import AsOf
from graph_schema import nodes as kinds


def generate() -> None:
    """Make a type for each kind of node whose ids resolve to none yet."""
    resolved = nodes.resolved_types()
    for name, kind in kinds.Node.registered.items():
        if name not in resolved:
            _enter(kind, _make(kind))


def _make(kind: type[kinds.Node]) -> type[Node]:
    """Return the GraphQL type of a kind: its key's fields, and everything in force about it."""
    keys = [name for name in kind.key_fields() if name != "id"]
    made = type(
        kind.__name__,
        (Node,),
        {
            "__annotations__": {
                **dict.fromkeys(keys, str),
                "first_entry": int,
                "current": JSON,
            },
            "__doc__": kind.__doc__,
        },
    )
    return strawberry.type(made, description=kind.__doc__)


def _enter(kind: type[kinds.Node], made: Any) -> None:  # noqa: ANN401  a type that was made while running
    @nodes.resolves(made)
    async def resolve(context: RequestContext, identifier: str, at: AsOf) -> Node | None:
        found = await context.load(queries.node_records, at, identifier)
        if found is None:
            return None
        values = dict(zip(kind.key_fields(), found.node.key, strict=True))
        current = {name: aspect.value for name, aspect in found.aspects.items()}
        node: Node = made(id=strawberry.ID(identifier), first_entry=found.first_entry, current=current, **values)
        return node
