"""What data may be used for: asked of datasets, snapshots and model versions, over all that they were made of."""

from __future__ import annotations

from typing import Annotated

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import AsOfArgument, Completeness, ReadPoint, as_of, completeness, read_point
from catalog.api.graphql.assets import Asset
from catalog.api.graphql.codes import Code, codes_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.lineage import LineageEdge, as_edge, missing
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.problems import AnyProblem, as_problem
from catalog.api.graphql.scalars import Micros
from catalog.approvals.ethics import ethics_approvals
from catalog.assets.queries import node_records
from catalog.errors import ADDRESSED
from catalog.reading import AsOf
from catalog.use import answers, asking, model, queries
from catalog.view import View
from graph_schema import nodes as kinds
from graph_schema.vocabulary import duo, hl7, words

UseDecision = model.Decision
enums.enter(UseDecision, name="UseDecision")
ConsentState = words.ConsentState
enums.enter(ConsentState)
WithdrawalEffect = words.WithdrawalEffect
enums.enter(WithdrawalEffect, name="WithdrawalEffect")
OrganizationKind = model.OrganizationKind
enums.enter(OrganizationKind)
SensitiveTopic = model.SensitiveTopic
enums.enter(SensitiveTopic)
DecidingRecord = model.RecordKind
enums.enter(DecidingRecord, name="DecidingRecord")


@strawberry.type(description="A term of the Data Use Ontology with its argument.")
class DataUse:
    code: Code = strawberry.field(description="The term.")
    values: list[str] = strawberry.field(
        description="Diseases, places, users, projects, institutes, topics or contacts, by the term."
    )
    date: Micros | None = strawberry.field(description="When a moratorium ends.")
    months: int | None = strawberry.field(description="How many months use may last.")


@strawberry.type(description="The consent that a statement rests on, or its withdrawal.")
class UseConsent:
    state: ConsentState = strawberry.field(description="How it stands.")
    since: Micros = strawberry.field(description="When it was given, or withdrawn.")
    until: Micros | None = strawberry.field(description="When it ends.")
    effect: WithdrawalEffect = strawberry.field(description="From when a withdrawal acts.")
    scope: str | None = strawberry.field(description="What it covers, in words.")


@strawberry.type(description="The agreement that a statement rests on.")
class UseAgreement:
    name: str = strawberry.field(description="What it is called.")
    since: Micros = strawberry.field(description="Since when it is in force.")
    until: Micros | None = strawberry.field(description="When it ends.")
    purposes: list[Code] = strawberry.field(description="The purposes that it names.")
    limited_data_set: bool = strawberry.field(description="Whether it is one of 45 CFR 164.514(e)(4).")
    recipients: list[str] = strawberry.field(
        description="Who may have and use the data under it; none: it is not said."
    )


@strawberry.type(description="What an authority says that data may be used for; null or empty where it says nothing.")
class StatedUse:
    found: strawberry.Private[model.UseStatement]
    name: str = strawberry.field(description="What the authority calls it.")
    authority: str = strawberry.field(description="Whose statement it is.")
    entry: int = strawberry.field(description="The ledger entry that says it.")
    entries: list[int] = strawberry.field(description="That entry, and those that ended or withdrew it.")
    since: Micros = strawberry.field(description="Since when it holds.")
    until: Micros | None = strawberry.field(description="Until when it holds; null where no end was set.")
    basis: str | None = strawberry.field(description="What it rests on.")
    permit: str | None = strawberry.field(description="The id of the permit that it rests on.")
    words: str | None = strawberry.field(description="The same in words.")
    unknown: list[str] = strawberry.field(description="Codes in it that no table has, or that mean nothing any more.")

    @strawberry.field(description="Data use terms: what is permitted, and what restricts it.")
    def terms(self) -> list[DataUse]:
        return [
            DataUse(
                code=Code(system=duo.SYSTEM, code=one.code),
                values=sorted(one.values),
                date=_micros(one.date),
                months=one.months,
            )
            for one in sorted(self.found.terms, key=lambda one: (one.code, sorted(one.values)))
        ]

    @strawberry.field(description="Purposes that are allowed; null where it says nothing of purposes.")
    def purposes(self) -> list[Code] | None:
        purposes = self.found.purposes
        return None if purposes is None else codes_of(hl7.PURPOSE_OF_USE, sorted(purposes))

    @strawberry.field(description="What must be done by whoever uses it.")
    def obligations(self) -> list[Code]:
        return codes_of(hl7.OBLIGATIONS, sorted(self.found.obligations))

    @strawberry.field(description="What must not be done with it.")
    def refrains(self) -> list[Code]:
        return codes_of(hl7.REFRAINS, sorted(self.found.refrains))

    @strawberry.field(description="Where the data may be; null where it says nothing of places.")
    def places(self) -> list[str] | None:
        return None if self.found.places is None else sorted(self.found.places)

    @strawberry.field(description="The consent that it rests on.")
    def consent(self) -> UseConsent | None:
        return _consent(self.found.consent)

    @strawberry.field(description="That consent was withdrawn since.")
    def withdrawal(self) -> UseConsent | None:
        return _consent(self.found.withdrawal)

    @strawberry.field(description="The agreement that it rests on.")
    def agreement(self) -> UseAgreement | None:
        agreement = self.found.agreement
        if agreement is None:
            return None
        return UseAgreement(
            name=agreement.name,
            since=Micros(agreement.since),
            until=_micros(agreement.until),
            purposes=codes_of(hl7.PURPOSE_OF_USE, sorted(agreement.purposes)),
            limited_data_set=agreement.limited_data_set,
            recipients=sorted(agreement.recipients),
        )


