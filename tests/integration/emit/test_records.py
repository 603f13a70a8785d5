from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ingest_hooks import emit
from ingest_hooks.emit import Code, Dataset, Job, Manifest, ManifestFile, RecordError, RecordsClient
from ingest_hooks.emit.sessions import session_to
from tests.support.capture_server import Answer, CaptureServer, capture_server

STAYS = Dataset("lake", "stays")
ONE = ManifestFile("a", 1, "sha256:" + "1" * 64)
OTHER = ManifestFile("a", 1, "sha256:" + "2" * 64)
MORE = ManifestFile("b", 1, "sha256:" + "3" * 64)


@pytest.fixture
def server() -> Iterator[CaptureServer]:
    with capture_server() as running:
        yield running


@pytest.fixture
def records(server: CaptureServer) -> Iterator[RecordsClient]:
    with RecordsClient(server.url + "/", "key-of-the-steward") as client:
        yield client


def test_a_record_is_posted_as_its_kind_and_fields_under_the_key_of_its_principal(
    server: CaptureServer, records: RecordsClient
) -> None:
    receipt = records.tag(STAYS, phi_kind="DIRECT_IDENTIFIER", column="mrn", codes=[Code("s", "H")], reason="It is one")
    assert server.records == [
        {
            "kind": "tag",
            "dataset": {"namespace": "lake", "name": "stays"},
            "column": "mrn",
            "phi_kind": "DIRECT_IDENTIFIER",
            "codes": [{"system": "s", "code": "H"}],
            "stance": "ASSERT",
            "reason": "It is one",
        }
    ]
    assert server.requests[0].authorization == "Bearer key-of-the-steward"
    assert (receipt.index, receipt.kind, receipt.duplicate) == (1, "tag", False)


def test_a_seal_carries_the_manifest_that_its_digest_is_of(server: CaptureServer, records: RecordsClient) -> None:
    sealed = Manifest((ONE, MORE))
    records.seal_snapshot(STAYS, sealed, role="EVALUATION", locked=True, foreign=[("lakefs", "c0ffee")])
    body = server.records[0]
    assert body["digest"] == sealed.digest
    assert body["manifest"] == [
        {"path": "a", "size": 1, "digest": ONE.digest},
        {"path": "b", "size": 1, "digest": MORE.digest},
    ]
    assert body["foreign"] == [{"system": "lakefs", "id": "c0ffee"}]
    assert body["locked"] is True
    assert "run_id" not in body


def test_a_seal_says_how_much_of_which_days_it_holds(server: CaptureServer, records: RecordsClient) -> None:
    days = date(2025, 1, 1), datetime(2025, 12, 31, 23, 59, tzinfo=UTC)
    records.seal_snapshot(STAYS, Manifest((ONE,)), role="OTHER", locked=False, rows=0, persons=12, period=days)
    records.seal_snapshot(STAYS, Manifest((ONE,)), role="OTHER", locked=False)
    full, bare = server.records
    assert (full["rows"], full["persons"], full["period"]) == (0, 12, {"start": "2025-01-01", "end": "2025-12-31"})
    assert not {"rows", "persons", "period"} & bare.keys()


@pytest.mark.parametrize(
    ("found", "result", "differing"),
    [
        (Manifest((ONE, MORE)), "OK", []),
        (Manifest((OTHER, MORE)), "MISMATCH", ["a"]),
        (Manifest((ONE,)), "MISMATCH", ["b"]),
        (Manifest(()), "MISSING", ["a", "b"]),
        (None, "MISSING", ["a", "b"]),
    ],
)
def test_a_verification_says_which_files_differ(
    server: CaptureServer, records: RecordsClient, found: Manifest | None, result: str, differing: list[str]
) -> None:
    records.verify_snapshot(STAYS, Manifest((ONE, MORE)), found)
    assert (server.records[0]["result"], server.records[0]["differing"]) == (result, differing)


def test_an_empty_snapshot_that_is_still_empty_is_verified(server: CaptureServer, records: RecordsClient) -> None:
    records.verify_snapshot(STAYS, Manifest(()), Manifest(()))
    assert server.records[0]["result"] == "OK"


def test_what_nobody_knows_of_the_code_is_left_out(server: CaptureServer, records: RecordsClient) -> None:
    made = emit.ModelVersion(
        Dataset("models", "m"), "1", (), (), emit.CodeRevision("unknown", "unknown", None),
        emit.EnvironmentFingerprint("sha256:" + "0" * 64, "an environment"), "sha256:" + "0" * 64,
    )  # fmt: skip
    records.register_model_version(made, run_id="01890000-0000-7000-8000-000000000000", job=Job("n", "train"))
    assert server.records[0]["code"] == {"repository": "unknown", "revision": "unknown"}


