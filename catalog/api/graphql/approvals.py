"""Approval requests and every decision on them."""

from __future__ import annotations

from functools import partial

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.as_of import AsOfInput, as_of
from catalog.api.graphql.connections import Connection, connect
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor, check_first
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.releases import ModelVersion
from catalog.api.graphql.scalars import Digest, Micros
from catalog.approvals import model, queries
from catalog.reading import AsOf
from graph_schema.vocabulary import words

ApprovalState = model.ApprovalState
strawberry.enum(ApprovalState, description="Where a request stands.")
ApprovalKind = words.ApprovalKind
strawberry.enum(ApprovalKind)
DecisionKind = words.DecisionKind
strawberry.enum(DecisionKind)
SignatureMeaning = words.SignatureMeaning
strawberry.enum(SignatureMeaning)


@strawberry.type(description="A digest that a request binds, and what it is of.")
class BoundDigest:
    of: str
    digest: Digest


@strawberry.type(description="A signed decision, with what 21 CFR 11.50(a) asks for.")
class Decision:
    entry: int
    decision: DecisionKind
    meaning: SignatureMeaning
    reason: str
    printed_name: str
    time_zone: str
    decided_by: str
    authenticated: bool = strawberry.field(
        description="Whether a key proved who decided; if not, it satisfies no gate."
    )
    decided_at: Micros
    expires_at: Micros | None
    conditions: list[str]
    signed: Digest


@strawberry.type(description="A request for approval, the exact digests it binds, and every decision on it.")
class Approval(Node):
    found: strawberry.Private[model.Approval]
    at: strawberry.Private[AsOf]
    request: int = strawberry.field(description="The request's ledger index, which decideApproval names.")
    approval_kind: ApprovalKind
    use_case: str
    reason: str
    requested_by: str
    authenticated: bool
    requested_at: Micros
    expires_at: Micros | None
    digests: list[BoundDigest]
    approval_state: ApprovalState
    since: Micros
    deciding_entry: int | None = strawberry.field(
        description="The entry that the state rests on: of the decision, or of what changed where it is INVALIDATED."
    )
    explanation: str | None = strawberry.field(description="In words, what changed where it is INVALIDATED.")
    decisions: list[Decision]

    @strawberry.field(description="The model version, snapshot or dataset that is to be approved.")
    async def subject(self, info: ContextInfo) -> Node | None:
        return await nodes.resolve(info.context, self.found.subject, self.at)


@strawberry.input(description="All that match every field given.")
class ApprovalFilter:
    subjects: list[strawberry.ID] = strawberry.field(default_factory=list)
    states: list[ApprovalState] = strawberry.field(default_factory=list)
    kinds: list[ApprovalKind] = strawberry.field(default_factory=list)
    use_case: str | None = None
    requested_by: str | None = None

    def read(self) -> model.ApprovalFilter:
        """Return the filter as the capability takes it."""
        return model.ApprovalFilter(
            tuple(map(str, self.subjects)),
            tuple(self.states),
            tuple(kind.value for kind in self.kinds),
            self.use_case,
            self.requested_by,
        )


@strawberry.type
class ApprovalQueries:
    @strawberry.field(description="Approval requests, the newest first.")
    async def approvals(
        self,
        info: ContextInfo,
        filter: ApprovalFilter | None = None,  # noqa: A002  its name in the interface
        as_of: AsOfInput | None = None,
        first: int = 50,
        after: str | None = None,
    ) -> Connection[Approval]:
        return list_approvals(info.context, filter, as_of, first, after)


def list_approvals(
    context: RequestContext, asked: ApprovalFilter | None, when: AsOfInput | None, first: int, after: str | None
) -> Connection[Approval]:
    """Return a page of approval requests; raises InvalidInputError for a cursor of another query."""
    at = as_of(when, context)
    wanted = model.ApprovalFilter() if asked is None else asked.read()
    cursor = Cursor.of("approvals", wanted, at)
    position = cursor.read(after, (int,))
    page = queries.list_approvals(
        context.view(at), wanted, first=check_first(first), after=None if position is None else int(position[0])
    )
    return connect(
        [as_approval(one, at) for one in page.approvals],
        [partial(cursor.write, [one.request]) for one in page.approvals],
        page.total,
        more=page.more,
    )


@nodes.resolves(Approval)
async def _approval(context: RequestContext, identifier: str, at: AsOf) -> Approval | None:
    found = await context.load(queries.approvals, at, identifier)
    return None if found is None else as_approval(found, at)


def as_approval(found: model.Approval, at: AsOf) -> Approval:
    """Return an approval as its GraphQL type."""
    return converted(Approval, found, approval_state=found.state, deciding_entry=found.because, found=found, at=at)


@field_of(ModelVersion, description="Approvals that concern it, the oldest request first.")
async def approvals(version: strawberry.Parent[ModelVersion], info: ContextInfo) -> list[Approval]:
    """Return the approvals of the version."""
    found = await info.context.load(queries.approvals_of, version.at, str(version.id))
    return [as_approval(one, version.at) for one in found or ()]
