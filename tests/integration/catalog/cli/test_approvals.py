"""`lineward approvals inbox`, `list` and `show`: what waits for whom, and where requests stand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.records import decision, declaration, event, principal, registration, request, seal
from tests.support.typed import Typed, typed

FINE, WRONG_USE = 0, 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "catalog"
    assert typed(folder, "ingest", "--new", stdin=json.dumps(event()).encode()).code == FINE
    done = record(folder, declaration(), seal(), registration(), principal("grace", "approver"), request())
    assert done.code == FINE, done.err
    return folder


def record(folder: Path, *payloads: dict[str, object]) -> Typed:
    return typed(folder, "record", stdin="\n".join(map(json.dumps, payloads)).encode())


def asked(folder: Path) -> dict[str, object]:
    done = typed(folder, "approvals", "list", "--json")
    assert done.code == FINE, done.err
    (found,) = json.loads(done.out)
    return dict(found)


def test_a_request_is_listed_with_where_it_stands(folder: Path) -> None:
    found = asked(folder)
    assert (found["approvalState"], found["subject"]["name"]) == ("REQUESTED", "readmission@1")  # type: ignore[index]
    assert "readmission@1" in typed(folder, "approvals", "list", "--state", "requested").out
    assert "No request is of that state" in typed(folder, "approvals", "list", "--state", "approved").out
    assert "readmission@1" in typed(folder, "approvals", "list", "--of", "readmission@1").out
    assert "or asset." in typed(folder, "approvals", "list", "--of", "curated visits").out


def test_a_request_is_shown_with_what_it_binds(folder: Path) -> None:
    number = str(asked(folder)["request"])
    done = typed(folder, "approvals", "show", number)
    assert done.code == FINE, done.err
    assert "of readmission@1: requested" in done.out
    assert "artifact" in done.out
    assert "until 2999-01-01T00:00:00Z" in done.out
    whole = json.loads(typed(folder, "approvals", "show", number, "--json").out)
    assert whole["decisions"] == []
    before = typed(folder, "approvals", "show", number, "--known-at-index", str(int(number) - 1))
    assert before.code == WRONG_USE
    assert "lineward approvals list" in before.err


def test_a_decision_is_shown_with_its_conditions_and_why_it_does_not_count(folder: Path) -> None:
    number = int(str(asked(folder)["request"]))
    key = typed(folder, "key", "create", "grace").out.strip()
    for more in ({"interest": "Owns shares of the maker"}, {"decision": "ABSTAIN", "conditions": ["Two wards alone"]}):
        payload = json.dumps(decision(number, **more)).encode()
        assert typed(folder, "record", stdin=payload, LINEWARD_KEY=key).code == FINE
    done = typed(folder, "approvals", "show", str(number), LINEWARD_KEY=key)
    assert "of readmission@1: abstained since " in done.out
    assert "    does not count: the signer's own interest: Owns shares of the maker\n    condition: Watch" in done.out
    assert "    condition: Two wards alone\n" in done.out
    assert "Approved by 0 of 1 needed." in done.err


def test_what_waits_for_somebody_stands_in_their_inbox(folder: Path) -> None:
    number = asked(folder)["request"]
    done = typed(folder, "approvals", "inbox", "grace", "--json")
    assert [(one["task"], one["requests"]) for one in json.loads(done.out)] == [("DECIDE", [number])]
    assert "decide" in typed(folder, "approvals", "inbox", "grace").out
    assert "Nothing waits." in typed(folder, "approvals", "inbox", "nobody").out
