"""What the catalog writes about its own reports: that one was issued, and what exactly it was."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from catalog.approvals.records import Subject
from catalog.record import Digest, Index, Name, Part, Record, Time, exactly_one

LEDGER_KIND = "report.issued"


class IssuedAt(Part):
    """The point that a report was read at; see `reports.context.ReadPoint`."""

    valid_at: Time
    known_at: Time
    ledger_index: Index
    ledger_size: Index
    root: Digest
    projection_version: Name


class Period(Part):
    """A time, half-open."""

    since: Time
    until: Time


class ReportIssued(Subject, Record):
    """That the catalog issued a report: of what, read when, with which content and pages; for whom, the entry says.

    `context_digest` is SHA-256 over the context in canonical JSON without its proofs, `pages_digest` that of
    `reports.standalone.container.Pages`, `made_with` what the bytes depend on beside the context.
    """

    name: ClassVar[str] = "report_issued"

    period: Period | None = None
    """What it is of, where that is no model version, snapshot or dataset."""

    report: Name
    form: Literal["pdf", "html", "json"]
    read_point: IssuedAt
    context_digest: Digest
    pages_digest: Digest
    made_with: dict[Name, Name]

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        exactly_one(self, "model_version", "snapshot", "dataset", "period")
        return self

    @classmethod
    def in_ledger(cls) -> str:
        """Return the kind of its ledger entries, by which a report's file names it too."""
        return LEDGER_KIND
