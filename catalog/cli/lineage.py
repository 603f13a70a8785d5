"""`lineward lineage`: what data came from, what came of it, and why two things are connected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from catalog.cli.assets import identify
from catalog.cli.client import Client, ask, succeeded
from catalog.cli.completeness import FIELDS, ahead, warn
from catalog.cli.output import note, print_json, print_table, short
from catalog.cli.words import count, in_words, words_of
from catalog.errors import Exit

_PAGE = 500
_QUERY = f"""
query Lineage($input: LineageInput!, $nodesAfter: String, $edgesAfter: String) {{
  lineage(input: $input) {{ __typename
    ... on Problem {{ code message }} ... on InvalidInput {{ field }}
    ... on LineageGraph {{ grain
      nodes(first: {_PAGE}, after: $nodesAfter) {{ totalCount pageInfo {{ hasNextPage endCursor }}
        nodes {{ id kind depth truncatedHere unstated
          column {{ name dataset {{ name ref {{ namespace }} }} }} node {{ __typename
          ... on Asset {{ name state ref {{ namespace name }} }} ... on Run {{ runId runState }}
          ... on Dataset {{ zone deidentificationState }} ... on Snapshot {{ digest }} ... on Job {{ name }} }} }} }}
      edges(first: {_PAGE}, after: $edgesAfter) {{ totalCount pageInfo {{ hasNextPage endCursor }}
        nodes {{ from to kind confidence validFrom knownFrom past attempt job {{ name }} run {{ runId runState }}
          column {{ dependency facet collapsed transformations {{ type subtype description masking }} }} }} }}
      columns {{ collapsed unstated }}
      {FIELDS}
    }}
  }}
}}
"""


def lineage(client: Client, asset: str, asked: dict[str, Any], *, as_json: bool) -> Exit:
    """Print the graph around a thing."""
    asked = {**asked, "of": [identify(client, asset)]}
    found = _whole(client, asked)
    if as_json:
        print_json(found)
        return Exit.FINE
    names = apart((node["id"], _name(node), _namespace(node)) for node in found["nodes"])
    rows = [
        (node["depth"], names[node["id"]], words_of(node["kind"]), _state(node), _behind(node))
        for node in found["nodes"]
    ]
    print_table(
        f"{count(len(rows), 'node')} at {found['grain'].lower()} grain",
        ("depth", "name", "kind", "state", "more behind"),
        rows,
        yielding=("name",),
    )
    edges = [
        (
            names.get(edge["from"], edge["from"]),
            names.get(edge["to"], edge["to"]),
            (edge["job"] or {}).get("name"),
            _how(edge),
            edge["validFrom"],
        )
        for edge in found["edges"]
    ]
    print_table(
        count(len(edges), "edge"),
        ("from", "to", "job", "how", "valid from"),
        edges,
        empty="Nothing leads on from here.",
        optional=("valid from", "how"),
        yielding=("job", "from", "to"),
    )
    _count_columns(found["columns"])
    warn(found["completeness"])
    ahead(asked["asOf"] or {})
    point = found["readPoint"]
    note(f"read at entry {point['ledgerIndex']}, valid at {point['validAt']}, root {point['ledgerRoot']}")
    return Exit.FINE


def _whole(client: Client, asked: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with all its pages."""
    cursors: dict[str, str | None] = {"nodesAfter": None, "edgesAfter": None}
    nodes: dict[str, dict[str, Any]] = {}
    edges: dict[tuple[Any, ...], dict[str, Any]] = {}
    while True:
        page = succeeded(ask(client, _QUERY, {"input": asked, **cursors})["lineage"])
        nodes.update((node["id"], node) for node in page["nodes"]["nodes"])
        edges.update((tuple(map(str, edge.values())), edge) for edge in page["edges"]["nodes"])
        if not (page["nodes"]["pageInfo"]["hasNextPage"] or page["edges"]["pageInfo"]["hasNextPage"]):
            return {**page, "nodes": list(nodes.values()), "edges": list(edges.values())}
        for name in ("nodes", "edges"):
            cursors[f"{name}After"] = page[name]["pageInfo"]["endCursor"] or cursors[f"{name}After"]


def _count_columns(counts: dict[str, int] | None) -> None:
    if counts and counts["collapsed"]:
        pairs = count(counts["collapsed"], "pair")
        note(f"{pairs} of columns stand in edges of whole datasets; --expand shows them")
    if counts and counts["unstated"]:
        note(f"{count(counts['unstated'], 'write')} said nothing of columns: there the walk stopped")


def _behind(node: dict[str, Any]) -> str:
    if node["unstated"]:
        return "no columns said"
    return "yes" if node["truncatedHere"] else ""


def _name(node: dict[str, Any]) -> str:
    thing = node["node"] or {}
    if node["column"]:
        dataset = (node["column"]["dataset"] or {}).get("name", "")
        return f"{dataset}.{node['column']['name']}"
    return thing_name(thing, node["id"])


def _namespace(node: dict[str, Any]) -> str | None:
    return namespace_of(node["column"]["dataset"] if node["column"] else node["node"])


def namespace_of(thing: dict[str, Any] | None) -> str | None:
    """Return the namespace of what has a `ref`, None of anything else."""
    ref = (thing or {}).get("ref")
    return None if ref is None else str(ref["namespace"])


def apart(things: Iterable[tuple[str, str, str | None]]) -> dict[str, str]:
    """Return by what each thing is told apart, given ids, names and namespaces: its name, and its namespace before it
    where another has that name.
    """
    given = list(things)
    often = Counter(name for _, name, _ in given)
    return {one: f"{namespace}/{name}" if namespace and often[name] > 1 else name for one, name, namespace in given}


def thing_name(thing: dict[str, Any], identifier: str) -> str:
    """Return what is shown of a run, a snapshot or another thing: its id where it has no name."""
    if "runId" in thing:
        return str(thing["runId"])
    name = str(thing.get("name", identifier))
    digest = thing.get("digest")
    return f"{name} {short(digest)}" if digest else name


def _state(node: dict[str, Any]) -> str:
    thing = node["node"] or {}
    return str(thing.get("state") or thing.get("runState") or "")


def _how(edge: dict[str, Any]) -> str:
    if edge["column"]:
        return _derived(edge["column"], past=edge["past"])
    return edge_words(edge)


def edge_words(edge: dict[str, Any]) -> str:
    """Return how data went along an edge, in words."""
    words = [edge["kind"].lower(), in_words(edge["confidence"])]
    return ", ".join([*words, *(["past"] if edge["past"] else []), *(["attempt"] if edge["attempt"] else [])])


def _derived(column: dict[str, Any], *, past: bool) -> str:
    """Return how one column came of another, in words."""
    words = [in_words(column["dependency"])]
    for one in column["transformations"]:
        words += [one["subtype"].lower()] if one["subtype"] else []
        words += [] if one["masking"] is None else ["masked" if one["masking"] else "not masked"]
    return ", ".join([*dict.fromkeys(words), *(["past"] if past else [])])
