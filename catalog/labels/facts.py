"""From tags and attestations to facts."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from catalog.assets.run_refs import add_run
from catalog.labels.records import (
    AttestDeidentification,
    ClaimAnonymity,
    DeclareCodeKey,
    EndAnonymityClaim,
    EndAttestation,
    EndCodeKey,
    EndColumnLineageTrust,
    Tag,
    TrustColumnLineage,
)
from catalog.record import RecordContext
from graph_schema.aspects import PHI
from graph_schema.aspects import labels as aspects
from graph_schema.edges import Attested, Covers, HasColumn, IsTagged
from graph_schema.nodes import Attestation, Column, Node, Principal
from graph_schema.times import parse_zoned
from graph_schema.vocabulary.words import TagOrigin

ANONYMITY: Final = "anonymity"
CODE_KEY: Final = "code_key"
COLUMN_LINEAGE_TRUST: Final = "column_lineage_trust"


def tag_subjects(record: Tag) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,) if record.column is None else (record.node, record.dataset.node)


def project_tag(record: Tag, context: RecordContext) -> None:
    """Add the tag, with its stance and why, and the edge to its kind."""
    builder = context.builder
    settled = {"origin": TagOrigin.ASSERTED.value, "field_type": context.added.get("field_type")}
    tag = aspects.Tag.from_json(record.fields() | settled)
    if isinstance(record.node, Column):
        builder.add_edge(HasColumn(record.dataset.node, record.node))
    builder.add_statement(record.node, f"{PHI}{record.phi_kind.value}", tag)
    stated = replace(tag, reason=None, confidentiality=None, field_type=None)
    builder.add_edge(IsTagged(record.node, record.kind_node), stated.to_json())


def attestation_subjects(record: AttestDeidentification) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,) if record.run is None else (record.node, record.run)


def attested(record: AttestDeidentification) -> aspects.Attestation:
    """Return what a record attests."""
    return aspects.Attestation.from_json(
        record.fields()
        | {
            "job": None if record.job is None else record.job.node.id,
            "model_version": None if record.model_version is None else record.model_version.node.id,
            "run": None if record.run is None else record.run.id,
            "until": None if record.until is None else parse_zoned(record.until),
            "evidence": [{"dataset": one.dataset.node.id, "claim": one.claim} for one in record.evidence],
        }
    )


def project_attestation(record: AttestDeidentification, context: RecordContext) -> None:
    """Add what is attested, what it covers, and by whom."""
    builder = context.builder
    attestation = Attestation(str(builder.entry))
    builder.add_statement(attestation, "attestation", attested(record))
    builder.add_edge(Covers(attestation, record.run or record.node))
    if record.run is not None:
        add_run(builder, record.run)
    builder.add_edge(Attested(Principal(context.actor), attestation))


def end_subjects(record: EndAttestation) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project_end(record: EndAttestation, context: RecordContext) -> None:
    """Add that the attestation ended, or never held."""
    context.builder.add_statement(
        record.node, "attestation_end", aspects.AttestationEnd(record.effect.value, record.reason)
    )


def trust_subjects(record: TrustColumnLineage | EndColumnLineageTrust) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.job.node,)


def project_trust(record: TrustColumnLineage, context: RecordContext) -> None:
    """Add that the job's column lineage is complete, and until when."""
    until = None if record.until is None else parse_zoned(record.until)
    context.builder.add_statement(
        record.job.node, COLUMN_LINEAGE_TRUST, aspects.ColumnLineageTrust(record.reason, until)
    )


def project_trust_end(record: EndColumnLineageTrust, context: RecordContext) -> None:
    """Add that it is not taken for complete any more."""
    context.builder.add_statement(record.job.node, COLUMN_LINEAGE_TRUST, None)


def key_subjects(record: DeclareCodeKey | EndCodeKey) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project_key(record: DeclareCodeKey, context: RecordContext) -> None:
    """Add what it is the key of, and who holds it where."""
    builder = context.builder
    for one in record.of:
        builder.add_node(one.node)
    of = tuple(sorted({one.node.id for one in record.of}))
    until = None if record.until is None else parse_zoned(record.until)
    builder.add_statement(record.node, CODE_KEY, aspects.CodeKey(of, record.holder, record.place, until))


def project_key_end(record: EndCodeKey, context: RecordContext) -> None:
    """Add that it is none any more."""
    context.builder.add_statement(record.node, CODE_KEY, None)


def anonymity_subjects(record: ClaimAnonymity | EndAnonymityClaim) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project_anonymity(record: ClaimAnonymity, context: RecordContext) -> None:
    """Add what was measured."""
    builder = context.builder
    for one in record.beside:
        builder.add_node(one.node)
    value = aspects.Anonymity(
        record.quasi_identifiers,
        record.population,
        record.method,
        record.k_anonymity,
        record.l_diversity,
        record.sensitive,
        tuple(sorted({one.node.id for one in record.beside})),
    )
    builder.add_statement(record.node, ANONYMITY, value)


def project_anonymity_end(record: EndAnonymityClaim, context: RecordContext) -> None:
    """Add that it holds no longer."""
    context.builder.add_statement(record.node, ANONYMITY, None)
