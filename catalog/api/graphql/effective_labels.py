"""The labels that an asset has wherever they came from, why it has one, and what attestations took away."""

from __future__ import annotations

from typing import Annotated

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import AsOfArgument, Completeness, ReadPoint, as_of, completeness, read_point
from catalog.api.graphql.assets import AspectInForce, Asset, Names, aspects_of
from catalog.api.graphql.codes import Code
from catalog.api.graphql.columns import SchemaColumn
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.datasets import PhiKind
from catalog.api.graphql.jobs import Job
from catalog.api.graphql.labels import Attestation, Confidentiality, LabelOrigin
from catalog.api.graphql.lineage import missing
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.problems import AnyProblem, as_problem
from catalog.api.graphql.runs import Run
from catalog.api.graphql.scalars import Micros
from catalog.assets.model import NodeRecord
from catalog.assets.queries import node_records
from catalog.errors import ADDRESSED, SenderError
from catalog.labels.taint import answers, queries
from catalog.labels.taint.model import Passage
from catalog.reading import AsOf
from graph_schema import nodes as kinds

enums.enter(Passage, name="LabelPassage")


@strawberry.type(description="A step on the way of a label, from one asset or column into the next.")
class LabelHop:
    found: strawberry.Private[answers.Hop]
    at: strawberry.Private[AsOf]
    source_column: str | None = strawberry.field(description="The column that it came from; null: any of it.")
    target_column: str | None = strawberry.field(
        description="The column that it came into; null: all that no column lineage mentions, or all of it."
    )
    passage: Passage = strawberry.field(description="How it came in.")
    masked: bool | None = strawberry.field(description="Whether values are said to be masked; null where nobody said.")
    entries: list[int] = strawberry.field(description="The ledger entries that say so.")

    @strawberry.field(description="The dataset or model version that it came from.")
    async def source_asset(self, info: ContextInfo) -> Asset | None:
        return await nodes.find(Asset, info.context, self.found.source, self.at)

    @strawberry.field(description="The dataset or model version that it came into.")
    async def target_asset(self, info: ContextInfo) -> Asset | None:
        return await nodes.find(Asset, info.context, self.found.target, self.at)

    @strawberry.field(description="The job whose step it is, where one is known.")
    async def job(self, info: ContextInfo) -> Job | None:
        return await nodes.find(Job, info.context, self.found.job, self.at)

    @strawberry.field(description="The run that first took it, where one is known.")
    async def run(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, self.found.run, self.at)


@strawberry.type(description="A way by which a label came: where it was said, and each step from there.")
class LabelWay:
    at: strawberry.Private[AsOf]
    origin: strawberry.ID = strawberry.field(description="The id of the asset that it was said of.")
    origin_column: str | None = strawberry.field(description="The column that it was said of; null: the whole.")
    phi_kind: PhiKind = strawberry.field(description="Which kind of PHI it was there.")
    entries: list[int] = strawberry.field(description="The ledger entries that say so of the origin.")
    hops: list[LabelHop] = strawberry.field(description="Each step from the origin; none where it was said of itself.")
    every_entry: list[int] = strawberry.field(
        description="All entries that it rests on: a catalog of these alone has the label."
    )

    @strawberry.field(description="The dataset that it was said of.")
    async def origin_asset(self, info: ContextInfo) -> Asset | None:
        return await nodes.find(Asset, info.context, str(self.origin), self.at)


@strawberry.type(description="A kind of PHI that an asset holds, or has to be taken to hold.")
class EffectiveLabel:
    phi_kind: PhiKind = strawberry.field(description="Which of the six kinds of PHI it is.")
    codes: list[Code] = strawberry.field(description="What exactly; none where it may be anything of the kind.")
    origin: LabelOrigin = strawberry.field(description="How the asset came to it.")
    because: list[int] = strawberry.field(description="The ledger entries on which it rests.")
    way: LabelWay | None = strawberry.field(
        description="The shortest way by which it came; null where it was said of the asset, or may not be seen."
    )
    unstated: bool = strawberry.field(description="Whether it came by a step of which no column lineage is said.")


@strawberry.type(description="What an attestation took away on a step into an asset.")
class ClearedLabel:
    found: strawberry.Private[answers.ClearedLabel]
    at: strawberry.Private[AsOf]
    phi_kind: PhiKind = strawberry.field(description="Which kind of PHI it would be here.")
    codes: list[Code] = strawberry.field(description="What exactly was taken away; none where all of the kind.")
    column: str | None = strawberry.field(description="The column into which it would have come; null: several.")
    source: strawberry.ID | None = strawberry.field(description="The id of what it would have come from.")
    source_column: str | None = strawberry.field(description="The column that it would have come from.")
    entry: int = strawberry.field(description="The ledger entry of the attestation.")
    remains: bool = strawberry.field(description="Whether the asset has this kind all the same, by another way.")

    @strawberry.field(description="The attestation that took it away.")
    async def attestation(self, info: ContextInfo) -> Attestation | None:
        return await nodes.find(Attestation, info.context, self.found.attestation, self.at)

    @strawberry.field(description="The job whose step it is.")
    async def job(self, info: ContextInfo) -> Job | None:
        return await nodes.find(Job, info.context, self.found.job, self.at)


