"""Records of any kind by hand: what is wrong is said beside each field, nothing typed is lost, rights are kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from catalog.api.pages.record import SIGNED
from catalog.kinds import KINDS
from catalog.reading import Rights
from graph_schema.nodes import Dataset, Job, Snapshot
from tests.integration.catalog.api.pages.test_sign_in import client_of, signed_in
from tests.integration.catalog.api.test_access import key_of
from tests.support.pages import BASE, BROWSER, Shown, shown
from tests.support.records import CURATED, DIGEST, JOB, RAW, VERSION

if TYPE_CHECKING:
    from httpx2 import Response

    from tests.integration.catalog.api.conftest import Catalog

VISITS = Dataset(**CURATED).id
EXAMPLES = Path(__file__).parents[5] / "examples" / "records"
FORMS = sorted(kind.name for kind in KINDS.values() if kind.open and kind.name != SIGNED)


def page(catalog: Catalog, **asked: str) -> Shown:
    answer = catalog.client.get("/explorer/record", params=asked, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return shown(answer)


def send(catalog: Catalog, kind: str, fields: dict[str, Any], of: str = VISITS) -> Response:
    (token,) = {held["form_token"] for _, held in page(catalog, kind=kind, id=of).forms if "form_token" in held}
    data = {"form_token": token, "kind": kind, "id": of, **fields}
    answer: Response = catalog.client.post(
        "/explorer/record", data=data, headers={**BROWSER, "Origin": BASE}, follow_redirects=False
    )
    return answer


def newest(catalog: Catalog) -> dict[str, Any]:
    ledger = catalog.service.ledger
    found: dict[str, Any] = json.loads(ledger.entry(ledger.size() - 1).body or b"")["record"]
    return found


@pytest.fixture
def filled(catalog: Catalog) -> Catalog:
    catalog.fill()
    catalog.caught_up()
    return catalog


def test_every_kind_has_its_form(filled: Catalog) -> None:
    offered = [one["href"] for one in page(filled).of("a") if "kind=" in one.get("href", "")]
    assert offered == [f"record?kind={kind.name}" for kind in KINDS.values() if kind.name in FORMS]
    for kind in FORMS:
        form = next(form for form, held in page(filled, kind=kind).forms if held.get("kind") == kind)
        assert (form["method"], form["action"]) == ("post", "record")


def test_of_a_thing_those_kinds_are_offered_that_name_one(filled: Catalog) -> None:
    def of(identifier: str) -> set[str]:
        links = [one["href"] for one in page(filled, id=identifier).of("a")]
        return {link.partition("kind=")[2].partition("&")[0] for link in links if "kind=" in link}

    assert {"declare_dataset", "tag", "permit_use", "request_approval"} <= of(VISITS)
    assert of(Job(**JOB).id) == {"declare_job", "attest_deidentification", "trust_column_lineage"} | {
        "end_column_lineage_trust"
    }


def test_what_is_typed_becomes_a_record_about_the_very_thing_and_twice_becomes_one(filled: Catalog) -> None:
    fields = {
        "/owner": "Example unit",
        "/phi_category": ["CLINICAL_NOTE", "QUASI_IDENTIFIER"],
        "/retention/policy_class": "RESEARCH",
        "/retention/period_days": "30",
        "/encryption_keys/3/key": "made-up-key",
        "/encryption_keys/3/environment": "TRAINING",
        "/permitted_use/purposes": "MLTRAINING\r\n\r\nTREAT\r\n",
        "/genomic": "false",
        "/valid_from": "2026-01-31",
    }
    size = filled.service.ledger.size()
    answer = send(filled, "declare_dataset", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"entry?index={size}"), answer.text
    assert newest(filled) == {
        "dataset": CURATED,
        "owner": "Example unit",
        "phi_category": ["CLINICAL_NOTE", "QUASI_IDENTIFIER"],
        "retention": {"policy_class": "RESEARCH", "period_days": 30},
        "encryption_keys": [{"key": "made-up-key", "environment": "TRAINING"}],
        "permitted_use": {"purposes": ["MLTRAINING", "TREAT"], "duo": [], "refrains": [], "obligations": []},
        "genomic": False,
        "valid_from": "2026-01-31T00:00:00Z",
    }
    again = send(filled, "declare_dataset", fields)
    assert again.headers["location"] == answer.headers["location"]
    assert filled.service.ledger.size() == size + 1


def test_a_state_of_a_dataset_is_verified_from_the_page_of_the_dataset(filled: Catalog) -> None:
    links = [one["href"] for one in shown(filled.client.get(f"/explorer/dataset?id={VISITS}", headers=BROWSER)).of("a")]
    (there,) = [one for one in links if "kind=verify_snapshot" in one]
    asked = parse_qs(there.partition("?")[2])
    digest = asked["value"][0].partition("=")[2]
    assert [
        one["value"]
        for one in page(filled, **{k: v[0] for k, v in asked.items()}).of("input")
        if one.get("name") == "/digest"
    ] == [digest]
    fields = {"/digest": digest, "/result": "OK", "/method": "Nobody could read it"}
    assert send(filled, "verify_snapshot", fields).status_code == 303
    assert (newest(filled)["dataset"], newest(filled)["digest"]) == (CURATED, DIGEST)


def test_a_record_about_a_state_is_sent_about_that_state(filled: Catalog) -> None:
    state = Snapshot(CURATED["namespace"], CURATED["name"], DIGEST).id
    typed = {"/approval_kind": "GOVERNANCE", "/use_case": "Made up", "/reason": "Testing"}
    answer = send(filled, "request_approval", typed, of=state)
    assert answer.status_code == 303, shown(answer).words
    assert newest(filled)["subject"] == {"snapshot": {"dataset": CURATED, "digest": DIGEST}}
    # The form says what it is about where it comes back as well.
    found = shown(send(filled, "request_approval", {"/use_case": "Made up"}, of=state))
    assert ("input", {"type": "hidden", "name": "id", "value": state}) in found.elements


def test_an_empty_list_is_said_by_its_tick(filled: Catalog) -> None:
    assert send(filled, "declare_dataset", {"none_of": ["/phi_category"]}).status_code == 303
    assert newest(filled) == {"dataset": CURATED, "phi_category": []}


def test_what_is_wrong_is_said_beside_each_field_and_what_was_typed_stays(filled: Catalog) -> None:
    size = filled.service.ledger.size()
    typed = {
        "/reason": "As <b>seen</b>",
        "/phi_kind": "MADE_UP",
        "/codes/0/system": "hipaa-safe-harbor",
        "/codes/4/code": "never heard of",
        "/valid_from": "soon",
    }
    answer = send(filled, "tag", typed)
    assert answer.status_code == 422
    assert filled.service.ledger.size() == size
    found = shown(answer)
    wrong = {given["name"] for _, given in found.elements if given.get("aria-invalid") and given.get("name")}
    assert wrong == {"/phi_kind", "/codes/0/code", "/codes/1/system", "/valid_from"}
    identifiers = {given["id"] for _, given in found.elements if "id" in given}
    links = [one["href"].removeprefix("#") for one in found.of("a") if one.get("href", "").startswith("#field")]
    assert len(links) == 4
    assert set(links) <= identifiers
    for _, given in found.elements:
        assert set(given.get("aria-describedby", "").split()) <= identifiers
    values = {given["name"]: given["value"] for given in found.of("input") if given.get("name", "").startswith("/")}
    assert values["/codes/0/system"] == "hipaa-safe-harbor"
    assert values["/codes/1/code"] == "never heard of"
    assert values["/valid_from"] == "soon"
    assert "As <b>seen</b>" in found.words
    assert ("option", {"selected": "", "value": "MADE_UP"}) in found.elements


def test_what_the_catalog_refuses_is_said_and_what_was_typed_stays(filled: Catalog) -> None:
    typed = {"/approval_kind": "CLINICAL", "/use_case": "Of nothing", "/reason": "Testing", "/dossier": "99999"}
    answer = send(filled, "request_approval", typed)
    assert answer.status_code == 422
    assert "Of nothing" in shown(answer).words
    assert shown(answer).words.count("Nothing was recorded.") == 1


def test_one_more_row_writes_nothing_and_keeps_the_rest(filled: Catalog) -> None:
    size = filled.service.ledger.size()
    answer = send(filled, "tag", {"more": "/codes", "/codes/0/code": "H", "/reason": "Kept"})
    assert answer.status_code == 200
    assert filled.service.ledger.size() == size
    found = shown(answer)
    names = [one["name"] for one in found.of("input") if one.get("name", "").startswith("/codes/")]
    assert names == [f"/codes/{row}/{name}" for row in (0, 1) for name in ("system", "code")]
    assert "Kept" in found.words


def test_a_field_is_filled_beforehand_by_the_address(filled: Catalog) -> None:
    found = page(filled, kind="tag", id=VISITS, value="/column=born=on")
    assert [one["value"] for one in found.of("input") if one.get("name") == "/column"] == ["born=on"]


def test_what_was_noted_while_it_was_taken_is_shown(filled: Catalog) -> None:
    codes = {"/codes/0/system": "https://codes.example/made-up", "/codes/0/code": "X1"}
    answer = send(filled, "tag", {"/phi_kind": "QUASI_IDENTIFIER", "/reason": "Seen so", **codes})
    assert answer.status_code == 200
    assert "Codes of https://codes.example/made-up are taken as they are" in shown(answer).words


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"kind": "made_up"}, 422),
        ({"kind": SIGNED}, 422),
        ({"kind": "report_issued"}, 422),
        ({"kind": "tag", "id": "Dataset:none"}, 404),
        ({"id": "Dataset:none"}, 404),
        ({"kind": "declare_job", "id": VISITS}, 404),
    ],
)
def test_there_is_no_form_of_what_nobody_can_write(filled: Catalog, asked: dict[str, str], status: int) -> None:
    assert filled.client.get("/explorer/record", params=asked, headers=BROWSER).status_code == status


def test_one_is_offered_what_ones_roles_let_one_write(filled: Catalog) -> None:
    key = key_of(filled, "testreader-1", "auditor")["Authorization"].split()[1]
    client = signed_in(filled, key)
    assert "let you write nothing" in shown(client.get("/explorer/record")).words
    assert client.get("/explorer/record?kind=tag").status_code == 403
    token = shown(client.get("/explorer/record")).forms[0][1]["form_token"]
    answer = client.post("/explorer/record", data={"form_token": token, "kind": "tag", "/reason": "x"})
    assert answer.status_code == 403
    assert client_of(filled).get("/explorer/record").status_code == 303


def test_a_record_about_what_is_hidden_has_no_form(serve: Callable[..., Catalog]) -> None:
    bounded: list[bool] = []

    def rights(_: object) -> Rights:
        return Rights(namespaces=frozenset({"curated"})) if bounded else Rights()

    catalog = serve(rights=rights)
    catalog.fill()
    catalog.caught_up()
    bounded.append(True)
    hidden, absent = Dataset(**RAW).id, Dataset("landing", "never met").id
    answers = [
        catalog.client.get("/explorer/record", params={"kind": "tag", "id": one}, headers=BROWSER)
        for one in (hidden, absent)
    ]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].text == answers[1].text


def test_what_the_gate_says_is_recorded_and_quoted_by_a_release(filled: Catalog) -> None:
    asked = {"id": VERSION, "purpose": "HOPERAT", "place": "North", "for": "production", "disease": ""}
    found = shown(filled.client.get("/explorer/model-version", params=asked, headers=BROWSER))
    (held,) = [fields for form, fields in found.forms if form.get("action") == "evaluate-gate"]
    assert {name: held[name] for name in asked} == asked
    size = filled.service.ledger.size()
    answer = filled.client.post("/explorer/evaluate-gate", data=held, headers=BROWSER, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    assert newest(filled)["purpose"] == "HOPERAT"
    there = shown(filled.client.get(f"/explorer/{answer.headers['location']}", headers=BROWSER))
    assert [form for form, _ in there.forms if form.get("action") == "evaluate-gate"] == []
    links = {
        kind: one["href"] for one in there.of("a") for kind in ("release", "deploy") if f"kind={kind}" in one["href"]
    }
    filled_in = shown(filled.client.get(f"/explorer/{links['deploy']}", headers=BROWSER)).of("input")
    values = {one["name"]: one["value"] for one in filled_in if one.get("name", "").startswith("/")}
    expected = {"/gate": str(size), "/environment": "production", "/place": "North"}
    assert {name: values[name] for name in expected} == expected
    answer = filled.client.post("/explorer/evaluate-gate", data={**held, "purpose": ""}, headers=BROWSER)
    assert answer.status_code == 404
    assert filled.service.ledger.size() == size + 1


def test_no_page_leads_to_a_form_that_ones_roles_refuse(filled: Catalog) -> None:
    pages = (f"dataset?id={Dataset(**CURATED).id}", f"job?id={Job(**JOB).id}")

    def led(role: str) -> set[str]:
        client = signed_in(filled, key_of(filled, f"test-{role}", role)["Authorization"].split()[1])
        links = [link["href"] for page in pages for link in shown(client.get(f"/explorer/{page}")).of("a")]
        found = {one for one in links if one.startswith("record?")}
        assert {client.get(f"/explorer/{one}").status_code for one in found} <= {200}
        return {one.partition("id=")[0] for one in found}

    assert led("auditor") == set()
    assert led("steward") >= {"record?kind=declare_dataset&", "record?kind=tag&", "record?"}
