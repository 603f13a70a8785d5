"""No answer is silently partial, in a terminal neither."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from catalog.cli.output import note
from catalog.cli.words import count
from graph_schema.times import parse_zoned

FIELDS = """
completeness { __typename
  ... on Lagging { behind quarantined atIndex }
  ... on Truncated { limit reached frontier lagging { behind quarantined atIndex } reasons { reason count } }
  ... on Redacted { hidden reason } }
readPoint { validAt knownAt ledgerIndex ledgerSize ledgerRoot projection }
"""


def warn(completeness: dict[str, Any]) -> None:
    """Say on standard error how an answer is not whole."""
    match completeness["__typename"]:
        case "Truncated":
            bounds = {one["reason"] for one in completeness.get("reasons") or ()}
            if "OLDER_RUNS" in bounds:
                note("Not whole: the jobs on the way ran more often than is followed; older runs are left out.")
            if "UNSTATED" in bounds:
                note("Not whole: where a write said nothing of columns, the walk between columns stopped.")
            if not bounds or bounds - {"OLDER_RUNS", "UNSTATED"}:
                note(f"Not whole: the budget of {completeness['limit']} ended it. A larger --budget goes on.")
            if completeness["lagging"]:
                _lagging(completeness["lagging"])
        case "Redacted":
            hidden = count(completeness["hidden"], "node is", "nodes are")
            note(f"Not whole: {hidden} hidden. {completeness['reason']}")
        case "Lagging":
            _lagging(completeness)


def ahead(as_of: Mapping[str, Any]) -> None:
    """Say on standard error that a time that was asked about has not come yet."""
    now = time.time_ns() // 1000
    asked = [as_of[name] for name in ("validAt", "knownAt") if as_of.get(name)]
    if any(parse_zoned(each) > now for each in asked):
        note("That time has not come yet: this is what is stated of it so far.")


def _lagging(lagging: dict[str, Any]) -> None:
    if lagging["behind"]:
        behind = count(lagging["behind"], "entry", "entries")
        note(f"Not whole: the graph is {behind} behind the ledger; ask again in a moment.")
    if lagging["quarantined"]:
        entries = ", ".join(map(str, lagging["quarantined"]))
        note(f"Not whole: entries that could not be projected bear on this: {entries}.")
