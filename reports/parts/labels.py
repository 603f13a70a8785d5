"""PHI labels on datasets and columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from graph_schema.vocabulary import hl7
from reports.codes import coded, meant
from reports.context import Code, Strict
from reports.document import (
    Block,
    Column,
    Heading,
    Item,
    Line,
    Text,
    cell,
    cites,
    code,
    faint,
    item,
    mark,
    missing,
    plain,
    table,
    words,
)
from reports.naming import alike, counted, worded
from reports.parts.findings import Findings, found
from reports.phrases import datasets_alike, tone, when
from reports.section import Frame, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Label(Strict):
    """A PHI label on a dataset or column and why: as in effect when the version was registered, or as changed since."""

    dataset: str
    column: str | None = None
    """None: the dataset as a whole."""
    kind: str
    present: bool = True
    """False where it was rejected after the registration."""
    codes: tuple[Code, ...] = ()
    confidentiality: str | None = None
    """A code of HL7 v3 Confidentiality: U, L, M, N, R or V."""
    origin: str
    """SUGGESTED, CLAIMED or ASSERTED."""
    because: str | None = None
    """The reason that the deciding tag gives."""
    later: bool = False
    """Whether it came to be so after the registration; what held then, if anything, stands before it."""
    since: str | None = None
    """Of a later one: from when the deciding tag holds."""
    recorded_at: str | None = None
    """Of a later one: when the deciding tag was recorded."""
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Labels(Findings):
    """The labels on what a subject rests on."""

    labels: tuple[Label, ...] = ()
    """By dataset, column and kind."""


def blocks(context: Labels, _: Frame) -> Iterator[Block]:
    """Show the labels, those that stand for the same reason together, and datasets that are labelled alike."""
    yield Heading("PHI labels", "labels", "", 2)
    if not context.labels:
        yield Text(words(plain("PHI labels:"), missing()))
        return
    yield table(
        "PHI labels in effect when the model version was registered, and what changed since",
        (Column("Dataset", 4), Column("Label, origin and reason", 6), Column("Columns and codes", 11)),
        [
            (
                cell(*datasets_alike(groups)),
                cell(
                    words(
                        plain(worded(groups[0][0].kind)),
                        mark(worded(groups[0][0].origin), tone(groups[0][0].origin)),
                    ),
                    *_later(groups[0][0]),
                    words(plain("confidentiality"), meant(hl7.CONFIDENTIALITY, groups[0][0].confidentiality))
                    if groups[0][0].confidentiality
                    else (),
                    plain(groups[0][0].because or ""),
                ),
                cell(*_columns(groups)),
            )
            for groups in alike(
                alike(context.labels, lambda each: replace(each, column=None, codes=(), entries=())),
                lambda group: tuple(replace(each, dataset="", entries=()) for each in group),
            )
        ],
        note="Labels stand here where they were recorded; what flowed on from there stands below.",
    )


def _columns(groups: Sequence[Sequence[Label]]) -> Iterator[Line]:
    """Yield the columns and their codes, of one dataset each with its entries."""
    for label in groups[0]:
        entries = label.entries if len(groups) == 1 else ()
        yield words(code(label.column) if label.column else plain("the dataset"), cites(entries))
        yield from coded(label.codes)


def _later(label: Label) -> Iterator[Line]:
    """Yield that a label was set, changed or rejected after the registration, and when."""
    if label.later:
        word = "set or changed" if label.present else "rejected"
        yield mark(f"{word} since the registration", "warn")
        yield words(faint("from"), when(label.since), faint("recorded"), when(label.recorded_at))


def items(context: Labels, _: Frame) -> Iterator[Item]:
    """Yield how many labels nobody confirmed or rejected, and how many changed since the registration."""
    yield from found(context, "labels")
    later = [label for label in context.labels if label.later]
    if later:
        text = f"{counted(len(later), 'label')} set, changed or rejected since the registration."
        yield item("warn", "LABELS", text, (entry for label in later for entry in label.entries))


PART = Part(blocks, items)
