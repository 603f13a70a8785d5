"""The kinds of node that have no type of their own: each gets one from the registry, its key and what is in force.

So an id of any kind resolves; a capability that writes a type for its kind takes the place of the generated one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.assets import AspectInForce, aspects_of
from catalog.api.graphql.context import RequestContext
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.scalars import Digest
from catalog.assets import model, queries
from catalog.reading import AsOf
from graph_schema import nodes as kinds

Aspects = Mapping[str, model.AspectInForce[Any]]


def generate() -> None:
    """Make a type for each kind of node whose ids resolve to none yet."""
    resolved = nodes.resolved_types()
    for name, kind in kinds.Node.registered.items():
        if name not in resolved:
            _enter(kind, _make(kind))


def _make(kind: type[kinds.Node]) -> type[Node]:
    """Return the GraphQL type of a kind: its key's fields, and everything in force about it."""
    keys = {name: Digest if name == "digest" else str for name in kind.key_fields()}
    made = type(
        kind.__name__,
        (Node,),
        {
            "__annotations__": {**keys, "first_entry": int, "found": strawberry.Private[Aspects]},
            "__doc__": kind.__doc__,
            "aspects": strawberry.field(
                resolver=_aspects, description="Everything in force about it; all where no names are given."
            ),
        },
    )
    return strawberry.type(made, description=kind.__doc__)


def _aspects(self: Any, names: list[str] | None = None) -> list[AspectInForce]:  # noqa: ANN401  a type that was made while running
    return aspects_of(self.found, names)


def _enter(kind: type[kinds.Node], made: Any) -> None:  # noqa: ANN401  a type that was made while running
    @nodes.resolves(made)
    async def resolve(context: RequestContext, identifier: str, at: AsOf) -> Node | None:
        found = await context.load(queries.node_records, at, identifier)
        if found is None:
            return None
        values = dict(zip(kind.key_fields(), found.node.key, strict=True))
        node: Node = made(id=strawberry.ID(identifier), first_entry=found.first_entry, found=found.aspects, **values)
        return node
