"""The columns of a dataset by the schema in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.context import ByEntry, Strict
from reports.document import Block, Column, Text, cell, cites, code, faint, maybe, missing, plain, table, words
from reports.naming import worded
from reports.parts.effective_labels import EffectiveLabels
from reports.section import Frame, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaColumn(Strict):
    """A column by its address in the schema, with its type as whoever stated it wrote it."""

    name: str
    type: str | None = None


@dataclass(frozen=True, kw_only=True)
class Columns(EffectiveLabels):
    """The columns of a dataset."""

    columns: tuple[SchemaColumn, ...] = ()
    """In the order of the schema."""
    schema_stated: ByEntry | None = None
    """By which the schema in force is stated."""


def blocks(context: Columns, frame: Frame) -> Iterator[Block]:
    """Show each column with its type, and the kinds of PHI that it holds."""
    if not context.columns:
        yield Text(words(plain("Columns:"), missing()))
        return
    kinds: dict[str, list[str]] = {}
    for one in context.effective:
        if one.asset == frame.subject.title and one.column is not None:
            kinds.setdefault(one.column, []).append(worded(one.kind))
    if context.schema_stated is not None:
        yield Text(words(plain("The schema in force is stated by"), cites((context.schema_stated.entry,))))
    yield table(
        "Columns of the dataset, in the order of the schema",
        (Column("Column", 8), Column("Type", 5), Column("Labels", 7)),
        [
            (
                cell(code(one.name)),
                cell(maybe(one.type)),
                cell(plain(", ".join(kinds[one.name])) if one.name in kinds else faint("none known")),
            )
            for one in context.columns
        ],
    )


PART = Part(blocks)
