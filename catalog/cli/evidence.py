"""`lineward ledger entries`: every entry that speaks of a thing."""

from __future__ import annotations

from typing import Any

from catalog.cli.assets import identify_anything
from catalog.cli.client import Client, ask, succeeded
from catalog.cli.completeness import FIELDS, ahead, warn
from catalog.cli.output import note, print_json, print_table
from catalog.cli.words import count, in_words
from catalog.errors import Exit

_PAGE = 500
_QUERY = f"""
query Entries($id: ID!, $asOf: AsOfInput, $limit: Int!, $after: Int) {{
  evidence(for: $id, asOf: $asOf, limit: $limit, after: $after) {{ __typename
    ... on Problem {{ code message }}
    ... on Evidence {{ total {FIELDS} completeness {{ ... on Truncated {{ hidden }} }}
      entries {{ index recordedAt kind actor onBehalfOf correlationId statements leaf erased salt }}
    }}
  }}
}}
"""


def entries(client: Client, about: str, first: int, after: int | None, as_of: dict[str, Any], *, as_json: bool) -> Exit:
    """Print the entries, the oldest first: `first` of those behind the entry `after`."""
    asked = {"id": identify_anything(client, about), "asOf": as_of or None}
    found: list[dict[str, Any]] = []
    while True:
        limit = min(_PAGE, first - len(found))
        page = succeeded(ask(client, _QUERY, {**asked, "limit": limit, "after": after})["evidence"])
        found += page["entries"]
        whole = page["completeness"]
        more = whole["__typename"] == "Truncated"
        if not more or len(found) >= first or not page["entries"]:
            break
        after = found[-1]["index"]
    if as_json:
        print_json({**asked, **page, "entries": found})
        return Exit.FINE
    print_table(
        f"{count(page['total'], 'entry', 'entries')} about {about}",
        ("entry", "recorded", "kind", "by", "what it says of it"),
        [_row(one) for one in found],
        empty="none further" if page["total"] else "none",
        optional=("recorded",),
        yielding=("what it says of it", "by"),
    )
    if more:
        note(f"There are more: --after {found[-1]['index']} goes on, --first shows more at once.")
        if whole["hidden"]:
            note(f"Not whole: {count(whole['hidden'], 'node is', 'nodes are')} hidden.")
        whole = whole["lagging"] and {"__typename": "Lagging", **whole["lagging"]}
    if whole:
        warn(whole)
    ahead(as_of)
    return Exit.FINE


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    by = one["actor"] if one["onBehalfOf"] is None else f"{one['actor']} for {one['onBehalfOf']}"
    states = [in_words(each) for each in one["statements"]]
    if one["salt"] is None:
        states.append("(erased)" if one["erased"] else "(names what you may not see)")
    return f"#{one['index']}", one["recordedAt"], in_words(one["kind"]), by, ", ".join(states)
