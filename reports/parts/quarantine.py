"""Ledger entries that could not be projected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.context import Context, Strict
from reports.document import (
    Block,
    Column,
    Item,
    cell,
    cites,
    code,
    item,
    plain,
    table,
)
from reports.naming import counted
from reports.section import Frame, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined(Strict):
    """A ledger entry that could not be projected and may bear on this report."""

    entry: int
    kind: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Quarantine(Context):
    """What could not be projected and may bear on a subject."""

    quarantined: tuple[Quarantined, ...] = ()
    """By entry."""


def blocks(context: Quarantine, _: Frame) -> Iterator[Block]:
    """Show every entry with its reason."""
    if context.quarantined:
        yield table(
            "Records that could not be projected and may bear on this report",
            (Column("Entry", 1), Column("Kind", 3), Column("Reason", 6)),
            [(cell(cites([q.entry])), cell(code(q.kind)), cell(plain(q.reason))) for q in context.quarantined],
        )


def items(context: Quarantine, _: Frame) -> Iterator[Item]:
    """Yield how many there are."""
    if context.quarantined:
        number = counted(len(context.quarantined), "ledger entry", "ledger entries")
        text = f"{number} could not be projected and may bear on this report."
        yield item("bad", "QUARANTINED", text, (each.entry for each in context.quarantined))


PART = Part(blocks, items)
