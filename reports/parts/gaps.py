"""What should be recorded and is not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reports.context import Context, Strict
from reports.document import (
    Block,
    Gaps,
    Item,
    Line,
    Text,
    faint,
    item,
    plain,
    words,
)
from reports.fields import sentence
from reports.naming import many_together
from reports.phrases import unrecorded
from reports.section import Frame, Part
from reports.text import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(Strict):
    """Something that should be recorded and is not."""

    subject: str
    field: str
    """By the names of `reports.fields`, which has each in words."""
    note: str | None = None
    """What would fill it."""
    rule: str | None = None
    """The rule whose finding says so too."""


@dataclass(frozen=True, kw_only=True)
class Unrecorded(Context):
    """What is not recorded of a subject and of what it rests on."""

    gaps: tuple[Gap, ...] = ()
    """By subject, in the order of the records that lack it."""


_NONE: Final = (
    "Every mandatory field is recorded. What else nobody recorded is marked in the section where it would stand."
)
"""Of a dataset, whose gaps are its mandatory fields alone."""


def lacks(context: Unrecorded, field: str) -> bool:
    """Tell whether a field is missing of anything."""
    return any(gap.field == field for gap in context.gaps)


def blocks(context: Unrecorded, frame: Frame) -> Iterator[Block]:
    """Show what is missing, under what it is missing of."""
    if not context.gaps:
        yield Text(plain(_NONE if frame.subject.noun == "dataset" else "Nothing that this report asks for is missing."))
        return
    groups: defaultdict[str, list[Line]] = defaultdict(list)
    for gap in context.gaps:
        note = faint(f"({gap.note})") if gap.note else ()
        groups[gap.subject].append(words(unrecorded(gap.field), note))
    yield Gaps(tuple(map(_group, many_together(groups.items(), lambda one: tuple(one[1])))))


def _group(same: Sequence[tuple[str, list[Line]]]) -> tuple[str, tuple[Line, ...]]:
    """Return a subject with what it lacks, or very many after the same that they lack."""
    if len(same) == 1:
        return clean(same[0][0]), tuple(same[0][1])
    names = words(*((*plain(subject), *plain(";")) for subject, _ in same[:-1]), plain(same[-1][0]))
    return f"{len(same):,} that lack the same", (*same[0][1], words(faint("these are:"), names))


def items(context: Unrecorded, _: Frame) -> Iterator[Item]:
    """Yield each field that is missing and of what, but what a finding says already."""
    subjects: defaultdict[str, list[str]] = defaultdict(list)
    for gap in context.gaps:
        if gap.rule is None:
            subjects[gap.field].append(gap.subject)
    for field, of in subjects.items():
        yield item("warn", "NOT RECORDED", sentence(field, of))


PART = Part(blocks, items)