@pytest.mark.parametrize(
    "problem",
    [
        {"title": "Unprocessable", "detail": "no such dataset", "pointer": "/dataset/name"},
        {"title": "Unprocessable", "errors": [{"detail": "no such dataset", "pointer": "#/dataset/name"}]},
    ],
)
def test_a_refused_record_says_what_is_wrong_and_where(
    server: CaptureServer, records: RecordsClient, problem: dict[str, object]
) -> None:
    server.answer = lambda _: Answer(422, problem)
    with pytest.raises(RecordError, match=r"tag .*422 at /dataset/name.*no such dataset") as refused:
        records.tag(STAYS, phi_kind="DIRECT_IDENTIFIER", reason="It is one")
    assert (refused.value.status, refused.value.pointer) == (422, "/dataset/name")
    assert len(server.requests) == 1


def test_a_catalog_that_is_busy_is_asked_again_with_the_same_record(
    server: CaptureServer, records: RecordsClient
) -> None:
    busy = iter([Answer(503, headers={"Retry-After": "0"}), Answer(503)])
    server.answer = lambda _: next(busy, None)
    assert records.tag(STAYS, phi_kind="DIRECT_IDENTIFIER", reason="It is one").index == 1
    assert len({request.body for request in server.requests}) == 1
    assert len(server.requests) == 3


@pytest.mark.parametrize("answer", [Answer(201, ["no receipt"]), Answer(201, {"index": 1}), Answer(200)])
def test_an_answer_that_is_no_receipt_is_not_taken_for_one(
    server: CaptureServer, records: RecordsClient, answer: Answer
) -> None:
    server.answer = lambda _: answer
    with pytest.raises(RecordError):
        records.tag(STAYS, phi_kind="DIRECT_IDENTIFIER", reason="It is one")


def test_a_redirect_does_not_carry_the_key_elsewhere(server: CaptureServer, records: RecordsClient) -> None:
    server.answer = lambda _: Answer(307, headers={"Location": server.url + "/elsewhere"})
    with pytest.raises(RecordError, match="307"):
        records.tag(STAYS, phi_kind="DIRECT_IDENTIFIER", reason="It is one")
    assert [request.path for request in server.requests] == ["/api/v1/records"]


def test_a_catalog_that_stays_busy_is_quoted(server: CaptureServer) -> None:
    server.answer = lambda _: Answer(503, {"detail": "The disk is full"}, {"Retry-After": "0"})
    with (
        RecordsClient(server.url, retries=1) as client,
        pytest.raises(RecordError, match=r"503.*The disk is full"),
    ):
        client.tag(STAYS, phi_kind="DIRECT_IDENTIFIER", reason="It is one")
    assert len(server.requests) == 2


def test_a_catalog_that_is_not_there_is_said_to_be() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with (
            RecordsClient(f"http://127.0.0.1:{taken.getsockname()[1]}", retries=0) as client,
            pytest.raises(RecordError, match="cannot be reached") as unreachable,
        ):
            client.tag(STAYS, phi_kind="DIRECT_IDENTIFIER", reason="It is one")
    assert unreachable.value.status is None


def test_a_netrc_beside_the_pipeline_signs_nothing(
    server: CaptureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for key in ("key-1", None):
        with RecordsClient(server.url, key) as client:
            client.tag(STAYS, phi_kind="DIRECT_IDENTIFIER", reason="It is one")
    assert [request.authorization for request in server.requests] == ["Bearer key-1", None]


def test_what_is_meant_for_this_machine_is_handed_to_no_proxy(
    server: CaptureServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for url in (server.url, server.url.replace("127.0.0.1", "localhost")):
        with RecordsClient(url) as client:
            client.tag(STAYS, phi_kind="DIRECT_IDENTIFIER", reason="It is one")
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("url", "trusts"),
    [
        ("http://127.0.0.1:1", False),
        ("http://[::1]:1", False),
        ("http://localhost", False),
        ("https://catalog.example", True),
        ("https://127.0.0.1.example", True),
    ],
)
def test_only_loopback_is_spared_the_machines_settings(url: str, *, trusts: bool) -> None:
    assert session_to(url).trust_env is trusts
