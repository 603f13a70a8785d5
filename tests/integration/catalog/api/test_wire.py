"""The wire contract of OpenLineage's clients, and what is answered to bad input."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import pytest

from catalog.api.http.lineage import LARGE, SEARCHED
from catalog.errors import OperatorError
from catalog.ledger.entry import MalformedEntryError
from catalog.ledger.keys import SiteKeys
from catalog.ledger.memory import MemoryLedger
from catalog.ledger.protocol import Draft, Receipt
from tests.support.records import declaration, event

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

EVENT = json.dumps(event()).encode()


def problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "correlationId"} <= found.keys()
    return found


@pytest.mark.parametrize(
    "path", ["/api/v1/lineage", "/api/v1/lineage/", "/anything/api/v1/lineage", "/a/b/api/v1/lineage/"]
)
def test_an_event_is_answered_201_with_its_place_under_any_prefix(catalog: Catalog, path: str) -> None:
    answer = catalog.client.post(path, content=EVENT)
    assert answer.status_code == 201
    assert answer.json() == {"index": 0, "duplicate": False}
    assert int(answer.headers["content-length"]) == len(answer.content)


class WatchedLedger(MemoryLedger):
    """Notes for each entry whether it was handed over by an event loop's own thread."""

    on_the_loop: list[bool]

    def append(self, draft: Draft) -> Future[Receipt]:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            self.on_the_loop.append(False)
        else:
            self.on_the_loop.append(True)
        return super().append(draft)


