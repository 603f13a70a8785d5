"""The documents, and which module writes the generated part of each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import catalog.findings.describe
import catalog.reference
import catalog.safe_use.describe
import catalog.settings
import graph_schema.describe
import graph_schema.vocabulary.suggestions.describe
import ingest_hooks.openlineage.meanings
import ingest_hooks.redaction.describe
import reports.describe

ROOT = Path(__file__).resolve().parents[1]


def examples() -> dict[str, str]:
    """Return the example of each kind of record, by its name."""
    return {path.stem: path.read_text("utf-8") for path in (ROOT / "examples/records").glob("*.json")}


def _records(document: str) -> str:
    return catalog.reference.rewritten(document, examples())


GENERATED: dict[str, Callable[[str], str]] = {
    "README.md": reports.describe.rewritten,
    "docs/facets.md": ingest_hooks.openlineage.meanings.rewritten,
    "docs/findings.md": catalog.findings.describe.rewritten,
    "docs/graph.md": graph_schema.describe.rewritten,
    "docs/records.md": _records,
    "docs/redaction.md": ingest_hooks.redaction.describe.rewritten,
    "docs/search.md": catalog.safe_use.describe.rewritten,
    "docs/settings.md": catalog.settings.rewritten,
    "docs/suggestions.md": graph_schema.vocabulary.suggestions.describe.rewritten,
}
"""By document, what writes the part between its marks anew."""
