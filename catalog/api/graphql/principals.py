"""Principals and the keys that they act by."""

from __future__ import annotations

import strawberry

from catalog.access import queries
from catalog.access.model import PrincipalRecord
from catalog.api.graphql import nodes
from catalog.api.graphql.approvals import ApprovalKind
from catalog.api.graphql.as_of import AsOfInput
from catalog.api.graphql.as_of import as_of as at_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.scalars import Micros
from catalog.reading import AsOf
from graph_schema import nodes as kinds
from graph_schema.vocabulary import words

PrincipalKind = words.PrincipalKind
strawberry.enum(PrincipalKind)
PrincipalRole = words.PrincipalRole
strawberry.enum(PrincipalRole)


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
    principal_kind: PrincipalKind
    roles: list[PrincipalRole]
    approves: list[ApprovalKind] = strawberry.field(description="The kinds of approval that it may decide on.")
    active: bool
    keys: list[ApiKey]


@strawberry.type
class PrincipalQueries:
    @strawberry.field(description="Every principal that a record defines, by name.")
    def principals(self, info: ContextInfo, as_of: AsOfInput | None = None) -> list[Principal]:
        view = info.context.view(at_of(as_of, info.context))
        return [_as_principal(one) for one in queries.list_principals(view)]


@nodes.resolves(Principal)
async def _principal(context: RequestContext, identifier: str, at: AsOf) -> Principal | None:
    found = await context.load(queries.principals, at, identifier)
    return None if found is None else _as_principal(found)


def _as_principal(found: PrincipalRecord) -> Principal:
    return converted(Principal, found)
