"""The reports as a table of a document."""

from __future__ import annotations

from graph_schema.marked import replaced
from reports.kinds import REPORTS

BEGIN = "<!-- reports:begin -->"
END = "<!-- reports:end -->"


def description() -> str:
    """Return the table: each report with its command and address, and what it shows."""
    rows = ["| Report | Command | `GET /api/v1/reports/…` | What it shows |", "|---|---|---|---|"]
    for report in REPORTS.values():
        command, address = f"`lineward report {report.path} …`", f"`{report.path}/ID.pdf`, `.html`, `.json`"
        rows.append(f"| {report.title} of a {report.nouns} | {command} | {address} | {report.scope} |")
    return "\n".join(rows)


def rewritten(text: str) -> str:
    """Return the text with the table between its marks; raises ValueError where they are missing."""
    return replaced(text, BEGIN, END, f"\n{description()}\n")
