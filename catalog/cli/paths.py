"""`lineward paths`: why two things are connected, and what every way between them passes."""

from __future__ import annotations

from typing import Any

from catalog.cli.assets import identify
from catalog.cli.client import Client, ask, succeeded
from catalog.cli.completeness import FIELDS, ahead, warn
from catalog.cli.lineage import apart, edge_words, namespace_of, thing_name
from catalog.cli.output import note, print_json, print_table
from catalog.cli.words import count
from catalog.errors import Exit

_THING = """__typename ... on Asset { name ref { namespace } } ... on Run { runId } ... on Snapshot { digest }"""
_PATHS = f"""
query Paths($from: ID!, $to: ID!, $grain: Grain, $depth: Int!, $asOf: AsOfInput) {{
  found: paths(from: $from, to: $to, grain: $grain, depth: $depth, asOf: $asOf) {{ __typename
    ... on Problem {{ code message }} ... on InvalidInput {{ field }}
    ... on LineagePaths {{ paths {{ edges {{ from to kind confidence validFrom past attempt
      job {{ name }} run {{ runId runState }} }} }} {FIELDS} }}
  }}
}}
"""
_CHOKE_POINTS = f"""
query ChokePoints($from: [ID!], $to: ID!, $grain: Grain, $depth: Int!, $budget: Int!, $asOf: AsOfInput) {{
  found: chokePoints(from: $from, to: $to, grain: $grain, depth: $depth, budget: $budget, asOf: $asOf) {{ __typename
    ... on Problem {{ code message }} ... on InvalidInput {{ field }}
    ... on ChokePoints {{ connected deidentified
      sources(first: 500) {{ totalCount nodes {{ id {_THING} }} }}
      nodes(first: 500) {{ totalCount nodes {{ id {_THING} }} }}
      steps {{ attested job {{ name }} run {{ runId }} }} {FIELDS} }}
  }}
}}
"""
_NAMES = f"query Names($ids: [ID!]!) {{ nodes(ids: $ids) {{ id {_THING} }} }}"


def paths(client: Client, source: str, target: str, asked: dict[str, Any], *, as_json: bool) -> Exit:
    """Print the shortest ways along which data of one thing came to the other."""
    wanted = {name: asked[name] for name in ("grain", "depth", "asOf")}
    ends = {"from": identify(client, source), "to": identify(client, target)}
    found = succeeded(ask(client, _PATHS, {**wanted, **ends})["found"])
    if as_json:
        print_json(found)
        return Exit.FINE
    ids = sorted({end for path in found["paths"] for edge in path["edges"] for end in (edge["from"], edge["to"])})
    things = ask(client, _NAMES, {"ids": ids})["nodes"] if ids else []
    names = apart((one["id"], thing_name(one, one["id"]), namespace_of(one)) for one in things if one)
    rows = [
        (
            str(place),
            names.get(edge["from"], edge["from"]),
            names.get(edge["to"], edge["to"]),
            (edge["job"] or {}).get("name"),
            edge_words(edge),
        )
        for place, path in enumerate(found["paths"], 1)
        for edge in path["edges"]
    ]
    print_table(
        count(len(found["paths"]), "path"),
        ("path", "from", "to", "job", "how"),
        rows,
        empty=f"No data of {source} is known to have reached {target}.",
        optional=("how",),
        yielding=("job", "from", "to"),
    )
    _end(found, asked)
    return Exit.FINE


def choke_points(client: Client, sources: list[str], target: str, asked: dict[str, Any], *, as_json: bool) -> Exit:
    """Print what every way passes, from the things named or from the raw feeds."""
    ends = {"from": [identify(client, source) for source in sources], "to": identify(client, target)}
    found = succeeded(ask(client, _CHOKE_POINTS, {**asked, **ends})["found"])
    if as_json:
        print_json(found)
        return Exit.FINE
    if not found["connected"]:
        note(f"No way to {target} is known.")
    else:
        print_table(
            f"{count(found['nodes']['totalCount'], 'node')} that every way passes",
            ("name",),
            [(thing_name(one, one["id"]),) for one in found["nodes"]["nodes"]],
            empty="No single node lies on every way.",
        )
        steps = [
            ((one["job"] or {}).get("name"), (one["run"] or {}).get("runId"), "yes" if one["attested"] else "no")
            for one in found["steps"]
        ]
        print_table(
            f"{count(len(steps), 'step')} that would cut every way",
            ("job", "run", "attested"),
            steps,
            empty="No single step would cut every way.",
            optional=("run",),
            yielding=("job",),
        )
        begins = ", ".join(thing_name(one, one["id"]) for one in found["sources"]["nodes"])
        note(f"The ways begin at {begins}.")
        note(
            "Every way passes an attested de-identification."
            if found["deidentified"]
            else "Not every way passes an attested de-identification."
        )
    _end(found, asked)
    return Exit.FINE


def _end(found: dict[str, Any], asked: dict[str, Any]) -> None:
    warn(found["completeness"])
    ahead(asked["asOf"] or {})
    point = found["readPoint"]
    note(f"read at entry {point['ledgerIndex']}, valid at {point['validAt']}, root {point['ledgerRoot']}")
