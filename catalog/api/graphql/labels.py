"""PHI labels as they stand, with every saying behind them, and attested de-identification steps."""

# ruff: noqa: FBT001, FBT002  (an argument of a field has a name and a default)

from __future__ import annotations

from asyncio import gather

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.assets import Asset, Job, PhiKind
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.lineage import LineageEdge
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.scalars import Micros
from catalog.assets.queries import node_records
from catalog.labels import queries
from catalog.reading import AsOf
from graph_schema import nodes as kinds
from graph_schema.vocabulary import systems, words

Confidentiality = words.Confidentiality
strawberry.enum(Confidentiality)
DeidentificationMethod = words.DeidentificationMethod
strawberry.enum(DeidentificationMethod)
Stance = words.Stance
strawberry.enum(Stance)


LabelOrigin = words.TagOrigin
strawberry.enum(
    LabelOrigin, name="LabelOrigin", description="Who says so: a principal's record, an emitter, or a rule."
)


@strawberry.type(description=kinds.PhiTag.__doc__)
class PhiTag(Node):
    phi_kind: PhiKind
    first_entry: int


@strawberry.type(description="A code with the system that gives it its meaning.")
class Code:
    system: str
    code: str

    @strawberry.field(description="What it means, in words; null for one that this catalog does not know.")
    def meaning(self) -> str | None:
        return systems.meaning(self.system, self.code)


@strawberry.type(description="One statement about a label.")
class LabelStatement:
    stance: Stance
    origin: LabelOrigin
    by: str | None = strawberry.field(description="The principal, or the run or job that claimed it.")
    reason: str | None
    entry: int
    since: Micros


@strawberry.type(description="A kind of PHI on a dataset or one of its columns.")
class PhiLabel:
    phi_kind: PhiKind
    column: str | None
    present: bool = strawberry.field(description="False where a principal rejected it last.")
    codes: list[Code]
    confidentiality: Confidentiality | None
    origin: LabelOrigin
    history: list[LabelStatement] = strawberry.field(description="Everything that was stated of it, the newest last.")


@strawberry.type(description="An authorised person's statement that a job, or one run of it, removes identifiers.")
class Attestation(Node):
    entry: int
    method: DeidentificationMethod
    clears: list[Code]
    alterations: list[str]
    expert: str | None
    scope: str | None
    result: str | None
    attested_by: str
    authenticated: bool = strawberry.field(description="Whether a key proved who attested it.")
    valid_from: Micros
    until: Micros | None
    in_force: bool


@field_of(Asset, description="PHI labels that principals asserted or emitters claimed on the dataset or its columns.")
async def labels(asset: strawberry.Parent[Asset], info: ContextInfo, include_rejected: bool = False) -> list[PhiLabel]:
    if asset.dataset is None:
        return []
    found = await info.context.load(queries.labels, asset.at, asset.dataset) or ()
    return [
        converted(PhiLabel, label, phi_kind=PhiKind(label.kind)) for label in found if label.present or include_rejected
    ]


@field_of(Job, description="De-identification attested for this job.")
async def attestations(job: strawberry.Parent[Job], info: ContextInfo) -> list[Attestation]:
    return await _attestations_of(info.context, job.record.id, job.at)


@field_of(LineageEdge, name="attestations", description="De-identification attested for the edge's job or run.")
async def attestations_of_edge(edge: strawberry.Parent[LineageEdge], info: ContextInfo) -> list[Attestation]:
    steps = [one for one in (edge.found.job, edge.found.run) if one is not None]
    found = await gather(*(_attestations_of(info.context, step, edge.at) for step in steps))
    return [one for attested in found for one in attested]


@nodes.resolves(Attestation)
async def _attestation(context: RequestContext, identifier: str, at: AsOf) -> Attestation | None:
    found = await context.load(queries.attestations_by_id, at, identifier)
    return None if found is None else converted(Attestation, found)


@nodes.resolves(PhiTag)
async def _phi_tag(context: RequestContext, identifier: str, at: AsOf) -> PhiTag | None:
    found = await context.load(node_records, at, identifier)
    if found is None or not isinstance(found.node, kinds.PhiTag):
        return None
    return PhiTag(id=strawberry.ID(identifier), phi_kind=PhiKind(found.node.kind), first_entry=found.first_entry)


async def _attestations_of(context: RequestContext, job_or_run: str, at: AsOf) -> list[Attestation]:
    return [converted(Attestation, one) for one in await context.load(queries.attestations, at, job_or_run) or ()]
