"""A report as canonical JSON: the evidence and the document that page and PDF show."""

from __future__ import annotations

from reports.document import Document
from reports.envelope import canonical


def file_of(document: Document) -> bytes:
    """Return the JSON file of a document without evidence, canonical (RFC 8785) and ending in a line end."""
    return canonical({"document": document.to_json()}) + b"\n"
