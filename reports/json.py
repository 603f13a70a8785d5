"""A report as canonical JSON: the evidence and the document that page and PDF show."""

from __future__ import annotations

import json

from reports.contexts import ModelDossier
from reports.envelope import Envelope, canonical, seal


def render_json(context: ModelDossier) -> bytes:
    """Return the report as canonical JSON (RFC 8785), ending in a line end."""
    return text(seal(context))


def text(envelope: Envelope) -> bytes:
    """Return the JSON of an envelope."""
    return canonical({**json.loads(envelope.evidence), "document": envelope.document.to_json()}) + b"\n"
