"""What `lineward gate` prints of a check that passes."""

from __future__ import annotations

from typing import Any, cast

import pytest

from catalog.cli import gate
from catalog.cli.client import Client
from catalog.errors import Exit


def check(name: str, *texts: str) -> dict[str, Any]:
    reasons = [{"outcome": "PASS", "text": text, "entries": [7]} for text in texts]
    return {"check": name, "required": True, "outcome": "PASS", "reasons": reasons}


def test_input_features_are_read_with_what_is_done_where_they_pass(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = "age_group measures age. What is done: Calibrated by group"
    found = {
        "verdict": "PASS",
        "checks": [check("INPUT_FEATURES", listed), check("NOT_RETIRED", "Nobody retired it.")],
        "exception": [],
        "obligations": [],
        "refrains": [],
        "policies": {"digest": "sha256:" + "a" * 64, "entry": None},
        "entries": [7],
    }
    monkeypatch.setattr(gate, "identify", lambda *_: "made-up-id")
    monkeypatch.setattr(gate, "_asked", lambda *_: found)
    asked = {"purpose": "TREAT", "place": "North", "environment": "production"}
    assert gate.gate(cast("Client", None), "ward-load@1", asked, {}, record=False, as_json=False) is Exit.FINE
    out = capsys.readouterr().out
    assert f"{listed} (entries 7)" in " ".join(out.split())
    assert "Nobody retired it" not in out
