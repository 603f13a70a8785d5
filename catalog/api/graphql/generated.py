"""The kinds of node that have no type of their own: each gets one of the registry, its name and what is said of it.

So an id of any kind resolves; a capability that writes a type for its kind takes the place of the generated one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from strawberry.scalars import JSON

from catalog.api.graphql import nodes
from catalog.api.graphql.asking import Asking
from catalog.api.graphql.nodes import Node
from catalog.reading import AsOf
from catalog.store.protocol import KnownNode
from catalog.view import View
from graph_schema import nodes as kinds


@dataclass(frozen=True, slots=True)
class Known:
    """A node with what is now said of it."""

    node: KnownNode
    current: Mapping[str, object]


def known(view: View, ids: Sequence[str]) -> dict[str, Known]:
    """Return those of the nodes that were known, with the aspects now in force where the read is of now."""
    found = view.nodes(ids)
    current: dict[str, dict[str, object]] = {identifier: {} for identifier in found}
    for standing in view.in_force(list(found)) if view.is_now else ():
        current[standing.said.subject][standing.said.aspect] = standing.said.data
    return {identifier: Known(node, current[identifier]) for identifier, node in found.items()}


def generate() -> None:
    """Make a type for each kind of node whose ids resolve to none yet."""
    resolved = nodes.resolved_types()
    for name, kind in kinds.Node.registered.items():
        if name not in resolved:
            _enter(kind, _make(kind))


def _make(kind: type[kinds.Node]) -> type[Node]:
    """Return the GraphQL type of a kind: its key's fields, and everything now said of it."""
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
    async def resolve(asking: Asking, identifier: str, at: AsOf) -> Node | None:
        found = await asking.load(known, at, identifier)
        if found is None:
            return None
        values = dict(zip(kind.key_fields(), found.node.node.key, strict=True))
        node: Node = made(
            id=strawberry.ID(identifier), first_entry=found.node.entry, current=dict(found.current), **values
        )
        return node
