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

# Findings of these rules repeat what another line of the summary shows from the same records.
_REPEATED = frozenset({"code revision clean", "snapshot unaltered", "evaluation set locked", "decision authenticated"})

Severity = Literal["HIGH", "MEDIUM", "LOW"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Strict):
    """Something that is wrong: found by which rule, on what, in words."""

    rule: str
    severity: Severity
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


def items(context: Findings, _: Frame) -> Iterator[Item]:
    """Yield the findings that no other line of the summary repeats."""
    for finding in context.findings:
        if finding.rule not in _REPEATED:
            weight: Tone = "bad" if finding.severity == "HIGH" else "warn"
            yield item(weight, "FINDING", f"{finding.subject}: {finding.text}", finding.entries)


PART = Part(blocks, items)
