"""PHI labels as they stand, with every saying behind them, and attested de-identification steps."""

# ruff: noqa: FBT001, FBT002  (an argument of a field has a name and a default)

from __future__ import annotations

from asyncio import gather

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.assets import Asset, Job
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.lineage import LineageEdge
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.scalars import Micros
from catalog.labels import queries
from catalog.reading import AsOf
from graph_schema.vocabulary import systems, words

PhiKind = words.PhiKind
strawberry.enum(PhiKind)
Stance = words.Stance
strawberry.enum(Stance)


LabelOrigin = words.TagOrigin
strawberry.enum(
    LabelOrigin, name="LabelOrigin", description="Who says so: a principal's record, an emitter, or a rule."
)


@strawberry.type(description="A code with the system that gives it its meaning.")
class Code:
    system: str
    code: str

    @strawberry.field(description="What it means, in words; null for one that this catalog does not know.")
    def meaning(self) -> str | None:
        return systems.meaning(self.system, self.code)


@strawberry.type(description="One saying about a label.")
class LabelReason:
    stance: Stance
    origin: LabelOrigin
    by: str | None = strawberry.field(description="The principal, or the run or job that claimed it.")
    reason: str | None
    entry: int
    since: Micros


@strawberry.type(description="A kind of PHI on a dataset or one of its columns.")
class PhiLabel:
    kind: PhiKind
    column: str | None
    present: bool = strawberry.field(description="False where a principal rejected it last.")
    codes: list[Code]
    confidentiality: str | None
    origin: LabelOrigin
    because: list[LabelReason] = strawberry.field(description="Everything said of it, the newest last.")


@strawberry.type(description="An authorised person's statement that a job, or one run of it, removes identifiers.")
class Attestation(Node):
    entry: int
    method: str
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
        converted(PhiLabel, label, because=[converted(LabelReason, tag) for tag in label.history])
        for label in found
        if label.present or include_rejected
    ]


@field_of(Job, description="De-identification attested for this job.")
async def attestations(job: strawberry.Parent[Job], info: ContextInfo) -> list[Attestation]:
    return await _attestations_of(info.context, job.record.id, job.at)


@field_of(LineageEdge, description="De-identification attested for the edge's job or run.")
async def deid(edge: strawberry.Parent[LineageEdge], info: ContextInfo) -> list[Attestation]:
    steps = [one for one in (edge.found.job, edge.found.run) if one is not None]
    found = await gather(*(_attestations_of(info.context, step, edge.at) for step in steps))
    return [one for attested in found for one in attested]


@nodes.resolves(Attestation)
async def _attestation(context: RequestContext, identifier: str, at: AsOf) -> Attestation | None:
    found = await context.load(queries.attestations_by_id, at, identifier)
    return None if found is None else converted(Attestation, found)


async def _attestations_of(context: RequestContext, job_or_run: str, at: AsOf) -> list[Attestation]:
    return [converted(Attestation, one) for one in await context.load(queries.attestations, at, job_or_run) or ()]
