"""The kinds of node that have no more to tell than their name and what is said of them, made from the registry.

A kind with a type of its own is written in its capability's module; every other one gets one here, so that an id of any
kind resolves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from strawberry.scalars import JSON

from catalog.access import queries as access
from catalog.access.model import PrincipalRecord
from catalog.api.graphql import nodes, releases
from catalog.api.graphql.asking import Asking, AskingInfo
from catalog.api.graphql.labels import Attestation, attestations_of
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.reading import AsOfInput
from catalog.api.graphql.reading import as_of as at_of
from catalog.api.graphql.scalars import Micros
from catalog.reading import AsOf
from catalog.store.protocol import KnownNode, Snapshotted
from graph_schema import nodes as kinds
from graph_schema.facts import NOW

WRITTEN = frozenset(
    {"Dataset", "Job", "Run", "Snapshot", "Model", "ModelVersion", "Approval", "Attestation", "Principal"}
)


@dataclass(frozen=True, slots=True)
class Known:
    """A node with what is now said of it."""

    node: KnownNode
    current: Mapping[str, object]


def known(reader: Snapshotted, ids: Sequence[str], as_of: AsOf) -> dict[str, Known]:
    """Return those of the nodes that were known, with the aspects now in force where the read is of now."""
    found = reader.nodes(ids, as_of.known_at)
    current = reader.current(ids) if (as_of.valid_at, as_of.known_at) == (NOW, NOW) else {}
    return {identifier: Known(node, current.get(identifier, {})) for identifier, node in found.items()}


@strawberry.type(description="A key that was issued to a principal; never the key itself.")
class ApiKey:
    key_id: str
    issued_at: Micros
    issued_by: str
    revoked_at: Micros | None
    revoked_by: str | None


@strawberry.type(description=kinds.Principal.__doc__)
class Principal(Node):
    principal: str
    display_name: str
    kind: str
    roles: list[str]
    approves: list[str] = strawberry.field(description="The kinds of approval that it may decide on.")
    active: bool
    keys: list[ApiKey]


@nodes.resolves("Principal")
async def _principal(asking: Asking, identifier: str, at: AsOf) -> Principal | None:
    found = await asking.load(access.principals, at, identifier)
    if found is None:
        return None
    return as_principal(found)


def as_principal(found: PrincipalRecord) -> Principal:
    """Return a principal as its GraphQL type."""
    return Principal(
        id=strawberry.ID(found.id),
        principal=found.principal,
        display_name=found.display_name,
        kind=found.principal_kind,
        roles=list(found.roles),
        approves=list(found.approves),
        active=found.active,
        keys=[
            ApiKey(
                key_id=key.key_id,
                issued_at=Micros(key.issued_at),
                issued_by=key.issued_by,
                revoked_at=None if key.revoked_at is None else Micros(key.revoked_at),
                revoked_by=key.revoked_by,
            )
            for key in found.keys
        ],
    )


@strawberry.type
class PrincipalQueries:
    @strawberry.field(description="Every principal that a record defines, by name.")
    def principals(self, info: AskingInfo, as_of: AsOfInput | None = None) -> list[Principal]:
        return [as_principal(one) for one in access.list_principals(info.context.reader, at_of(as_of, info.context))]


@nodes.resolves("Model")
async def _model(asking: Asking, identifier: str, at: AsOf) -> releases.Model | None:
    found = await asking.load(known, at, identifier)
    if found is None or not isinstance(found.node.node, kinds.Model):
        return None
    return releases.Model(id=strawberry.ID(identifier), key=found.node.node, at=at)


@nodes.resolves("Attestation")
async def _attestation(asking: Asking, identifier: str, at: AsOf) -> Attestation | None:
    edges = asking.reader.hop([identifier], ["COVERS"], "out", at.known_at)
    for edge in edges:
        for found in await attestations_of(asking, edge.target, at):
            if found.id == identifier:
                return found
    return None


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
    @nodes.resolves(kind.__name__)
    async def resolve(asking: Asking, identifier: str, at: AsOf) -> Node | None:
        found = await asking.load(known, at, identifier)
        if found is None:
            return None
        values = dict(zip(kind.key_fields(), found.node.node.key, strict=True))
        node: Node = made(
            id=strawberry.ID(identifier), first_entry=found.node.entry, current=dict(found.current), **values
        )
        return node


TYPES: tuple[type[Node], ...] = tuple(
    _make(kind) for name, kind in kinds.Node.registered.items() if name not in WRITTEN
)
"""Everything that is only reached through `Node`, for the schema to know."""

for _type in TYPES:
    _enter(kinds.Node.registered[_type.__name__], _type)
