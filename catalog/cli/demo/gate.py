"""What the release gate says of each version: what a site requires of a silent trial, and what blocks it."""

from __future__ import annotations

from typing import Any, Final

from catalog.cli.client import Client, ask, checked, succeeded
from catalog.cli.demo.shown import WIDE
from catalog.cli.output import note, out, print_table
from catalog.cli.sending import send
from graph_schema.nodes import ModelVersion

_ENVIRONMENT = "silent-trial"
REQUIREMENTS: Final = f"""gate: 1
cases:
  # A trial on the wards of the house whose data it is: what only a release needs is shown, and does not block.
  - environments: [{_ENVIRONMENT}]
    require:
      [INPUTS_SEALED, INPUTS_VERIFIED, USE_TRAINING, USE_DEPLOYMENT, RESIDENCY, APPROVALS, ENVIRONMENT,
       EVALUATION_LOCKED, EVALUATION_APART, PARENT_MODELS, METRICS, VIEW_COMPLETE, POLICIES, FINDINGS]
"""
_GATE = """
query Gate($input: GateInput!, $asOf: AsOfInput) { gate(input: $input, asOf: $asOf) { __typename
  ... on Problem { code message }
  ... on Gate { verdict checks { check required outcome reasons { text } } } } }
"""
_DECIDED = """
query Decided($id: ID!) { node(id: $id) { ... on ModelVersion { approvals { decisions { entry } } } } }
"""


def answer(client: Client, engineer: Client, outcome: Any) -> bool:  # noqa: ANN401  the example's own outcome
    """Ask the release gate of each version, of the first as it was approved and now, and print what blocks it.

    What it says now the engineer lets it record, so that a release can quote it and the dossiers show it.
    """
    names = [one.version for one in outcome.versions]
    asked = (
        (names[0], "when approved", _as_approved(client, outcome.model, names[0])),
        (names[0], "now", _recorded(engineer, outcome.model, names[0])),
        (names[1], "now", _recorded(engineer, outcome.model, names[1])),
    )
    rows = []
    for name, when, found in asked:
        blocking = [one for one in found["checks"] if one["required"] and one["outcome"] != "PASS"]
        why = [f"{one['check'].lower().replace('_', ' ')}: {one['reasons'][0]['text']}" for one in blocking] or [
            "nothing"
        ]
        rows += [
            (name if place == 0 else "", when if place == 0 else "", found["verdict"] if place == 0 else "", text)
            for place, text in enumerate(why)
        ]
    out.print()
    print_table("7. May they go on to a silent trial?", ("version", "asked", "gate", "what blocks it"), rows, most=WIDE)
    note("  `lineward gate readmission 2.0.0 --purpose HOPERAT --place 'Sampletown General'` has every check.")
    return [found["verdict"] for _, _, found in asked] != ["PASS", "FAIL", "FAIL"]


_ASKED: Final = {
    "purpose": "HOPERAT",
    "place": "Sampletown General",
    "environment": _ENVIRONMENT,
    "requester": {"organization": "NONPROFIT", "commercial": False},
}


def _as_approved(client: Client, model: Any, version: str) -> dict[str, Any]:  # noqa: ANN401  as above
    """Return what the gate says as of the last decision on the version."""
    of = ModelVersion(model.namespace, model.name, version).id
    approvals = ask(client, _DECIDED, {"id": of})["node"]["approvals"]
    approved = max(one["entry"] for each in approvals for one in each["decisions"])
    sent = {"input": {"of": of, **_ASKED}, "asOf": {"knownAtIndex": approved}}
    return succeeded(ask(client, _GATE, sent)["gate"])


def _recorded(engineer: Client, model: Any, version: str) -> dict[str, Any]:  # noqa: ANN401  as above
    """Return what the gate says now, which is recorded."""
    sent = {"model": {"namespace": model.namespace, "name": model.name}, "version": version, **_ASKED}
    found: dict[str, Any] = checked(send(engineer, "api/v1/gate", sent)).json()
    return found
