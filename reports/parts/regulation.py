"""Where a dossier answers what regulators ask, and what it lacks of an answer."""

from __future__ import annotations

from collections.abc import Iterator

from reports.document import (
    Block,
    Cell,
    Column,
    Line,
    Text,
    cell,
    cites,
    faint,
    mark,
    missing,
    plain,
    strong,
    table,
    words,
)
from reports.parts.regulated import hipaa, models, part11
from reports.parts.regulated.answer import Answer, Ask, Regulated, Result
from reports.parts.regulated.attributes import ATTRIBUTE_GROUPS, SOURCE_ATTRIBUTES
from reports.section import Frame, Part

ASKS: tuple[Ask, ...] = (*hipaa.ASKS, *part11.ASKS, *models.ASKS)
"""Every question that is looked for, by the law that asks it."""

_MARKS: dict[Result, Line] = {
    "recorded": mark("recorded", "good"),
    "partly": mark("partly recorded", "warn"),
    "not recorded": missing(),
    "elsewhere": mark("not shown here", "none"),
    "not kept here": mark("not kept here, by design", "none"),
}


def blocks(context: Regulated, frame: Frame) -> Iterator[Block]:
    """Show what the records say to each paragraph and what they lack, and the source attributes by group."""
    yield Text(
        plain(
            "The paragraphs are named so that a reader finds the records that bear on them. This index is not a "
            "statement of compliance."
        )
    )
    yield table(
        "Paragraphs, what the records show, and what they lack",
        (Column("Paragraph", 13), Column("What is recorded here", 22), Column("Section", 7)),
        [
            (
                cell(strong(ask.paragraph), plain(ask.subject)),
                _answer(ask.check(context)),
                cell(plain(frame.titles[ask.section])),
            )
            for ask in ASKS
        ],
        fixed=True,
    )
    yield table(
        "The 31 source attributes of 45 CFR 170.315(b)(11)(iv)(B), paraphrased",
        (Column("Group", 4), Column("Recorded here", 6), Column("Not recorded", 8)),
        [
            (cell(plain(f"({group}) {title}")), _shown(context, group), _absent(context, group))
            for group, title in ATTRIBUTE_GROUPS.items()
        ],
        fixed=True,
    )


def _answer(answer: Answer) -> Cell:
    lacks = "; ".join(answer.lacks)
    needed = "missing" if answer.shown else "would have to be recorded"
    return cell(
        _MARKS[answer.result],
        words(plain(answer.shown), cites(answer.entries)) if answer.shown else (),
        words(faint(f"{needed}:"), plain(lacks)) if lacks else (),
    )


def _shown(context: Regulated, group: int) -> Cell:
    answers = [(one.subject, one.check(context)) for one in SOURCE_ATTRIBUTES if one.group == group]
    lines = [
        words(
            plain(f"{subject}: {answer.shown}"), faint(f"(missing: {'; '.join(answer.lacks)})") if answer.lacks else ()
        )
        for subject, answer in answers
        if answer.shown
    ]
    return cell(*lines) if lines else cell(faint("–"))


def _absent(context: Regulated, group: int) -> Cell:
    names = [one.subject for one in SOURCE_ATTRIBUTES if one.group == group and not one.check(context).shown]
    return cell(plain("; ".join(names)) if names else faint("–"))


def unanswered(context: Regulated, frame: Frame) -> Iterator[Block]:
    """Say beside the gaps what no record answers: the index has each by name."""
    asked = [ask.paragraph for ask in ASKS if ask.check(context).result == "not recorded"]
    absent = sum(not one.check(context).shown for one in SOURCE_ATTRIBUTES)
    if asked or absent:
        yield Text(
            plain(
                f"No record answers {len(asked):,} of the {len(ASKS)} paragraphs of section "
                f"{frame.number('regulation')}, and {absent:,} of its {len(SOURCE_ATTRIBUTES)} source attributes are "
                "not recorded."
            )
        )


PART = Part(blocks)
UNANSWERED = Part(unanswered)
