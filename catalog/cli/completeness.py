"""No answer is silently partial, in a terminal neither."""

from __future__ import annotations

from typing import Any

from catalog.cli.output import note

FIELDS = """
completeness { __typename
  ... on Lagging { behind quarantined atIndex }
  ... on Truncated { limit reached frontier lagging { behind quarantined atIndex } }
  ... on Redacted { hidden reason } }
readPoint { validAt knownAt ledgerIndex ledgerSize ledgerRoot projection }
"""


def warn(completeness: dict[str, Any]) -> None:
    """Say on standard error how an answer is not whole."""
    match completeness["__typename"]:
        case "Truncated":
            note(f"Not whole: the budget of {completeness['limit']} ended it. A larger --budget goes on.")
            if completeness["lagging"]:
                _lagging(completeness["lagging"])
        case "Redacted":
            note(f"Not whole: {completeness['hidden']} are hidden. {completeness['reason']}")
        case "Lagging":
            _lagging(completeness)


def _lagging(lagging: dict[str, Any]) -> None:
    if lagging["behind"]:
        note(f"Not whole: the graph is {lagging['behind']} entries behind the ledger; ask again in a moment.")
    if lagging["quarantined"]:
        entries = ", ".join(map(str, lagging["quarantined"]))
        note(f"Not whole: entries that could not be projected bear on this: {entries}.")
