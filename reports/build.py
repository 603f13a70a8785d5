"""From a context to the document that every form shows: cover, summary, and the report's sections in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from reports.annexes import set_apart
from reports.context import Context
from reports.document import (
    Block,
    Document,
    Facts,
    Heading,
    Item,
    Summary,
    Text,
    Tone,
    cell,
    code,
    mark,
    missing,
    plain,
    stamp,
    strong,
    words,
)
from reports.kinds import Report, report_of
from reports.making import Making
from reports.moment import moment
from reports.naming import counted
from reports.section import Frame, Section
from reports.standalone.evidence import MAKER

STATEMENT = "The ledger proves that records were not altered after logging, not that they were true or complete."
_TONES: tuple[Tone, ...] = ("bad", "warn", "none", "good")

C = TypeVar("C", bound=Context)


def build(context: C, making: Making) -> Document:
    """Return the document of a context; the same context and making give an equal one."""
    report, point = report_of(context), context.read_point
    titles = {section.anchor: f"{number} {section.title}" for number, section in enumerate(report.sections, 1)}
    frame = Frame(report.subject(context), making, titles)
    return Document(
        kind=report.name,
        number=making.number,
        title=report.title,
        subject=plain(frame.subject.title)[0].text,
        organisation=plain(context.organisation or "")[0].text,
        date=point.known_at,
        read_point=f"known at {moment(point.known_at)}",
        cover=_cover(report, context, making),
        statement=STATEMENT,
        blocks=tuple(_blocks(report, context, frame)),
    )


def _cover(report: Report[C], context: C, making: Making) -> Facts:
    point = context.read_point
    whole = point.completeness.state == "COMPLETE"
    issuer = strong(context.organisation) if context.organisation else missing("not named by the operator")
    states = words(
        plain("what was true at"),
        stamp(point.valid_at),
        plain("as the ledger recorded it by"),
        stamp(point.known_at),
        plain(f"(entry #{point.ledger_index})"),
    )
    return Facts(
        (
            ("Issuer", cell(issuer)),
            ("Report number", cell(code(making.number))),
            *report.cover(context),
            ("Scope", cell(plain(report.scope))),
            ("States", cell(states)),
            ("Ledger", cell(plain(counted(point.ledger_size, "entry", "entries")), code(point.root))),
            ("Completeness", cell(mark(point.completeness.state, "good" if whole else "bad"))),
            ("Made with", cell(plain(f"Lineward {making.tools.get(MAKER, '')}".rstrip()))),
        )
    )


def _blocks(report: Report[C], context: C, frame: Frame) -> Iterator[Block]:
    summary = _summary(report, context, frame)
    drawn = [[block for part in section.parts for block in part.blocks(context, frame)] for section in report.sections]
    others = [_cover(report, context, frame.making), summary, *(block for blocks in drawn for block in blocks)]
    yield Heading("Summary, exceptions first", "summary", "")
    yield summary
    for heading, blocks in set_apart(list(_sections(report, frame, drawn, others))):
        yield heading
        yield from blocks


def _sections(
    report: Report[C], frame: Frame, drawn: list[list[Block]], others: Sequence[Block]
) -> Iterator[tuple[Heading, list[Block]]]:
    for section, blocks in zip(report.sections, drawn, strict=True):
        shown = [*blocks, *(block for part in section.parts for block in part.closing(others))]
        empty: list[Block] = [Text(plain(section.empty))] if section.empty else []
        yield Heading(section.title, section.anchor, frame.number(section.anchor)), shown or empty


def _summary(report: Report[C], context: C, frame: Frame) -> Summary:
    """Return the summary: exceptions first (bad, then warnings), then what is in order."""
    sections = sorted(report.sections, key=lambda section: not section.leads)
    items = [item for section in sections for item in _items(section, context, frame)]
    ranked = sorted(items, key=lambda item: _TONES.index(item.tone))
    bad = sum(item.tone == "bad" for item in ranked)
    warn = sum(item.tone == "warn" for item in ranked)
    tone: Tone = "bad" if bad else "warn" if warn else "good"
    found = [counted(bad, "exception")] if bad else []
    found += [counted(warn, "point to note", "points to note")] if warn else []
    return Summary(" and ".join(found) or "No exceptions", tone, tuple(ranked))


def _items(section: Section[C], context: C, frame: Frame) -> Iterator[Item]:
    for part in section.parts:
        for item in part.items(context, frame):
            yield replace(item, section=section.anchor)
