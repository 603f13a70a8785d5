"""What the owners of datasets permit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph_schema.vocabulary import duo, hl7
from reports.codes import coded_in
from reports.context import Context, Strict
from reports.document import (
    Block,
    Column,
    Text,
    cell,
    cites,
    faint,
    maybe,
    missing,
    plain,
    table,
    words,
)
from reports.naming import alike
from reports.section import Frame, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class UseStatement(Strict):
    """What an owner permits a dataset to be used for, in codes and in words."""

    dataset: str
    purposes: tuple[str, ...] = ()
    duo: tuple[str, ...] = ()
    refrains: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()
    statement: str | None = None
    region: str | None = None
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Use(Context):
    """The permitted use of what a subject rests on."""

    use: tuple[UseStatement, ...] = ()
    """By dataset, where an owner declared one."""


def blocks(context: Use, _: Frame) -> Iterator[Block]:
    """Show the statements, datasets with the same one together."""
    if not context.use:
        yield Text(words(plain("Permitted-use statements:"), missing()))
        return
    groups = alike(
        context.use,
        lambda each: (each.purposes, each.duo, each.refrains, each.obligations, each.statement, each.region),
    )
    yield table(
        "What the owners permit, in the codes they declared; datasets with the same statement stand together",
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
                or cell(missing("no codes recorded")),
                cell(maybe(group[0].statement), faint(f"region: {group[0].region}") if group[0].region else ()),
            )
            for group in groups
        ],
    )


PART = Part(blocks)
