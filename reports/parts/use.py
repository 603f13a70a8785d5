"""What the owners of datasets permit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from graph_schema.vocabulary import duo, hl7
from reports.codes import coded_in
from reports.context import Context, Strict
from reports.document import (
    Block,
    Column,
    Item,
    Line,
    Text,
    cell,
    cites,
    faint,
    item,
    mark,
    missing,
    plain,
    table,
    words,
)
from reports.naming import alike, counted
from reports.phrases import when
from reports.section import Frame, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class UseStatement(Strict):
    """What an owner permitted a dataset to be used for when the version was registered, or has declared since."""

    dataset: str
    purposes: tuple[str, ...] = ()
    duo: tuple[str, ...] = ()
    refrains: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()
    statement: str | None = None
    region: str | None = None
    later: bool = False
    """Whether it was declared after the registration; what held then, if anything, stands before it."""
    since: str | None = None
    """Of a later one: from when it holds."""
    recorded_at: str | None = None
    """Of a later one: when it was recorded."""
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Use(Context):
    """The permitted use of what a subject rests on."""

    use: tuple[UseStatement, ...] = ()
    """By dataset, where an owner declared one."""


def blocks(context: Use, _: Frame) -> Iterator[Block]:
    """Show the statements, datasets with the same one together."""
    if not context.use:
        yield Text(words(plain("Permitted use:"), missing()))
        return
    groups = alike(context.use, lambda each: replace(each, dataset="", entries=()))
    yield table(
        "What the owners permitted when the model version was registered, and what they declared since; datasets with "
        "the same statement stand together",
        (Column("Datasets", 6), Column("Codes and their meaning", 6), Column("The owner's words", 5)),
        [
            (
                cell(*(words(plain(each.dataset), cites(each.entries)) for each in group)),
                cell(
                    *coded_in("purposes of use", hl7.ACT_REASON, group[0].purposes),
                    *coded_in("data use (DUO)", duo.SYSTEM, group[0].duo),
                    *coded_in("refrains", hl7.ACT_CODE, group[0].refrains),
                    *coded_in("obligations", hl7.ACT_CODE, group[0].obligations),
                )
                or cell(faint("no codes")),
                cell(
                    *_later(group[0]),
                    plain(group[0].statement) if group[0].statement else (),
                    faint(f"region: {group[0].region}") if group[0].region else (),
                ),
            )
            for group in groups
        ],
    )


def _later(statement: UseStatement) -> Iterator[Line]:
    """Yield that a statement was made after the registration, and when."""
    if statement.later:
        yield mark("declared since the registration", "warn")
        yield words(faint("from"), when(statement.since), faint("recorded"), when(statement.recorded_at))


def items(context: Use, _: Frame) -> Iterator[Item]:
    """Yield of how many datasets the permitted use was declared or changed since the registration."""
    later = [each for each in context.use if each.later]
    if later:
        text = f"The permitted use of {counted(len(later), 'dataset')} was declared or changed since the registration."
        yield item("warn", "PERMITTED USE", text, (entry for each in later for entry in each.entries))


PART = Part(blocks, items)
