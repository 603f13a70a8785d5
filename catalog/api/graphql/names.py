"""Other names of datasets, the lives that they had, rules of names, and what a rule or a stitch would join."""

from __future__ import annotations

from typing import Annotated

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import (
    AsOfArgument,
    AsOfInput,
    Completeness,
    ReadPoint,
    as_of,
    completeness,
    read_point,
)
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.datasets import Dataset
from catalog.api.graphql.nodes import QualifiedName, QualifiedNameInput
from catalog.api.graphql.problems import AnyProblem, as_problem
from catalog.api.graphql.scalars import Micros, micros
from catalog.errors import ADDRESSED
from catalog.names import model, queries
from catalog.names.records import DefineNamespaceRule
from catalog.reading import AsOf
from graph_schema import nodes as kinds
from graph_schema.aspects import names as aspects
from graph_schema.vocabulary import words

NameKind = model.NameKind
enums.enter(NameKind)
LifeEnd = model.LifeEnd
enums.enter(LifeEnd)
NameRuleKind = words.NameRuleKind
enums.enter(NameRuleKind)
LetterCase = words.LetterCase
enums.enter(LetterCase)


@strawberry.type(description="Another name of a dataset: what is said under it counts for the dataset.")
class OtherName:
    ref: QualifiedName = strawberry.field(description="The namespace, and the name in it.")
    kind: NameKind = strawberry.field(description="Why it stands for the dataset.")
    since: Micros | None = strawberry.field(description="Since when; null where that holds at every time.")
    entry: int | None = strawberry.field(description="The ledger entry that says so; null where a rule does.")


@strawberry.type(description="A life that ended of a dataset of this name: what emitters said in it is past.")
class Life:
    ended_at: Micros = strawberry.field(description="When it ended.")
    end: LifeEnd = strawberry.field(description="How it ended.")
    run_id: strawberry.ID | None = strawberry.field(description="The id of the run that ended it.")
    entry: int = strawberry.field(description="The ledger entry that says so.")
    found: strawberry.Private[model.Life]
    at: strawberry.Private[AsOf]

    @strawberry.field(description="What it went on as, where it was renamed.")
    async def renamed_to(self, info: ContextInfo) -> Dataset | None:
        return await nodes.find(Dataset, info.context, self.found.renamed_to, self.at)


@strawberry.type(description="A rule by which several names are one dataset, as it stands.")
class NameRule:
    rule: str = strawberry.field(description="What the rule is called.")
    namespace: str = strawberry.field(description="The namespace that it is about, or its beginning and an asterisk.")
    rule_kind: NameRuleKind = strawberry.field(description="Which names it takes for one.")
    same_as: str | None = strawberry.field(description="The namespace that it is the same as.")
    port: int | None = strawberry.field(description="The port that may be left out.")
    letters: LetterCase | None = strawberry.field(description="How the store writes names.")
    keys: list[str] = strawberry.field(description="The keys of partitions; where there are none, the usual ones.")
    pattern: str | None = strawberry.field(description="How a date lies in names without keys.")
    since: Micros = strawberry.field(description="Since when it stands so.")
    entry: int = strawberry.field(description="The ledger entry that says so.")
    by: str = strawberry.field(description="The principal that says so.")


@strawberry.type(description="Two names that would be one and are described differently.")
class NameConflict:
    one: QualifiedName = strawberry.field(description="The one name.")
    other: QualifiedName = strawberry.field(description="The name that it would be joined with.")
    note: str = strawberry.field(description="What differs, in words.")


@strawberry.type(description="Datasets that would be one.")
class JoinedNames:
    names: list[QualifiedName] = strawberry.field(description="Their names; the first would stand for all of them.")
    statements: int = strawberry.field(description="How much was stated about them.")
    edges: int = strawberry.field(description="How many edges lead to or from them.")
    conflicts: list[NameConflict] = strawberry.field(description="What is said of several of them and differs.")


@strawberry.type(description="What would come together, of what is current; nothing was changed.")
class NameCheck:
    groups: list[JoinedNames] = strawberry.field(description="The first hundred groups of datasets that would be one.")
    datasets: int = strawberry.field(description="How many datasets would be joined to another.")
    statements: int = strawberry.field(description="How much was stated about those that are shown.")
    edges: int = strawberry.field(description="How many edges lead to or from those that are shown.")
    conflicts: int = strawberry.field(description="In how many of the groups shown something differs.")
    looked_at: int = strawberry.field(description="How many datasets were looked at.")
    more: bool = strawberry.field(description="Whether there are more groups than are shown.")
    completeness: Completeness = strawberry.field(
        description="Whether the answer is whole; look here before taking an empty answer for none."
    )
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


NameCheckResult = Annotated[
    NameCheck | AnyProblem,
    strawberry.union("NameCheckResult", description="What would come together, or why that cannot be told."),
]


