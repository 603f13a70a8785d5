"""`lineward mappings`: which mappings hold, and what one would read before it is recorded."""

from __future__ import annotations

from typing import Any

from strawberry.utils.str_converters import to_camel_case

from catalog.cli import files
from catalog.cli.client import Client, ask, succeeded
from catalog.cli.output import note, print_json, print_table
from catalog.cli.words import count, words_of
from catalog.errors import Exit, SenderError

_LIST = "{ mappings { name facet on pointer tagKey target phiKind reason by entry since } }"
_TRY = """
query Try($record: MapFacetInput!) { mappingDryRun(record: $record) { __typename
  ... on Problem { code message }
  ... on MappingDryRun { carrying lookedAt mapped conflicting
    examples { target value column phiKind entry
      node { id ... on Asset { name } ... on Job { name } ... on Run { runId } } }
    conflicts { node why } }
} }
"""


def mappings(client: Client, *, as_json: bool) -> Exit:
    """Print the mappings in force."""
    found = ask(client, _LIST, {})["mappings"]
    if as_json:
        print_json(found)
        return Exit.FINE
    rows = [
        (one["name"], _reads(one), words_of(one["target"]), one["phiKind"], one["by"], one["entry"], one["since"])
        for one in found
    ]
    print_table(
        "",
        ("mapping", "reads", "as", "PHI", "by", "entry", "since"),
        rows,
        empty="No mapping is in force.",
        yielding=("reads",),
    )
    note(f"{count(len(rows), 'mapping')} in force.")
    return Exit.FINE


def try_out(client: Client, name: str, *, as_json: bool) -> Exit:
    """Print what the mapping in a file would read in what was received; nothing is recorded."""
    content = files.from_standard_input("records") if name == files.STANDARD_INPUT else files.read(name)
    found = files.items(name, content)
    if len(found) != 1 or not isinstance(found[0].value, dict) or found[0].value.get("kind") != "map_facet":
        raise SenderError(f'{files.source(name)} holds one record to try: {{"kind": "map_facet", …}}.')
    record = {to_camel_case(member): value for member, value in found[0].value.items() if member != "kind"}
    answer = succeeded(ask(client, _TRY, {"record": record})["mappingDryRun"])
    if as_json:
        print_json({name: value for name, value in answer.items() if name != "__typename"})
        return Exit.FINE
    rows = [
        (_name(one["node"]), one["column"], words_of(one["target"]), one["value"], one["phiKind"], one["entry"])
        for one in answer["examples"]
    ]
    print_table("", ("name", "column", "as", "value", "PHI", "entry"), rows, yielding=("name",))
    if answer["conflicts"]:
        against = [(one["node"], one["why"]) for one in answer["conflicts"]]
        print_table("What speaks against it", ("id", "why"), against, yielding=("why",))
    note(
        f"{answer['carrying']} carry the facet, {answer['lookedAt']} were looked at, it says something of "
        f"{answer['mapped']}; {count(answer['conflicting'], 'conflict')}. Nothing was recorded."
    )
    return Exit.FINE


def _reads(one: dict[str, Any]) -> str:
    if one["facet"] is None:
        return f"tag {one['tagKey']}"
    return f"{one['facet']} on {one['on'].lower()}, {one['pointer'] or 'all of it'}"


def _name(node: dict[str, Any] | None) -> str:
    return "" if node is None else str(node.get("name") or node.get("runId") or node["id"])
