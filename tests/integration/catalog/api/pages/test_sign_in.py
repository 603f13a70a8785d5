"""Signing in by an API key, and what a form is taken from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from catalog.access.keys import local_actor
from catalog.api.pages import registry
from tests.integration.catalog.api.test_access import key_of
from tests.support.pages import BASE, BROWSER, shown
from tests.support.records import decision, principal, request

if TYPE_CHECKING:
    from httpx2 import Response

    from tests.integration.catalog.api.conftest import Catalog

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def keyed(catalog: Catalog) -> tuple[Catalog, str]:
    """A catalog that needs a key, and the key of a steward of it."""
    catalog.fill()
    header = key_of(catalog, "testperson-alpha", "steward", "engineer")
    return catalog, header["Authorization"].split()[1]


def client_of(catalog: Catalog) -> TestClient:
    return TestClient(
        catalog.client.app, base_url=BASE, client=("127.0.0.1", 4711), follow_redirects=False, headers=BROWSER
    )


def send(client: TestClient, page: str, action: str, **fields: str) -> Response:
    """Send the form of a page with some fields filled in."""
    forms = shown(client.get(page)).forms
    (_, held) = next(one for one in forms if one[0].get("action", "").endswith(action) and one[0]["method"] == "post")
    given = {"form_token": held["form_token"], **fields}
    return client.post(f"/explorer/{action}", data=given)


def signed_in(catalog: Catalog, key: str) -> TestClient:
    client = client_of(catalog)
    answer = send(client, "/explorer/sign-in?next=findings", "sign-in", key=key, next="findings")
    assert (answer.status_code, answer.headers["location"]) == (303, "findings")
    return client


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page_and_back(keyed: tuple[Catalog, str]) -> None:
    catalog, key = keyed
    client = client_of(catalog)
    for at, there in (
        ("/?q=visits", "explorer/sign-in?next=..%2F%3Fq%3Dvisits"),
        ("/explorer/findings?severity=high", "sign-in?next=findings%3Fseverity%3Dhigh"),
    ):
        answer = client.get(at)
        assert (answer.status_code, answer.headers["location"]) == (303, there)
    signed = signed_in(catalog, key)
    page = signed.get("/explorer/findings")
    assert page.status_code == 200
    assert "Testperson" in page.text or "testperson-alpha" in page.text
    assert key not in page.text


def test_every_page_asks_for_a_session(keyed: tuple[Catalog, str]) -> None:
    client = client_of(keyed[0])
    for name in registry.PAGES:
        assert client.get("/" if name == "home" else f"/explorer/{name}").status_code == 303, name


def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(keyed: tuple[Catalog, str]) -> None:
    catalog, key = keyed
    client = client_of(catalog)
    cookie = send(client, "/explorer/sign-in", "sign-in", key=key).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Max-Age" not in cookie
    assert key not in cookie
    assert "Secure" not in cookie
    token = shown(client.get("/explorer/sign-in")).forms[-1][1]["form_token"]
    secure = client.post(
        "/explorer/sign-in", data={"form_token": token, "key": key}, headers={"X-Forwarded-Proto": "https"}
    )
    assert "Secure" in secure.headers["set-cookie"]


@pytest.mark.parametrize("key", ["", "lw_wrong", "lw_" + "a" * 10 + "_" + "b" * 43, "<script>alert(1)</script>"])
def test_a_wrong_key_opens_nothing_and_is_not_repeated(keyed: tuple[Catalog, str], key: str) -> None:
    client = client_of(keyed[0])
    answer = send(client, "/explorer/sign-in", "sign-in", key=key)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert not key or key not in answer.text


def test_a_key_that_may_read_nothing_opens_no_session(keyed: tuple[Catalog, str]) -> None:
    catalog = keyed[0]
    intake = catalog.service.intake
    key, issued = intake.issue_key("testperson-alpha", local_actor(), "tests")
    issued.result()
    emitter = key_of(catalog, "testsender-1", "emitter")["Authorization"].split()[1]
    assert send(client_of(catalog), "/explorer/sign-in", "sign-in", key=emitter).status_code == 403
    assert send(client_of(catalog), "/explorer/sign-in", "sign-in", key=key.secret).status_code == 303


def test_a_session_ends_when_its_key_is_revoked(keyed: tuple[Catalog, str]) -> None:
    catalog, key = keyed
    client = signed_in(catalog, key)
    catalog.keys.revoke(key.split("_")[1])
    assert client.get("/explorer/findings").status_code == 303


@pytest.mark.parametrize(("everywhere", "left"), [("", 200), ("1", 303)])
def test_signing_out_ends_this_session_or_all(keyed: tuple[Catalog, str], everywhere: str, left: int) -> None:
    catalog, key = keyed
    first, second = signed_in(catalog, key), signed_in(catalog, key)
    answer = send(first, "/explorer/findings", "sign-out", everywhere=everywhere)
    assert (answer.status_code, answer.headers["location"]) == (303, "sign-in")
    assert first.get("/explorer/findings").status_code == 303
    assert second.get("/explorer/findings").status_code == left


@pytest.mark.parametrize(
    "next_",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "javascript:alert(1)",
        "..\\..",
        "a/b",
        "../../x",
        "\r\nx: y",
    ],
)
def test_after_signing_in_one_goes_on_within_the_pages_alone(keyed: tuple[Catalog, str], next_: str) -> None:
    catalog, key = keyed
    client = client_of(catalog)
    assert send(client, "/explorer/sign-in", "sign-in", key=key, next=next_).headers["location"] == "../"
    page = client_of(catalog).get("/explorer/sign-in", params={"next": next_})
    assert shown(page).forms[-1][1]["next"] == "../"


@pytest.mark.parametrize("action", ["sign-in", "sign-out", *registry.ACTIONS])
@pytest.mark.parametrize("wrong", ["no token", "another session's token", "no origin", "another site", "no form"])
def test_a_form_is_taken_from_a_page_of_its_session_alone(keyed: tuple[Catalog, str], action: str, wrong: str) -> None:
    catalog, key = keyed
    client = signed_in(catalog, key)
    size = catalog.service.ledger.size()
    good = shown(client.get("/explorer/findings")).forms[0][1]["form_token"]
    other = shown(signed_in(catalog, key).get("/explorer/findings")).forms[0][1]["form_token"]
    assert good != other
    token = {"no token": "", "another session's token": other}.get(wrong, good)
    headers = {"Origin": "https://elsewhere.example"} if wrong == "another site" else {}
    body = {"form_token": token, "key": key}
    if wrong == "no form":
        answer = client.post(f"/explorer/{action}", json=body)
    elif wrong == "no origin":
        del client.headers["Origin"]
        answer = client.post(f"/explorer/{action}", data=body)
    else:
        answer = client.post(f"/explorer/{action}", data=body, headers=headers)
    assert answer.status_code == (400 if wrong == "no form" else 403)
    assert "set-cookie" not in answer.headers
    assert catalog.service.ledger.size() == size


def test_what_a_form_writes_is_written_as_whoever_is_signed_in(keyed: tuple[Catalog, str]) -> None:
    catalog, key = keyed
    client = signed_in(catalog, key)
    page = client.get("/explorer/findings")
    form, held = next(one for one in shown(page).forms if one[0].get("action") == "decide-finding")
    assert form["method"] == "post"
    fields = {"form_token": held["form_token"], "rule": held["rule"], "subject": held["subject"]}
    answer = client.post("/explorer/decide-finding", data={**fields, "reason": "Seen to", "decision": "acknowledge"})
    assert (answer.status_code, answer.headers["location"]) == (303, "findings")
    entry = catalog.service.ledger.entry(catalog.service.ledger.size() - 1).entry
    assert (entry.kind, entry.actor) == ("record.acknowledge_finding", "testperson-alpha")
    assert "Seen to" in client.get("/explorer/findings?state=acknowledged").text


def test_an_approval_is_asked_for_and_decided_by_somebody_else(keyed: tuple[Catalog, str]) -> None:
    catalog, key = keyed
    client = signed_in(catalog, key)
    (subject,) = _versions(catalog)
    answer = send(
        client,
        f"/explorer/approvals?id={subject}",
        "request-approval",
        id=subject,
        approval_kind="CLINICAL",
        use_case="A made-up trial",
        reason="It is finished",
    )
    assert answer.status_code == 303, answer.text
    where = answer.headers["location"]
    assert "requested" in shown(client.get(f"/explorer/{where}")).words
    secret = _approver(catalog)
    approver = signed_in(catalog, secret)
    decided = send(
        approver,
        f"/explorer/{where}",
        "decide-approval",
        request=where.partition("=")[2],
        decision="APPROVE",
        meaning="APPROVAL",
        reason="The evidence was reviewed",
    )
    assert (decided.status_code, decided.headers["location"]) == (303, where)
    words = shown(approver.get(f"/explorer/{where}")).words
    assert "approved" in words
    assert "meaning approval" in words


def test_a_request_shows_what_a_board_determined_and_why_a_decision_does_not_count(keyed: tuple[Catalog, str]) -> None:
    catalog, key = keyed
    asked = catalog.record(request(approval_kind="IRB"), Authorization=f"Bearer {key}").json()["index"]
    board = {"determination": "FULL", "protocol": "MADE-UP-1", "continuing_review": "2998-01-01T00:00:00Z"}
    payload = decision(asked, irb=board, interest="Owns shares of the maker", requires=["Report each month"])
    answer = catalog.record(payload, Authorization=f"Bearer {_approver(catalog, 'IRB')}")
    assert answer.status_code == 201, answer.text
    catalog.caught_up()
    words = shown(signed_in(catalog, key).get(f"/explorer/approval?request={asked}")).words
    assert "The board determined: full, protocol MADE-UP-1; to be reviewed again by 2998-01-01 00:00:00 UTC" in words
    assert "to be met on record: Report each month, not met" in words
    assert "does not count: the signer's own interest: Owns shares of the maker" in words


def _versions(catalog: Catalog) -> list[str]:
    found = catalog.client.post(
        "/graphql",
        json={"query": "{ search(filter: {kinds: [MODEL_VERSION]}) { nodes { id } } }"},
        headers=key_of(catalog, "testreader-1", "auditor"),
    ).json()
    return [node["id"] for node in found["data"]["search"]["nodes"]]


def _approver(catalog: Catalog, kind: str = "CLINICAL") -> str:
    intake = catalog.service.intake
    intake.submit_record(principal("testperson-gamma", "approver", approves=(kind,)), local_actor(), "tests").result()
    catalog.caught_up()
    key, issued = intake.issue_key("testperson-gamma", local_actor(), "tests")
    issued.result()
    return key.secret


def test_a_link_from_elsewhere_asks_for_itself_once_more(keyed: tuple[Catalog, str]) -> None:
    client = client_of(keyed[0])
    page = client.get("/explorer/findings", headers={"Sec-Fetch-Site": "cross-site"})
    assert page.status_code == 200
    assert 'http-equiv="refresh"' in page.text


def test_a_key_in_a_header_does_as_well(keyed: tuple[Catalog, str]) -> None:
    catalog, key = keyed
    client = client_of(catalog)
    assert client.get("/explorer/findings", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    assert client.get("/explorer/findings", headers={"Authorization": "Bearer lw_wrong"}).status_code == 401


def test_without_any_key_nobody_elsewhere_sees_a_page(serve: Callable[..., Catalog]) -> None:
    answer = serve().remote(**BROWSER).get("/explorer/findings", follow_redirects=False)
    assert answer.status_code == 401
