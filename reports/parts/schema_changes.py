"""How the schemas of datasets changed on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.context import Strict
from reports.document import (
    Block,
    Column,
    Item,
    cell,
    cites,
    plain,
    table,
    words,
)
from reports.parts.findings import found
from reports.parts.runs import Runs, numbers
from reports.phrases import listed, number_of, when
from reports.section import Frame, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaChange(Strict):
    """Fields that came, went or changed their type, by a run where one wrote them."""

    dataset: str
    at: str
    run: str | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Each field with its types before and after."""
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SchemaChanges(Runs):
    """The schema changes behind a subject, and the runs that made them."""

    schema_changes: tuple[SchemaChange, ...] = ()
    """By dataset and time."""


def blocks(context: SchemaChanges, _: Frame) -> Iterator[Block]:
    """Show every change."""
    known = numbers(context)
    if context.schema_changes:
        yield table(
            "Schema changes on the way to the training and evaluation data, up to the version's registration",
            (Column("Dataset and run", 8), Column("When", 4), Column("Change", 5)),
            [
                (
                    cell(
                        words(plain(each.dataset), number_of(each.run, known), cites(each.entries)),
                    ),
                    cell(when(each.at)),
                    cell(listed("added", each.added), listed("removed", each.removed), listed("changed", each.changed)),
                )
                for each in context.schema_changes
            ],
        )


def items(context: SchemaChanges, _: Frame) -> Iterator[Item]:
    """Yield which fields changed."""
    yield from found(context, "schema")


PART = Part(blocks, items)