@strawberry.type(
    description="That fields took nothing on the steps of a job, since a steward takes its column lineage for complete."
)
class TrustedLineage:
    found: strawberry.Private[answers.TrustedLineage]
    at: strawberry.Private[AsOf]
    entry: int = strawberry.field(description="The ledger entry of the record that says so.")
    trusted_by: str = strawberry.field(description="The principal that takes it for complete.")
    since: Micros = strawberry.field(description="From which writes of the job on.")
    until: Micros | None = strawberry.field(description="Until when this holds; null where no end was set.")
    reason: str = strawberry.field(description="What was looked at.")

    @strawberry.field(description="The job whose column lineage it is.")
    async def job(self, info: ContextInfo) -> Job | None:
        return await nodes.find(Job, info.context, self.found.job, self.at)


@strawberry.type(description="All labels of an asset or column wherever they came from, and what was taken away.")
class EffectiveLabels:
    labels: list[EffectiveLabel] = strawberry.field(description="Each kind of PHI that it holds.")
    cleared: list[ClearedLabel] = strawberry.field(description="What attestations took away on the steps into it.")
    trusted: list[TrustedLineage] = strawberry.field(
        description="What kept labels out of fields that column lineage does not mention, on the steps into it."
    )
    sensitivity: list[Code] = strawberry.field(
        description="How sensitive it is, as HL7 codes of all that it was made of: nothing takes these away."
    )
    confidentiality: Confidentiality | None = strawberry.field(
        description="The highest confidentiality of all that it was made of."
    )
    completeness: Completeness = strawberry.field(
        description="Whether all that is behind it was looked at; labels of the rest are missing."
    )
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


@strawberry.type(description="Why an asset or column has a label.")
class LabelReasons:
    ways: list[LabelWay] = strawberry.field(
        description="At most three ways by which it came, the shortest first; none where it has no such label."
    )
    completeness: Completeness = strawberry.field(description="Whether all that is behind it was looked at.")
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


@field_of(Asset, description="The labels that it has wherever they came from, and what attestations took away.")
async def effective_labels(asset: strawberry.Parent[Asset], info: ContextInfo) -> EffectiveLabels | None:
    found = await info.context.load(queries.effective_labels, asset.at, str(asset.id))
    return None if found is None else _as_labels(info.context, found, asset.at)


@field_of(
    SchemaColumn,
    name="effectiveLabels",
    description="The labels that it has wherever they came from, and what attestations took away.",
)
async def effective_labels_of_column(
    column: strawberry.Parent[SchemaColumn], info: ContextInfo
) -> EffectiveLabels | None:
    asked = column.found.dataset, column.name
    found = await info.context.load(queries.effective_labels_of_columns, column.at, asked)
    return None if found is None else _as_labels(info.context, found, column.at)


@strawberry.type(description=kinds.Column.__doc__)
class Column(Node):
    found: strawberry.Private[NodeRecord]
    at: strawberry.Private[AsOf]
    namespace: str = strawberry.field(description="Where its name belongs: the store, scheduler or registry.")
    dataset: str = strawberry.field(description="The name of the dataset that it belongs to.")
    name: str = strawberry.field(description="What it is called.")
    first_entry: int = strawberry.field(description="The ledger entry that first named it.")

    @strawberry.field(description="Everything in force about it, with who stated it and where.")
    def aspects(self, names: Names = None) -> list[AspectInForce]:
        return aspects_of(self.found.aspects, names)

    @strawberry.field(description="The labels that it has wherever they came from, and what attestations took away.")
    async def effective_labels(self, info: ContextInfo) -> EffectiveLabels | None:
        asked = kinds.Dataset(self.namespace, self.dataset).id, self.name
        found = await info.context.load(queries.effective_labels_of_columns, self.at, asked)
        return None if found is None else _as_labels(info.context, found, self.at)


@nodes.resolves(Column)
async def _column(context: RequestContext, identifier: str, at: AsOf) -> Column | None:
    found = await context.load(node_records, at, identifier)
    if found is None or not isinstance(found.node, kinds.Column):
        return None
    node = found.node
    return Column(
        id=strawberry.ID(identifier),
        found=found,
        at=at,
        namespace=node.namespace,
        dataset=node.dataset,
        name=node.name,
        first_entry=found.first_entry,
    )


