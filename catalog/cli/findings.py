"""`lineward findings`: what the rules over the estate find, and how it stands."""

from __future__ import annotations

from typing import Any

from catalog.cli.client import Client, ask, succeeded
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.output import note, print_json, print_table
from catalog.cli.words import count
from catalog.errors import Exit

_PAGE = 500
_QUERY = f"""
query Findings($filter: FindingFilter, $asOf: AsOfInput, $after: String) {{
  findings(filter: $filter, first: {_PAGE}, after: $after, asOf: $asOf) {{ __typename
    ... on Problem {{ code message }} ... on InvalidInput {{ field }}
    ... on Findings {{ counts {{ rule severity state count }}
      page {{ totalCount pageInfo {{ hasNextPage endCursor }}
        nodes {{ id rule severity state: findingState subject: subjectId subjects: subjectIds name text entries
          since: trueSince until: trueUntil known ended
          decided {{ stance by reason until since entry }} }} }}
      {FIELDS} }}
  }}
}}
"""


def findings(client: Client, wanted: dict[str, Any], point: dict[str, Any], *, as_json: bool) -> Exit:
    """Print the findings; the answer is a finding where any is open."""
    found = _whole(client, {"filter": wanted, "asOf": point or None})
    rows = found["findings"]
    is_open = any(one["state"] == "OPEN" for one in rows)
    if as_json:
        print_json(found)
        return Exit.FINDING if is_open else Exit.FINE
    print_table(
        count(len(rows), "finding"),
        ("severity", "rule", "state", "on", "what", "entries"),
        [
            (
                one["severity"].lower(),
                one["rule"],
                _state(one),
                one["name"],
                one["text"],
                ", ".join(f"#{entry}" for entry in one["entries"][:3]) + (" …" if len(one["entries"]) > 3 else ""),  # noqa: PLR2004  as many as fit
            )
            for one in rows
        ],
        empty="Nothing is found.",
        yielding=("what", "on"),
    )
    if rows:
        note(", ".join(f"{one['rule']} {one['state'].lower()}: {one['count']:,}" for one in found["counts"]))
    warn(found["completeness"])
    return Exit.FINDING if is_open else Exit.FINE


def _state(one: dict[str, Any]) -> str:
    decided = one["decided"]
    if one["state"] == "ACCEPTED" and decided is not None:
        return f"accepted by {decided['by']} until {decided['until']}"
    if one["state"] == "ACKNOWLEDGED" and decided is not None:
        return f"acknowledged by {decided['by']}"
    return str(one["state"].lower())


def _whole(client: Client, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the answer with all its pages."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        answer = succeeded(ask(client, _QUERY, {**asked, "after": after})["findings"])
        found += answer["page"]["nodes"]
        if not answer["page"]["pageInfo"]["hasNextPage"]:
            return {
                "findings": found,
                "counts": answer["counts"],
                "completeness": answer["completeness"],
                "readPoint": answer["readPoint"],
            }
        after = answer["page"]["pageInfo"]["endCursor"]