@strawberry.type(description=kinds.UseStatement.__doc__)
class UseStatement(Node):
    name: str = strawberry.field(description="What the authority calls it.")
    stated: list[StatedUse] = strawberry.field(description="What was stated under the name, the first entry first.")


@strawberry.type(description="A statement that reaches what was asked about.")
class AppliedUse:
    found: strawberry.Private[answers.Applied]
    at: strawberry.Private[AsOf]
    among: strawberry.Private[nodes.Together]
    statement: StatedUse = strawberry.field(description="What it says.")
    replaced_by: list[str] = strawberry.field(
        description="The licences that replace it on every way here; where there is one it decides nothing."
    )

    @strawberry.field(description="What it is about; null where that is not to be seen.")
    async def subject(self, info: ContextInfo) -> Node | None:
        return await nodes.resolve(info.context, self.found.subject, self.at)

    @strawberry.field(description="A shortest path by which it applies, from what it is about; empty where it is here.")
    def path(self) -> list[LineageEdge]:
        return [as_edge(edge, self.among) for edge in self.found.path]


@strawberry.type(description="Statements that cannot all be kept, or one that does not agree with itself.")
class UseContradiction:
    text: str = strawberry.field(description="What contradicts what.")
    statements: list[str] = strawberry.field(description="The statements, by name.")
    entries: list[int] = strawberry.field(description="Their ledger entries.")


@strawberry.type(description="All that was said of what something may be used for, and of all that it was made of.")
class PermittedUses:
    statements: list[AppliedUse] = strawberry.field(description="The statements, by entry.")
    unstated: list[strawberry.ID] = strawberry.field(
        description="The ids of the sources of which nothing was said: that is no permission."
    )
    contradictions: list[UseContradiction] = strawberry.field(description="What cannot all be kept.")
    entries: list[int] = strawberry.field(description="The ledger entries that the answer rests on.")
    completeness: Completeness = strawberry.field(
        description="Whether the answer is whole; one that is Truncated or Redacted never permits anything."
    )
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


@strawberry.type(description="Why a statement decides so.")
class UseReason:
    decision: UseDecision = strawberry.field(description="What it comes to.")
    text: str = strawberry.field(description="Why, in a sentence.")
    awaits: DecidingRecord | None = strawberry.field(description="The record that would decide, of an ABSTAIN.")
    entries: list[int] = strawberry.field(description="The ledger entries behind it, besides the statement's own.")


@strawberry.type(description="What one statement comes to.")
class UseJudgement:
    statement: StatedUse | None = strawberry.field(
        description="The statement; null where nothing was said, or where not everything was looked at."
    )
    applied: list[AppliedUse] = strawberry.field(description="What it is about, each with a path by which it applies.")
    decision: UseDecision = strawberry.field(description="What it comes to.")
    reasons: list[UseReason] = strawberry.field(description="Why.")
    obligations: list[str] = strawberry.field(description="What must be done: HL7 codes, and what was promised.")
    refrains: list[str] = strawberry.field(description="What must not be done: HL7 codes.")


