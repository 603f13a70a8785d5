"""The table of the rules, for a document."""

from __future__ import annotations

from catalog.findings.rules import ESTATE, Rule
from graph_schema.marked import replaced

BEGIN, END = "<!-- findings:begin -->", "<!-- findings:end -->"


def markdown() -> str:
    """Return the table of all rules, as Markdown."""
    rows = ["| rule | name | severity | what must hold |", "| --- | --- | --- | --- |"]
    for rule in Rule:
        name = f"`{rule.name}`" if rule in ESTATE else "–"
        rows.append(f"| {rule.label} | {name} | {rule.severity} | {rule.description} |")
    return "\n".join(rows)


def rewritten(document: str) -> str:
    """Return the document with the table between its marks; raises ValueError where they are missing."""
    return replaced(document, BEGIN, END, f"\n{markdown()}\n")
