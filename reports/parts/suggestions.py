"""What the schemas of datasets let one suppose of PHI, and nobody confirmed or rejected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reports.codes import coded
from reports.context import Code, Context, Strict
from reports.document import Block, Column, Line, cell, cites, code, faint, plain, table, words
from reports.naming import alike, worded
from reports.phrases import datasets_alike
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
    """Show what is supposed, the columns of a dataset together, and datasets of which the same is supposed."""
    if context.suggestions:
        yield table(
            "Suggested by the schemas in force at the read point, and judged by nobody: each counts as present",
            (Column("Dataset", 5), Column("Suggested label", 4), Column("Columns and why, and their codes", 12)),
            [
                (
                    cell(*datasets_alike(groups)),
                    cell(plain(worded(groups[0][0].kind))),
                    cell(*_columns(groups)),
                )
                for groups in alike(
                    alike(context.suggestions, lambda each: (each.dataset, each.kind)),
                    lambda group: tuple(replace(each, dataset="", entries=()) for each in group),
                )
            ],
        )


def _columns(groups: tuple[tuple[Suggestion, ...], ...]) -> Iterator[Line]:
    """Yield the columns with why each is supposed to hold it, and the codes of those that have the same."""
    for same in alike(groups[0], lambda each: each.codes):
        for one in same:
            entries = one.entries if len(groups) == 1 else ()
            yield words(code(one.column), faint(because(one.because)), cites(entries))
        if same[0].codes:
            yield from coded(same[0].codes)
        else:
            yield faint("no element of Safe Harbor")


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
