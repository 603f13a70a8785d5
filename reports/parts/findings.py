"""What the records contradict, by the rule that found it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from reports.context import Context, Strict
from reports.document import (
    Block,
    Cell,
    Column,
    Item,
    Tone,
    cell,
    cites,
    item,
    mark,
    plain,
    table,
    words,
)
from reports.naming import many_together, names_by_key
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
        names = names_by_key(context.entry_subjects)
        yield table(
            "Findings",
            (Column("Rule", 3), Column("Severity", 2), Column("Subject", 4), Column("What was found", 6)),
            [
                _row(names, *group) if len(group) == 1 else _row_of_many(names, group)
                for group in many_together(context.findings, _without_subject)
            ],
        )


def _row(names: Mapping[str, str], one: Finding) -> tuple[Cell, ...]:
    subject = names.get(one.subject, one.subject)
    return (*_begun(one), cell(plain(subject)), cell(plain(one.text), cites(one.entries)))


def _row_of_many(names: Mapping[str, str], group: Sequence[Finding]) -> tuple[Cell, ...]:
    """Return the row of what is found alike very often, each with its entries; subjects that are one are named once."""
    of = [names.get(each.subject, each.subject) for each in group]
    if len(set(of)) == 1:
        return (
            *_begun(group[0]),
            cell(plain(of[0])),
            cell(plain(_often(group)), *(cites(each.entries) for each in group)),
        )
    subjects = cell(*(words(plain(name), cites(each.entries)) for name, each in zip(of, group, strict=True)))
    return (*_begun(group[0]), subjects, cell(plain(_often(group))))


def _begun(one: Finding) -> tuple[Cell, Cell]:
    return cell(plain(one.rule)), cell(mark(one.severity, tone(one.severity)))


def _without_subject(one: Finding) -> Finding:
    return replace(one, subject="", entries=())


def _often(group: Sequence[Finding]) -> str:
    return f"{group[0].text.rstrip('.')}: {len(group):,} times."


def found(context: Findings, *topics: Topic) -> Iterator[Item]:
    """Yield a line of the summary for each finding on these topics; those that are worded alike have one."""
    for group in many_together((one for one in context.findings if one.topic in topics), _without_subject, most=1):
        first, *others = group
        entries = sorted({entry for one in group for entry in one.entries}) if others else first.entries
        yield item(_tone(first), first.topic.upper(), _often(group) if others else first.text, entries)


def items(context: Findings, _: Frame) -> Iterator[Item]:
    """Yield the findings on powers, which no other part is about."""
    names = names_by_key(context.entry_subjects)
    for finding in context.findings:
        if finding.topic == "powers":
            subject = names.get(finding.subject, finding.subject)
            yield item(_tone(finding), "FINDING", f"{subject}: {finding.text}", finding.entries)


def _tone(finding: Finding) -> Tone:
    return "bad" if finding.severity == "HIGH" else "warn"


PART = Part(blocks, items)
