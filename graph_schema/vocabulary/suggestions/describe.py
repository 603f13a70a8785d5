"""The tables of suggestions as a reader sees them: `make docs` writes them into docs/suggestions.md."""

from __future__ import annotations

from collections.abc import Iterator

from graph_schema.marked import replaced
from graph_schema.vocabulary.suggestions import TABLES
from graph_schema.vocabulary.suggestions.rows import Row

BEGIN, END = "<!-- suggestions:begin -->", "<!-- suggestions:end -->"


def rewritten(document: str) -> str:
    """Return the document with the tables between its markers; raises ValueError where they are missing."""
    return replaced(document, BEGIN, END, "\n" + "\n".join(_lines()))


def _lines() -> Iterator[str]:
    for table in TABLES:
        yield f"### {table[0].basis}"
        yield ""
        yield "| kind | letters | whose | patterns |"
        yield "|---|---|---|---|"
        groups: dict[tuple[str, str, str], list[Row]] = {}
        for row in table:
            groups.setdefault((row.kind.value, row.letters, row.subject), []).append(row)
        for (kind, letters, subject), rows in groups.items():
            shown = ", ".join(f"`{row.pattern}`" for row in rows)
            yield f"| {kind} | {letters.replace('*', 'A to R')} | {subject} | {shown} |"
        yield ""
