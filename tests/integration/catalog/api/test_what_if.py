from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from catalog.cli import output, what_if
from catalog.errors import SenderError
from tests.support.records import JOB, attestation, event, tag

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


def test_the_command_prints_it_on_eighty_columns(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    plain = {**FED, "field": "ward", "transformations": [{"type": "DIRECT", "subtype": "IDENTITY"}]}
    fields = {"key": {"inputFields": [FED]}, "ward": {"inputFields": [plain]}}
    catalog.event(event(columnLineage={"fields": fields}))
    catalog.record(tag(confidentiality=None, valid_from="2025-01-01T00:00:00Z"))
    catalog.record(tag(column="ward", phi_kind="QUASI_IDENTIFIER", valid_from="2025-01-01T00:00:00Z"))
    catalog.caught_up()
    monkeypatch.setattr(output, "out", Console(width=80, force_terminal=True, color_system=None))
    monkeypatch.setattr(what_if, "ask", lambda _, query, variables: catalog.data(query, **variables))
    file = tmp_path / "attestation.json"
    treated = [{"code": {"system": "safe-harbor", "code": "C"}, "technique": "AGGREGATED", "minimum_cell": 20}]
    file.write_text(json.dumps(attestation(valid_from="2025-01-01T00:00:00Z", treatments=treated)))
    what_if.what_if(None, str(file), {}, as_json=False)  # type: ignore[arg-type]
    shown = capsys.readouterr().out
    assert "curated/visits: it would take away" in shown
    assert "DIRECT_IDENTIFIER  H" in shown
    assert "nobody says that" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert catalog.service.ledger.size() == 3


def test_the_command_takes_one_attestation_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "tag.json"
    for content in (json.dumps(tag()), "", json.dumps(attestation()) * 2):
        file.write_text(content)
        with pytest.raises(SenderError):
            what_if.what_if(None, str(file), {}, as_json=False)  # type: ignore[arg-type]


def test_what_cannot_be_supposed_says_why(catalog: Catalog) -> None:
    assert asked(catalog)["__typename"] == "NotFound"
    catalog.event(event())
    catalog.caught_up()
    ended = asked(catalog, until="2024-01-01T00:00:00Z")
    assert ended["message"] == "until comes after valid_from."
    assert "one of act-code" in asked(catalog, clears=[{"system": "safe-harbour", "code": "H"}])["message"]