@strawberry.type(description="Whether something may be used so.")
class MayUse:
    of: strawberry.Private[str]
    at: strawberry.Private[AsOf]
    recipient: strawberry.Private[str | None]
    decision: UseDecision = strawberry.field(description="The worst of what every statement comes to.")
    deciding: list[UseJudgement] = strawberry.field(description="The statements that are as bad.")
    judgements: list[UseJudgement] = strawberry.field(description="What every statement comes to.")
    obligations: list[str] = strawberry.field(description="What a PERMIT obliges to: HL7 codes, and what was promised.")
    refrains: list[str] = strawberry.field(description="What must not be done: HL7 codes.")
    permitted: PermittedUses = strawberry.field(description="All that it follows from.")
    entries: list[int] = strawberry.field(description="The ledger entries that the answer rests on.")


@strawberry.input(description="Who asks; what is left out was not said, and what depends on it stays open.")
class UseRequesterInput:
    user: str | None = strawberry.field(default=None, description="Who uses it.")
    organization: OrganizationKind | None = strawberry.field(
        default=None, description="For which kind of organization."
    )
    commercial: bool | None = strawberry.field(default=None, description="Whether the purpose is commercial.")
    institute: str | None = strawberry.field(default=None, description="At which institute.")
    project: str | None = strawberry.field(default=None, description="In which project.")
    recipient: str | None = strawberry.field(
        default=None, description="Which organization is to have it, as agreements and attestations name it."
    )


@strawberry.input(description="What is to be done with it, where, when and by whom.")
class UseQuestionInput:
    of: strawberry.ID = strawberry.field(description="The id of a dataset, a snapshot or a model version.")
    purpose: str = strawberry.field(
        description="A code of HL7 PurposeOfUse, such as MLTRAINING, or a permission of DUO: GRU, HMB, DS, POA."
    )
    date: Micros | None = strawberry.field(default=None, description="When it is to be used; by default when asked.")
    place: str | None = strawberry.field(default=None, description="Where it is to be used.")
    requester: UseRequesterInput | None = strawberry.field(default=None, description="Who asks.")
    diseases: list[str] | None = strawberry.field(default=None, description="Every disease that is studied: MONDO ids.")
    investigations: list[str] | None = strawberry.field(
        default=None, description="What is done: investigation types of DUO, such as DUO:0000031 (method development)."
    )
    genetic: bool | None = strawberry.field(default=None, description="Whether the study is genetic.")
    topics: list[str] | None = strawberry.field(default=None, description="Research topics, as statements name them.")
    sensitive: list[SensitiveTopic] | None = strawberry.field(
        default=None, description="What of the research a person has to look at."
    )
    limited_data_set: bool = strawberry.field(
        default=False, description="Whether what is asked of is a limited data set, 45 CFR 164.514(e)."
    )


MayUseResult = Annotated[
    MayUse | AnyProblem, strawberry.union("MayUseResult", description="Whether it may, or why that cannot be told.")
]
PermittedUseResult = Annotated[
    PermittedUses | AnyProblem,
    strawberry.union("PermittedUseResult", description="What was said, or why there is nothing to show."),
]


@strawberry.type
class UseQueries:
    @strawberry.field(description="Whether a dataset, snapshot or model version may be used so, and by whose word.")
    def may_use(
        self,
        info: ContextInfo,
        input: Annotated[  # noqa: A002  its name in the interface
            UseQuestionInput, strawberry.argument(description="What is to be done with it.")
        ],
        as_of: AsOfArgument = None,
    ) -> MayUseResult:
        try:
            return _may_use(info.context, input, _at(as_of, info.context))
        except ADDRESSED as error:
            return as_problem(error)

    @strawberry.field(description="All that was said of what something may be used for, and of all it was made of.")
    def permitted_use(
        self,
        info: ContextInfo,
        of: Annotated[strawberry.ID, strawberry.argument(description="A dataset, a snapshot or a model version.")],
        date: Annotated[
            Micros | None, strawberry.argument(description="When it is to be used; by default when asked.")
        ] = None,
        as_of: AsOfArgument = None,
    ) -> PermittedUseResult:
        try:
            view = info.context.view(_at(as_of, info.context))
            return missing(info.context, view, [str(of)]) or _permitted(
                info.context, view, queries.permitted_use(view, str(of), None if date is None else int(date))
            )
        except ADDRESSED as error:
            return as_problem(error)


@field_of(Asset, name="permittedUses", description="All that was said of its use, and of all that it was made of.")
def permitted_uses(asset: strawberry.Parent[Asset], info: ContextInfo) -> PermittedUses:
    view = info.context.view(asset.at)
    return _permitted(info.context, view, queries.permitted_use(view, str(asset.id)))