def test_what_is_much_to_search_is_searched_beside_the_event_loop_and_else_at_once(
    serve: Callable[..., Catalog],
) -> None:
    ledger = WatchedLedger(SiteKeys.generate("ledger.example/tests"))
    ledger.on_the_loop = []
    client = serve(ledger).client
    for size in (0, SEARCHED // 2, 2 * SEARCHED, LARGE):
        for kind in ("START", "COMPLETE"):
            said = event(kind, documentation={"description": "a word and " * (size // 11)})
            assert client.post("/api/v1/lineage", json=said).status_code == 201
    assert ledger.on_the_loop == [True, True, True, True, False, True, False, False]


@pytest.mark.parametrize("media", ["application/json", "application/json; charset=utf-8", "text/plain"])
def test_the_media_type_of_an_event_does_not_matter(catalog: Catalog, media: str) -> None:
    assert catalog.client.post("/api/v1/lineage", content=EVENT, headers={"Content-Type": media}).status_code == 201


def test_the_same_event_again_is_answered_201_with_its_first_place(catalog: Catalog) -> None:
    catalog.event(event())
    catalog.event(event("START"))
    again = catalog.event(event())
    assert (again.status_code, again.json()) == (201, {"index": 0, "duplicate": True})


def test_a_compressed_event_is_taken(catalog: Catalog) -> None:
    answer = catalog.client.post("/api/v1/lineage", content=gzip.compress(EVENT), headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 201


def test_an_event_in_chunks_is_taken(catalog: Catalog) -> None:
    def chunks() -> Iterator[bytes]:
        yield EVENT[:100]
        yield EVENT[100:]

    assert catalog.client.post("/api/v1/lineage", content=chunks()).status_code == 201


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b"", 400, "#"),
        (b"   ", 400, "#"),
        (b"not json", 400, "#"),
        (b"\xff\xfe", 400, "#"),
        (b"[]", 422, "#"),
        (b"{}", 422, "#"),
        (b'{"eventType": "START"}', 422, "#"),
        (b'{"run": {"runId": 7}, "job": {"namespace": "a", "name": "b"}}', 422, "#/run/runId"),
        (b'{"run": {"runId": "r"}, "job": {"namespace": "a", "name": ""}}', 422, "#/job/name"),
        (b'{"run": {"runId": "r"}, "job": []}', 422, "#/job"),
        (b'{"job": {"namespace": "a", "name": "b"}, "inputs": [{"namespace": "n"}]}', 422, "#/inputs/0/name"),
        (b'{"dataset": {"namespace": {}, "name": "b"}}', 422, "#/dataset/namespace"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_the_place(
    catalog: Catalog, body: bytes, status: int, pointer: str
) -> None:
    found = problem(catalog.client.post("/api/v1/lineage", content=body), status)
    assert found["type"] == "urn:lineward:problem:sender"
    assert found["errors"][0]["pointer"] == pointer
    assert catalog.service.ledger.size() == 0


def test_17_megabytes_that_are_no_facets_are_refused(catalog: Catalog) -> None:
    body = b'{"job": {"namespace": "a", "name": "' + b"x" * (17 * 1024 * 1024) + b'"}}'
    problem(catalog.client.post("/api/v1/lineage", content=body), 413)


def large(size: int) -> dict[str, Any]:
    """Return an event with two facets, of which one has about so many bytes."""
    said = event(documentation={"description": "a table"})
    said["run"]["facets"] = {"spark.logicalPlan": {"plan": "a node " * (size // 7)}}
    return said


def test_an_event_over_the_size_limit_is_taken_without_its_largest_facet(catalog: Catalog) -> None:
    said = large(17 * 1024 * 1024)
    answer = catalog.client.post("/api/v1/lineage", json=said)
    assert (answer.status_code, answer.json()) == (201, {"index": 0, "duplicate": False})
    stored = json.loads(catalog.service.ledger.entry(0).body or b"")
    assert stored["event"]["run"]["facets"] == {}
    assert "documentation" in stored["event"]["outputs"][0]["facets"]
    ((code, pointer, size),) = [row for row in stored["flags"] if len(row) == 3]
    assert (code, pointer) == ("facet-left-out", "/run/facets/spark.logicalPlan")
    assert size == len(json.dumps(said["run"]["facets"]["spark.logicalPlan"], separators=(",", ":")).encode())
    assert catalog.client.post("/api/v1/lineage", json=said).json() == {"index": 0, "duplicate": True}


def test_what_was_left_out_is_bound_to_the_entry_as_what_was_kept_is(serve: Callable[..., Catalog]) -> None:
    catalog = serve(max_body_bytes=2_000)
    indexes = [catalog.event(large(3_000 + 7 * more)).json()["index"] for more in (0, 1, 0)]
    assert indexes == [0, 1, 0]


def test_beyond_the_second_limit_an_event_is_answered_413_once_it_was_read(serve: Callable[..., Catalog]) -> None:
    catalog = serve(max_body_bytes=2_000, max_oversize_bytes=20_000)
    read = []

    def chunks() -> Iterator[bytes]:
        for part in range(30):
            read.append(part)
            yield b" " * 1_000
        yield EVENT

    problem(catalog.client.post("/api/v1/lineage", content=chunks()), 413)
    assert len(read) == 30
    assert catalog.event(large(10_000)).status_code == 201


def test_one_large_body_is_taken_at_a_time_and_others_are_asked_to_come_back(serve: Callable[..., Catalog]) -> None:
    catalog = serve(max_body_bytes=2_000)
    with catalog.service.large_bodies.guest() as hold:
        hold(2_001)
        answer = catalog.event(large(3_000))
        problem(answer, 503)
        assert int(answer.headers["retry-after"]) > 0
        assert catalog.event(event()).status_code == 201
    assert catalog.event(large(3_000)).status_code == 201


def test_a_batch_over_the_size_of_an_event_is_taken_event_by_event(serve: Callable[..., Catalog]) -> None:
    catalog = serve(max_body_bytes=2_000)
    sent = [large(3_000), {}, *(event(run=f"0190d2e6-0000-7000-8000-{number:012}") for number in range(5))]
    found = catalog.client.post("/api/v1/lineage/batch", json=sent).json()
    assert [one["index"] for one in found["failed_events"]] == [1]
    assert found["summary"]["successful"] == catalog.service.ledger.size() == 6
    cut = json.dumps(sent).encode()[:-1]
    problem(catalog.client.post("/api/v1/lineage/batch", content=cut), 400)


def test_a_zip_bomb_is_refused_before_it_is_inflated(catalog: Catalog) -> None:
    bomb = gzip.compress(b" " * (256 * 1024 * 1024), compresslevel=9)
    assert len(bomb) < 1024 * 1024
    problem(catalog.client.post("/api/v1/lineage", content=bomb, headers={"Content-Encoding": "gzip"}), 413)


def test_damaged_compression_is_refused(catalog: Catalog) -> None:
    cut = gzip.compress(EVENT)[:-20]
    problem(catalog.client.post("/api/v1/lineage", content=cut, headers={"Content-Encoding": "gzip"}), 400)


def test_an_unknown_encoding_is_refused(catalog: Catalog) -> None:
    problem(catalog.client.post("/api/v1/lineage", content=EVENT, headers={"Content-Encoding": "br"}), 400)


def test_10_000_levels_of_nesting_are_refused(catalog: Catalog) -> None:
    body = b'{"job": {"namespace": "a", "name": "b"}, "deep": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    problem(catalog.client.post("/api/v1/lineage", content=body), 413)


def test_a_batch_says_what_became_of_each_event(catalog: Catalog) -> None:
    answer = catalog.client.post("/api/v1/lineage/batch", json=[event(), {}, event("START")])
    assert answer.status_code == 200
    found = answer.json()
    assert found["status"] == "partial_success"
    assert found["summary"] == {
        "received": 3,
        "successful": 2,
        "duplicates": 0,
        "failed": 1,
        "retriable": 0,
        "non_retriable": 1,
    }
    assert [(one["index"], one["retriable"]) for one in found["failed_events"]] == [(1, False)]


def test_a_batch_of_good_events_is_a_success(catalog: Catalog) -> None:
    found = catalog.client.post("/api/v1/lineage/batch", json=[event("START"), event(), event()]).json()
    assert found == {
        "status": "success",
        "summary": {
            "received": 3,
            "successful": 3,
            "duplicates": 1,
            "failed": 0,
            "retriable": 0,
            "non_retriable": 0,
        },
        "failed_events": [],
    }


def test_a_long_batch_is_answered_in_its_order(catalog: Catalog) -> None:
    sent = [event(run=f"0190d2e6-0000-7000-8000-{number:012}") if number % 7 else {} for number in range(200)]
    found = catalog.client.post("/api/v1/lineage/batch", json=sent).json()
    assert [one["index"] for one in found["failed_events"]] == list(range(0, 200, 7))
    assert found["summary"]["successful"] == catalog.service.ledger.size() == 171


class OneByOne(MemoryLedger):
    """A ledger that takes nothing together, so that each record meets what `append` makes of it."""

    def append_all(self, drafts: Sequence[Draft]) -> Future[Sequence[Receipt]]:  # noqa: ARG002  it takes none
        raise MalformedEntryError("not these together")


class PickyLedger(OneByOne):
    """A ledger that has a defect with one record."""

    def append(self, draft: Draft) -> Future[Receipt]:
        if b"picked" in draft.body:
            raise ZeroDivisionError("a secret value")
        return super().append(draft)


def test_an_event_that_the_ledger_refuses_does_not_take_those_beside_it_along(serve: Callable[..., Catalog]) -> None:
    catalog = serve(PickyLedger(SiteKeys.generate("ledger.example/tests")))
    sent = [event(run=name) for name in ("first", "picked", "last")]
    found = catalog.client.post("/api/v1/lineage/batch", json=sent).json()
    assert [one["index"] for one in found["failed_events"]] == [1]
    assert found["summary"]["successful"] == catalog.service.ledger.size() == 2


def test_a_batch_is_an_array(catalog: Catalog) -> None:
    problem(catalog.client.post("/api/v1/lineage/batch", json=event()), 400)


def test_a_batch_that_is_too_long_is_refused(serve: Callable[..., Catalog]) -> None:
    problem(serve(max_batch_events=2).client.post("/api/v1/lineage/batch", json=[{}, {}, {}]), 413)


def test_another_method_is_refused_and_told_which_are_taken(catalog: Catalog) -> None:
    problem(catalog.client.get("/graphql/nothing"), 404)
    for path in ("/api/v1/lineage", "/any/api/v1/lineage/", "/api/v1/lineage/batch", "/api/v1/records"):
        answer = catalog.client.get(path)
        problem(answer, 405)
        assert answer.headers["allow"] == "POST"
    answer = catalog.client.put("/graphql")
    problem(answer, 405)
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"", 422, "The body: "),
        (b"[" * 9000, 400, "send it as JSON"),
        (b"\xff", 400, "send it as JSON"),
        (b"{}", 422, "nonce: "),
    ],
)
def test_a_body_that_no_model_takes_is_refused_in_a_sentence(
    catalog: Catalog, body: bytes, status: int, says: str
) -> None:
    sent = catalog.client.post("/api/v1/presence", content=body, headers={"Content-Type": "application/json"})
    assert says in problem(sent, status)["detail"]


def test_a_large_body_is_taken_where_events_and_records_are_and_nowhere_else(catalog: Catalog) -> None:
    large = b" " * 300_000 + EVENT
    assert catalog.client.post("/api/v1/lineage", content=large).status_code == 201
    for path in ("/graphql", "/api/v1/presence"):
        answer = catalog.client.post(path, content=large, headers={"Content-Type": "application/json"})
        assert "at most 262144 bytes" in problem(answer, 413)["detail"]
    assert "lineward_masked_errors_total 0.0" in catalog.client.get("/metrics").text


def test_a_record_is_answered_with_its_receipt(catalog: Catalog) -> None:
    answer = catalog.record(declaration())
    assert answer.status_code == 201
    found = answer.json()
    assert found["index"] == 0
    assert found["kind"] == "declare_dataset"
    assert found["subjects"][0].startswith("Dataset:")
    assert found["duplicate"] is False
    assert found["recordedAt"].endswith("Z")
    assert catalog.service.ledger.entry(0).leaf.hex() == found["leaf"]


@pytest.mark.parametrize(
    ("payload", "pointer"),
    [
        ({"kind": "unknown"}, "#/kind"),
        ({}, "#/kind"),
        (declaration(zone="NOWHERE"), "#/zone"),
        (declaration(retention={"policy_class": "RESEARCH", "period_days": "many"}), "#/retention/period_days"),
        ({"kind": "issue_key", "key_id": "aaaaaaaaaa", "principal": "somebody"}, "#/kind"),
    ],
)
def test_a_record_that_is_wrong_is_refused_with_the_place(
    catalog: Catalog, payload: dict[str, Any], pointer: str
) -> None:
    assert problem(catalog.record(payload), 422)["errors"][0]["pointer"] == pointer


def test_a_record_that_names_an_unknown_subject_is_refused(catalog: Catalog) -> None:
    payload = {
        "kind": "request_approval",
        "subject": {"dataset": {"namespace": "n", "name": "never seen"}},
        "approval_kind": "IRB",
        "use_case": "study",
        "reason": "asked",
    }
    found = problem(catalog.record(payload), 422)
    assert "unknown" in found["detail"]


def test_a_record_in_a_form_is_refused(catalog: Catalog) -> None:
    answer = catalog.client.post(
        "/api/v1/records", content=json.dumps(declaration()), headers={"Content-Type": "text/plain"}
    )
    problem(answer, 400)


class FullLedger(MemoryLedger):
    """A ledger whose disk is full from the start."""

    def append(self, draft: Draft) -> Future[Receipt]:  # noqa: ARG002  every draft meets the same
        raise OperatorError("The disk is full.", action="Make room.", retry_after=7)

    def append_all(self, drafts: Sequence[Draft]) -> Future[Sequence[Receipt]]:  # noqa: ARG002
        future: Future[Sequence[Receipt]] = Future()
        future.set_exception(OperatorError("The disk is full.", action="Make room.", retry_after=7))
        return future


def test_a_full_disk_is_answered_503_with_a_time_to_come_back(serve: Callable[..., Catalog]) -> None:
    catalog = serve(FullLedger(SiteKeys.generate("ledger.example/tests")))
    answer = catalog.event(event())
    found = problem(answer, 503)
    assert answer.headers["retry-after"] == "7"
    assert found["type"] == "urn:lineward:problem:operator"
    several = catalog.client.post("/api/v1/lineage/batch", json=[event(), event("START")])
    problem(several, 503)
    assert several.headers["retry-after"] == "7"
    behind_a_wrong_one = catalog.client.post("/api/v1/lineage/batch", json=[{}, event()]).json()
    assert [one["retriable"] for one in behind_a_wrong_one["failed_events"]] == [False, True]


class BrokenLedger(OneByOne):
    """A ledger with a defect of ours."""

    def append(self, draft: Draft) -> Future[Receipt]:  # noqa: ARG002  every draft meets the same
        raise ZeroDivisionError("a secret value")


def test_a_defect_is_masked_and_counted(serve: Callable[..., Catalog]) -> None:
    catalog = serve(BrokenLedger(SiteKeys.generate("ledger.example/tests")))
    answer = catalog.event(event(), **{"X-Correlation-ID": "made-up-1"})
    found = problem(answer, 500)
    assert "secret" not in answer.text
    assert found["correlationId"] == answer.headers["x-correlation-id"]
    assert "lineward_masked_errors_total 1.0" in catalog.client.get("/metrics").text


def test_every_answer_carries_a_correlation_id(catalog: Catalog) -> None:
    given = {catalog.client.get("/health/live").headers["x-correlation-id"] for _ in range(3)}
    assert len(given) == 3
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in given)


def test_a_correlation_id_that_was_sent_is_answered_by_the_same_id_each_time_and_never_by_itself(
    catalog: Catalog,
) -> None:
    for sent in ("abc.DEF-1", "MRN-48213977", "018f4a3e-0000-7000-8000-000048213977", "a b\tc<script>", "x" * 2_000):
        first, second = (
            catalog.client.get("/health/live", headers={"X-Correlation-ID": sent}).headers["x-correlation-id"]
            for _ in range(2)
        )
        assert first == second
        assert re.fullmatch("[0-9a-f]{16}", first)
    assert (
        len({catalog.client.get("/", headers={"X-Correlation-ID": each}).headers["x-correlation-id"] for each in "ab"})
        == 2
    )


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080"])
def test_a_loopback_server_does_not_go_by_another_name(catalog: Catalog, host: str) -> None:
    problem(catalog.client.get("/health/live", headers={"Host": host}), 421)


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1", "[::1]:8080", "LOCALHOST"])
def test_a_loopback_server_goes_by_loopback_names(catalog: Catalog, host: str) -> None:
    assert catalog.client.get("/health/live", headers={"Host": host}).status_code == 200


def test_a_server_goes_by_the_names_it_was_given(serve: Callable[..., Catalog]) -> None:
    catalog = serve(allowed_hosts=("catalog.example",))
    assert catalog.client.get("/health/live", headers={"Host": "catalog.example:80"}).status_code == 200
    problem(catalog.client.get("/health/live", headers={"Host": "other.example"}), 421)


def test_a_page_of_another_site_is_refused(catalog: Catalog) -> None:
    problem(catalog.event(event(), Origin="https://evil.example"), 403)
    assert catalog.event(event(), Origin="http://127.0.0.1:8080").status_code == 201


def test_openapi_describes_every_route(catalog: Catalog) -> None:
    paths = catalog.client.get("/openapi.json").json()["paths"]
    assert {"/api/v1/lineage", "/api/v1/lineage/batch", "/api/v1/records", "/graphql", "/health/ready"} <= paths.keys()
