"""What the schemas of datasets let one suppose of PHI, and nobody confirmed or rejected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reports.codes import coded
from reports.context import Code, Context, Strict
from reports.document import Block, Column, cell, cites, code, faint, plain, table, words
from reports.naming import alike, worded
from reports.section import Frame, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion(Strict):
    """A kind of PHI that a column may hold by its name, which nobody judged."""

    dataset: str
    column: str
    kind: str
    codes: tuple[Code, ...] = ()
    """Empty for what is no element of Safe Harbor, such as a person's sex."""
    because: str
    """The standard and the name in it that the column's name is taken for."""
    entries: tuple[int, ...]
    """The entry by which the schema in force holds."""


@dataclass(frozen=True, kw_only=True)
class Suggestions(Context):
    """What may be on what a subject rests on."""

    suggestions: tuple[Suggestion, ...] = ()
    """By dataset, column and kind."""


def blocks(context: Suggestions, _: Frame) -> Iterator[Block]:
    """Show what is supposed, columns for which the same reason stands together."""
    if context.suggestions:
        yield table(
            "Suggested by the schemas in force at the read point, and judged by nobody: each counts as present",
            (Column("Dataset", 4), Column("Suggested label and why", 6), Column("Columns and codes", 11)),
            [
                (
                    cell(plain(group[0].dataset)),
                    cell(plain(worded(group[0].kind)), faint(because(group[0].because))),
                    cell(
                        *(words(code(each.column), cites(each.entries)) for each in group),
                        *(coded(group[0].codes) if group[0].codes else (faint("no element of Safe Harbor"),)),
                    ),
                )
                for group in alike(context.suggestions, lambda each: replace(each, column="", entries=()))
            ],
        )


def because(text: str) -> str:
    """Return why it is suggested; what stands before a name in use says in words how the name is taken."""
    standard, _, name = text.partition(": ")
    match name[:1]:
        case "^":
            return f"{standard}: {name[1:]} alone"
        case "@":
            return f"{standard}: {name[1:]}, of persons"
    return text


PART = Part(blocks)
