"""`lineward diff` and `lineward due`: what came and went between two points, and what is to go by when."""

from __future__ import annotations

from typing import Any

from catalog.cli.assets import identify
from catalog.cli.client import Client, ask, succeeded
from catalog.cli.completeness import FIELDS, ahead, warn
from catalog.cli.lineage import edge_words
from catalog.cli.output import note, print_json, print_table
from catalog.cli.use import STATED, called, permits, whole_name, whose
from catalog.cli.words import count, words_of
from catalog.errors import Exit

_PAGE = 500
_PART = f"""
nodes {{ id kind name }}
edges {{ from to kind confidence past attempt job {{ name }} }}
labels {{ asset name phiKind origin codes entries }}
uses {{ about name replaces statement {{ {STATED} }} }}
transfers {{ about name place basis since until entry }}
{FIELDS}
"""
_DIFF = f"""
query Diff($of: [ID!]!, $from: AsOfInput!, $to: AsOfInput, $direction: Direction!, $depth: Int!) {{
  lineageDiff(of: $of, from: $from, to: $to, direction: $direction, depth: $depth) {{ __typename
    ... on Problem {{ code message }}
    ... on LineageDiff {{ came {{ {_PART} }} went {{ {_PART} }} }}
  }}
}}
"""
_DUE = f"""
query Due(
  $before: DateTime, $classes: [RetentionClass!], $tags: [PhiKind!], $liesIn: [String!],
  $dispositions: [RetentionDisposition!], $asOf: AsOfInput, $first: Int!, $after: String
) {{
  retentionDue(
    before: $before, classes: $classes, tags: $tags, liesIn: $liesIn, dispositions: $dispositions, asOf: $asOf
  ) {{
    unknown {FIELDS}
    items(first: $first, after: $after) {{ pageInfo {{ hasNextPage endCursor }}
      nodes {{ id dueAt overdue beganAt policyClass periodDays disposition bySource entries tags
        asset {{ name ref {{ namespace }} ... on Snapshot {{ digest }} }}
      }} }}
  }}
}}
"""


def difference(client: Client, asset: str, asked: dict[str, Any], *, as_json: bool) -> Exit:
    """Print what came and went."""
    found = succeeded(ask(client, _DIFF, {**asked, "of": [identify(client, asset)]})["lineageDiff"])
    if as_json:
        print_json({"came": found["came"], "went": found["went"]})
        return Exit.FINE
    names = _names(client, found)
    rows = [row for side in ("came", "went") for row in _rows(side, found[side], names)]
    print_table("", ("", "what", "of", "more"), rows, empty="Nothing came and nothing went.", yielding=("more", "of"))
    for side in ("went", "came"):
        warn(found[side]["completeness"])
    return Exit.FINE


def _names(client: Client, found: dict[str, Any]) -> dict[str, str]:
    """Return what everything that is shown is called, by its id."""
    sides = [found[side] for side in ("came", "went")]
    names = {one["id"]: one["name"] for part in sides for one in part["nodes"]}
    names |= {one["asset"]: one["name"] for part in sides for one in part["labels"]}
    names |= {one["about"]: one["name"] for part in sides for one in (*part["uses"], *part["transfers"])}
    ends = {edge[end] for part in sides for edge in part["edges"] for end in ("from", "to")}
    return {one: one for one in ends} | names | called(client, {*names, *ends})


def _rows(side: str, part: dict[str, Any], names: dict[str, str]) -> list[tuple[str, str, str, str | None]]:
    nodes = [(side, words_of(one["kind"]), names[one["id"]], None) for one in part["nodes"]]
    edges = [
        (
            side,
            "edge",
            f"{names[one['from']]} to {names[one['to']]}",
            ", ".join([*([one["job"]["name"]] if one["job"] else []), edge_words(one)]),
        )
        for one in part["edges"]
    ]
    labels = [(side, "label", names[one["asset"]], _label(one)) for one in part["labels"]]
    uses = [
        (
            side,
            "licence" if one["replaces"] else "use",
            names[one["about"]],
            f"{whose(one['statement'])}: {permits(one['statement'])}",
        )
        for one in part["uses"]
    ]
    transfers = [
        (side, "transfer", names[one["about"]], f"to {one['place']}: {one['basis']}") for one in part["transfers"]
    ]
    return [*nodes, *edges, *labels, *uses, *transfers]


def _label(one: dict[str, Any]) -> str:
    """Return what a label says, its codes without their systems, as other commands show them."""
    codes = [code.rpartition(" ")[2] for code in one["codes"]]
    return ", ".join([one["phiKind"], one["origin"].lower(), *codes])


def due(client: Client, asked: dict[str, Any], *, as_json: bool) -> Exit:
    """Print what is due, what is due first before all else."""
    found: list[dict[str, Any]] = []
    after, more, answer = None, True, {}
    while more:
        answer = ask(client, _DUE, {**asked, "first": _PAGE, "after": after})["retentionDue"]
        found += answer["items"]["nodes"]
        after, more = answer["items"]["pageInfo"]["endCursor"], answer["items"]["pageInfo"]["hasNextPage"]
    if as_json:
        print_json({"due": found, "unknown": answer["unknown"]})
        return Exit.FINE
    print_table(
        "",
        ("due", "then", "what", "class", "days", "counted from", "tags"),
        [_due_row(one) for one in found],
        empty="Nothing is due.",
        optional=("counted from", "days"),
        yielding=("what", "tags"),
    )
    warn(answer["completeness"])
    ahead(asked["asOf"] or {})
    if answer["unknown"]:
        what = count(len(answer["unknown"]), "dataset")
        note(f"Of {what} nobody said from when the period counts: declare starts_on of the retention.")
    overdue = sum(one["overdue"] for one in found)
    if found:
        note(f"{count(len(found), 'period')} ended or ending, {overdue} over.")
    return Exit.FINE


def _due_row(one: dict[str, Any]) -> tuple[object, ...]:
    asset = one["asset"] or {}
    name = f"{whole_name(asset) if asset else one['id']} {asset.get('digest') or ''}".strip()
    then = one["disposition"].lower() if one["disposition"] else None
    tags = ", ".join(sorted(each.lower() for each in one["tags"])) or None
    return one["dueAt"], then, name, one["policyClass"].lower(), one["periodDays"], one["beganAt"], tags
