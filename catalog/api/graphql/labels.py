"""PHI labels as they stand, with every saying behind them, and attested de-identification steps."""

# ruff: noqa: FBT002  (an argument of a field has a name and a default)

from __future__ import annotations

from asyncio import gather
from typing import Annotated

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.assets import Asset
from catalog.api.graphql.codes import Code, codes_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.datasets import PhiKind
from catalog.api.graphql.jobs import Job
from catalog.api.graphql.lineage import LineageEdge
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.releases import ModelVersion
from catalog.api.graphql.scalars import Micros
from catalog.assets.queries import node_records
from catalog.labels import model, queries, trusts
from catalog.labels.taint import queries as taint
from catalog.labels.taint.answers import EffectiveOrigin
from catalog.reading import AsOf
from graph_schema import nodes as kinds
from graph_schema.vocabulary import hl7, words

Confidentiality = words.Confidentiality
enums.enter(Confidentiality)
DeidentificationMethod = words.DeidentificationMethod
enums.enter(DeidentificationMethod)
EndEffect = words.EndEffect
enums.enter(EndEffect)
Technique = words.Technique
enums.enter(Technique)
Stance = words.Stance
enums.enter(Stance)


Rejected = Annotated[bool, strawberry.argument(description="With labels that a principal rejected last.")]
LabelOrigin = EffectiveOrigin
enums.enter(LabelOrigin, name="LabelOrigin")


@strawberry.type(description=kinds.PhiTag.__doc__)
class PhiTag(Node):
    phi_kind: PhiKind = strawberry.field(description="Which of the six kinds of PHI it is.")
    first_entry: int = strawberry.field(description="The ledger entry that first named it.")


@strawberry.type(description="One statement about a label.")
class LabelStatement:
    stance: Stance = strawberry.field(description="What it says of the label.")
    origin: LabelOrigin = strawberry.field(description="Who says so.")
    by: str | None = strawberry.field(description="The principal, or the run or job that claimed it.")
    reason: str | None = strawberry.field(description="Why, in words; null where nobody gave a reason.")
    entry: int = strawberry.field(description="The ledger entry that says so.")
    since: Micros = strawberry.field(description="Since when it holds.")


@strawberry.type(description="A kind of PHI on a dataset or one of its columns.")
class PhiLabel:
    phi_kind: PhiKind = strawberry.field(description="Which of the six kinds of PHI it is.")
    column: str | None = strawberry.field(description="The column that is labelled; null where the whole dataset is.")
    present: bool = strawberry.field(description="False where a principal rejected it last.")
    codes: list[Code] = strawberry.field(description="What exactly it holds.")
    confidentiality: Confidentiality | None = strawberry.field(
        description="How sensitive it is: the highest that anybody said."
    )
    origin: LabelOrigin = strawberry.field(description="Who says so, of those whose word counts most.")
    history: list[LabelStatement] = strawberry.field(description="Everything that was stated of it, the newest last.")


@strawberry.type(description="What was done to what one code names.")
class Treatment:
    code: Code = strawberry.field(description="What it was done to.")
    technique: Technique = strawberry.field(description="What was done.")
    minimum_cell: int | None = strawberry.field(description="The smallest cell that was kept.")
    complementary: bool = strawberry.field(
        description="Whether cells were suppressed too from which a small one can be computed."
    )
    key_holder: str | None = strawberry.field(description="Who holds the key of a code.")
    key_place: str | None = strawberry.field(description="Where that key is.")


@strawberry.type(description="That an attestation ended, or never held.")
class AttestationEnd:
    effect: EndEffect = strawberry.field(description="Whether it ended at a time, or never held.")
    reason: str | None = strawberry.field(description="Why it ended.")
    ended_by: str = strawberry.field(description="The principal that ended it.")
    ended_at: Micros = strawberry.field(description="When it ended.")
    entry: int = strawberry.field(description="The ledger entry of the record.")


@strawberry.type(
    description="An authorised person's statement that a job, or one run of it, removes identifiers, or that a model "
    "version gives none of them away."
)
class Attestation(Node):
    entry: int = strawberry.field(description="The ledger entry of the record.")
    method: DeidentificationMethod = strawberry.field(
        description="By which provision of 45 CFR 164.514 identifiers are removed."
    )
    clears: list[Code] = strawberry.field(description="Which identifiers are gone afterwards.")
    treatments: list[Treatment] = strawberry.field(
        description="What was done to what, where more is said than that it is gone."
    )
    output_columns: list[str] = strawberry.field(
        description="The columns of the outputs that it is about; none: those that they had when it was attested."
    )
    indirect: bool = strawberry.field(
        description="Whether it is about what was derived through joins, filters and the like as well."
    )
    recipients: list[str] = strawberry.field(
        description="Whom the determination anticipated as recipients; none: anybody inside."
    )
    job_version: str | None = strawberry.field(
        description="The version of the job's code that it is bound to; null: whichever ran."
    )
    places: list[str] = strawberry.field(description="Within which places alone it holds; none: anywhere.")
    claims: list[int] = strawberry.field(
        description="The ledger entries of the claims of anonymity on which it rests, `Dataset.anonymityClaims`."
    )
    alterations: list[Code] = strawberry.field(description="What is done to the data: codes of HL7 for alteration.")
    expert: str | None = strawberry.field(description="Who determined it, 45 CFR 164.514(b)(1).")
    schema_version: str | None = strawberry.field(
        description="The declared schema version of the outputs that it is bound to; null: whichever they have."
    )
    scope: str | None = strawberry.field(description="What was looked at.")
    result: str | None = strawberry.field(description="What was found.")
    attested_by: str = strawberry.field(description="The principal that attested it.")
    authenticated: bool = strawberry.field(description="Whether a key proved who attested it.")
    valid_from: Micros = strawberry.field(description="Since when it holds.")
    until: Micros | None = strawberry.field(description="Until when it holds; null where no end was set.")
    in_force: bool = strawberry.field(description="Whether it holds at the time that is asked about.")
    end: AttestationEnd | None = strawberry.field(
        description="By what it ended, or was void, apart from the end that it set itself."
    )


