from __future__ import annotations

from collections.abc import Iterator

from reports.contexts import ModelDossier
from reports.document import Block, Column, Line, Text, cell, faint, mark, missing, plain, strong, table
from reports.dossier.regulation import ASKS, ATTRIBUTE_GROUPS, SOURCE_ATTRIBUTES

_SECTION_NAMES = {
    "data": "2 Training and evaluation data",
    "lineage": "4 Lineage",
    "runs": "5 Jobs and runs",
    "handling": "6 De-identification",
    "approvals": "8 Approvals",
    "method": "12 Method and versions",
    "proof": "13 How to verify this",
}


def regulation(context: ModelDossier) -> Iterator[Block]:
    yield Text(
        plain(
            "The paragraphs are named so that a reader finds the record that bears on them. "
            "Whether and how they apply is not said here."
        )
    )
    yield table(
        "Paragraphs, and the section that holds the record",
        (Column("Paragraph", 4), Column("Asks for", 8), Column("Section", 3), Column("Here", 2)),
        [
            (
                cell(strong(ask.paragraph)),
                cell(plain(ask.subject)),
                cell(plain(_SECTION_NAMES[ask.section])),
                cell(mark("recorded", "good") if ask.recorded(context) else missing()),
            )
            for ask in ASKS
        ],
    )
    yield table(
        "The 31 source attributes of 45 CFR 170.315(b)(11)(iv)(B), paraphrased",
        (Column("Group", 4), Column("Recorded here", 4), Column("Not recorded", 9)),
        [
            (
                cell(plain(f"({group}) {title}")),
                cell(_attributes(context, group, recorded=True)),
                cell(_attributes(context, group, recorded=False)),
            )
            for group, title in ATTRIBUTE_GROUPS.items()
        ],
    )


def _attributes(context: ModelDossier, group: int, *, recorded: bool) -> Line:
    names = [a.subject for a in SOURCE_ATTRIBUTES if a.group == group and a.recorded(context) is recorded]
    return plain("; ".join(names)) if names else faint("–")