@nodes.resolves(UseStatement)
async def _statement(context: RequestContext, identifier: str, at: AsOf) -> UseStatement | None:
    found = await context.load(node_records, at, identifier)
    if found is None or not isinstance(found.node, kinds.UseStatement):
        return None
    stated = await context.load(queries.use_statements, at, identifier) or ()
    return UseStatement(
        id=strawberry.ID(identifier), name=found.node.statement, stated=[stated_use(one.statement) for one in stated]
    )


_at = as_of
"""An argument of the question has this name too."""


def _may_use(context: RequestContext, asked: UseQuestionInput, at: AsOf) -> MayUse | AnyProblem:
    view, of = context.view(at), str(asked.of)
    problem = missing(context, view, [of])
    if problem is not None:
        return problem
    question = _question(context, view, asked)
    found = queries.may_use(view, of, question, ethics=ethics_approvals)
    permitted = _permitted(context, view, found.permitted)
    judged = {
        id(one): UseJudgement(
            statement=None if one.statement is None else stated_use(one.statement),
            applied=[each for each in permitted.statements if each.found.statement == one.statement],
            decision=one.decision,
            reasons=[
                UseReason(decision=each.decision, text=each.text, awaits=each.awaits, entries=list(each.entries))
                for each in one.reasons
            ],
            obligations=sorted(one.obligations),
            refrains=sorted(one.refrains),
        )
        for one in found.verdict.judgements
    }
    return MayUse(
        of=of,
        at=view.as_of,
        recipient=question.requester.recipient,
        decision=found.verdict.decision,
        deciding=[judged[id(one)] for one in found.verdict.deciding],
        judgements=[judged[id(one)] for one in found.verdict.judgements],
        obligations=sorted(found.verdict.obligations),
        refrains=sorted(found.verdict.refrains),
        permitted=permitted,
        entries=list(found.entries),
    )


def _question(context: RequestContext, view: View, asked: UseQuestionInput) -> model.UseQuestion:
    """Return the question, its names as the catalog holds those of records."""
    held, who = context.services.redactor.field, asked.requester or UseRequesterInput()

    def name(field: str, value: str | None) -> str | None:
        return None if value is None else held(field, value)

    return asking.question(
        asked.purpose,
        view.moment if asked.date is None else int(asked.date),
        place=name("places", asked.place),
        requester=model.Requester(
            user=name("users", who.user),
            organization=who.organization,
            commercial=who.commercial,
            institute=name("institutes", who.institute),
            project=name("projects", who.project),
            recipient=name("recipients", who.recipient),
        ),
        diseases=asked.diseases or (),
        investigations=asked.investigations or (),
        genetic=asked.genetic,
        topics=[held("topics", one) for one in asked.topics or ()],
        sensitive=asked.sensitive or (),
        limited_data_set=asked.limited_data_set,
    )


def _permitted(context: RequestContext, view: View, found: answers.PermittedUse) -> PermittedUses:
    among = nodes.Together(context, view.as_of)
    return PermittedUses(
        statements=[applied_use(one, view.as_of, among) for one in found.applied],
        unstated=[strawberry.ID(one) for one in found.unstated],
        contradictions=[
            UseContradiction(text=one.text, statements=list(one.statements), entries=list(one.entries))
            for one in found.contradictions
        ],
        entries=list(found.entries),
        completeness=completeness(view, found.completeness, [found.of]),
        read_point=read_point(view),
    )


def applied_use(one: answers.Applied, at: AsOf, among: nodes.Together) -> AppliedUse:
    """Return a statement that reaches something as its GraphQL type."""
    return AppliedUse(
        found=one, at=at, among=among, statement=stated_use(one.statement), replaced_by=list(one.replaced_by)
    )


def stated_use(found: model.UseStatement) -> StatedUse:
    """Return a statement as its GraphQL type."""
    return StatedUse(
        found=found,
        name=found.id,
        authority=found.authority,
        entry=found.entry,
        entries=list(found.cites),
        since=Micros(found.since),
        until=_micros(found.until),
        basis=found.basis,
        permit=found.permit,
        words=found.words,
        unknown=sorted(found.unknown),
    )


def _consent(found: model.Consent | None) -> UseConsent | None:
    if found is None:
        return None
    return UseConsent(
        state=found.state,
        since=Micros(found.since),
        until=_micros(found.until),
        effect=found.effect,
        scope=found.scope,
    )


def _micros(moment: int | None) -> Micros | None:
    return None if moment is None else Micros(moment)
