"""`lineward search`: find by words, facets, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catalog.cli.client import Client, ask
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.output import note, print_json, print_table
from catalog.cli.words import each_of, in_words, one_of, words_of
from catalog.errors import Exit, SenderError
from catalog.search.kinds import SearchKind
from catalog.search.queries import CLOSED, FACETS, FACETS_DOC, GAPS, WORDS_DOC, leaves_nothing_out

_OPTION = {"deidentification_state": "deidentification", "source_system": "source-system", "lies_in": "lies-in"}
"""How the options of some are called."""
_NOTHING_YET = "The catalog holds nothing yet: send it events with `lineward ingest FILE`."
_NO_MATCH = "Nothing in the catalog matches all of that."
_NO_WORDS = "That text holds neither letter nor digit: it leaves nothing out."

_QUERY = f"""
query Search($text: String, $filter: SearchFilter, $facets: [FacetKind!], $first: Int!, $after: String) {{
  search(text: $text, filter: $filter, facets: $facets, first: $first, after: $after) {{
    totalCount pageInfo {{ hasNextPage endCursor }} edges {{ foundAs {{ namespace name }} }}
    nodes {{ __typename id
      ... on Asset {{ name ref {{ namespace name }} state }}
      ... on Dataset {{ owner zone deidentificationState gaps {{ field }} labels {{ phiKind }} }}
      ... on Job {{ ref {{ namespace name }} }}
      ... on Model {{ ref {{ namespace name }} }}
      ... on Run {{ runId runState job {{ ref {{ namespace }} }} }}
    }}
    facets {{ facet counts {{ value count }} }}
    {FIELDS}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: words, kinds, values of facets, missing fields, facets to count; one page of it."""

    text: str
    kinds: list[str]
    facets: dict[str, list[str]]
    gaps: list[str]
    counts: list[str]
    first: int
    after: str | None

    @property
    def everything(self) -> bool:
        """Tell whether nothing narrows it."""
        return not (self.text.strip() or self.kinds or self.facets or self.gaps)

    @property
    def variables(self) -> dict[str, Any]:
        """Return what a query is asked with, without what is counted."""
        return {
            "text": self.text,
            "filter": {
                "kinds": self.kinds,
                "facets": [{"facet": name.upper(), "values": values} for name, values in self.facets.items()],
                "gaps": [name.upper() for name in self.gaps],
            },
            "first": self.first,
            "after": self.after,
        }


def wanted(
    text: str,
    kinds: list[str],
    facets: dict[str, list[str] | None],
    filters: list[str],
    gaps: list[str],
    counts: list[str],
    first: int,
    after: str | None,
) -> Wanted:
    """Return what is looked for, every word of a closed list as it is spelt; raises SenderError with the list."""
    chosen = {name: _values(name, values, f"--{_OPTION.get(name, name)}") for name, values in facets.items() if values}
    for one in filters:
        name, equals, value = one.partition("=")
        if not equals:
            raise SenderError(f"--filter {one}: write a facet and its value, such as zone=LANDING.")
        facet = one_of(name, FACETS, "--filter", FACETS_DOC)
        chosen.setdefault(facet, []).extend(_values(facet, [value], f"--filter {facet}"))
    return Wanted(
        text,
        each_of(kinds, SearchKind.__members__, "--kind"),
        chosen,
        each_of(gaps, GAPS, "--gap"),
        each_of(counts, FACETS, "--count", FACETS_DOC),
        first,
        after,
    )


def search(client: Client, asked: Wanted, *, as_json: bool) -> Exit:
    """Print a page of finds."""
    variables = {**asked.variables, "facets": [name.upper() for name in asked.counts]}
    found = ask(client, _QUERY, variables)["search"]
    if as_json:
        print_json(found)
    else:
        _print(found, empty=_NOTHING_YET if asked.everything else _NO_MATCH)
    if leaves_nothing_out(asked.text):
        note(_NO_WORDS)
    return Exit.FINE


def _values(facet: str, values: list[str], option: str) -> list[str]:
    closed = CLOSED.get(facet)
    return list(values) if closed is None else each_of(values, closed, option, WORDS_DOC.get(facet))


def _print(found: dict[str, Any], empty: str) -> None:
    print_table(
        f"{found['totalCount']} found",
        ("kind", "namespace", "name", "state", "zone", "de-identification", "owner", "PHI", "id"),
        [_row(one, edge["foundAs"]) for one, edge in zip(found["nodes"], found["edges"], strict=True)],
        empty=empty,
        optional=("de-identification", "state", "zone", "PHI", "owner"),
        yielding=("namespace", "name"),
    )
    for facet in found["facets"]:
        rows = [(one["value"], one["count"]) for one in facet["counts"]]
        print_table(in_words(facet["facet"]), ("value", "count"), rows, empty="No find has one.")
    if found["pageInfo"]["hasNextPage"]:
        note(f"There is more: go on with --after {found['pageInfo']['endCursor']}")
    warn(found["completeness"])


def _row(node: dict[str, Any], found_as: dict[str, Any] | None) -> tuple[object, ...]:
    phi = sorted({label["phiKind"] for label in node.get("labels") or ()})
    shown = (node.get("zone"), node.get("deidentificationState"), node.get("owner"), phi, node["id"])
    if node["__typename"] == "Run":
        namespace = node["job"]["ref"]["namespace"] if node["job"] else None
        return "run", namespace, node["runId"], node["runState"], *shown
    ref = node["ref"]
    name = ref["name"] if found_as is None else f"{found_as['name']}, which is {ref['name']}"
    namespace = (found_as or ref)["namespace"]
    return words_of(node["__typename"]), namespace, name, node.get("state"), *shown
