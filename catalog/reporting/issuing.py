"""What is recorded of a report when it is issued, and the proofs that go into its file afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from catalog.evidence.queries import entries
from catalog.ledger.protocol import Ledger
from catalog.reporting.read_point import covering, entry_evidence, signer
from catalog.reporting.records import IssuedAt, ReportIssued
from reports.context import Context, Evidence
from reports.drawing import Drawing
from reports.kinds import report_of

C = TypeVar("C", bound=Context)


def issued_record(context: Context, drawing: Drawing) -> ReportIssued:
    """Return the record that says that this drawing of a context was issued."""
    point = context.read_point
    return ReportIssued.replay(
        {
            "report": drawing.kind,
            "form": drawing.pages.form,
            **report_of(context).subject(context).reference,
            "read_point": IssuedAt(
                valid_at=point.valid_at,
                known_at=point.known_at,
                ledger_index=point.ledger_index,
                ledger_size=point.ledger_size,
                root=point.root,
                projection_version=point.projection_version,
            ),
            "context_digest": drawing.context_digest,
            "pages_digest": drawing.pages.digest,
            "made_with": drawing.made_with,
        }
    )


def proven(ledger: Ledger, context: C, issued: int) -> C:
    """Return the context with the entry that says that it was issued, and every proof under one checkpoint over it.

    Signs a checkpoint where none covers that entry. Raises EvidenceError where the ledger does not verify.
    """
    checkpoint = covering(ledger, issued + 1)
    size, printed = context.read_point.ledger_size, covering(ledger, context.read_point.ledger_size)
    cited = {one.index: one for one in context.evidence.cited}
    evidence = Evidence(
        checkpoint=checkpoint.text,
        vkey=signer(ledger, checkpoint),
        consistency=tuple(one.hex() for one in ledger.consistency_proof(size, checkpoint.size)),
        printed_consistency=tuple(one.hex() for one in ledger.consistency_proof(printed.size, checkpoint.size)),
        cited=tuple(replace(cited[one.index], proof=one.proof) for one in entries(ledger, cited, checkpoint.size)),
        issued=entry_evidence(entries(ledger, [issued], checkpoint.size)[0]),
    )
    return replace(context, evidence=evidence)
