"""Which identifiers of the feeds are in training columns, as of each version."""

from __future__ import annotations

from typing import Any

from catalog.cli.client import Client, ask, succeeded
from catalog.cli.demo.shown import WIDE, id_of
from catalog.cli.output import note, out, print_table

_LABELS = """
query Labels($asset: ID!, $column: String, $asOf: AsOfInput) {
  effectiveLabels(asset: $asset, column: $column, asOf: $asOf) { __typename ... on Problem { code message }
    ... on EffectiveLabels {
      labels { phiKind codes { code } way { originColumn originAsset { name } hops { targetColumn } } }
      cleared { phiKind column sourceColumn codes { code } entry } } } }
"""
_SHOWN = ("person_key", "age", "zip3")
"""The training columns of which the demo tells what is in them: made of a record number, a birth date and a ZIP."""


def answer(client: Client, outcome: Any) -> bool:  # noqa: ANN401  the example's own outcome
    """Ask what of the feeds' identifiers is in training columns as of each version, and print it."""
    training, deidentified = (id_of(one) for one in (outcome.training, outcome.deidentified))
    points = [{"knownAtIndex": one.approval_requests[-1]} for one in outcome.versions]
    rows = []
    for column in _SHOWN:
        cells = []
        for point in points:
            held = _labels_of(client, training, column, point)["labels"]
            cleared = _labels_of(client, deidentified, None, point)["cleared"]
            cells.append(_held(column, held, cleared))
        rows.append((column, *cells))
    out.print()
    names = [f"as of {one.version}" for one in outcome.versions]
    print_table("4. Which identifiers of the feeds are in training columns?", ("column", *names), rows, most=WIDE)
    note("  Letters are elements of 45 CFR 164.514(b)(2)(i). What was cleared for 1.0.0 is back for")
    note("  2.0.0: the attestation is of the first run and schema 1, not of the new column.")
    return not any("cleared" in row[1] for row in rows)


def _labels_of(client: Client, asset: str, column: str | None, point: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = succeeded(
        ask(client, _LABELS, {"asset": asset, "column": column, "asOf": point})["effectiveLabels"]
    )
    return found


def _held(column: str, labels: list[dict[str, Any]], cleared: list[dict[str, Any]]) -> str:
    """Return what flowed into a column and from where, and what was cleared on the way."""
    flowed = [
        f"{_letters(one)} of {one['way']['originAsset']['name']}.{one['way']['originColumn']}"
        for one in labels
        if one["phiKind"] != "DERIVED_FEATURE" and one["way"] is not None and one["way"]["hops"]
    ]
    gone = [
        f"{_letters(one)} of {one['sourceColumn']} cleared by #{one['entry']}"
        for one in cleared
        if one["phiKind"] != "DERIVED_FEATURE" and one["column"] == column and one["sourceColumn"]
    ]
    return "; ".join([*flowed, *gone]) or "nothing"


def _letters(one: dict[str, Any]) -> str:
    return "".join(code["code"] for code in one["codes"]) or "any"
