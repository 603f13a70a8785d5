"""What may not be stored: found and replaced before the ledger sees it, because the ledger never forgets."""

from __future__ import annotations

from ingest_hooks.redaction.effort import UNBOUNDED, TooLaborious
from ingest_hooks.redaction.redactor import Finding, Redacted, Redaction, redact

__all__ = ["UNBOUNDED", "Finding", "Redacted", "Redaction", "TooLaborious", "redact"]
