"""What should be recorded and is not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from reports.context import Context, Strict
from reports.document import (
    Block,
    Gaps,
    Item,
    Line,
    Text,
    faint,
    item,
    missing,
    plain,
    words,
)
from reports.naming import counted, gathered
from reports.section import Frame, Part
from reports.text import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(Strict):
    """Something that should be recorded and is not."""

    subject: str
    field: str
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Unrecorded(Context):
    """What is not recorded of a subject and of what it rests on."""

    gaps: tuple[Gap, ...] = ()
    """By subject, in the order of the records that lack it."""


def blocks(context: Unrecorded, _: Frame) -> Iterator[Block]:
    """Show what is missing, under what it is missing of."""
    if not context.gaps:
        yield Text(plain("Nothing that this report asks for is missing."))
        return
    groups: defaultdict[str, list[Line]] = defaultdict(list)
    for gap in context.gaps:
        note = faint(f"({gap.note})") if gap.note else ()
        groups[gap.subject].append(words(missing(f"{clean(gap.field)}: not recorded"), note))
    yield Gaps(tuple((clean(subject), tuple(lines)) for subject, lines in groups.items()))


def items(context: Unrecorded, _: Frame) -> Iterator[Item]:
    """Yield how much is missing."""
    if context.gaps:
        of = counted(len({gap.subject for gap in context.gaps}), "subject")
        fields = gathered(gap.field for gap in context.gaps)
        yield item("warn", "GAPS", f"{counted(len(context.gaps), 'thing')} not recorded, of {of}: {fields}.")


PART = Part(blocks, items)
