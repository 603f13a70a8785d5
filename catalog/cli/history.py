"""`lineward history`: every statement of an aspect of a dataset."""

from __future__ import annotations

import json
from typing import Any

from catalog.cli.assets import identify
from catalog.cli.client import Client, known, pages, succeeded
from catalog.cli.completeness import ahead
from catalog.cli.output import print_json, print_table
from catalog.cli.words import in_words
from catalog.errors import AskerError, Exit
from graph_schema.aspects import BY_NAME
from graph_schema.nearest import did_you_mean

_PAGE = 500
_QUERY = """
query History($id: ID!, $aspect: String, $asOf: AsOfInput, $first: Int!, $after: String) {
  node(id: $id, asOf: $asOf) { __typename
    ... on Dataset { history(aspect: $aspect, first: $first, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { aspect value source by authenticated validFrom entry recordedAt since until inForce run job }
    } }
  }
}
"""


def history(client: Client, dataset: str, aspect: str | None, as_of: dict[str, Any], *, as_json: bool) -> Exit:
    """Print what was ever said, the oldest first."""
    identifier = identify(client, dataset, ("Dataset",))

    def connection(data: dict[str, Any]) -> dict[str, Any]:
        page: dict[str, Any] = succeeded(known(data["node"], dataset))["history"]
        return page

    asked = {"id": identifier, "aspect": aspect, "asOf": as_of or None, "first": _PAGE}
    found = [one for page in pages(client, _QUERY, asked, connection) for one in page["nodes"]]
    if not found and aspect is not None and aspect not in BY_NAME and (meant := did_you_mean(aspect, BY_NAME)):
        raise AskerError(f"Nothing was ever said of its {aspect}; {meant}")
    if as_json:
        print_json(found)
        return Exit.FINE
    print_table(
        "",
        ("entry", *(() if aspect else ("aspect",)), "value", "valid from", "known since", "by", "source", "in force"),
        [_row(one, () if aspect else (one["aspect"],)) for one in found],
        empty="Nobody ever said so; `lineward export datasets` shows what is said.",
        optional=("source", "known since"),
        yielding=("value", "by"),
    )
    ahead(as_of)
    return Exit.FINE


def _row(one: dict[str, Any], aspect: tuple[str, ...]) -> tuple[object, ...]:
    value = one["value"]
    shown = value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    source = in_words(one["source"])
    return one["entry"], *aspect, shown, one["validFrom"], one["recordedAt"], one["by"], source, _lasted(one)


def _lasted(one: dict[str, Any]) -> str:
    if one["inForce"]:
        return "yes"
    if one["since"] is None:
        return "never"
    return "no" if one["until"] is None else f"until {one['until']}"
