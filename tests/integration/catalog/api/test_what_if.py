from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.records import JOB, event, tag

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

QUERY = """
query WhatIf($attestation: AttestDeidentificationInput!) { whatIf(attestation: $attestation) { __typename
  ... on WhatIf { outputs { asset { ref { name } } kindsNow wouldClear { phiKind column sourceColumn remains }
    remaining { phiKind } } completeness { __typename } readPoint { knownAt } }
  ... on Problem { code message } } }
"""
SUPPOSED = {
    "job": JOB,
    "method": "EXPERT_DETERMINATION",
    "expert": "An expert",
    "clears": [{"system": "safe-harbor", "code": "H"}],
    "scope": "All columns",
    "result": "None left",
    "validFrom": "2025-01-01T00:00:00Z",
}
MASKED = [{"type": "DIRECT", "subtype": "TRANSFORMATION", "masking": True}]
FED = {"namespace": "landing", "name": "visits", "field": "mrn", "transformations": MASKED}


def asked(catalog: Catalog, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = catalog.data(QUERY, attestation={**SUPPOSED, **more})["whatIf"]
    return found


def test_an_attestation_is_supposed_before_anybody_signs_it(catalog: Catalog) -> None:
    catalog.event(event(columnLineage={"fields": {"key": {"inputFields": [FED]}}}))
    catalog.record(tag(confidentiality=None, valid_from="2025-01-01T00:00:00Z"))
    catalog.caught_up()
    (output,) = asked(catalog)["outputs"]
    assert (output["asset"]["ref"]["name"], output["kindsNow"]) == ("visits", ["DIRECT_IDENTIFIER"])
    assert {"phiKind": "DIRECT_IDENTIFIER", "column": "key", "sourceColumn": "mrn", "remains": False} in output[
        "wouldClear"
    ]
    assert output["remaining"] == []
    (kept,) = asked(catalog, clears=[{"system": "safe-harbor", "code": "D"}])["outputs"]
    assert (kept["wouldClear"], [one["phiKind"] for one in kept["remaining"]]) == ([], ["DIRECT_IDENTIFIER"])


def test_what_cannot_be_supposed_says_why(catalog: Catalog) -> None:
    assert asked(catalog)["__typename"] == "NotFound"
    catalog.event(event())
    catalog.caught_up()
    ended = asked(catalog, until="2024-01-01T00:00:00Z")
    assert ended["message"] == "until comes after valid_from."
    assert "one of act-code" in asked(catalog, clears=[{"system": "safe-harbour", "code": "H"}])["message"]
