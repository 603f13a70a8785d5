"""What must hold before a tag or an attestation is taken."""

from __future__ import annotations

from catalog.errors import SenderError
from catalog.labels.records import AttestDeidentification, Tag
from catalog.record import DECLARE_FIRST, Admission, Admitted
from graph_schema.nodes import Node
from graph_schema.times import parse_zoned


def admit_tag(record: Tag, admission: Admission) -> Admitted:
    """Hold the dataset to be known; its columns need not be."""
    admission.require([(record.dataset.node, "/dataset", DECLARE_FIRST)])
    return Admitted()


def admit_attestation(record: AttestDeidentification, admission: Admission) -> Admitted:
    """Hold job and run to be known, and the attestation not to be over before it begins."""
    named: list[tuple[Node, str, str]] = [(record.job.node, "/job", "send an event that names it first")]
    if record.run is not None:
        named.append((record.run, "/run_id", "send its events first"))
    admission.require(named)
    if record.until is not None and parse_zoned(record.until) <= (record.holds_from or admission.now):
        raise SenderError("`until` lies ahead; this one has passed.", pointer="/until", status=422)
    return Admitted()
