"""`lineward labels` and `lineward why`: what an asset holds wherever it came from, and by which way it came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from catalog.cli.assets import identify
from catalog.cli.client import Client, ask, succeeded
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.output import note, print_json, print_table
from catalog.cli.words import full_name
from catalog.errors import Exit

_KINDS = ("Dataset", "Snapshot", "ModelVersion")
_NAME = "ref { namespace name }"
_WAY = f"""
origin originColumn originAsset {{ {_NAME} }} phiKind entries everyEntry
hops {{ sourceColumn sourceAsset {{ {_NAME} }} targetColumn targetAsset {{ {_NAME} }}
  passage masked entries job {{ {_NAME} }} run {{ runId }} }}
"""
_LABELS = f"""
query Labels($asset: ID!, $column: String, $recipient: String, $place: String, $asOf: AsOfInput) {{
  effectiveLabels(asset: $asset, column: $column, recipient: $recipient, place: $place, asOf: $asOf) {{ __typename
    ... on Problem {{ code message }} ... on InvalidInput {{ field }}
    ... on EffectiveLabels {{
      labels {{ phiKind codes {{ system code }} origin because unstated }}
      cleared {{ phiKind codes {{ system code }} column sourceColumn entry remains job {{ {_NAME} }} }}
      trusted {{ entry trustedBy since until job {{ {_NAME} }} }}
      sensitivity {{ system code }} confidentiality
      {FIELDS} }} }} }}
"""
_WHY = f"""
query Why(
  $asset: ID!, $column: String, $kind: PhiKind!, $recipient: String, $place: String, $asOf: AsOfInput
) {{
  whyLabel(
    asset: $asset, column: $column, phiKind: $kind, recipient: $recipient, place: $place, asOf: $asOf
  ) {{ __typename
    ... on Problem {{ code message }} ... on InvalidInput {{ field }}
    ... on LabelReasons {{ ways {{ {_WAY} }} {FIELDS} }} }} }}
"""
_WORDS = {
    "DIRECT": "values are made of it",
    "INDIRECT": "it decides what is there",
    "UNMENTIONED": "no column lineage said",
    "TRAINED": "trained on it, or written by it",
    "SAME": "the same data",
}


_STATES = """
query States($asset: ID!, $recipient: String, $asOf: AsOfInput) {
  node(id: $asset, asOf: $asOf) { ... on Dataset {
    HIPAA: effectiveState(regime: HIPAA, recipient: $recipient) { state reasons { text entries } }
    GDPR: effectiveState(regime: GDPR, recipient: $recipient) { state reasons { text entries } }
    anonymityClaims { kAnonymity lDiversity quasiIdentifiers sensitive population entry lapsed { text entries } } } } }
