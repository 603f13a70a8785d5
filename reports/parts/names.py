"""The names under which datasets are known: what is said under each of them is said of one dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from reports.context import Context, Strict
from reports.document import Block, Column, Heading, cell, cites, faint, plain, stamp, table, words
from reports.section import Frame, Part

Why = Literal["SYMLINK", "STITCH", "RULE", "FORMER"]

_WHY: dict[str, str] = {
    "SYMLINK": "an event lists it as another name of the dataset",
    "STITCH": "a steward recorded that the two are one",
    "RULE": "a rule for names in its namespace",
    "FORMER": "the dataset was called so before a run renamed it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherName(Strict):
    """Another name of a dataset at the read point, and why."""

    name: str
    why: Why
    since: str | None = None
    """None where it is so at every time."""
    entry: int | None = None
    """The entry that says so; None where a rule does, or nothing does but through a third name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Strict):
    """A dataset that has, or ever had, several names."""

    dataset: str
    others: tuple[OtherName, ...] = ()
    """By name; none where no other name stands for it at the read point."""
    entries: tuple[int, ...] = ()
    """All that decides, at any time, which names are one: what points, joins, parts and renames, and rules."""


@dataclass(frozen=True, kw_only=True)
class Names(Context):
    """The names of what a subject rests on."""

    names: tuple[Named, ...] = ()
    """By dataset; one that never had another name is absent."""


def blocks(context: Names, _: Frame) -> Iterator[Block]:
    """Show under which other names each dataset is known, nothing where none ever had another."""
    if not context.names:
        return
    yield Heading("Other names", "names", "", 2)
    yield table(
        "Names under which the datasets are known too at the read point; what is said under one counts for the dataset",
        (Column("Dataset", 7), Column("Other name", 7), Column("Why, and since when", 6)),
        [
            (
                cell(words(plain(each.dataset), cites(each.entries))),
                cell(*(words(plain(one.name)) for one in several)) if several else cell(plain("none now")),
                cell(
                    words(
                        plain(_WHY[several[0].why]),
                        words(faint("since"), stamp(several[0].since)) if several[0].since else (),
                        cites([several[0].entry]) if several[0].entry is not None else (),
                    )
                )
                if several
                else cell(plain("its names changed in time; no other stands for it now")),
            )
            for each in context.names
            for several in ([[one] for one in each.others] or [[]])
        ],
    )


PART = Part(blocks)
