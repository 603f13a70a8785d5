"""The table of what is asked for as shipped, for a document."""

from __future__ import annotations

from catalog.safe_use.rules import SHIPPED
from graph_schema.marked import replaced

BEGIN, END = "<!-- safe-use:begin -->", "<!-- safe-use:end -->"


def markdown() -> str:
    """Return what each question asks for as shipped, as Markdown."""
    rows = [
        "| safe for | state | none of | permitted | must not lie on it | no open finding from |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for question, definition in SHIPPED.items():
        asked = definition.content
        members = (asked.states, asked.labels_absent, asked.purposes, asked.refrains_absent)
        cells = (", ".join(f"`{code}`" for code in codes) or "–" for codes in members)
        rows.append(f"| {question.lower()} | {' | '.join(cells)} | {asked.finding_severity or '–'} |")
    return "\n".join(rows)


def rewritten(document: str) -> str:
    """Return the document with the table between its marks; raises ValueError where they are missing."""
    return replaced(document, BEGIN, END, f"\n{markdown()}\n")