@strawberry.input(description="A rule to try: as the record `define_namespace_rule` has it.")
class RuleToCheck:
    namespace: str = strawberry.field(description="The namespace that it is about, or its beginning and an asterisk.")
    rule_kind: NameRuleKind = strawberry.field(description="Which names it takes for one.")
    rule: str | None = strawberry.field(
        default=None, description="What it would be called; one of that name would be replaced."
    )
    same_as: str | None = strawberry.field(default=None, description="The namespace that it is the same as.")
    port: int | None = strawberry.field(default=None, description="The port that may be left out.")
    letters: LetterCase | None = strawberry.field(default=None, description="How the store writes names.")
    keys: list[str] = strawberry.field(default_factory=list, description="The keys of partitions.")
    pattern: str | None = strawberry.field(default=None, description="How a date lies in names without keys.")


@strawberry.type
class NameQueries:
    @strawberry.field(description="The rules of names in force.")
    def namespace_rules(self, info: ContextInfo, as_of: AsOfArgument = None) -> list[NameRule]:
        return _rules(info.context, as_of)

    @strawberry.field(description="Which datasets a rule would join, without writing it.")
    def check_namespace_rule(
        self, info: ContextInfo, rule: Annotated[RuleToCheck, strawberry.argument(description="The rule to try.")]
    ) -> NameCheckResult:
        try:
            return _check_rule(info.context, rule)
        except ADDRESSED as error:
            return as_problem(error)

    @strawberry.field(description="What joining two datasets would bring together, without writing it.")
    def check_stitch(
        self,
        info: ContextInfo,
        dataset: Annotated[QualifiedNameInput, strawberry.argument(description="The one dataset.")],
        same_as: Annotated[QualifiedNameInput, strawberry.argument(description="The other, which stands for both.")],
    ) -> NameCheckResult:
        one, other = (kinds.Dataset(*each.redacted(info.context)).id for each in (dataset, same_as))
        view = info.context.view(AsOf())
        return _as_check(info.context, queries.check_stitch(view, one, other))


def _rules(context: RequestContext, when: AsOfInput | None) -> list[NameRule]:
    return [
        converted(
            NameRule,
            one,
            rule=one.name,
            rule_kind=NameRuleKind(one.rule_kind),
            letters=None if one.letters is None else LetterCase(one.letters),
            keys=list(one.keys),
            since=Micros(one.since),
        )
        for one in queries.namespace_rules(context.view(as_of(when, context)))
    ]


def _check_rule(context: RequestContext, asked: RuleToCheck) -> NameCheck:
    fields = {name: value for name, value in vars(asked).items() if value not in (None, [])}
    redacted, _ = context.services.redactor.record({"rule": "a rule to try", **fields, "reason": "to try it"})
    record = DefineNamespaceRule.read(redacted)
    rule = aspects.NamespaceRule.from_json(record.fields())
    return _as_check(context, queries.check_rule(context.view(AsOf()), rule, record.rule))


def _as_check(context: RequestContext, found: model.Check) -> NameCheck:
    view = context.view(AsOf())
    members = sorted({one for group in found.groups for one in group.datasets})
    refs = {
        one: QualifiedName.of(each.node)
        for one, each in view.nodes(members).items()
        if isinstance(each.node, kinds.Dataset)
    }
    return NameCheck(
        groups=[
            JoinedNames(
                names=[refs[one] for one in group.datasets],
                statements=group.statements,
                edges=group.edges,
                conflicts=[
                    NameConflict(one=refs[one.one], other=refs[one.other], note=one.note) for one in group.conflicts
                ],
            )
            for group in found.groups
        ],
        datasets=found.datasets,
        statements=found.statements,
        edges=found.edges,
        conflicts=found.conflicts,
        looked_at=found.looked_at,
        more=found.more,
        completeness=completeness(view, None, members),
        read_point=read_point(view),
    )


@field_of(Dataset, name="names", description="Its other names: what is said under one of them counts for it.")
async def names_of(dataset: strawberry.Parent[Dataset], info: ContextInfo) -> list[OtherName]:
    found = await info.context.load(queries.other_names, dataset.at, dataset.record.id) or ()
    return [
        OtherName(
            ref=QualifiedName.of(one),
            kind=one.kind,
            since=micros(one.since),
            entry=one.entry,
        )
        for one in found
    ]


@field_of(Dataset, name="lives", description="The lives that ended of datasets of this name, the oldest first.")
async def lives_of(dataset: strawberry.Parent[Dataset], info: ContextInfo) -> list[Life]:
    found = await info.context.load(queries.lives, dataset.at, dataset.record.id) or ()
    return [
        Life(
            ended_at=Micros(one.ended_at),
            end=one.end,
            run_id=None if one.run is None else strawberry.ID(one.run),
            entry=one.entry,
            found=one,
            at=dataset.at,
        )
        for one in found
    ]
