"""Who may have access until when: requests, grants, memberships and emergencies, and who has it of one thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, TypeVar

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import AsOfArgument, as_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.nodes import Node, QualifiedName
from catalog.api.graphql.scalars import Micros, micros
from catalog.assets.queries import node_records
from catalog.decisions.holders import holders
from catalog.emergencies import model as emergencies_model
from catalog.emergencies.queries import emergencies
from catalog.grants import model
from catalog.grants.queries import access_delegations, access_requests, grants_of, recertifications_due
from catalog.memberships.queries import memberships_of, projects, protocols
from catalog.reading import AsOf
from catalog.view import View
from graph_schema import nodes as kinds
from graph_schema.aspects import access as aspects
from graph_schema.vocabulary import words

T = TypeVar("T")

GrantState = model.GrantState
enums.enter(GrantState)
RequestState = model.RequestState
enums.enter(RequestState)
MembershipKind = words.MembershipKind
enums.enter(MembershipKind)
EmergencyPurpose = words.EmergencyPurpose
enums.enter(EmergencyPurpose)
TargetKind = words.TargetKind
enums.enter(TargetKind)
IrbDetermination = words.IrbDetermination
enums.enter(IrbDetermination)
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


@strawberry.type
class AccessTerms:
    """The terms of a grant, and of a request for one: who may do what, with what, what for."""

    found: strawberry.Private[model.Grant | model.AccessRequest]
    principal: str = strawberry.field(description="Who has it, or would.")

    @strawberry.field(description="What may be done, or would be.")
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


@strawberry.type(description="That somebody may have access to data for a time, as far as policies permit it.")
class AccessGrant(AccessTerms):
    found: strawberry.Private[model.Grant]
    entry: int = strawberry.field(description="The ledger entry that says so.")
    by: str = strawberry.field(description="Who granted it.")
    since: Micros = strawberry.field(description="From when on.")
    until: Micros = strawberry.field(description="Until when.")
    ended_by: int | None = strawberry.field(description="The ledger entry that ended it early; null: none did.")

    @strawberry.field(description="Where it stands.")
    def grant_state(self) -> GrantState:
        return self.found.state

    @strawberry.field(description="By when somebody has to say that it is still needed; null where it ends before.")
    def recertify_by(self) -> Micros | None:
        return micros(self.found.due_at)

    @strawberry.field(description="The ledger entry of the request that it grants; null where it names none.")
    def request_entry(self) -> int | None:
        return self.found.content.request


@strawberry.type(description="That somebody asks for access to data, for themselves or for another.")
class AccessRequest(AccessTerms):
    found: strawberry.Private[model.AccessRequest]
    entry: int = strawberry.field(description="The ledger entry that asks for it.")
    by: str = strawberry.field(description="Who asked.")
    until: Micros = strawberry.field(description="Until when it is asked for.")

    @strawberry.field(description="Where it stands.")
    def request_state(self) -> RequestState:
        return self.found.state

    @strawberry.field(description="The ledger entry that granted or refused it; null where nobody decided.")
    def decided_entry(self) -> int | None:
        return self.found.decided_by


@strawberry.type(description="That somebody may have access in the place of another for a time.")
class AccessDelegation:
    found: strawberry.Private[model.AccessDelegation]
    of: str = strawberry.field(description="In whose place: who gave it.")
    to: str = strawberry.field(description="Who may act in that place.")
    since: Micros = strawberry.field(description="From when on.")
    until: Micros = strawberry.field(description="Until when.")
    entry: int = strawberry.field(description="The ledger entry that says so.")
    ended_by: int | None = strawberry.field(description="The ledger entry that ended it early; null: none did.")
    in_force: bool = strawberry.field(description="Whether it holds at the time asked for.")
    reason: str = strawberry.field(description="Why.")
    records: list[str] = strawberry.field(description="The kinds of record that may be written in that place.")

    @strawberry.field(description="What may be done.")
    def actions(self) -> list[AccessAction]:
        return list(map(AccessAction, self.found.actions))


@strawberry.type(description="What came of the review of an emergency.")
class EmergencyReview:
    entry: int = strawberry.field(description="The ledger entry that says so.")
    by: str = strawberry.field(description="Who reviewed it.")
    at: Micros = strawberry.field(description="When.")
    justified: bool = strawberry.field(description="Whether it was justified.")
    reason: str = strawberry.field(description="Why.")


@strawberry.type(description="That somebody broke the glass to read data for emergency treatment.")
class Emergency:
    found: strawberry.Private[emergencies_model.Emergency]
    principal: str = strawberry.field(description="Who broke it.")
    entry: int = strawberry.field(description="The ledger entry by which it was broken.")
    since: Micros = strawberry.field(description="From when on.")
    until: Micros = strawberry.field(description="Until when.")
    review: EmergencyReview | None = strawberry.field(description="What came of its review; null: nobody looked yet.")

    @strawberry.field(description="What had to be read.")
    def target(self) -> AccessTarget:
        return target_of(self.found.content.target)

    @strawberry.field(description="What for.")
    def emergency_purpose(self) -> EmergencyPurpose:
        return EmergencyPurpose(self.found.content.purpose)

    @strawberry.field(description="Why it could not wait.")
    def reason(self) -> str:
        return self.found.content.reason


@strawberry.type(description="That a principal belongs to a project or a site for a time.")
class Membership:
    principal: str = strawberry.field(description="Who belongs to it.")
    membership_kind: MembershipKind = strawberry.field(description="Whether to a project or to a site.")
    group: str = strawberry.field(description="What the project or the site is called.")
    protocol: str | None = strawberry.field(description="The protocol that the project works under.")
    entry: int = strawberry.field(description="The ledger entry that says so.")
    by: str = strawberry.field(description="Who said so.")
    since: Micros = strawberry.field(description="From when on.")
    until: Micros = strawberry.field(description="Until when.")
    ended_by: int | None = strawberry.field(description="The ledger entry that ended it early; null: none did.")
    in_force: bool = strawberry.field(description="Whether it holds, its project with it.")


@strawberry.type(description=kinds.Project.__doc__)
class Project(Node):
    name: str = strawberry.field(description="What it is called.")
    first_entry: int = strawberry.field(description="The ledger entry that named it first.")


@strawberry.type(description="A project as the newest record declares it.")
class DeclaredProject:
    name: str = strawberry.field(description="What it is called.")
    protocol: str | None = strawberry.field(description="The protocol that it works under.")
    diseases: list[str] = strawberry.field(description="The diseases that it studies: MONDO ids; none: unsaid.")
    since: Micros = strawberry.field(description="From when on.")
    until: Micros = strawberry.field(description="Until when.")
    entry: int = strawberry.field(description="The ledger entry that says so.")
    declared: bool = strawberry.field(description="Whether it is one still: false once a record ended it.")


@strawberry.type(description=kinds.Protocol.__doc__)
class Protocol(Node):
    name: str = strawberry.field(description="What it is called.")
    first_entry: int = strawberry.field(description="The ledger entry that named it first.")


@strawberry.type(description="A protocol as the newest record declares it.")
class DeclaredProtocol:
    name: str = strawberry.field(description="What it is called.")
    projects: list[str] = strawberry.field(description="The projects that work under it.")
    determination: IrbDetermination = strawberry.field(description="What the board determined.")
    reference: str = strawberry.field(description="By what the board calls its determination.")
    diseases: list[str] = strawberry.field(description="The diseases that are studied under it: MONDO ids.")
    since: Micros = strawberry.field(description="From when on.")
    until: Micros = strawberry.field(description="Until when.")
    entry: int = strawberry.field(description="The ledger entry that says so.")
    declared: bool = strawberry.field(description="Whether it is one still: false once a record ended it.")
    in_force: bool = strawberry.field(description="Whether it holds at the time asked for.")


@strawberry.type(description="Who has, or had, access to a thing: what was granted of it, and what was permitted.")
class AccessHolder:
    principal: str = strawberry.field(description="Who.")
    grants: list[AccessGrant] = strawberry.field(description="What was granted of it, over or not, the newest first.")
    has_grant: bool = strawberry.field(description="Whether one of these is in force.")
    permitted: int = strawberry.field(description="How often access to it was permitted.")
    last_permitted_at: Micros | None = strawberry.field(description="When it was permitted last; null: never.")
    last_permitted_entry: int | None = strawberry.field(description="The ledger entry of that; null: never.")


@strawberry.type
class GrantQueries:
    @strawberry.field(description="What access was asked for, the newest first.")
    def access_requests(
        self,
        info: ContextInfo,
        pending: Annotated[bool, strawberry.argument(description="Only what nobody decided yet.")] = False,  # noqa: FBT002  an argument
        as_of: AsOfArgument = None,
    ) -> list[AccessRequest]:
        found = access_requests(info.context.view(_at(info, as_of)))
        return [
            converted(AccessRequest, one, found=one)
            for one in found
            if not pending or one.state is model.RequestState.PENDING
        ]

    @strawberry.field(description="Each time that somebody broke the glass, the newest first.")
    def emergencies(
        self,
        info: ContextInfo,
        open: Annotated[bool, strawberry.argument(description="Only what nobody reviewed yet.")] = False,  # noqa: A002, FBT002  as above
        as_of: AsOfArgument = None,
    ) -> list[Emergency]:
        found = emergencies(info.context.view(_at(info, as_of)))
        return [converted(Emergency, one, found=one) for one in found if not open or one.review is None]

    @strawberry.field(description="To what a principal belongs or belonged, the first first.")
    def memberships(
        self,
        info: ContextInfo,
        principal: Annotated[str, strawberry.argument(description="The principal's name.")],
        as_of: AsOfArgument = None,
    ) -> list[Membership]:
        return [converted(Membership, one) for one in _of(principal, memberships_of, info, as_of)]

    @strawberry.field(description="Every project that was declared, by name.")
    def projects(self, info: ContextInfo, as_of: AsOfArgument = None) -> list[DeclaredProject]:
        return [converted(DeclaredProject, one) for one in projects(info.context.view(_at(info, as_of)))]

    @strawberry.field(description="Every protocol that was declared, by name.")
    def protocols(self, info: ContextInfo, as_of: AsOfArgument = None) -> list[DeclaredProtocol]:
        found = protocols(info.context.view(_at(info, as_of)))
        return [converted(DeclaredProtocol, one) for one in found]

    @strawberry.field(description="The grants that somebody has to say are still needed, by when, the first first.")
    def grants_to_recertify(
        self,
        info: ContextInfo,
        within_days: Annotated[int, strawberry.argument(description="Due within so many days.")] = 7,
        as_of: AsOfArgument = None,
    ) -> list[AccessGrant]:
        found = recertifications_due(info.context.view(_at(info, as_of)), within_days)
        return [converted(AccessGrant, one, found=one) for one in found]

    @strawberry.field(description="Who has, or had, access to a dataset, a column or a model version, and who used it.")
    def access_holders(
        self,
        info: ContextInfo,
        of: Annotated[strawberry.ID, strawberry.argument(description="Its id.")],
        as_of: AsOfArgument = None,
    ) -> list[AccessHolder]:
        return [
            AccessHolder(
                principal=one.principal,
                grants=[converted(AccessGrant, grant, found=grant) for grant in one.grants],
                has_grant=one.has_grant,
                permitted=len(one.permitted),
                last_permitted_at=micros(one.permitted[-1].at if one.permitted else None),
                last_permitted_entry=one.permitted[-1].entry if one.permitted else None,
            )
            for one in holders(info.context.view(_at(info, as_of)), str(of))
        ]

    @strawberry.field(description="Who may have access in the place of another, over or not, the newest first.")
    def access_delegations(
        self,
        info: ContextInfo,
        principal: Annotated[
            str | None, strawberry.argument(description="Only what this one gave or has, by its name.")
        ] = None,
        as_of: AsOfArgument = None,
    ) -> list[AccessDelegation]:
        name = None if principal is None else info.context.services.redactor.name(principal)
        found = access_delegations(info.context.view(_at(info, as_of)), name)
        return [converted(AccessDelegation, one, found=one) for one in found]

    @strawberry.field(description="What access was granted to a principal, over or not, the first first.")
    def access_grants(
        self,
        info: ContextInfo,
        principal: Annotated[str, strawberry.argument(description="The principal's name.")],
        as_of: AsOfArgument = None,
    ) -> list[AccessGrant]:
        return [converted(AccessGrant, one, found=one) for one in _of(principal, grants_of, info, as_of)]


def target_of(found: aspects.Target) -> AccessTarget:
    """Return a target as GraphQL shows it."""
    return AccessTarget(found=found, column=found.column, version=found.version)


def _at(info: ContextInfo, when: AsOfArgument) -> AsOf:
    return as_of(when, info.context)


def _of(
    principal: str,
    read: Callable[[View, Sequence[str]], Mapping[str, Sequence[T]]],
    info: ContextInfo,
    when: AsOfArgument,
) -> Sequence[T]:
    """Return what a query reads of one principal, by its name as somebody types it."""
    id_ = kinds.Principal(info.context.services.redactor.name(principal)).id
    return read(info.context.view(_at(info, when)), [id_]).get(id_, ())


@nodes.resolves(Project)
async def _project(context: RequestContext, identifier: str, at: AsOf) -> Project | None:
    found = await context.load(node_records, at, identifier)
    if found is None or not isinstance(found.node, kinds.Project):
        return None
    return Project(id=strawberry.ID(identifier), name=found.node.name, first_entry=found.first_entry)


@nodes.resolves(Protocol)
async def _protocol(context: RequestContext, identifier: str, at: AsOf) -> Protocol | None:
    found = await context.load(node_records, at, identifier)
    if found is None or not isinstance(found.node, kinds.Protocol):
        return None
    return Protocol(id=strawberry.ID(identifier), name=found.node.name, first_entry=found.first_entry)
