"""PHI labels on datasets and columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph_schema.vocabulary import hl7
from reports.codes import coded, meant
from reports.context import Code, Strict
from reports.document import (
    Block,
    Column,
    Heading,
    Item,
    Text,
    cell,
    cites,
    code,
    mark,
    missing,
    plain,
    table,
    words,
)
from reports.naming import alike, worded
from reports.parts.findings import Findings, found
from reports.phrases import tone
from reports.section import Frame, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Label(Strict):
    """A PHI label in effect on a dataset or column, and why."""

    dataset: str
    column: str | None = None
    """None: the dataset as a whole."""
    kind: str
    codes: tuple[Code, ...] = ()
    confidentiality: str | None = None
    """A code of HL7 v3 Confidentiality: U, L, M, N, R or V."""
    origin: str
    """SUGGESTED, CLAIMED or ASSERTED."""
    because: str | None = None
    """The reason that the deciding tag gives."""
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Labels(Findings):
    """The labels on what a subject rests on."""

    labels: tuple[Label, ...] = ()
    """By dataset, column and kind."""


def blocks(context: Labels, _: Frame) -> Iterator[Block]:
    """Show the labels, those that stand for the same reason together."""
    yield Heading("PHI labels in effect", "labels", "", 2)
    if not context.labels:
        yield Text(words(plain("PHI labels:"), missing()))
        return
    yield table(
        "PHI labels that records set on datasets and columns, and why",
        (Column("Dataset", 4), Column("Label, origin and reason", 6), Column("Columns and codes", 11)),
        [
            (
                cell(plain(group[0].dataset)),
                cell(
                    words(
                        plain(worded(group[0].kind)),
                        mark(worded(group[0].origin), tone(group[0].origin)),
                    ),
                    words(plain("confidentiality"), meant(hl7.CONFIDENTIALITY, group[0].confidentiality))
                    if group[0].confidentiality
                    else (),
                    plain(group[0].because or ""),
                ),
                cell(
                    *(
                        line
                        for label in group
                        for line in (
                            words(code(label.column) if label.column else plain("the dataset"), cites(label.entries)),
                            *coded(label.codes),
                        )
                    )
                ),
            )
            for group in alike(
                context.labels,
                lambda each: (each.dataset, each.kind, each.confidentiality, each.origin, each.because),
            )
        ],
        note="Labels appear where they were recorded; what derives from there is listed in the lineage section.",
    )


def items(context: Labels, _: Frame) -> Iterator[Item]:
    """Yield how many labels nobody confirmed or rejected."""
    yield from found(context, "labels")


PART = Part(blocks, items)
