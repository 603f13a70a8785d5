"""Approval requests and every decision on them."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import AsOfArgument, AsOfInput, as_of
from catalog.api.graphql.as_of import as_of as at_of
from catalog.api.graphql.connections import After, Connection, First, ReadConnection, connect
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor, check_first
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.releases import ModelVersion
from catalog.api.graphql.scalars import Digest, Micros
from catalog.approvals import model, queries, states
from catalog.hidden import count_hidden
from catalog.reading import AsOf
from graph_schema import nodes as kinds
from graph_schema.vocabulary import words

ApprovalState = states.ApprovalState
enums.enter(ApprovalState)
InboxTask = model.InboxTask
enums.enter(InboxTask)
ApprovalKind = words.ApprovalKind
enums.enter(ApprovalKind)
DecisionKind = words.DecisionKind
enums.enter(DecisionKind)
IrbDetermination = words.IrbDetermination
enums.enter(IrbDetermination)
ReviewProcedure = words.ReviewProcedure
enums.enter(ReviewProcedure)
SignatureMeaning = words.SignatureMeaning
enums.enter(SignatureMeaning)


@strawberry.type(description="A digest that a request binds, and what it is of.")
class BoundDigest:
    of: str = strawberry.field(
        description="What it is of: artifact, code, environment, declaration, a snapshot and its role; labels, use."
    )
    digest: str = strawberry.field(
        description="The digest, with its algorithm; of code, the repository and the commit, which is a digest."
    )


@strawberry.type(description="How a signer had signed in, as whoever sent the decision claims: 21 CFR 11.200(a)(1).")
class SignIn:
    at: Micros = strawberry.field(description="When.")
    components: list[str] = strawberry.field(description="By which components of the electronic signature.")


@strawberry.type(description="What 45 CFR 164.512(i)(2) wants of a waiver of authorization.")
class Waiver:
    board: str = strawberry.field(description="The board that approved it.")
    acted_on: str = strawberry.field(description="On which day it did.")
    criteria: str = strawberry.field(description="That the criteria are satisfied.")
    information: str = strawberry.field(description="The health information for which access is needed.")
    procedure: ReviewProcedure = strawberry.field(description="By which procedure.")


@strawberry.type(description="What an institutional review board determined.")
class IrbFinding:
    determination: IrbDetermination = strawberry.field(description="What it determined.")
    protocol: str = strawberry.field(description="The protocol, as the board calls it.")
    continuing_review: Micros | None = strawberry.field(
        description="When it is to be reviewed again; null where it is not."
    )
    waiver: Waiver | None = strawberry.field(
        description="The contents of a waiver of authorization; null where it is none."
    )


@strawberry.type(description="That a condition of an approval is met.")
class ConditionMet:
    entry: int = strawberry.field(description="The ledger entry of the record.")
    text: str = strawberry.field(description="The condition, as the decision has it.")
    evidence: str = strawberry.field(description="What shows that it is met.")
    met_by: str = strawberry.field(description="The principal that recorded it.")
    met_at: Micros = strawberry.field(description="Since when it is met.")


@strawberry.type(description="A signed decision, with what 21 CFR 11.50(a) asks for.")
class Decision:
    entry: int = strawberry.field(description="The ledger entry of the record.")
    decision: DecisionKind = strawberry.field(description="What was decided.")
    meaning: SignatureMeaning = strawberry.field(description="What the signature stands for.")
    reason: str = strawberry.field(description="Why it was decided so.")
    printed_name: str = strawberry.field(description="The signer's name, as it is printed.")
    time_zone: str = strawberry.field(description="The time zone that the signer's local time is shown in.")
    decided_by: str = strawberry.field(description="The principal that decided.")
    authenticated: bool = strawberry.field(
        description="Whether a key proved who decided; if not, it satisfies no gate."
    )
    decided_at: Micros = strawberry.field(description="When it was decided.")
    expires_at: Micros | None = strawberry.field(
        description="Until when the decision holds; null where no end was set."
    )
    conditions: list[str] = strawberry.field(description="What the approval is bound to.")
    key_id: str | None = strawberry.field(
        description="The key that it was decided under; null where an older version did not note it."
    )
    signed: Digest = strawberry.field(description="The digest over all that was signed, 21 CFR 11.70.")
    signature_block: str = strawberry.field(
        description="Printed name, date and time with zone, meaning, and the record that it is of: 21 CFR 11.50, 11.70."
    )
    requires: list[str] = strawberry.field(description="What has to be met on record before the approval holds.")
    interest: str | None = strawberry.field(
        description="An interest of the signer's own in it, because of which it does not count."
    )
    conflicts: list[str] = strawberry.field(
        description="Why it does not count, as the catalog found when it was taken."
    )
    counts_for: str | None = strawberry.field(
        description="The person whom it counts for, by the least of their names; null where it does not count."
    )
    uncounted: list[str] = strawberry.field(description="Why it counts for nobody; empty where it counts.")
    sign_in: SignIn | None = strawberry.field(description="How the signer had signed in; null where that was not said.")
    irb: IrbFinding | None = strawberry.field(
        description="What the institutional review board determined; null of any other kind of approval."
    )


@strawberry.type(description="A request for approval, the exact digests it binds, and every decision on it.")
class Approval(Node):
    found: strawberry.Private[model.Approval]
    at: strawberry.Private[AsOf]
    request: int = strawberry.field(description="The request's ledger index, which decideApproval names.")
    approval_kind: ApprovalKind = strawberry.field(description="Which body was asked.")
    use_case: str = strawberry.field(description="What the subject is to be used for.")
    reason: str = strawberry.field(description="Why it was asked for.")
    requested_by: str = strawberry.field(description="The principal that asked.")
    authenticated: bool = strawberry.field(description="Whether a key proved who asked.")
    requested_at: Micros = strawberry.field(description="When it was asked for.")
    expires_at: Micros | None = strawberry.field(
        description="Until when request and approval hold; null where no end was set."
    )
    digests: list[BoundDigest] = strawberry.field(
        description="The exact digests that it binds: where one changes, it is INVALIDATED."
    )
    needed: int = strawberry.field(description="How many distinct persons have to approve.")
    emergency: bool = strawberry.field(
        description="Whether one person's approval holds for 72 hours, until another ratifies it."
    )
    approved_by: list[str] = strawberry.field(
        description="The distinct persons, each proved by a key, whose newest decision approves."
    )
    met: list[ConditionMet] = strawberry.field(description="The conditions that were met on record, the oldest first.")
    depends_on: list[int] = strawberry.field(
        description="The requests, by ledger index, whose approvals it depends on: where one ends, it is INVALIDATED."
    )
    dossier: int | None = strawberry.field(
        description="The entry by which the report was issued that it was asked with: what whoever decides looks at."
    )
    dossier_digest: str | None = strawberry.field(description="The digest of that report's content.")
    approval_state: ApprovalState = strawberry.field(description="Where it stands.")
    since: Micros = strawberry.field(description="Since when it stands there.")
    ends_at: Micros | None = strawberry.field(
        description="When it ends by itself as it stands; null where it has no end, or ended."
    )
    deciding_entry: int | None = strawberry.field(
        description="The entry that the state rests on: of the decision, or of what changed where it is INVALIDATED."
    )
    explanation: str | None = strawberry.field(description="In words, what changed where it is INVALIDATED.")
    decisions: list[Decision] = strawberry.field(description="Every decision on it, the oldest first.")

    @strawberry.field(description="The model version, snapshot or dataset that is to be approved.")
    async def subject(self, info: ContextInfo) -> Node | None:
        return await nodes.resolve(info.context, self.found.subject, self.at)


@strawberry.input(description="All that match every field given.")
class ApprovalFilter:
    subjects: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="The ids of what is to be approved; all where none are given."
    )
    states: list[ApprovalState] = strawberry.field(
        default_factory=list, description="Where requests stand; all where none are given."
    )
    kinds: list[ApprovalKind] = strawberry.field(
        default_factory=list, description="Which bodies were asked; all where none are given."
    )
    use_case: str | None = strawberry.field(default=None, description="The use case, word for word.")
    requested_by: str | None = strawberry.field(default=None, description="The principal that asked.")

    def read(self) -> model.ApprovalFilter:
        """Return the filter as the capability takes it."""
        return model.ApprovalFilter(
            tuple(map(str, self.subjects)),
            tuple(self.states),
            tuple(kind.value for kind in self.kinds),
            self.use_case,
            self.requested_by,
        )


@strawberry.type(description="What a principal has to do about requests for approval.")
class InboxItem:
    task: InboxTask = strawberry.field(description="What is to be done.")
    requests: list[int] = strawberry.field(description="The requests that it is about, by ledger index.")
    due_at: Micros | None = strawberry.field(description="By when; null where nothing says.")
    because: int | None = strawberry.field(description="The entry that ended the approvals; null where none did.")
    explanation: str | None = strawberry.field(description="In words, what ended them; null where nothing changed.")


@strawberry.type(description="A page of requests for approval, and how to ask for the next one.")
class ApprovalConnection(ReadConnection[Approval]):
    pass


@strawberry.type
class ApprovalQueries:
    @strawberry.field(
        description="What a principal has to do about requests, by what is due first: one cause is one item."
    )
    async def approval_inbox(
        self,
        info: ContextInfo,
        principal: Annotated[str, strawberry.argument(description="Whose inbox.")],
        within_days: Annotated[
            int, strawberry.argument(description="How many days before its end an approval is to be renewed.")
        ] = queries.WITHIN_DAYS,
        as_of: AsOfArgument = None,
    ) -> list[InboxItem]:
        view = info.context.view(at_of(as_of, info.context))
        return [converted(InboxItem, one) for one in queries.inbox(view, principal, max(0, min(within_days, 36_500)))]

    @strawberry.field(description="Approval requests, the newest first.")
    async def approvals(
        self,
        info: ContextInfo,
        filter: Annotated[  # noqa: A002  its name in the interface
            ApprovalFilter | None, strawberry.argument(description="Which requests; all where nothing is given.")
        ] = None,
        as_of: AsOfArgument = None,
        first: First = 50,
        after: After = None,
    ) -> ApprovalConnection:
        return list_approvals(info.context, filter, as_of, first, after)


def list_approvals(
    context: RequestContext, asked: ApprovalFilter | None, when: AsOfInput | None, first: int, after: str | None
) -> ApprovalConnection:
    """Return a page of approval requests; raises InvalidInputError for a cursor of another query."""
    at = as_of(when, context)
    wanted = model.ApprovalFilter() if asked is None else asked.read()
    cursor = Cursor.of("approvals", wanted, at)
    position = cursor.read(after, (int,))
    view = context.view(at)
    if not wanted.subjects:
        count_hidden(view, kinds.Approval.__name__)
    page = queries.list_approvals(
        view, wanted, first=check_first(first), after=None if position is None else int(position[0])
    )
    found: Connection[Approval] = connect(
        [as_approval(one, at) for one in page.approvals],
        [partial(cursor.write, [one.request]) for one in page.approvals],
        page.total,
        more=page.more,
    )
    return ApprovalConnection.of(found, view)


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