Recipient = Annotated[
    str | None,
    strawberry.argument(
        description="Who is to have it: attestations that anticipated other recipients clear nothing then."
    ),
]


Place = Annotated[
    str | None,
    strawberry.argument(
        description="Where it would be, as `declare_place` calls it: attestations for other places alone clear nothing "
        "then."
    ),
]


WhyLabelResult = Annotated[
    LabelReasons | AnyProblem,
    strawberry.union("WhyLabelResult", description="Why a label is there, or why that cannot be told."),
]


EffectiveLabelsResult = Annotated[
    EffectiveLabels | AnyProblem,
    strawberry.union("EffectiveLabelsResult", description="The labels, or why they cannot be told."),
]


@strawberry.type
class LabelQueries:
    @strawberry.field(description="The labels that an asset, or a column of it, has wherever they came from.")
    def effective_labels(
        self,
        info: ContextInfo,
        asset: Annotated[
            strawberry.ID, strawberry.argument(description="The id of the dataset, snapshot or model version.")
        ],
        column: Annotated[str | None, strawberry.argument(description="The column; without one the whole.")] = None,
        recipient: Recipient = None,
        place: Place = None,
        as_of: AsOfArgument = None,
    ) -> EffectiveLabelsResult:
        try:
            return _effective(info.context, str(asset), column, _at(as_of, info.context), recipient, place)
        except ADDRESSED as error:
            return as_problem(error)

    @strawberry.field(description="Why an asset, or a column of it, has a kind of PHI.")
    def why_label(
        self,
        info: ContextInfo,
        asset: Annotated[
            strawberry.ID, strawberry.argument(description="The id of the dataset, snapshot or model version.")
        ],
        phi_kind: Annotated[PhiKind, strawberry.argument(description="Which kind of PHI.")],
        column: Annotated[str | None, strawberry.argument(description="The column; without one the whole.")] = None,
        recipient: Recipient = None,
        place: Place = None,
        as_of: AsOfArgument = None,
    ) -> WhyLabelResult:
        try:
            return _why(info.context, str(asset), column, phi_kind, _at(as_of, info.context), recipient, place)
        except ADDRESSED as error:
            return as_problem(error)


_at = as_of
"""An argument of the question has this name too."""


def _effective(
    context: RequestContext, asset: str, column: str | None, at: AsOf, recipient: str | None, place: str | None
) -> EffectiveLabels | AnyProblem:
    view = context.view(at)
    problem = missing(context, view, [asset])
    if problem is not None:
        return problem
    if column is None:
        found = queries.effective_labels(view, [asset], recipient=recipient, place=place).get(asset)
    else:
        named = asset, column
        found = queries.effective_labels_of_columns(view, [named], recipient=recipient, place=place).get(named)
    if found is None:
        raise SenderError("Labels are asked for of a dataset, a snapshot or a model version.", pointer="/asset")
    return _as_labels(context, found, at)


def _why(  # what is asked for
    context: RequestContext,
    asset: str,
    column: str | None,
    kind: PhiKind,
    at: AsOf,
    recipient: str | None,
    place: str | None,
) -> LabelReasons | AnyProblem:
    view = context.view(at)
    problem = missing(context, view, [asset])
    if problem is not None:
        return problem
    found = queries.why_label(view, asset, column, kind.value, recipient=recipient, place=place)
    return LabelReasons(
        ways=[_as_way(one, at) for one in found.ways],
        completeness=completeness(view, found.completeness, [asset]),
        read_point=read_point(view),
    )


def _as_labels(context: RequestContext, found: answers.EffectiveLabels, at: AsOf) -> EffectiveLabels:
    view = context.view(at)
    return converted(
        EffectiveLabels,
        found,
        labels=[as_label(one, at) for one in found.labels],
        cleared=[converted(ClearedLabel, one, found=one, at=at, phi_kind=PhiKind(one.kind)) for one in found.cleared],
        trusted=[converted(TrustedLineage, one, found=one, at=at) for one in found.trusted],
        completeness=completeness(view, found.completeness, [found.asset]),
        read_point=read_point(view),
    )


def as_label(found: answers.EffectiveLabel, at: AsOf) -> EffectiveLabel:
    """Return a label as it is shown."""
    return converted(
        EffectiveLabel,
        found,
        phi_kind=PhiKind(found.kind),
        because=list(found.entries),
        way=None if found.way is None else _as_way(found.way, at),
    )


def _as_way(found: answers.Way, at: AsOf) -> LabelWay:
    hops = [converted(LabelHop, one, found=one, at=at) for one in found.hops]
    return converted(LabelWay, found, at=at, phi_kind=PhiKind(found.kind), hops=hops)
