"""Signing in by an API key, and what a form is taken from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import orjson
import pytest
from starlette.testclient import TestClient

from catalog.access.keys import local_actor
from catalog.api.pages import registry
from catalog.api.pages.serving import COOKIE
from catalog.api.signing_in import MOST_WRONG, WINDOW_SECONDS
from tests.integration.catalog.api.test_access import key_of
from tests.support.pages import BASE, BROWSER, shown
from tests.support.records import decision, principal, request, tag

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


def test_a_finding_is_accepted_until_a_date_and_opened_again_and_one_stays_where_one_was(
    keyed: tuple[Catalog, str],
) -> None:
    catalog, key = keyed
    client = signed_in(catalog, key)
    at = "findings?severity=medium"
    for pressed, more, words in (
        ("accept", {"until": "2999-01-31"}, "accepted until 2999-01-31 00:00:00 UTC by testperson-alpha: For now"),
        ("reopen", {}, "reopened by testperson-alpha: For now"),
        ("acknowledge", {}, "acknowledged by testperson-alpha: For now"),
    ):
        page = client.get(f"/explorer/{at}")
        (held, *_) = (held for _, held in shown(page).forms if "subject" in held)
        assert ('value="reopen"' in page.text) == (pressed == "reopen")
        answer = client.post(
            "/explorer/decide-finding", data={**held, **more, "reason": "For now", "decision": pressed}
        )
        assert (answer.status_code, answer.headers.get("location")) == (303, at), answer.text
        assert words in shown(client.get(f"/explorer/{at}")).words, words


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
    signed = _decision(approver, where, key=secret)
    decided = send(approver, f"/explorer/{where}", "decide-approval", **signed)
    assert (decided.status_code, decided.headers["location"]) == (303, where)
    words = shown(approver.get(f"/explorer/{where}")).words
    assert "approved" in words
    assert "meaning approval" in words
    assert "by key identifier, key secret" in words
    assert "asked for without one" in words
    size = catalog.service.ledger.size()
    again = send(approver, f"/explorer/{where}", "decide-approval", **signed)
    assert (again.status_code, catalog.service.ledger.size()) == (303, size)


def _decision(client: TestClient, where: str, **more: str) -> dict[str, str]:
    """Return the fields of a decision as the page of a request would send them."""
    held = next(held for form, held in shown(client.get(f"/explorer/{where}")).forms if "opened" in held)
    return {
        "request": where.partition("=")[2],
        "opened": held["opened"],
        "/decision": "APPROVE",
        "/meaning": "APPROVAL",
        "/reason": "The evidence was reviewed",
        **more,
    }


@pytest.mark.parametrize(
    ("wrong", "status", "sentence"),
    [
        ({"key": ""}, 401, "The key is not valid here"),
        ({"key": "lw_" + "a" * 10 + "_" + "b" * 43}, 401, "The key is not valid here"),
        ({"key": "of another"}, 403, "This key is another principal's: sign with your own."),
        ({"/decision": "", "/reason": " "}, 422, "2 things are not as the record needs it"),
        ({"time_zone": "Nowhere/Atall"}, 422, "is a time zone of the IANA database"),
        ({"/irb/protocol": "MADE-UP-1"}, 422, "determination is missing"),
    ],
)
def test_nothing_is_signed_without_ones_own_key_typed_anew_and_nothing_typed_is_lost(
    keyed: tuple[Catalog, str], wrong: dict[str, str], status: int, sentence: str
) -> None:
    catalog, key = keyed
    asked = catalog.record(request(), Authorization=f"Bearer {key}").json()["index"]
    secret = _approver(catalog)
    approver, where = signed_in(catalog, secret), f"approval?request={asked}"
    size = catalog.service.ledger.size()
    sent = _decision(approver, where, key=secret) | wrong
    sent["key"] = key if sent["key"] == "of another" else sent["key"]
    answer = send(approver, f"/explorer/{where}", "decide-approval", **sent)
    assert (answer.status_code, catalog.service.ledger.size()) == (status, size)
    page = shown(answer)
    assert sentence in page.words
    assert page.of("input")
    assert not sent["key"] or sent["key"] not in answer.text
    assert sent["/reason"].strip() in page.words
    fields = next(held for _, held in page.forms if "opened" in held)
    assert (fields["opened"], fields["key"]) == (sent["opened"], "")


def test_a_decision_of_a_session_that_ended_comes_back_without_the_key(keyed: tuple[Catalog, str]) -> None:
    catalog, _ = keyed
    secret = _approver(catalog)
    answer = client_of(catalog).post("/explorer/decide-approval", data={"key": secret, "/reason": "Looked at"})
    assert answer.status_code == 401
    assert secret not in answer.text
    assert "Looked at" in shown(answer).words


def test_an_approval_is_asked_for_with_the_dossier_that_whoever_decides_reads(keyed: tuple[Catalog, str]) -> None:
    catalog, key = keyed
    client = signed_in(catalog, key)
    (subject,) = _versions(catalog)
    fields = {"id": subject, "approval_kind": "CLINICAL", "use_case": "A made-up trial", "reason": "It is finished"}
    answer = send(client, f"/explorer/approvals?id={subject}", "request-approval", **fields, with_dossier="1")
    assert answer.status_code == 303, answer.text
    where = answer.headers["location"]
    asked = catalog.service.ledger.entry(int(where.partition("=")[2]))
    record = orjson.loads(asked.body or b"")
    entry, digest = record["record"]["dossier"], record["added"]["dossier_digest"]
    assert catalog.service.ledger.entry(entry).entry.kind == "report.issued"
    page = shown(client.get(f"/explorer/{where}"))
    assert f"issued by #{entry} as of entry #{entry - 1}; digest of its content {digest}" in page.words
    (held,) = (held for form, held in page.forms if form.get("action") == "dossier")
    # Whatever is recorded since, it is the very same.
    assert catalog.record(tag(column="later"), Authorization=f"Bearer {key}").status_code == 201
    catalog.caught_up()
    given = client.post("/explorer/dossier", data=held | {"form": "json"})
    issued = orjson.loads(catalog.service.ledger.entry(int(given.headers["x-lineward-issued"])).body or b"")
    assert issued["record"]["context_digest"] == digest
    assert issued["record"]["read_point"]["ledger_index"] == entry - 1


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


def test_too_many_wrong_keys_are_not_tried_and_keep_nobody_else_out(keyed: tuple[Catalog, str]) -> None:
    catalog, key = keyed
    client = client_of(catalog)
    other = key_of(catalog, "testperson-delta", "steward")["Authorization"].split()[1]
    wrong = key[:-1] + ("a" if key[-1] != "a" else "b")
    for tried in (wrong, "lw_" + "a" * 10 + "_" + "b" * 43):
        found = [send(client, "/explorer/sign-in", "sign-in", key=tried).status_code for _ in range(MOST_WRONG + 1)]
        assert found == [401] * MOST_WRONG + [429]
    refused = send(client, "/explorer/sign-in", "sign-in", key=key)
    assert (refused.status_code, "set-cookie" in refused.headers) == (429, False)
    assert 0 < int(refused.headers["retry-after"]) <= WINDOW_SECONDS
    assert f"try again in {refused.headers['retry-after']} s" in shown(refused).words
    assert send(client, "/explorer/sign-in", "sign-in", key=other).status_code == 303
    elsewhere = TestClient(client.app, base_url=BASE, client=("192.0.2.7", 4711), follow_redirects=False)
    elsewhere.headers.update(BROWSER)
    assert send(elsewhere, "/explorer/sign-in", "sign-in", key=key).status_code == 303


def test_signing_in_takes_no_session_that_somebody_set_and_ends_the_one_before(keyed: tuple[Catalog, str]) -> None:
    catalog, key = keyed
    client = client_of(catalog)
    client.cookies.set(COOKIE, "made-up-by-somebody-else")
    first = signed_in_by(client, key)
    assert first != "made-up-by-somebody-else"
    second = signed_in_by(client, key)
    assert second not in {"", first}
    client.cookies.clear()
    client.cookies.set(COOKIE, first)
    assert client.get("/explorer/findings").status_code == 303


def signed_in_by(client: TestClient, key: str) -> str:
    """Sign in with what the client holds, and return the token that the server gave."""
    answer = send(client, "/explorer/sign-in", "sign-in", key=key)
    assert answer.status_code == 303, answer.text
    return str(answer.cookies[COOKIE])


def test_what_a_session_may_do_follows_roles_and_policies_at_once(keyed: tuple[Catalog, str]) -> None:
    catalog, key = keyed
    client = signed_in(catalog, key)
    intake = catalog.service.intake
    at = f"/explorer/approvals?id={_versions(catalog)[0]}"
    assert "Ask for one" in client.get(at).text
    held = shown(client.get(at)).forms[0][1]["form_token"]
    intake.submit_record(principal("testperson-alpha", "auditor"), local_actor(), "tests").result()
    catalog.caught_up()
    assert "Ask for one" not in client.get(at).text
    sent = client.post("/explorer/request-approval", data={"form_token": held, "id": _versions(catalog)[0]})
    assert sent.status_code == 403
    intake.submit_record(principal("testperson-alpha", "auditor", active=False), local_actor(), "tests").result()
    assert client.get(at).status_code == 303


def test_a_form_of_one_principal_is_not_taken_in_the_session_of_another(keyed: tuple[Catalog, str]) -> None:
    catalog, key = keyed
    client = signed_in(catalog, key)
    other = key_of(catalog, "testperson-delta", "steward", "engineer")["Authorization"].split()[1]
    held = shown(client.get("/explorer/record?kind=tag")).forms[0][1]["form_token"]
    size = catalog.service.ledger.size()
    answer = signed_in(catalog, other).post("/explorer/record", data={"form_token": held, "kind": "tag"})
    assert (answer.status_code, catalog.service.ledger.size()) == (403, size)
    assert "This form was not sent by a page of this session" in answer.text
    send(client, "/explorer/findings", "sign-out")
    again = signed_in(catalog, key).post("/explorer/record", data={"form_token": held, "kind": "tag"})
    assert (again.status_code, catalog.service.ledger.size()) == (403, size)


@pytest.mark.parametrize("origin", ["null", "http://127.0.0.1:8081", "https://127.0.0.1:8080.elsewhere.example", ""])
def test_a_form_of_another_origin_is_taken_by_nobody(keyed: tuple[Catalog, str], origin: str) -> None:
    catalog, key = keyed
    client = signed_in(catalog, key)
    held = shown(client.get("/explorer/findings")).forms[0][1]["form_token"]
    answer = client.post("/explorer/sign-out", data={"form_token": held}, headers={"Origin": origin})
    assert answer.status_code == 403
    assert client.get("/explorer/findings").status_code == 200


def test_no_page_is_framed_kept_on_the_way_or_taken_for_another_type(keyed: tuple[Catalog, str]) -> None:
    catalog, key = keyed
    client = signed_in(catalog, key)
    for at in ("/", "/explorer/sign-in", "/explorer/approvals", "/explorer/nowhere", "/explorer/entry?index=999"):
        headers = client.get(at).headers
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy, at
        assert "unsafe" not in policy, at
        assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff"), at
    for at in ("/api/v1/ledger/checkpoint", "/api/v1/nothing", "/openapi.json", "/metrics"):
        headers = client.get(at, headers={"Authorization": f"Bearer {key}", "Accept": "*/*"}).headers
        assert headers["x-content-type-options"] == "nosniff", at
        assert not headers["content-type"].startswith("text/html"), at


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
