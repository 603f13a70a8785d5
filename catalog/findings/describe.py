"""The README's table of the rules; `python -m catalog.findings.describe README.md` writes it."""

from __future__ import annotations

import sys
from pathlib import Path

from catalog.findings.rules import Rule
from graph_schema.marked import replaced

BEGIN, END = "<!-- findings:begin -->", "<!-- findings:end -->"


def markdown() -> str:
    """Return the table of all rules, as Markdown."""
    rows = ["| rule | severity | what must hold |", "| --- | --- | --- |"]
    rows += [f"| {rule.label} | {rule.severity} | {rule.description} |" for rule in Rule]
    return "\n".join(rows)


def rewritten(readme: str) -> str:
    """Return the README with the table between its marks; raises ValueError where they are missing."""
    return replaced(readme, BEGIN, END, f"\n{markdown()}\n")


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(rewritten(path.read_text("utf-8")), "utf-8")
