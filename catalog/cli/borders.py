"""`lineward borders`: where data enters and leaves the estate."""

from __future__ import annotations

from typing import Any

from catalog.cli.client import Client, ask, succeeded
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.output import note, print_json, print_table
from catalog.cli.words import count, in_words
from catalog.errors import Exit

_PAGE = 500
_COUNTS = "byNamespace { value count } byZone { value count } bySite { value count }"
_QUERY = f"""
query Borders($side: BorderSide!, $within: [String!], $asOf: AsOfInput, $after: String) {{
  borders(side: $side, within: $within, asOf: $asOf) {{ __typename
    ... on Problem {{ code message }} ... on InvalidInput {{ field }}
    ... on Borders {{ {_COUNTS}
      points(first: {_PAGE}, after: $after) {{ totalCount pageInfo {{ hasNextPage endCursor }}
        nodes {{ id namespace name reason zone site }} }}
      {FIELDS} }}
  }}
}}
"""
_TITLES = {"INGRESS": "at which data enters", "EGRESS": "at which data leaves"}


def borders(client: Client, sides: list[str], asked: dict[str, Any], *, as_json: bool) -> Exit:
    """Print the datasets of each side, and how many there are in each namespace."""
    found = {side: _whole(client, {**asked, "side": side}) for side in sides}
    if as_json:
        print_json(found)
        return Exit.FINE
    for side, page in found.items():
        rows = [
            (one["namespace"], one["name"], in_words(one["reason"]), one["zone"], one["site"]) for one in page["points"]
        ]
        print_table(
            f"{count(len(rows), 'dataset')} {_TITLES[side]}",
            ("namespace", "name", "why", "zone", "site"),
            rows,
            empty="There is none.",
            optional=("site", "zone"),
            yielding=("name", "namespace"),
        )
        if rows:
            note(", ".join(f"{one['value']}: {one['count']:,}" for one in page["byNamespace"]))
        warn(page["completeness"])
    return Exit.FINE


def _whole(client: Client, asked: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with all its pages."""
    points: list[dict[str, Any]] = []
    after = None
    while True:
        page = succeeded(ask(client, _QUERY, {**asked, "after": after})["borders"])
        points += page["points"]["nodes"]
        if not page["points"]["pageInfo"]["hasNextPage"]:
            return {**page, "points": points}
        after = page["points"]["pageInfo"]["endCursor"]
