"""What the rules over the estate find, how it stands, and what is found on one thing."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import AsOfArgument, Completeness, ReadPoint, as_of, completeness, read_point
from catalog.api.graphql.connections import After, Connection, First, connected, page_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.datasets import Dataset
from catalog.api.graphql.jobs import Job
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.problems import AnyProblem, as_problem
from catalog.api.graphql.releases import ModelVersion
from catalog.api.graphql.runs import Run
from catalog.api.graphql.scalars import Micros
from catalog.assets.queries import node_records
from catalog.errors import ADDRESSED
from catalog.findings import queries, rules
from catalog.findings.estate import model
from catalog.reading import AsOf
from graph_schema import nodes as kinds
from graph_schema.vocabulary import words

Severity = rules.Severity
enums.enter(Severity)
FindingState = rules.FindingState
enums.enter(FindingState)
FindingStance = words.FindingStance
enums.enter(FindingStance)

if TYPE_CHECKING:

    class FindingRule(StrEnum):
        """A rule over the estate."""
else:
    FindingRule = StrEnum("FindingRule", {rule.name: rule.name for rule in rules.ESTATE})
enums.enter(
    FindingRule,
    description="A rule that is held to everything in the catalog.",
    members={rule.name: rule.description for rule in rules.ESTATE},
)


@strawberry.type(description="What somebody last decided of a finding.")
class FindingDecision:
    stance: FindingStance = strawberry.field(description="What was decided.")
    by: str = strawberry.field(description="The principal that decided.")
    reason: str = strawberry.field(description="Why.")
    until: Micros | None = strawberry.field(description="Until when it is accepted; null for anything else.")
    since: Micros = strawberry.field(description="Since when that holds.")
    entry: int = strawberry.field(description="The ledger entry that says so.")


@strawberry.type(description="What a rule finds on a thing, and how that stands.")
class Finding(Node):
    found: strawberry.Private[model.EstateFinding]
    at: strawberry.Private[AsOf]
    subject: strawberry.ID = strawberry.field(name="subjectId", description="The id of what it is found on.")
    subjects: list[strawberry.ID] = strawberry.field(
        name="subjectIds", description="The ids of all that it is found on together."
    )
    name: str = strawberry.field(description="What the subject is called.")
    text: str = strawberry.field(description="What is found, in a sentence.")
    entries: list[int] = strawberry.field(description="The ledger entries that show it.")
    since: Micros | None = strawberry.field(
        name="trueSince", description="When it was first so; null where nothing says when."
    )
    until: Micros | None = strawberry.field(name="trueUntil", description="When it was last so; null while it is.")
    known: int = strawberry.field(description="The ledger entry by which it was first known.")
    ended: int | None = strawberry.field(description="The one by which it was known to be over; null while it is so.")
    state: FindingState = strawberry.field(name="findingState", description="How it stands.")
    decided: FindingDecision | None = strawberry.field(
        description="What was last decided of it; null where nobody decided anything."
    )

    @strawberry.field(description="The rule that finds it.")
    def rule(self) -> FindingRule:
        return FindingRule(self.found.rule.name)

    @strawberry.field(description="How severe it is.")
    def severity(self) -> Severity:
        return self.found.rule.severity

    @strawberry.field(description="What it is found on.")
    async def node(self, info: ContextInfo) -> Node | None:
        return await nodes.resolve(info.context, self.found.subject, self.at)


@strawberry.type(description="How many findings a rule has that stand in one way.")
class FindingCount:
    rule: FindingRule = strawberry.field(description="The rule that finds them.")
    severity: Severity = strawberry.field(description="How severe what it finds is.")
    state: FindingState = strawberry.field(description="How they stand.")
    count: int = strawberry.field(description="How many there are.")


@strawberry.type(description="What the rules over the estate find: a page of it, and how many there are.")
class Findings:
    page: Connection[Finding] = strawberry.field(description="The findings by severity, rule and subject.")
    counts: list[FindingCount] = strawberry.field(description="How many there are on all pages, by rule and state.")
    completeness: Completeness = strawberry.field(
        description="Whether the answer is whole; look here before taking an empty answer for none."
    )
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


@strawberry.input(description="Which findings are asked for; what is left out narrows nothing.")
class FindingFilter:
    severities: list[Severity] | None = strawberry.field(default=None, description="Of these severities.")
    rules: list[FindingRule] | None = strawberry.field(default=None, description="Of these rules.")
    states: list[FindingState] | None = strawberry.field(
        default=None, description="That stand so; left out, all that hold: OPEN, ACKNOWLEDGED and ACCEPTED."
    )
    subjects: list[strawberry.ID] | None = strawberry.field(default=None, description="On these things.")

    @property
    def wanted(self) -> queries.Wanted:
        """Return the same as the query takes it."""
        return queries.Wanted(
            None if self.severities is None else frozenset(self.severities),
            None if self.rules is None else frozenset(rules.Rule[one.value] for one in self.rules),
            queries.LASTING if self.states is None else frozenset(self.states),
            None if self.subjects is None else tuple(map(str, self.subjects)),
        )


FindingsResult = Annotated[
    Findings | AnyProblem,
    strawberry.union("FindingsResult", description="The findings, or why there are none to show."),
]
_FILTER = strawberry.argument(description="Which findings are asked for; left out, all that hold.")


@strawberry.type
class FindingQueries:
    @strawberry.field(description="What the rules over the estate find, in the order of severity, rule and subject.")
    def findings(
        self,
        info: ContextInfo,
        filter: Annotated[FindingFilter | None, _FILTER] = None,  # noqa: A002  its name in the interface
        first: First = 50,
        after: After = None,
        as_of: AsOfArgument = None,
    ) -> FindingsResult:
        try:
            return _findings(info.context, filter or FindingFilter(), first, after, _at(as_of, info.context))
        except ADDRESSED as error:
            return as_problem(error)


_at = as_of
"""An argument of the question has this name too."""


def _findings(context: RequestContext, asked: FindingFilter, first: int, after: str | None, at: AsOf) -> Findings:
    view = context.view(at)
    found = queries.findings(view, asked.wanted)
    cursor = Cursor.of("findings", repr(asked), at)
    page = page_of(
        found.keys, lambda key: [key.severity, key.rule_at, key.subject], lambda key: key, cursor, first, after
    )
    details = queries.finding_details(view, found, page.nodes)
    return Findings(
        page=connected(page, lambda key: _finding(details[key], at) if key in details else None),
        counts=[
            FindingCount(rule=FindingRule(rule.name), severity=rule.severity, state=state, count=count)
            for (rule, state), count in found.counts().items()
        ],
        completeness=completeness(view),
        read_point=read_point(view),
    )


def _finding(one: model.EstateFinding, at: AsOf) -> Finding:
    return converted(Finding, one, found=one, at=at)


async def _on(context: RequestContext, identifier: str, at: AsOf) -> list[Finding]:
    return [_finding(one, at) for one in await context.load(queries.findings_on, at, identifier) or ()]


_DESCRIPTION = "What the rules over the estate find on it and holds, in the order of severity and rule."


@field_of(Dataset, name="findings", description=_DESCRIPTION)
async def of_dataset(dataset: strawberry.Parent[Dataset], info: ContextInfo) -> list[Finding]:
    return await _on(info.context, str(dataset.id), dataset.at)


@field_of(Job, name="findings", description=_DESCRIPTION)
async def of_job(job: strawberry.Parent[Job], info: ContextInfo) -> list[Finding]:
    return await _on(info.context, str(job.id), job.at)


@field_of(Run, name="findings", description=_DESCRIPTION)
async def of_run(run: strawberry.Parent[Run], info: ContextInfo) -> list[Finding]:
    return await _on(info.context, str(run.id), run.at)


@field_of(ModelVersion, name="findings", description=_DESCRIPTION)
async def of_version(version: strawberry.Parent[ModelVersion], info: ContextInfo) -> list[Finding]:
    return await _on(info.context, str(version.id), version.at)


@nodes.resolves(Finding)
async def _decided_finding(context: RequestContext, identifier: str, at: AsOf) -> Finding | None:
    """Return a finding that somebody decided on, while it holds or once it is over."""
    known = await context.load(node_records, at, identifier)
    if known is None or not isinstance(known.node, kinds.Finding):
        return None
    wanted = queries.Wanted(states=frozenset(FindingState), subjects=(known.node.subject,))
    view = context.view(at)
    found = queries.findings(view, wanted)
    shown = queries.finding_details(view, found, found.keys).values()
    return next((_finding(one, at) for one in shown if one.id == identifier), None)
