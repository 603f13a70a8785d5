"""Grants of access: who was granted what, until when."""

from __future__ import annotations

from typing import Annotated

import strawberry

from catalog.api.graphql import enums
from catalog.api.graphql.as_of import AsOfArgument, as_of
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.nodes import QualifiedName
from catalog.api.graphql.scalars import Micros
from catalog.grants import model
from catalog.grants.queries import grants_of
from catalog.reading import AsOf
from graph_schema.aspects import access as aspects
from graph_schema.nodes import Principal
from graph_schema.vocabulary import words

TargetKind = words.TargetKind
enums.enter(TargetKind)
AccessAction = words.AccessAction
enums.enter(AccessAction)


@strawberry.type(description="What access is had to.")
class AccessTarget:
    found: strawberry.Private[aspects.Target]
    column: str | None = strawberry.field(description="The column; null: the whole.")
    version: str | None = strawberry.field(description="The version, of a model.")

    @strawberry.field(description="What kind of thing it is.")
    def target_kind(self) -> TargetKind:
        return TargetKind(self.found.target_kind)

    @strawberry.field(description="The namespace, and the name or how the names begin; empty for all of a namespace.")
    def ref(self) -> QualifiedName:
        return QualifiedName(namespace=self.found.namespace, name=self.found.name or "")


@strawberry.type(description="That somebody may have access to data for a time, as far as policies permit it.")
class AccessGrant:
    found: strawberry.Private[model.Grant]
    principal: str = strawberry.field(description="Who was granted it.")
    entry: int = strawberry.field(description="The ledger entry that says so.")
    by: str = strawberry.field(description="Who granted it.")
    since: Micros = strawberry.field(description="From when on.")
    until: Micros = strawberry.field(description="Until when.")
    ended_by: int | None = strawberry.field(description="The ledger entry that ended it early; null: none did.")

    @strawberry.field(description="What may be done.")
    def actions(self) -> list[AccessAction]:
        return list(map(AccessAction, self.found.content.actions))

    @strawberry.field(description="With what.")
    def target(self) -> AccessTarget:
        return target_of(self.found.content.target)

    @strawberry.field(description="For which purposes: codes of HL7 PurposeOfUse.")
    def purposes(self) -> list[str]:
        return list(self.found.content.purposes)

    @strawberry.field(description="In which project alone; null: in any.")
    def project(self) -> str | None:
        return self.found.content.project

    @strawberry.field(description="Why.")
    def reason(self) -> str:
        return self.found.content.reason


@strawberry.type
class GrantQueries:
    @strawberry.field(description="What access was granted to a principal, over or not, the first first.")
    def access_grants(
        self,
        info: ContextInfo,
        principal: Annotated[str, strawberry.argument(description="The principal's name.")],
        as_of: AsOfArgument = None,
    ) -> list[AccessGrant]:
        id_ = Principal(info.context.services.redactor.name(principal)).id
        found = grants_of(info.context.view(_at(info, as_of)), [id_]).get(id_, ())
        return [converted(AccessGrant, one, found=one) for one in found]


def target_of(found: aspects.Target) -> AccessTarget:
    """Return a target as GraphQL shows it."""
    return AccessTarget(found=found, column=found.column, version=found.version)


def _at(info: ContextInfo, when: AsOfArgument) -> AsOf:
    return as_of(when, info.context)
