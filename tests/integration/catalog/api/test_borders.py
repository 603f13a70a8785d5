"""What nobody means to send, over SQLite: an answer that says what to send, and never a defect of ours."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from graph_schema.nodes import Dataset, ModelVersion
from tests.support.records import CURATED, RAW, declaration, event

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

VISITS, LANDING = Dataset(**CURATED).id, Dataset(**RAW).id
DOSSIER = "/api/v1/reports/model-dossier/" + ModelVersion("models", "readmission", "1").id
NUMBERS = ("-1", *(str(2**bits) for bits in (53, 63, 64, 200)), "9" * 5000, "1e3", "NaN", "0x1", "٣", "%00")


def problem_of(answer: Any) -> dict[str, Any]:
    assert 400 <= answer.status_code < 500, answer.text
    found: dict[str, Any] = answer.json()
    assert found["detail"]
    return found


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/ledger/entries/{}",
        "/api/v1/ledger/entries/{}/proof",
        "/api/v1/ledger/entries?start={}",
        "/api/v1/ledger/entries?limit={}",
        "/api/v1/ledger/consistency?old={}",
        "/api/v1/ledger/consistency?old=1&new={}",
        DOSSIER + ".json?knownAtIndex={}",
    ],
)
def test_a_number_out_of_bounds_is_refused(catalog: Catalog, address: str) -> None:
    for number in NUMBERS:
        assert problem_of(catalog.client.get(address.format(number)))["status"] in {404, 422}, number


def test_the_largest_number_taken_is_asked_of_the_engines(stored: Catalog) -> None:
    largest = 2**53 - 1
    assert stored.client.get(f"/api/v1/ledger/entries/{largest}").status_code == 404
    assert stored.client.get(f"/api/v1/ledger/entries/{largest}/proof").status_code == 404
    assert stored.client.get(f"/api/v1/ledger/entries?start={largest}").json()["entries"] == []
    assert stored.client.get(f"/api/v1/ledger/consistency?old=1&new={largest}").status_code == 404
    assert stored.client.get(f"{DOSSIER}.json?knownAtIndex={largest}").status_code == 422


def test_a_moment_that_is_none_is_refused(filled: Catalog) -> None:
    for moment in ("2026-01-01", "٢٠٢٦-01-01T00:00:00Z", "2026-01-01T00:00:00%2B99:99", "x" * 9000, "%00", ""):
        assert "RFC 3339" in problem_of(filled.client.get(f"{DOSSIER}.json?validAt={moment}"))["detail"]
    query = "query($t: DateTime) { readPoint(asOf: {validAt: $t}) { validAt } }"
    given: Any
    for given in ("2026-01-01", "٢٠٢٦-01-01T00:00:00Z", "2026-01-01T00:00:00-99:99", "", 5, {}):
        assert code_of(filled.ask(query, t=given)) == "REFUSED", given


def test_a_moment_beyond_the_last_year_is_the_last_one(filled: Catalog) -> None:
    beyond = "9999-12-31T23:59:60-23:59"
    assert filled.client.get(f"{DOSSIER}.json?validAt={beyond}").status_code == 200
    query = "query($t: DateTime) { readPoint(asOf: {validAt: $t}) { validAt } }"
    assert filled.data(query, t=beyond)["readPoint"] == {"validAt": "9999-12-31T23:59:59.999999Z"}


def test_a_header_that_nobody_can_read_is_refused(catalog: Catalog) -> None:
    for header, value in (
        (b"authorization", b"Bearer \xff"),
        (b"authorization", b"\xff"),
        (b"origin", b"http://[bad"),
        (b"origin", b"\xff"),
        (b"host", b"[::1"),
        (b"host", b""),
        (b"host", b"\xff"),
        (b"content-encoding", b"\xff"),
    ):
        sent: dict[bytes, bytes] = {b"content-type": b"application/json", header: value}
        problem_of(catalog.client.post("/api/v1/lineage", content=orjson.dumps(event()), headers=sent))


def test_an_event_of_odd_values_is_taken_or_refused(stored: Catalog) -> None:
    sql = b'{"job":{"namespace":"a","name":"b","facets":{"sql":{"query":"%s"}}}}'
    for body, statuses in (
        (b'{"job":{"namespace":"a","name":"b"},"large":%s}' % (b"9" * 5000), {201, 400}),
        (b'{"job":{"namespace":"a","name":"b"},"infinite":1e999}', {201}),
        (b'{"job":{"namespace":"\\ud800","name":"\\u0000"}}', {201, 422}),
        (b'{"job":{"namespace":"a","name":"b"},"eventTime":"9999-12-31T23:59:60-99:99"}', {201}),
        (b'{"job":{"namespace":"a","name":"b"},"eventTime":5}', {201}),
        (sql % (b"SELECT " + b"(" * 20_000 + b"1" + b")" * 20_000), {201}),
        (sql % (b"SELECT " + b"CASE WHEN 1 THEN " * 5_000), {201}),
        (sql % (b"SELECT * FROM (" * 5_000), {201}),
        (sql % (b"SELECT " + b"-" * 20_000 + b"1"), {201}),
        (sql % (b"SELECT " + b"[" * 20_000), {201}),
        (sql % (b"/*" * 20_000), {201}),
    ):
        assert stored.client.post("/api/v1/lineage", content=body).status_code in statuses, body[:120]
    stored.caught_up()
    assert stored.client.get("/health/ready").json()["projection"]["quarantined"] == []


@pytest.mark.parametrize(
    "path", ["retention", "retention/period_days", "owner", "dataset/name", "phi_category", "kind"]
)
def test_a_record_of_odd_values_is_taken_or_refused(catalog: Catalog, path: str) -> None:
    value: Any
    for value in (2**63, -1, 1.5, 1e300, "٣", "", "\u0000", [], {}, None, True, ["a"] * 3000):
        record: Any = json.loads(json.dumps(declaration()))
        *steps, last = path.split("/")
        part = record
        for step in steps:
            part = part[step]
        part[last] = value
        answer = catalog.record(record)
        assert answer.status_code == 201 or problem_of(answer)["errors"][0]["pointer"].startswith("#"), value


def code_of(answer: dict[str, Any]) -> str:
    """Return the code of an answer that is a problem, as an error or as data."""
    if answer.get("errors"):
        # What the schema itself refuses has no code, in GraphQL's own way.
        return str((answer["errors"][0].get("extensions") or {}).get("code", "REFUSED"))
    (found,) = answer["data"].values()
    return str(found["code"])


PROBLEM = "... on Problem { code message }"


@pytest.mark.parametrize(
    "field",
    [
        "search(first: $n) { totalCount }",
        "approvals(first: $n) { totalCount }",
        f'evidence(for: "{VISITS}", limit: $n) {{ {PROBLEM} }}',
        f'paths(from: "{LANDING}", to: "{VISITS}", first: $n) {{ {PROBLEM} }}',
        f'node(id: "{VISITS}") {{ ... on Dataset {{ columns(first: $n) {{ totalCount }} }} }}',
        f'node(id: "{VISITS}") {{ ... on Dataset {{ snapshots(first: $n) {{ totalCount }} }} }}',
    ],
)
def test_a_page_out_of_bounds_is_invalid_input(filled: Catalog, field: str) -> None:
    for number in (-(2**31), -1, 0, 501, 10**9, 2**31 - 1):
        answer = filled.ask(f"query($n: Int!) {{ {field} }}", n=number)
        assert code_of(answer) in {"INVALID_INPUT", "BUDGET_EXCEEDED"}, number


def test_a_variable_that_is_no_number_is_refused(filled: Catalog) -> None:
    number: Any
    for number in (2**31, 2**53, 2**63, 1e300, 1.5, "1", [1], {}):
        answer = filled.ask("query($n: Int!) { search(first: $n) { totalCount } }", n=number)
        assert code_of(answer) == "REFUSED", number


def test_an_index_below_none_is_invalid_input(filled: Catalog) -> None:
    for index in (-2, -(2**31)):
        for field in (
            "readPoint(asOf: {knownAtIndex: $n}) { ledgerRoot }",
            "approvals(asOf: {knownAtIndex: $n}) { totalCount }",
        ):
            assert code_of(filled.ask(f"query($n: Int) {{ {field} }}", n=index)) == "INVALID_INPUT"


def test_an_index_past_the_end_is_refused_alike(filled: Catalog) -> None:
    newest = filled.service.ledger.size() - 1
    sentence = f"The ledger has no entry {newest + 1}; its newest is {newest}."
    answer = filled.ask("query($n: Int) { readPoint(asOf: {knownAtIndex: $n}) { ledgerRoot } }", n=newest + 1)
    assert (code_of(answer), answer["errors"][0]["message"]) == ("INVALID_INPUT", sentence)
    found = problem_of(filled.client.get(f"{DOSSIER}.json?knownAtIndex={newest + 1}"))
    assert (found["status"], found["detail"]) == (422, sentence)
    page = filled.client.get(f"/explorer/ledger?known={newest + 1}")
    assert (page.status_code, sentence in page.text) == (422, True)
    assert filled.data("query($n: Int) { readPoint(asOf: {knownAtIndex: $n}) { ledgerIndex } }", n=newest)


def test_the_point_before_every_entry_can_be_asked_for(filled: Catalog) -> None:
    point = filled.data("{ readPoint(asOf: {knownAtIndex: -1}) { ledgerIndex ledgerSize } }")["readPoint"]
    assert point == {"ledgerIndex": -1, "ledgerSize": 0}


def test_a_search_for_too_much_is_invalid_input(stored: Catalog) -> None:
    terms = " ".join(f"term{number}" for number in range(2_000))
    for text in (terms, "a " * 100_000, "aB" * 40_000, "\ufdfa" * 10_000):
        answer = stored.ask("query($t: String) { search(text: $t) { totalCount } }", t=text)
        assert code_of(answer) == "INVALID_INPUT", text[:20]
        found = stored.data("query($d: Digest!) { snapshot(digest: $d) { __typename } }", d=text)
        assert found == {"snapshot": {"__typename": "NotFound"}}, text[:20]


def test_any_text_can_be_searched_for(stored: Catalog) -> None:
    for text in ("", "\u0000", "%", "_", "'", '"', "*", "a*", "NEAR(", "AND OR NOT", '"open', "^", "\u202e", "💩", "٣"):
        stored.data("query($t: String) { search(text: $t) { totalCount nodes { id } } }", t=text)
        for identifier in (text, f"Dataset:{text}", f"State:{text}.{text}", f"Approval:{text}", f"Attestation:{text}"):
            assert stored.data("query($i: ID!) { node(id: $i) { id } }", i=identifier) == {"node": None}
            found = stored.data("query($i: ID!) { evidence(for: $i) { __typename } }", i=identifier)
            assert found["evidence"] == {"__typename": "NotFound"}


def test_as_many_words_as_may_be_are_searched_for(stored: Catalog) -> None:
    text = " ".join(f"w{number}" for number in range(32))
    assert stored.data("query($t: String) { search(text: $t) { totalCount } }", t=text)["search"]["totalCount"] == 0


def test_a_list_that_is_too_long_is_invalid_input(stored: Catalog) -> None:
    for argument, kind in (
        ("nodes(ids: $l) { id }", "[ID!]!"),
        ("lineage(input: {of: $l, direction: BOTH}) { __typename }", "[ID!]!"),
        ("search(filter: {gaps: $l}) { totalCount }", "[MandatoryField!]!"),
        ("search(filter: {facets: [{facet: OWNER, values: $l}]}) { totalCount }", "[String!]!"),
        ("approvals(filter: {subjects: $l}) { totalCount }", "[ID!]!"),
        (f'node(id: "{VISITS}") {{ ... on Dataset {{ aspects(names: $l) {{ aspect }} }} }}', "[String!]"),
    ):
        item = "OWNER" if "Field" in kind else "owner"
        for length in (501, 20_000):
            answer = stored.ask(f"query($l: {kind}) {{ {argument} }}", l=[item] * length)
            assert code_of(answer) == "INVALID_INPUT", argument
            assert f"has {length} items" in answer["errors"][0]["message"]
        assert "errors" not in stored.ask(f"query($l: {kind}) {{ {argument} }}", l=[item] * 500), argument


def test_a_cursor_that_was_made_up_never_reaches_an_engine(stored: Catalog) -> None:
    for query, parts in (
        ("query($c: String) { search(after: $c, first: 1) { pageInfo { endCursor } } }", 2),
        ("query($c: String) { approvals(after: $c, first: 1) { pageInfo { endCursor } } }", 1),
    ):
        given = next(iter(stored.data(query, c=None).values()))["pageInfo"]["endCursor"]
        binding = json.loads(base64.urlsafe_b64decode(given + "=="))[0]
        for part in ('{"a": 1}', "null", "[]", "true", str(2**70), "1e999", '"\\ud800"', '"\\u0000"', "-1"):
            made_up = base64.urlsafe_b64encode(f'["{binding}"{f",{part}" * parts}]'.encode()).decode()
            answer = stored.ask(query, c=made_up)
            assert "errors" not in answer or code_of(answer) == "INVALID_INPUT", part
