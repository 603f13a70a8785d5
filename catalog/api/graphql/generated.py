"""The kinds of node that have no type of their own: each gets one from the registry, its key and what is in force.

So an id of any kind resolves; a capability that writes a type for its kind takes the place of the generated one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.assets import AspectInForce, Names, aspects_of
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
    types = {name: Digest if name == "digest" else str for name in kind.key_fields()} | {"first_entry": int}
    made = type(
        kind.__name__,
        (Node,),
        {
            "__annotations__": {**types, "found": strawberry.Private[Aspects]},
            **{name: strawberry.field(description=_FIELDS[name]) for name in types},
            "__doc__": kind.__doc__,
            "aspects": strawberry.field(
                resolver=_aspects, description="Everything in force about it, with who stated it and where."
            ),
        },
    )
    return strawberry.type(made, description=kind.__doc__)


_FIELDS = {
    "namespace": "Where its name belongs: the store, scheduler or registry.",
    "dataset": "The name of the dataset that it belongs to.",
    "name": "What it is called.",
    "repository": "The address of the repository.",
    "ledger_index": "The index of the ledger entry that it is.",
    "revision": "The commit, as its version control names it.",
    "key_id": "Its id in the key store that holds it.",
    "digest": "The digest over everything that was installed in it.",
    "first_entry": "The ledger entry that first named it.",
}


def _aspects(self: Any, names: Names = None) -> list[AspectInForce]:  # noqa: ANN401  a type that was made while running
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
