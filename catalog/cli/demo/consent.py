"""What becomes of an approval once a consent behind the data is withdrawn: it ends by itself, and says why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from catalog.cli.client import Client, ask
from catalog.cli.demo.shown import WIDE, in_seconds, record
from catalog.cli.output import note, out, print_table
from graph_schema.nodes import ModelVersion

_USE_CASE: Final = "Training of models inside Sampletown General"
_STATEMENT: Final = "ward-consents"
_APPROVALS: Final = """
query Approvals($id: ID!, $principal: String!) {
  node(id: $id) { ... on ModelVersion {
    approvals { request approvalKind approvalState decidingEntry explanation } } }
  approvalInbox(principal: $principal) { task requests } }
"""


def answer(
    reader: Client,
    offices: Mapping[str, Client],
    outcome: Any,  # noqa: ANN401  the example's own outcome
    engineer: str,
) -> bool:
    """Ask for an approval anew, withdraw the consent of one feed, and print how the approval stands before and now."""
    version = outcome.versions[0]
    observation = outcome.sources[-2]
    record(
        offices["steward"],
        {
            "kind": "permit_use",
            "use_statement": _STATEMENT,
            "of": {"dataset": {"namespace": observation.namespace, "name": observation.name}},
            "authority": "Sampletown ethics board",
            "purposes": ["MLTRAINING"],
            "basis": "Consent of those who were on the wards",
            "consent": {"state": "GIVEN", "since": in_seconds(-86_400)},
        },
    )
    model = {"namespace": outcome.model.namespace, "name": outcome.model.name}
    request = record(
        offices["engineer"],
        {
            "kind": "request_approval",
            "subject": {"model_version": {"model": model, "version": version.version}},
            "approval_kind": "GOVERNANCE",
            "use_case": _USE_CASE,
            "reason": "Asked again, by the narrower terms of the claims",
        },
    )
    record(
        offices["privacy_approver"],
        {
            "kind": "decide_approval",
            "request": request,
            "decision": "APPROVE",
            "meaning": "APPROVAL",
            "reason": "Every statement behind it permits the training of models",
            "signer": {"time_zone": "America/New_York"},
        },
    )
    of = ModelVersion(outcome.model.namespace, outcome.model.name, version.version).id
    before = _state(reader, of, engineer, request)
    withdrawn = record(
        offices["steward"],
        {"kind": "withdraw_consent", "use_statement": _STATEMENT, "reason": "By letter to the ethics board"},
    )
    now = _state(reader, of, engineer, request)
    out.print()
    print_table(
        f"9. What becomes of the approval of {version.version} once consent behind {observation.name} is withdrawn?",
        ("when", "approval", "because"),
        [
            ("asked again and decided", before["approvalState"], f"decision #{before['decidingEntry']}"),
            (f"after #{withdrawn}", now["approvalState"], f"#{now['decidingEntry']}: {now['explanation']}"),
        ],
        most=WIDE,
    )
    note(f"  It ended by itself: `lineward approvals inbox {engineer}` says to ask again.")
    states = [before["approvalState"], now["approvalState"]]
    return states != ["APPROVED", "INVALIDATED"] or now["decidingEntry"] != withdrawn or not now["again"]


def _state(reader: Client, version: str, engineer: str, request: int) -> dict[str, Any]:
    """Return how a request stands, and whether whoever asked is told to ask again."""
    found = ask(reader, _APPROVALS, {"id": version, "principal": engineer})
    (one,) = (one for one in found["node"]["approvals"] if one["request"] == request)
    again = any(item["task"] == "ASK_AGAIN" and request in item["requests"] for item in found["approvalInbox"])
    return {**one, "again": again}
