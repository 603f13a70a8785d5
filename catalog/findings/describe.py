"""The table of the rules, for a document."""

from __future__ import annotations

from catalog.findings.rules import Rule
from graph_schema.marked import replaced

BEGIN, END = "<!-- findings:begin -->", "<!-- findings:end -->"


def markdown() -> str:
    """Return the table of all rules, as Markdown."""
    rows = ["| rule | severity | what must hold |", "| --- | --- | --- |"]
    rows += [f"| {rule.label} | {rule.severity} | {rule.description} |" for rule in Rule]
    return "\n".join(rows)


def rewritten(document: str) -> str:
    """Return the document with the table between its marks; raises ValueError where they are missing."""
    return replaced(document, BEGIN, END, f"\n{markdown()}\n")
