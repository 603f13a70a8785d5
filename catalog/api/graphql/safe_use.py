"""Whether datasets are safe for a use, what that asks for, and why one is not."""

from __future__ import annotations

from asyncio import gather
from dataclasses import replace
from typing import Annotated

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import AsOfArgument, AsOfInput, Completeness, ReadPoint, as_of, completeness, read_point
from catalog.api.graphql.connections import After, First, PageInfo
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor, check_first
from catalog.api.graphql.datasets import Dataset, DeidentificationState, PhiKind, Zone
from catalog.api.graphql.findings import Severity
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.scalars import Micros
from catalog.api.graphql.search import SearchFilter, asked_of
from catalog.assets.queries import node_records
from catalog.reading import AsOf
from catalog.safe_use import model, queries
from graph_schema import nodes as kinds
from graph_schema.vocabulary import words

SafeQuestion = words.SafeQuestion
enums.enter(SafeQuestion)
Outcome = model.Outcome
enums.enter(Outcome, name="SafetyOutcome")
Condition = model.Condition
enums.enter(Condition, name="SafetyCondition")


@strawberry.type(description=kinds.SafeUse.__doc__)
class SafeUse(Node):
    question: SafeQuestion = strawberry.field(description="For what it has to be safe.")
    first_entry: int = strawberry.field(description="The ledger entry that first defined it.")


@strawberry.type(description="What must hold, all of it, for a dataset to be safe for a use.")
class SafeUseDefinition:
    found: strawberry.Private[model.Definition]
    question: SafeQuestion = strawberry.field(description="For what it has to be safe.")
    entry: int | None = strawberry.field(description="The ledger entry that says so; null for what is shipped.")
    by: str | None = strawberry.field(description="Who recorded it; null for what is shipped.")
    since: Micros | None = strawberry.field(description="Since when it is asked for; null for what is shipped.")

    @strawberry.field(description="The states of de-identification that will do.")
    def states(self) -> list[DeidentificationState]:
        return list(map(DeidentificationState, self.found.content.states))

    @strawberry.field(description="The HL7 purposes that must be permitted.")
    def purposes(self) -> list[str]:
        return list(self.found.content.purposes)

    @strawberry.field(description="The kinds of PHI that must not be in it.")
    def labels_absent(self) -> list[PhiKind]:
        return list(map(PhiKind, self.found.content.labels_absent))

    @strawberry.field(description="HL7 refrain codes that must not lie on it.")
    def refrains_absent(self) -> list[str]:
        return list(self.found.content.refrains_absent)

    @strawberry.field(description="The zones that it may lie in; any where there are none.")
    def zones(self) -> list[Zone]:
        return list(map(Zone, self.found.content.zones))

    @strawberry.field(description="How severe a finding has to be to count; null: findings do not count.")
    def finding_severity(self) -> Severity | None:
        severity = self.found.content.finding_severity
        return None if severity is None else Severity(severity)

    @strawberry.field(description="Why this is asked for.")
    def reason(self) -> str:
        return self.found.content.reason


@strawberry.type(description="What one condition comes to.")
class SafetyReason:
    condition: Condition = strawberry.field(description="What is asked.")
    outcome: Outcome = strawberry.field(description="What it comes to.")
    text: str = strawberry.field(description="Why, in a sentence.")
    entries: list[int] = strawberry.field(description="The ledger entries that it rests on.")


@strawberry.type(description="Whether a dataset is safe for a use, with every condition.")
class Safety:
    outcome: Outcome = strawberry.field(
        description="PASS where every condition holds; what is UNKNOWN is not safe either."
    )
    reasons: list[SafetyReason] = strawberry.field(
        description="What each condition comes to; of several things against one, each."
    )
    definition: SafeUseDefinition = strawberry.field(description="What was asked for.")
    dataset: Dataset = strawberry.field(description="What was judged.")
    completeness: Completeness = strawberry.field(description="Whether the answer is whole.")
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


@strawberry.type(description="A safe dataset, why it is, and the cursor to go on behind it.")
class SafeEdge:
    node: Node = strawberry.field(description="What is safe.")
    reasons: list[SafetyReason] = strawberry.field(description="Why it is: what each condition comes to.")
    cursor: str = strawberry.field(description="What to send as `after` to go on behind it.")


