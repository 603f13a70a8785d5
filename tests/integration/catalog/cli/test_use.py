"""What `lineward use` answers, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.deployments import deployment
from tests.support.records import CURATED, DIGEST, JOB, code_key, declaration, event, registration, seal, tag
from tests.support.typed import typed
from tests.support.uses import licence, permission, undertaking, withdrawal_of_consent

PERMIT, DENY, WRONG_USE, ABSTAIN = 0, 1, 2, 4
BEFORE = "2026-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("use") / "catalog"
    sent = typed(folder, "ingest", "--new", stdin=json.dumps(event(version={"datasetVersion": DIGEST})).encode())
    assert sent.code == 0, sent.err
    terms = [{"code": "GRU"}, {"code": "COL"}]
    records = [
        declaration(permitted_use=None, source_system=None),
        seal(),
        registration(),
        deployment(),
        permission(valid_from=BEFORE, terms=terms, purposes=["HRESCH"], places=["north"]),
    ]
    written = typed(folder, "record", stdin="\n".join(map(json.dumps, records)).encode())
    assert written.code == 0, written.err
    return folder


def test_what_is_left_open_names_the_record_that_would_decide(folder: Path) -> None:
    shown = typed(folder, "use", "may", "readmission@1", "HRESCH", "--place", "north")
    assert shown.code == ABSTAIN, shown.err
    assert "collaboration" in shown.out
    assert "board-1" in shown.out
    found = json.loads(typed(folder, "use", "may", "readmission@1", "HRESCH", "--place", "north", "--json").out)
    assert found["decision"] == "ABSTAIN"
    (judged,) = found["deciding"]
    assert judged["reasons"][0]["awaits"] == "COLLABORATION"
    assert judged["applied"][0]["path"][0]["from"].startswith("Dataset:")
    assert set(judged["statement"]["entries"]) <= set(found["entries"])


def test_what_nobody_declared_or_stated_is_told_by_its_name(folder: Path) -> None:
    shown = typed(folder, "use", "may", "landing visits", "HRESCH", "--place", "nort")
    assert "No place is declared as nort, so that nobody knows where it lies." in shown.err
    assert "No place is declared as nort" in typed(folder, "model", "running", "nort").err
    unstated = typed(folder, "use", "show", "curated visits")
    assert "Nothing was said of what may be done with Dataset:" not in unstated.err


def test_what_may_not_be_is_a_finding(folder: Path) -> None:
    assert typed(folder, "use", "may", "curated visits", "TREAT", "--place", "north").code == DENY


def test_and_what_may_is_fine_as_long_as_it_holds(folder: Path) -> None:
    written = typed(folder, "record", stdin=json.dumps(undertaking("COLLABORATION", valid_from=BEFORE)).encode())
    assert written.code == 0, written.err
    asked = ("use", "may", "curated visits", "HRESCH", "--place", "north")
    shown = typed(folder, *asked)
    assert shown.code == PERMIT, shown.out
    assert "Obligations: COL asks" in shown.out
    typed(folder, "record", stdin=json.dumps(withdrawal_of_consent()).encode())
    assert typed(folder, *asked).code == DENY
    assert typed(folder, *asked, "--date", "2026-02-01T00:00:00Z").code == PERMIT
    assert "consent withdrawn" in typed(folder, "use", "show", "curated visits").out


def test_all_that_was_said_is_shown(folder: Path) -> None:
    written = typed(folder, "record", stdin=json.dumps(licence(of={"dataset": CURATED})).encode())
    assert written.code == 0, written.err
    found = json.loads(typed(folder, "use", "show", "curated visits", "--json").out)
    assert [one["statement"]["name"] for one in found["statements"]] == ["board-1", "licence-1"]
    assert [one["replacedBy"] for one in found["statements"]] == [["licence-1"], []]
    assert typed(folder, "use", "show", "readmission@1").code == 0


def test_what_a_consent_touches_is_shown_with_one_path_each(folder: Path) -> None:
    shown = typed(folder, "use", "impact", "landing visits")
    assert shown.code == 0, shown.err
    assert "2 datasets, 1 snapshot, 1 model version, 1 deployment" in shown.printed
    assert "models/readmission@1 at North" in shown.printed
    found = json.loads(typed(folder, "use", "impact", "landing visits", "--json").out)
    assert [one["count"] for one in found["counts"]] == [2, 1, 1, 1]
    by_statement = json.loads(typed(folder, "use", "impact", "--statement", "board-1", "--json").out)
    assert [one["id"] for one in by_statement["touched"]] == [one["id"] for one in found["touched"]]
    assert found["touched"][-1]["path"][0]["from"].startswith("Dataset:")
    assert typed(folder, "use", "impact").code == WRONG_USE
    assert typed(folder, "use", "impact", "landing visits", "--source", "any").code == WRONG_USE
    assert "id" in typed(folder, "use", "impact", "--source", "unheard-of").err


def test_where_it_is_and_may_be(folder: Path) -> None:
    shown = typed(folder, "use", "residency", "landing visits")
    assert shown.code == ABSTAIN, shown.err
    assert "It may be at: north." in shown.out
    assert "no place is recorded" in shown.out
    declared = {"kind": "declare_job", "job": JOB, "place": "north", "valid_from": BEFORE}
    assert typed(folder, "record", stdin=json.dumps(declared).encode()).code == 0
    found = json.loads(typed(folder, "use", "residency", "landing visits", "--json").out)
    read = [one for one in found["located"] if one["presence"] == "READ"]
    assert [(one["place"], one["decision"], one["job"]["name"]) for one in read] == [("north", "PERMIT", "curate")]


def test_l14_l15_who_is_to_have_it_decides_and_is_told_what_it_is_to_them(folder: Path) -> None:
    """L14 by the agreement, L15 by who holds the key."""
    keys, scores = ({"namespace": "lake", "name": name} for name in ("keys", "scores"))
    held = {"agreement": "dua-7", "kind": "DUA", "purposes": ["HRESCH"], "recipients": ["Made-up institute"]}
    records = [
        declaration(dataset=keys, permitted_use=None, source_system=None),
        declaration(dataset=scores, permitted_use=None, source_system=None, gdpr_state="DE_IDENTIFIED"),
        tag(dataset=keys, column=None),
    ]
    written = typed(folder, "record", stdin="\n".join(map(json.dumps, records)).encode())
    assert written.code == 0, written.err
    records = [
        code_key(dataset=keys, of=[scores], holder="Made-up institute"),
        permission("dua", valid_from=BEFORE, of={"dataset": scores}, terms=[{"code": "NRES"}], agreement=held),
    ]
    written = typed(folder, "record", stdin="\n".join(map(json.dumps, records)).encode())
    assert written.code == 0, written.err
    asked = ("use", "may", "lake scores", "HRESCH")
    assert typed(folder, *asked).code == ABSTAIN
    ours = typed(folder, *asked, "--recipient", "Made-up institute")
    assert ours.code == PERMIT, ours.out
    assert "For Made-up institute it is pseudonymized by the GDPR:" in ours.printed
    theirs = typed(folder, *asked, "--recipient", "Another institute")
    assert theirs.code == DENY
    assert "is with Made-up institute, not with Another institute" in theirs.printed
    assert "For Another institute it is de identified by the GDPR:" in theirs.printed


def test_an_unknown_purpose_is_told_with_what_is_like_it(folder: Path) -> None:
    answer = typed(folder, "use", "may", "curated visits", "HRESC")
    assert answer.code == WRONG_USE
    assert "HRESCH" in answer.err