@field_of(
    Asset,
    description="PHI labels that principals asserted or emitters claimed on the dataset or its columns, and the kinds "
    "that flowed into it; `effectiveLabels` says of these why.",
)
async def labels(
    asset: strawberry.Parent[Asset], info: ContextInfo, include_rejected: Rejected = False
) -> list[PhiLabel]:
    if asset.dataset is None:
        return []
    found = await info.context.load(queries.labels, asset.at, asset.dataset) or ()
    stated = [
        converted(PhiLabel, label, phi_kind=PhiKind(label.kind)) for label in found if label.present or include_rejected
    ]
    flowed = await info.context.load(taint.effective_labels, asset.at, asset.dataset)
    inferred = () if flowed is None else flowed.labels
    return stated + [
        PhiLabel(
            phi_kind=PhiKind(one.kind),
            column=None,
            present=True,
            codes=[converted(Code, code) for code in one.codes],
            confidentiality=None,
            origin=one.origin,
            history=[],
        )
        for one in inferred
        if one.origin is LabelOrigin.INFERRED
    ]


@strawberry.type(description="That what a job says of columns is taken for complete.")
class ColumnLineageTrust:
    entry: int = strawberry.field(description="The ledger entry of the record that says so.")
    trusted_by: str = strawberry.field(description="The principal that takes it for complete.")
    since: Micros = strawberry.field(description="From which writes of the job on.")
    until: Micros | None = strawberry.field(description="Until when this holds; null where no end was set.")
    reason: str = strawberry.field(description="What was looked at.")
    holds: bool = strawberry.field(
        description="Whether it counts: it has not ended, and who said so might, by a key that proves it."
    )


@field_of(
    Job,
    description="Whether a steward takes for complete what it says of columns; null where nobody does.",
)
async def column_lineage_trust(job: strawberry.Parent[Job], info: ContextInfo) -> ColumnLineageTrust | None:
    found = await info.context.load(trusts.column_lineage_trusts, job.at, job.record.id)
    return None if found is None else converted(ColumnLineageTrust, found)


@field_of(Job, description="De-identification attested for this job.")
async def attestations(job: strawberry.Parent[Job], info: ContextInfo) -> list[Attestation]:
    return await _attestations_of(info.context, job.record.id, job.at)


@field_of(ModelVersion, name="attestations", description="What was attested of what it gives away.")
async def attestations_of_version(version: strawberry.Parent[ModelVersion], info: ContextInfo) -> list[Attestation]:
    return await _attestations_of(info.context, str(version.id), version.at)


@field_of(LineageEdge, name="attestations", description="De-identification attested for the edge's job or run.")
async def attestations_of_edge(edge: strawberry.Parent[LineageEdge], info: ContextInfo) -> list[Attestation]:
    steps = [one for one in (edge.found.job, edge.found.run) if one is not None]
    found = await gather(*(_attestations_of(info.context, step, edge.at) for step in steps))
    return [one for attested in found for one in attested]


@nodes.resolves(Attestation)
async def _attestation(context: RequestContext, identifier: str, at: AsOf) -> Attestation | None:
    found = await context.load(queries.attestations_by_id, at, identifier)
    return None if found is None else _as_attestation(found)


@nodes.resolves(PhiTag)
async def _phi_tag(context: RequestContext, identifier: str, at: AsOf) -> PhiTag | None:
    found = await context.load(node_records, at, identifier)
    if found is None or not isinstance(found.node, kinds.PhiTag):
        return None
    return PhiTag(id=strawberry.ID(identifier), phi_kind=PhiKind(found.node.kind), first_entry=found.first_entry)


async def _attestations_of(context: RequestContext, subject: str, at: AsOf) -> list[Attestation]:
    return [_as_attestation(one) for one in await context.load(queries.attestations, at, subject) or ()]


def _as_attestation(found: model.Attestation) -> Attestation:
    return converted(
        Attestation,
        found,
        alterations=codes_of(hl7.ALTERATION, found.alterations),
        output_columns=list(found.columns),
        claims=[one.claim for one in found.evidence],
    )
