"""PHI labels as they stand, with every saying behind them, and attested de-identification steps."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from catalog.api.graphql.asking import Asking
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.scalars import Micros
from catalog.labels import model, queries
from catalog.reading import AsOf
from graph_schema.vocabulary import words

PhiKind = words.PhiKind
strawberry.enum(PhiKind)
Stance = words.Stance
strawberry.enum(Stance)


@strawberry.enum(description="Who says so: a principal's record, an emitter, or a rule.")
class LabelOrigin(StrEnum):
    ASSERTED = "ASSERTED"
    CLAIMED = "CLAIMED"
    SUGGESTED = "SUGGESTED"


@strawberry.type(description="A code with the system that gives it its meaning.")
class Code:
    system: str
    code: str


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


async def labels_of(asking: Asking, dataset: str, at: AsOf, *, rejected: bool) -> list[PhiLabel]:
    """Return the labels that were asserted or claimed on a dataset and its columns."""
    found = await asking.load(queries.labels, at, dataset) or ()
    return [_label(label) for label in found if label.present or rejected]


async def attestations_of(asking: Asking, job_or_run: str, at: AsOf) -> list[Attestation]:
    """Return the attestations that cover a job or a run."""
    return [attestation(one) for one in await asking.load(queries.attestations, at, job_or_run) or ()]


def attestation(found: model.Attestation) -> Attestation:
    """Return an attestation as its GraphQL type."""
    return Attestation(
        id=strawberry.ID(found.id),
        entry=found.entry,
        method=found.method,
        clears=_codes(found.clears),
        alterations=list(found.alterations),
        expert=found.expert,
        scope=found.scope,
        result=found.result,
        attested_by=found.attested_by,
        authenticated=found.authenticated,
        valid_from=Micros(found.valid_from),
        until=None if found.until is None else Micros(found.until),
        in_force=found.in_force,
    )


def _label(found: model.Label) -> PhiLabel:
    return PhiLabel(
        kind=PhiKind(found.kind),
        column=found.column,
        present=found.present,
        codes=_codes(found.codes),
        confidentiality=found.confidentiality,
        origin=LabelOrigin(found.origin),
        because=[
            LabelReason(
                stance=Stance(tag.stance),
                origin=LabelOrigin(tag.origin),
                by=tag.by,
                reason=tag.reason,
                entry=tag.entry,
                since=Micros(tag.since),
            )
            for tag in found.history
        ],
    )


def _codes(found: tuple[model.Code, ...]) -> list[Code]:
    return [Code(system=one.system, code=one.code) for one in found]
