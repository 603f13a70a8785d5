"""Decisions on access as they were recorded, and what they come to when they are decided again; grants of access."""

from __future__ import annotations

from typing import Annotated

import strawberry

from catalog.api.graphql import enums
from catalog.api.graphql.as_of import AsOfArgument, as_of
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.nodes import QualifiedName
from catalog.api.graphql.scalars import Digest, Micros
from catalog.decisions import model, queries
from catalog.grants import model as grants
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


@strawberry.type(description="What was decided of a request for access.")
class AccessDecision:
    found: strawberry.Private[model.DecisionRecord]
    again: strawberry.Private[model.Decided]
    entry: int = strawberry.field(description="The ledger entry that recorded it.")
    asked_by: str = strawberry.field(description="Through whom it was asked.")
    at: Micros = strawberry.field(description="When it was decided.")

    @strawberry.field(description="Who would have access.")
    def principal(self) -> str:
        return self.found.content.principal

    @strawberry.field(description="What would be done.")
    def action(self) -> str:
        return self.found.content.action

    @strawberry.field(description="With what.")
    def target(self) -> AccessTarget:
        return _target(self.found.content.target)

    @strawberry.field(description="What for: a code of HL7 PurposeOfUse; null where it was not said.")
    def purpose(self) -> str | None:
        return self.found.content.circumstances.purpose

    @strawberry.field(description="In which project, as the caller said.")
    def project(self) -> str | None:
        return self.found.content.circumstances.project

    @strawberry.field(description="Whether it was permitted.")
    def allowed(self) -> bool:
        return self.found.content.allowed

    @strawberry.field(description="Why.")
    def reasons(self) -> list[str]:
        return list(self.found.content.reasons)

    @strawberry.field(description="The policies that decided.")
    def policies(self) -> list[str]:
        return list(self.found.content.policies)

    @strawberry.field(description="The digest of the set of policies; null where none was in force.")
    def policy_set(self) -> Digest | None:
        digest = self.found.content.policy_set
        return None if digest is None else Digest(digest)

    @strawberry.field(description="What had to be done.")
    def obligations(self) -> list[str]:
        return list(self.found.content.obligations)

    @strawberry.field(description="What must not be done.")
    def refrains(self) -> list[str]:
        return list(self.found.content.refrains)

    @strawberry.field(description="Whether it comes to the same when it is decided again by what was known then.")
    def same_again(self) -> bool:
        return queries.is_same(self.found.content, self.again)


@strawberry.type(description="That somebody may have access to data for a time, as far as policies permit it.")
class AccessGrant:
    found: strawberry.Private[grants.Grant]
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
        return _target(self.found.content.target)

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
class DecisionQueries:
    @strawberry.field(
        description="What was decided of a principal, a dataset, a column or a model version, the newest first."
    )
    def access_decisions(
        self,
        info: ContextInfo,
        of: Annotated[strawberry.ID, strawberry.argument(description="The id of who asked, or what was asked for.")],
        first: Annotated[int, strawberry.argument(description="How many at most.")] = 20,
        as_of: AsOfArgument = None,
    ) -> list[AccessDecision]:
        view = info.context.view(_at(info, as_of))
        found = queries.access_decisions(view, [str(of)]).get(str(of), ())[::-1][: max(0, min(first, 200))]
        again = queries.replayed(view, found, info.context.services.ancestors)
        return [converted(AccessDecision, one, found=one, again=same) for one, same in zip(found, again, strict=True)]

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


def _target(found: aspects.Target) -> AccessTarget:
    return AccessTarget(found=found, column=found.column, version=found.version)


def _at(info: ContextInfo, when: AsOfArgument) -> AsOf:
    return as_of(when, info.context)
