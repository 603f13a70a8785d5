"""Principals and the keys that they act by."""

from __future__ import annotations

import strawberry

from catalog.access import queries
from catalog.access.model import PrincipalRecord
from catalog.api.graphql import enums, nodes
from catalog.api.graphql.approvals import ApprovalKind
from catalog.api.graphql.as_of import AsOfArgument
from catalog.api.graphql.as_of import as_of as at_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.scalars import Micros
from catalog.reading import AsOf
from graph_schema import nodes as kinds
from graph_schema.vocabulary import words

PrincipalKind = words.PrincipalKind
enums.enter(PrincipalKind)
PrincipalRole = words.PrincipalRole
enums.enter(PrincipalRole)


@strawberry.type(description="A key that was issued to a principal; never the key itself.")
class ApiKey:
    key_id: str = strawberry.field(description="The public part of the key.")
    issued_at: Micros = strawberry.field(description="When it was issued.")
    issued_by: str = strawberry.field(description="The principal that issued it.")
    issued_entry: int = strawberry.field(description="The ledger entry that issued it.")
    revoked_at: Micros | None = strawberry.field(description="When it stopped working; null while it works.")
    revoked_by: str | None = strawberry.field(description="The principal that revoked it.")
    revoked_entry: int | None = strawberry.field(description="The ledger entry that revoked it; null while it works.")


@strawberry.type(description=kinds.Principal.__doc__)
class Principal(Node):
    principal: str = strawberry.field(description="The name that it acts under.")
    display_name: str = strawberry.field(
        description="What people call it; the decisions of an approver are signed with it."
    )
    title: str | None = strawberry.field(description="Its function in its organisation, such as Privacy officer.")
    organisation: str | None = strawberry.field(description="The organisation that it acts for.")
    principal_kind: PrincipalKind = strawberry.field(description="Whether it is a person, an emitter or a service.")
    roles: list[PrincipalRole] = strawberry.field(description="What it is trusted with.")
    approves: list[ApprovalKind] = strawberry.field(description="The kinds of approval that it may decide on.")
    active: bool = strawberry.field(description="Whether it may act.")
    keys: list[ApiKey] = strawberry.field(description="Its keys, those that work no more included.")


@strawberry.type
class PrincipalQueries:
    @strawberry.field(description="Every principal that a record defines, by name.")
    def principals(self, info: ContextInfo, as_of: AsOfArgument = None) -> list[Principal]:
        view = info.context.view(at_of(as_of, info.context))
        return [_as_principal(one) for one in queries.list_principals(view)]


@nodes.resolves(Principal)
async def _principal(context: RequestContext, identifier: str, at: AsOf) -> Principal | None:
    found = await context.load(queries.principals, at, identifier)
    return None if found is None else _as_principal(found)


def _as_principal(found: PrincipalRecord) -> Principal:
    return converted(Principal, found)
