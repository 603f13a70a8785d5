"""`lineward search --safe-for` and `lineward why-not-safe`: what is safe for a use, and why something is not."""

from __future__ import annotations

from typing import Any, Final

from catalog.cli.assets import identify
from catalog.cli.client import Client, ask
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.output import note, print_json, print_table
from catalog.cli.search import Wanted
from catalog.cli.words import count, full_name, words_of
from catalog.errors import AskerError, Exit, SenderError

_DEFINITION: Final = (
    "definition { question entry by states purposes labelsAbsent refrainsAbsent zones findingSeverity reason }"
)
_SAFE = f"""
query SafeFor($question: SafeQuestion!, $text: String, $filter: SearchFilter, $first: Int!, $after: String) {{
  safeFor(question: $question, text: $text, filter: $filter, first: $first, after: $after) {{
    examined pageInfo {{ hasNextPage endCursor }} {_DEFINITION}
    edges {{ node {{ id ... on Dataset {{ ref {{ namespace name }} owner zone deidentificationState }} }}
      reasons {{ condition outcome text entries }} }}
    {FIELDS}
  }}
}}
"""
_WHY = f"""
query WhyNotSafe($asset: ID!, $question: SafeQuestion!, $asOf: AsOfInput) {{
  whyNotSafe(asset: $asset, question: $question, asOf: $asOf) {{
    outcome dataset {{ ref {{ namespace name }} }} reasons {{ condition outcome text entries }} {_DEFINITION}
    {FIELDS}
  }}
}}
"""


def safe_for(client: Client, question: str, asked: Wanted, *, as_json: bool) -> Exit:
    """Print the safe ones of what is found."""
    if asked.counts:
        raise SenderError("Only what is found is counted by facets: leave --count or --safe-for away.")
    variables = {"question": question, **asked.variables}
    found = ask(client, _SAFE, variables)["safeFor"]
    if as_json:
        print_json(found)
        return Exit.FINE
    rows = [_row(edge["node"]) for edge in found["edges"]]
    use = words_of(question)
    if found["examined"]:
        empty = f"None of them is safe for {use}; `lineward why-not-safe` says why one is not."
    else:
        empty = "Nothing that matches is recorded in a state of de-identification, and zone, that will do."
    print_table(
        f"{count(len(rows), 'dataset')} safe for {use}, of {found['examined']} looked at",
        ("namespace", "name", "de-identification", "zone", "owner", "id"),
        rows,
        empty=empty,
        optional=("zone", "owner"),
        yielding=("namespace", "name"),
    )
    _print_definition(found["definition"])
    if found["pageInfo"]["hasNextPage"]:
        note(f"There are more to look at: go on with --after {found['pageInfo']['endCursor']}")
    warn(found["completeness"])
    return Exit.FINE


def why_not_safe(client: Client, asset: str, question: str, at: dict[str, Any], *, as_json: bool) -> Exit:
    """Print what each condition comes to for a dataset."""
    identifier = identify(client, asset, ("Dataset",))
    found = ask(client, _WHY, {"asset": identifier, "question": question, "asOf": at or None})["whyNotSafe"]
    if found is None:
        raise AskerError(f"No dataset is called {asset} there.")
    if as_json:
        print_json(found)
        return Exit.FINE
    use, ref = words_of(question), found["dataset"]["ref"]
    is_safe = found["outcome"] == "PASS"
    print_table(
        f"{full_name(ref)} is {'' if is_safe else 'not '}safe for {use}",
        ("condition", "outcome", "why", "entries"),
        [(words_of(one["condition"]), one["outcome"], one["text"], one["entries"]) for one in found["reasons"]],
        yielding=("why",),
    )
    _print_definition(found["definition"])
    warn(found["completeness"])
    return Exit.FINE


def _row(node: dict[str, Any]) -> tuple[object, ...]:
    ref = node["ref"]
    return ref["namespace"], ref["name"], node["deidentificationState"], node["zone"], node["owner"], node["id"]


def _print_definition(definition: dict[str, Any]) -> None:
    if definition["entry"] is None:
        note("What is asked for is as shipped: a define_safe_use record says otherwise.")
    else:
        note(f"What is asked for was recorded by {definition['by']} in entry {definition['entry']}.")
