"""From tags and attestations to facts."""

from __future__ import annotations

from catalog.labels.records import AttestDeidentification, Tag
from catalog.record import Hearing, micros
from graph_schema.aspects import PHI
from graph_schema.edges import Attested, Covers, HasColumn, IsTagged
from graph_schema.nodes import Attestation, Column, Node, Principal
from graph_schema.vocabulary.words import TagOrigin


def tag_subjects(record: Tag) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,) if record.column is None else (record.node, record.dataset.node)


def tell_tag(record: Tag, hearing: Hearing) -> None:
    """Say the tag, with its stance, whose word it is, and why."""
    said = record.fields()
    value = {
        "stance": said["stance"],
        "codes": said["codes"],
        "origin": TagOrigin.ASSERTED.value,
        "reason": said["reason"],
        "by": hearing.actor,
        "authenticated": hearing.authenticated,
    }
    if record.confidentiality is not None:
        value["confidentiality"] = record.confidentiality.value
    if isinstance(record.node, Column):
        hearing.telling.edge(HasColumn(record.dataset.node, record.node))
    hearing.telling.say(record.node, f"{PHI}{record.phi_kind.value}", value)
    hearing.telling.edge(
        IsTagged(record.node, record.kind_node), {key: value[key] for key in ("stance", "codes", "origin")}
    )


def attestation_subjects(record: AttestDeidentification) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.job.node,) if record.run is None else (record.job.node, record.run)


def tell_attestation(record: AttestDeidentification, hearing: Hearing) -> None:
    """Say what is attested, what it covers, and by whom."""
    telling = hearing.telling
    attestation = Attestation(str(telling.entry))
    said = record.fields()
    telling.say(
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
            "until": None if record.until is None else micros(record.until),
            "by": hearing.actor,
            "authenticated": hearing.authenticated,
        },
    )
    telling.edge(Covers(attestation, record.job.node if record.run is None else record.run))
    if record.run is not None:
        telling.node(record.job.node)
    telling.edge(Attested(Principal(hearing.actor), attestation))
