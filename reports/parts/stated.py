"""What was ever declared of a dataset, in the order of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.context import Actor, Context, Strict
from reports.document import Block, Column, Text, cell, cites, faint, missing, plain, stamp, table, words
from reports.fields import named
from reports.naming import alike
from reports.parts.sources import in_words
from reports.phrases import who
from reports.section import Frame, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedOnce(Strict):
    """A value that a record declared of a field, whatever became of it; the newest that has begun is in force."""

    field: str
    value: str
    since: str
    """From when the record says that it holds."""
    recorded_at: str
    by: Actor
    entry: int


@dataclass(frozen=True, kw_only=True)
class History(Context):
    """The declarations of a dataset."""

    history: tuple[StatedOnce, ...] = ()
    """By entry, those of one entry by field; what a declaration only restates too."""


def blocks(context: History, _: Frame) -> Iterator[Block]:
    """Show each declaration with what it declared."""
    if not context.history:
        yield Text(words(plain("Declarations:"), missing()))
        return
    yield table(
        "Everything that was declared of the dataset itself, the oldest entry first",
        (Column("Recorded, by", 5), Column("Declared", 13)),
        [
            (
                cell(
                    words(stamp(group[0].recorded_at), cites((group[0].entry,))),
                    who(group[0].by),
                    words(faint("holds from"), stamp(group[0].since)) if group[0].since < group[0].recorded_at else (),
                ),
                cell(*(words(faint(f"{named(one.field)}:"), plain(in_words(one.field, one.value))) for one in group)),
            )
            for group in alike(context.history, lambda one: one.entry)
        ],
    )


PART = Part(blocks)