"""


class Whose(NamedTuple):
    """For whom, and where, labels are asked: attestations for others, or for elsewhere, clear nothing then."""

    recipient: str | None
    place: str | None


def labels(
    client: Client, asset: str, column: str | None, whose: Whose, at: Mapping[str, Any], *, as_json: bool
) -> Exit:
    """Print each kind of PHI that an asset or column holds, and what attestations took away."""
    asked = {"asset": identify(client, asset, _KINDS), "column": column, "asOf": at or None, **whose._asdict()}
    found = succeeded(ask(client, _LABELS, asked)["effectiveLabels"])
    states, claims = ({}, []) if column else _states(client, asked)
    if as_json:
        print_json(found | {"states": states, "anonymityClaims": claims} if states else found)
        return Exit.FINE
    print_table(
        "",
        ("label", "codes", "origin", "entries"),
        [
            (
                one["phiKind"],
                _codes(one["codes"]) or "any",
                one["origin"].lower() + (", no column lineage said" if one["unstated"] else ""),
                ", ".join(map(str, one["because"])),
            )
            for one in found["labels"]
        ],
        empty="It has no label.",
        yielding=("codes", "entries"),
    )
    if found["confidentiality"] or found["sensitivity"]:
        note(f"Confidentiality {found['confidentiality'] or 'not said'} {_codes(found['sensitivity'])}".rstrip() + ".")
    if found["cleared"]:
        print_table(
            "taken away on the way by attestations",
            ("label", "codes", "column", "job", "attested in", "there all the same"),
            [
                (
                    one["phiKind"],
                    _codes(one["codes"]) or "any",
                    one["column"],
                    _name(one["job"]),
                    one["entry"],
                    "yes" if one["remains"] else "no",
                )
                for one in found["cleared"]
            ],
            yielding=("codes", "job"),
        )
    if found["trusted"]:
        print_table(
            "column lineage taken for complete: a field it does not mention took nothing",
            ("job", "by", "since", "until", "recorded in"),
            [
                (_name(one["job"]), one["trustedBy"], one["since"], one["until"] or "no end", one["entry"])
                for one in found["trusted"]
            ],
            yielding=("job", "by"),
        )
    if states:
        print_table(
            "how far identifiers are gone",
            ("law", "state", "because", "entries"),
            [
                (law, of["state"].lower(), one["text"], ", ".join(map(str, one["entries"])))
                for law, of in states.items()
                for one in of["reasons"]
            ],
        )
    if claims:
        print_table(
            "what was measured of its anonymity: evidence that takes no label away",
            ("claim", "over", "people", "says nothing any more", "entries"),
            [
                (
                    _measured(one),
                    ", ".join(one["quasiIdentifiers"]),
                    one["population"],
                    " ".join(each["text"] for each in one["lapsed"]),
                    ", ".join(
                        map(str, sorted({one["entry"], *(at for each in one["lapsed"] for at in each["entries"])}))
                    ),
                )
                for one in claims
            ],
            yielding=("over", "says nothing any more"),
        )
    warn(found["completeness"])
    return Exit.FINE


def _measured(claim: Mapping[str, Any]) -> str:
    named = (("k", claim["kAnonymity"], ""), ("l", claim["lDiversity"], f" of {', '.join(claim['sensitive'])}"))
    return ", ".join(f"{letter} = {least}{of}" for letter, least, of in named if least is not None)


def _states(client: Client, asked: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return how far identifiers are gone from a dataset by each law, and what was measured; of all else nothing."""
    node = ask(client, _STATES, {name: asked[name] for name in ("asset", "recipient", "asOf")})["node"] or {}
    return {law: node[law] for law in ("HIPAA", "GDPR") if node.get(law) is not None}, node.get("anonymityClaims") or []


def why(  # what is asked for
    client: Client, asset: str, kind: str, column: str | None, whose: Whose, at: Mapping[str, Any], *, as_json: bool
) -> Exit:
    """Print the shortest ways by which a kind of PHI came to an asset or column."""
    asked = {
        "asset": identify(client, asset, _KINDS),
        "kind": kind,
        "column": column,
        "asOf": at or None,
        **whose._asdict(),
    }
    found = succeeded(ask(client, _WHY, asked)["whyLabel"])
    if as_json:
        print_json(found)
        return Exit.FINE
    if not found["ways"]:
        note("It has no such label, or nothing of how it came may be seen.")
    for way in found["ways"]:
        stated = ", ".join(map(str, way["entries"]))
        print_table(
            f"{way['phiKind']} said of {_place(way['originAsset'], way['originColumn'])} in {stated}",
            ("into", "how", "job", "run", "entries"),
            [
                (
                    _place(hop["targetAsset"], hop["targetColumn"]),
                    _WORDS[hop["passage"]] + (", masked" if hop["masked"] else ""),
                    _name(hop["job"]),
                    None if hop["run"] is None else hop["run"]["runId"],
                    ", ".join(map(str, hop["entries"])),
                )
                for hop in way["hops"]
            ],
            empty="It was said of it.",
            optional=("run",),
            yielding=("job", "into"),
        )
    warn(found["completeness"])
    return Exit.FINE


def _name(node: Mapping[str, Any] | None) -> str | None:
    return None if node is None else full_name(node["ref"])


def _place(node: Mapping[str, Any] | None, column: str | None) -> str:
    name = _name(node) or "what may not be seen"
    return name if column is None else f"{name}, column {column}"


def _codes(codes: list[dict[str, str]]) -> str:
    return " ".join(one["code"] for one in codes)
