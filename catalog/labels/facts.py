"""From tags and attestations to facts."""

from __future__ import annotations

from catalog.labels.records import AttestDeidentification, Tag
from catalog.record import RecordContext
from graph_schema.aspects import PHI
from graph_schema.edges import Attested, Covers, HasColumn, IsTagged
from graph_schema.nodes import Attestation, Column, Node, Principal
from graph_schema.times import parse_zoned
from graph_schema.vocabulary.words import TagOrigin


def tag_subjects(record: Tag) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,) if record.column is None else (record.node, record.dataset.node)


def project_tag(record: Tag, context: RecordContext) -> None:
    """Say the tag, with its stance, whose word it is, and why."""
    said = record.fields()
    value = {
        "stance": said["stance"],
        "codes": said["codes"],
        "origin": TagOrigin.ASSERTED.value,
        "reason": said["reason"],
        "by": context.actor,
        "authenticated": context.authenticated,
    }
    if record.confidentiality is not None:
        value["confidentiality"] = record.confidentiality.value
    if isinstance(record.node, Column):
        context.builder.add_edge(HasColumn(record.dataset.node, record.node))
    context.builder.add_statement(record.node, f"{PHI}{record.phi_kind.value}", value)
    context.builder.add_edge(
        IsTagged(record.node, record.kind_node), {key: value[key] for key in ("stance", "codes", "origin")}
    )


def attestation_subjects(record: AttestDeidentification) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.job.node,) if record.run is None else (record.job.node, record.run)


def project_attestation(record: AttestDeidentification, context: RecordContext) -> None:
    """Say what is attested, what it covers, and by whom."""
    builder = context.builder
    attestation = Attestation(str(builder.entry))
    said = record.fields()
    builder.add_statement(
        attestation,
        "attestation",
        {
            "job": record.job.node.id,
            "run": None if record.run is None else record.run.id,
            "method": said["method"],
            "clears": said["clears"],
            "alterations": said["alterations"],
            "expert": said.get("expert"),
            "scope": said["scope"],
            "result": said["result"],
            "until": None if record.until is None else parse_zoned(record.until),
            "by": context.actor,
            "authenticated": context.authenticated,
        },
    )
    builder.add_edge(Covers(attestation, record.job.node if record.run is None else record.run))
    if record.run is not None:
        builder.add_node(record.job.node)
    builder.add_edge(Attested(Principal(context.actor), attestation))
