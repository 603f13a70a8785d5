"""`lineward access`: decisions asked for, listed, decided again, and held against policies that are not published."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.auditevent import AuditEvent

from tests.support.project import REPOSITORY
from tests.support.records import CURATED, RAW, access_grant, declaration, event, principal
from tests.support.typed import Typed, typed
from tests.support.uses import permission

MAY = ("access", "may", "grace", "read", "curated visits", "--purpose", "HRESCH", "--environment", "PRODUCTION")
KEPT = ("--managed", "--encrypted", "--enforces", "AUDIT", "--enforces", "ENCRYPT")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalog with the set of policies to begin with, and with somebody who was granted something."""
    folder = tmp_path / "catalog"
    assert typed(folder, "ingest", "--new", stdin=json.dumps(event()).encode()).code == 0
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")
    terms: dict[str, Any] = {"terms": [{"code": "GRU"}], "purposes": ["HRESCH"], "places": ["North"]}
    for payload in (
        declaration(dataset=CURATED, permitted_use=None, source_system=None, phi_category=[], zone="CURATED"),
        permission("board-1", of={"dataset": CURATED}, obligations=["ENCRYPT"], **terms),
        permission("board-2", of={"dataset": RAW}, **terms),
        principal("grace", "engineer"),
        access_grant(until=tomorrow),
    ):
        done = typed(folder, "record", stdin=json.dumps(payload).encode())
        assert done.code == 0, done.err
    done = typed(folder, "policy", "publish", str(REPOSITORY / "policies"), "--reason", "A test")
    assert done.code == 0, done.err
    return folder


def may(folder: Path, *more: str) -> Typed:
    return typed(folder, *MAY, *more)


def listed(folder: Path, *more: str) -> list[dict[str, Any]]:
    done = typed(folder, "access", "decisions", "--json", *more)
    assert done.code == 0, done.err
    return list(json.loads(done.out))


def test_whoever_asks_is_told_and_it_is_listed(folder: Path) -> None:
    denied, permitted = may(folder), may(folder, *KEPT, "--place", "North")
    assert (denied.code, denied.out.splitlines()[0]) == (1, "denied")
    assert "policies: managed-devices" in denied.out
    assert (permitted.code, permitted.out.splitlines()[0]) == (0, "permitted"), permitted.out
    assert "may be relied on until" in permitted.printed
    newest, oldest = listed(folder)
    assert (newest["allowed"], oldest["allowed"], newest["policies"]) == (True, False, ["granted-work"])
    assert listed(folder, "--denied") == [oldest]
    assert listed(folder, "--of", "curated visits", "--permitted", "--environment", "PRODUCTION") == [newest]
    assert listed(folder, "--correlation-id", newest["correlationId"]) == [newest]
    table = typed(folder, "access", "decisions").out
    assert "permitted" in table
    assert "  curated/visits  " in table
    nothing = typed(folder, "access", "decisions", "--principal", "gracee")
    assert "Nothing like that" in nothing.out
    # An empty answer to a misspelt name would reassure.
    assert "No record defines a principal gracee; did you mean grace?" in nothing.err
    for asked in (("access", "grants", "gracee"), ("approvals", "inbox", "gracee")):
        assert "did you mean grace?" in typed(folder, *asked).err


def test_a_column_is_asked_for_by_its_name(folder: Path) -> None:
    found = json.loads(may(folder, "--column", "ward", "--json").out)
    assert found["decision"] is False
    assert listed(folder)[0]["target"]["column"] == "ward"


def test_what_is_asked_in_the_place_of_another_names_both(folder: Path) -> None:
    denied = may(folder, *KEPT, "--place", "North", "--on-behalf-of", "rita")
    assert (denied.code, "reasons: No delegation is in force" in denied.out) == (1, True)
    assert "grace for rita" in typed(folder, "access", "decisions").out
    (one,) = map(json.loads, typed(folder, "access", "export", "--format", "fhir").out.splitlines())
    assert [each["who"]["identifier"]["value"] for each in one["agent"][:2]] == ["grace", "rita"]
    AuditEvent.model_validate(one)


def test_who_may_act_in_whose_place_is_listed(folder: Path) -> None:
    assert "Nothing was delegated." in typed(folder, "access", "delegations").out
    misspelt = typed(folder, "access", "delegations", "gracee")
    assert (misspelt.code, "did you mean grace?" in misspelt.err) == (0, True)


def test_nobody_records_in_the_place_of_another_without_a_key(folder: Path) -> None:
    payload = json.dumps(declaration(dataset=CURATED, owner="another")).encode()
    done = typed(folder, "record", "--on-behalf-of", "grace", stdin=payload)
    assert (done.code, "Nobody writes in the place of another without a key" in done.err) == (3, True), done.err


def test_a_period_is_decided_again(folder: Path) -> None:
    may(folder)
    may(folder, *KEPT, "--place", "North")
    done = typed(folder, "access", "replay", "--from", "2026-01-01T00:00:00Z")
    assert (done.code, "2 decisions decided again, each as before." in done.printed) == (0, True)
    none = typed(folder, "access", "replay", "--to", "2026-01-01T00:00:00Z", "--json")
    assert json.loads(none.out) == {"decided": 0, "erased": 0, "hidden": 0, "changed": []}


def test_policies_are_held_against_what_was_decided_before_they_are_published(folder: Path, tmp_path: Path) -> None:
    may(folder, *KEPT, "--place", "North")
    changed = Path(shutil.copytree(REPOSITORY / "policies", tmp_path / "changed"))
    same = typed(folder, "policy", "diff", str(changed), "--replay", "30d")
    assert (same.code, "1 decision of 30 days decided again, each as before." in same.printed) == (0, True)
    file = changed / "zones.cedar"
    file.write_text(file.read_text().replace('resource.zone != "LANDING"', 'resource.zone != "CURATED"'))
    done = typed(folder, "policy", "diff", str(changed), "--replay", "30d", "--json")
    found = json.loads(done.out)
    assert (done.code, found["decided"]) == (1, 1)
    assert [one["policy"] for one in found["policies"]] == ["landing-is-for-stewards"]
    (one,) = found["changed"]
    assert (one["recorded"]["allowed"], one["again"]["policies"]) == (True, ["landing-is-for-stewards"])
    shown = typed(folder, "policy", "diff", str(changed), "--replay", "7")
    assert "denied (landing-is-for-stewards)" in shown.out
    for wrong in ("soon", "0d", "40000"):
        assert typed(folder, "policy", "diff", str(changed), "--replay", wrong).code == 2


def test_decisions_are_exported_one_a_line_for_an_audit_log(folder: Path) -> None:
    may(folder)
    may(folder, *KEPT, "--place", "North")
    done = typed(folder, "access", "export", "--format", "fhir")
    assert done.code == 0, done.err
    permitted, denied = map(json.loads, done.out.splitlines())
    for one in (permitted, denied):
        AuditEvent.model_validate(one)
    assert (permitted["resourceType"], permitted["outcome"], denied["outcome"]) == ("AuditEvent", "0", "4")
    done = typed(folder, "access", "export", "--format", "OCSF", "--principal", "grace")
    assert [one["action"] for one in map(json.loads, done.out.splitlines())] == ["Allowed", "Denied"]
    narrowed = ("--denied", "--of", "curated visits", "--purpose", "HRESCH", "--from", "2026-01-01T00:00:00Z")
    done = typed(folder, "access", "export", *narrowed, "--to", "2998-01-01T00:00:00Z")
    assert list(map(json.loads, done.out.splitlines())) == [denied], done.err
    assert typed(folder, "access", "export", "--format", "cef").code == 2
