"""From the issue of a report to facts: none, because a report changes nothing of what it reports."""

from __future__ import annotations

from catalog.record import RecordContext
from catalog.reporting.records import ReportIssued
from graph_schema.nodes import Node


def subjects(record: ReportIssued) -> tuple[Node, ...]:
    """Return what the record is about."""
    return () if record.period is not None else (record.node,)


def project(record: ReportIssued, context: RecordContext) -> None:
    """Add nothing: the same read point must give the same report, however often it was issued."""