@strawberry.type(description="The safe datasets among those that a search finds, in the order of a search.")
class SafeConnection:
    edges: list[SafeEdge] = strawberry.field(description="The safe ones of this page.")
    nodes: list[Node] = strawberry.field(description="The same without reasons and cursors.")
    definition: SafeUseDefinition = strawberry.field(description="What was asked for.")
    text: str = strawberry.field(description="The words that were searched: with tokens where names hold them.")
    examined: int = strawberry.field(
        description=f"How many candidates were judged for this page, at most {queries.MOST_JUDGED} and a few."
    )
    page_info: PageInfo = strawberry.field(
        description="Whether candidates are left, and how to go on: a page may hold fewer than asked for, even none, "
        "though another follows."
    )
    completeness: Completeness = strawberry.field(description="Whether the answer is whole.")
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


_QUESTION = strawberry.argument(description="For what it has to be safe.")
Question = Annotated[SafeQuestion, _QUESTION]


@strawberry.type
class SafeUseQueries:
    @strawberry.field(description="What each question of safe use asks for: as the site recorded, else as shipped.")
    def safe_uses(self, info: ContextInfo, as_of: AsOfArgument = None) -> list[SafeUseDefinition]:
        return [_definition(one) for one in queries.safe_uses(info.context.view(_at(info, as_of)))]

    @strawberry.field(
        description="Find datasets that are safe for a use, on what is current. What is unknown is never safe; "
        "`whyNotSafe` says why one that was expected is missing."
    )
    async def safe_for(
        self,
        info: ContextInfo,
        question: Question,
        text: Annotated[str | None, strawberry.argument(description="Words, as `search` takes them.")] = None,
        filter: Annotated[  # noqa: A002  its name in the interface
            SearchFilter | None, strawberry.argument(description="What they must match beside the words.")
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> SafeConnection:
        request = asked_of(info.context, text, filter, (), check_first(first))
        cursor = Cursor.of("safe", question.value, request.text, sorted(request.filters.items()), request.gaps)
        position = cursor.read(after, (int, str, str))
        place = None if position is None else (position[0], position[1], position[2])
        at = AsOf()
        view = info.context.view(at)
        page = queries.safe_for(view, question, replace(request, after=place))
        found = await gather(*(nodes.resolve(info.context, hit.id, at) for hit in page.hits))
        edges = [
            SafeEdge(node=node, reasons=_reasons(hit.safety), cursor=cursor.write(hit.cursor))
            for hit, node in zip(page.hits, found, strict=True)
            if node is not None
        ]
        return SafeConnection(
            edges=edges,
            nodes=[edge.node for edge in edges],
            definition=_definition(page.definition),
            text=request.text,
            examined=page.examined,
            page_info=PageInfo(
                has_next_page=page.more, end_cursor=None if page.after is None else cursor.write(page.after)
            ),
            completeness=completeness(view, None, [hit.id for hit in page.hits]),
            read_point=read_point(view),
        )

    @strawberry.field(
        description="Why a dataset is not safe for a use, or that it is; null where it is not known or may not be seen."
    )
    async def why_not_safe(
        self,
        info: ContextInfo,
        asset: Annotated[strawberry.ID, strawberry.argument(description="The dataset's id.")],
        question: Question,
        as_of: AsOfArgument = None,
    ) -> Safety | None:
        at = _at(info, as_of)
        view = info.context.view(at)
        found = queries.safety(view, [str(asset)], question).get(str(asset))
        shown = await nodes.find(Dataset, info.context, str(asset), at)
        if found is None or shown is None:
            return None
        return Safety(
            outcome=found.outcome,
            reasons=_reasons(found),
            definition=_definition(found.definition),
            dataset=shown,
            completeness=completeness(view, None, [str(asset)]),
            read_point=read_point(view),
        )


@nodes.resolves(SafeUse)
async def _safe_use(context: RequestContext, identifier: str, at: AsOf) -> SafeUse | None:
    found = await context.load(node_records, at, identifier)
    if found is None or not isinstance(found.node, kinds.SafeUse):
        return None
    question = SafeQuestion(found.node.question)
    return SafeUse(id=strawberry.ID(identifier), question=question, first_entry=found.first_entry)


def _definition(found: model.Definition) -> SafeUseDefinition:
    return converted(SafeUseDefinition, found, found=found)


def _reasons(found: model.Safety) -> list[SafetyReason]:
    return [converted(SafetyReason, one, entries=list(one.entries)) for one in found.reasons]


def _at(info: ContextInfo, when: AsOfInput | None) -> AsOf:
    return as_of(when, info.context)
