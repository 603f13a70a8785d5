"""`lineward search`: find by words, facets, and what is missing."""

from __future__ import annotations

from typing import Any

from catalog.cli.client import Client, ask
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.output import note, print_json, print_table
from catalog.errors import Exit, SenderError

_QUERY = f"""
query Search($text: String, $filter: SearchFilter, $facets: [FacetKind!], $first: Int!, $after: String) {{
  search(text: $text, filter: $filter, facets: $facets, first: $first, after: $after) {{
    totalCount pageInfo {{ hasNextPage endCursor }}
    nodes {{ __typename id
      ... on Asset {{ name ref {{ namespace name }} state }}
      ... on Dataset {{ owner zone deidentificationState gaps {{ field }} }}
      ... on Job {{ ref {{ namespace name }} }}
      ... on Model {{ ref {{ namespace name }} }}
      ... on Run {{ runId runState job {{ ref {{ namespace }} }} }}
    }}
    facets {{ facet counts {{ value count }} }}
    {FIELDS}
  }}
}}
"""


def search(
    client: Client,
    text: str,
    kinds: list[str],
    filters: list[str],
    gaps: list[str],
    counts: list[str],
    first: int,
    after: str | None,
    *,
    as_json: bool,
) -> Exit:
    """Print a page of finds."""
    variables = {
        "text": text,
        "filter": {"kinds": [kind.upper() for kind in kinds], "facets": _filters(filters), "gaps": gaps},
        "facets": [name.upper() for name in counts],
        "first": first,
        "after": after,
    }
    found = ask(client, _QUERY, variables)["search"]
    if as_json:
        print_json(found)
    else:
        _print(found)
    return Exit.FINE


def _print(found: dict[str, Any]) -> None:
    print_table(
        f"{found['totalCount']} found",
        ("kind", "namespace", "name", "state", "zone", "de-identification", "id"),
        [_row(one) for one in found["nodes"]],
        empty="Nothing like that is in the catalog.",
    )
    for facet in found["facets"]:
        rows = [(one["value"], one["count"]) for one in facet["counts"]]
        print_table(facet["facet"].lower(), ("value", "count"), rows)
    if found["pageInfo"]["hasNextPage"]:
        note(f"There is more: --after {found['pageInfo']['endCursor']}")
    warn(found["completeness"])


def _row(node: dict[str, Any]) -> tuple[object, ...]:
    shown = (node.get(name) for name in ("zone", "deidentificationState", "id"))
    if node["__typename"] == "Run":
        namespace = node["job"]["ref"]["namespace"] if node["job"] else None
        return "Run", namespace, node["runId"], node["runState"], *shown
    return node["__typename"], node["ref"]["namespace"], node["ref"]["name"], node.get("state"), *shown


def _filters(given: list[str]) -> list[dict[str, Any]]:
    chosen: dict[str, list[str]] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise SenderError(f"--filter {one}: write a facet and its value, such as zone=LANDING.")
        chosen.setdefault(name.upper(), []).append(value)
    return [{"facet": name, "values": values} for name, values in chosen.items()]
