"""What the records contradict, by the rule that found it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from reports.context import Context, Strict
from reports.document import (
    Block,
    Column,
    Item,
    Tone,
    cell,
    cites,
    item,
    mark,
    plain,
    table,
)
from reports.phrases import tone
from reports.section import Frame, Part

Severity = Literal["HIGH", "MEDIUM"]
Topic = Literal[
    "code",
    "model",
    "training data",
    "evaluation data",
    "snapshot",
    "overlap",
    "sources",
    "runs",
    "de-identification",
    "labels",
    "approvals",
    "approval",
    "signer",
    "powers",
    "schema",
]
"""What a finding is about: the part that shows such things has its line in the summary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Strict):
    """Something that is wrong: found by which rule, on what, in words."""

    rule: str
    severity: Severity
    topic: Topic
    subject: str
    text: str
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Findings(Context):
    """The findings on a subject."""

    findings: tuple[Finding, ...] = ()
    """In the order of the rules."""


def blocks(context: Findings, _: Frame) -> Iterator[Block]:
    """Show every finding."""
    if context.findings:
        yield table(
            "Findings",
            (Column("Rule", 3), Column("Severity", 2), Column("Subject", 4), Column("What was found", 6)),
            [
                (
                    cell(plain(each.rule)),
                    cell(mark(each.severity, tone(each.severity))),
                    cell(plain(each.subject)),
                    cell(plain(each.text), cites(each.entries)),
                )
                for each in context.findings
            ],
        )


def found(context: Findings, *topics: Topic) -> Iterator[Item]:
    """Yield a line of the summary for each finding on these topics."""
    for finding in context.findings:
        if finding.topic in topics:
            yield item(_tone(finding), finding.topic.upper(), finding.text, finding.entries)


def items(context: Findings, _: Frame) -> Iterator[Item]:
    """Yield the findings on powers, which no other part is about."""
    for finding in context.findings:
        if finding.topic == "powers":
            yield item(_tone(finding), "FINDING", f"{finding.subject}: {finding.text}", finding.entries)


def _tone(finding: Finding) -> Tone:
    return "bad" if finding.severity == "HIGH" else "warn"


PART = Part(blocks, items)
