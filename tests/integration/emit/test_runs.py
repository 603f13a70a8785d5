from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.transport.http import HttpConfig, HttpTransport

from ingest_hooks import emit
from ingest_hooks.emit import Column, Dataset, Flow, Job
from tests.support.capture_server import Answer, CaptureServer, capture_server
from tests.support.openlineage_spec import problems

JOB = Job("clinic", "deidentify_observations", "Drops what names a person")
RAW = Dataset("lake", "landing/observations", columns=(Column("mrn", "string"), Column("value", "double")))
CLEAN = Dataset("lake", "curated/observations")
CODE = emit.CodeRevision("https://git.example/clinic", "4f1c", clean=True)


@pytest.fixture
def server() -> Iterator[CaptureServer]:
    with capture_server() as running:
        yield running


@pytest.fixture
def client(server: CaptureServer) -> Iterator[OpenLineageClient]:
    transport = HttpTransport(HttpConfig.from_dict({"url": server.url, "retry": {"total": 2, "backoff_factor": 0}}))
    client = OpenLineageClient(transport=transport)
    yield client
    client.close()


def states(server: CaptureServer) -> list[str]:
    return [event["eventType"] for event in server.events]


def test_a_run_that_ends_well_is_a_start_and_a_complete(server: CaptureServer, client: OpenLineageClient) -> None:
    with emit.run(JOB, client=client, code=CODE) as run:
        run.read(RAW, snapshot="sha256:" + "a" * 64, rows=3)
    start, complete = server.events
    assert (start["eventType"], complete["eventType"]) == ("START", "COMPLETE")
    assert start["run"]["runId"] == complete["run"]["runId"] == run.run_id
    assert complete["job"]["namespace"] == "clinic"
    assert complete["inputs"][0]["facets"]["version"]["datasetVersion"] == "sha256:" + "a" * 64
    assert complete["inputs"][0]["inputFacets"]["inputStatistics"]["rowCount"] == 3


def test_a_start_says_nothing_of_inputs_that_are_not_known_and_a_complete_says_that_there_were_none(
    server: CaptureServer, client: OpenLineageClient
) -> None:
    with emit.run(JOB, client=client, code=CODE):
        pass
    start, complete = server.events
    assert "inputs" not in start
    assert "outputs" not in start
    assert complete["inputs"] == []
    assert complete["outputs"] == []


def test_a_failed_run_tells_the_exceptions_type_and_nothing_of_its_values(
    server: CaptureServer, client: OpenLineageClient
) -> None:
    with pytest.raises(ValueError, match="MRN-77"), emit.run(JOB, client=client, code=CODE):
        raise ValueError("bad row: MRN-77 Testperson Alpha")
    assert states(server) == ["START", "FAIL"]
    assert server.events[1]["run"]["facets"]["errorMessage"]["message"] == "ValueError"
    assert "stackTrace" not in server.events[1]["run"]["facets"]["errorMessage"]
    assert all(b"MRN-77" not in request.body for request in server.requests)


@pytest.mark.parametrize("leaving", [KeyboardInterrupt, SystemExit])
def test_a_run_that_is_interrupted_is_aborted(
    server: CaptureServer, client: OpenLineageClient, leaving: type[BaseException]
) -> None:
    with pytest.raises(leaving), emit.run(JOB, client=client, code=CODE):
        raise leaving
    assert states(server) == ["START", "ABORT"]
    assert "errorMessage" not in server.events[1]["run"]["facets"]


def test_what_a_failed_run_wrote_until_then_is_told(
    server: CaptureServer, client: OpenLineageClient, tmp_path: Path
) -> None:
    (tmp_path / "part-0").write_text("1")

    def fail_after_writing() -> None:
        with emit.run(JOB, client=client, code=CODE) as run:
            run.write(CLEAN, files=tmp_path)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_writing()
    assert server.events[1]["outputs"][0]["name"] == "curated/observations"


def test_an_output_carries_its_snapshot_schema_lineage_and_counts(
    server: CaptureServer, client: OpenLineageClient, tmp_path: Path
) -> None:
    (tmp_path / "part-0").write_text("1")
    with emit.run(JOB, client=client, code=CODE, outputs=[CLEAN]) as run:
        run.write(
            CLEAN,
            files=tmp_path,
            columns=[Column("person_key", "string")],
            column_lineage={"person_key": [Flow(RAW, "mrn", subtype="TRANSFORMATION", masking=True)]},
            depends_on=[Flow(RAW, "value", "INDIRECT", "FILTER")],
            mode="OVERWRITE",
            rows=1,
        )
    output = server.events[1]["outputs"][0]
    digest = emit.manifest(tmp_path).digest
    assert output["facets"]["version"]["datasetVersion"] == digest
    assert output["facets"]["lineward_snapshot"]["digest"] == digest
    assert output["facets"]["schema"]["fields"] == [{"name": "person_key", "type": "string", "ordinal_position": 1}]
    lineage = output["facets"]["columnLineage"]
    assert lineage["fields"]["person_key"]["inputFields"][0]["transformations"] == [
        {"type": "DIRECT", "subtype": "TRANSFORMATION", "masking": True}
    ]
    assert "masking" not in lineage["dataset"][0]["transformations"][0]
    assert output["facets"]["lifecycleStateChange"]["lifecycleStateChange"] == "OVERWRITE"
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == 1
    assert output["outputFacets"]["outputStatistics"]["fileCount"] == 1
    assert len(server.events[1]["outputs"]) == 1


def test_a_retried_run_has_an_id_of_its_own_below_the_same_parent(
    server: CaptureServer, client: OpenLineageClient
) -> None:
    day = datetime(2026, 1, 1, tzinfo=UTC)
    with emit.run(Job("clinic", "nightly"), client=client, code=CODE) as nightly:
        for _ in range(2):
            attempt = emit.run(JOB, client=client, code=CODE, parent=nightly, nominal_time=(day, None))
            with attempt, emit.run(Job("clinic", "inner"), client=client, code=CODE, parent=attempt):
                pass
    attempts = {e["run"]["runId"]: e["run"]["facets"] for e in server.events if e["job"]["name"] == JOB.name}
    assert len(attempts) == 2
    assert {facets["parent"]["run"]["runId"] for facets in attempts.values()} == {nightly.run_id}
    assert {facets["nominalTime"]["nominalStartTime"] for facets in attempts.values()} == {day.isoformat()}
    inner = [e["run"]["facets"]["parent"] for e in server.events if e["job"]["name"] == "inner"]
    assert {parent["root"]["run"]["runId"] for parent in inner} == {nightly.run_id}
    assert {parent["run"]["runId"] for parent in inner} == set(attempts)


def test_an_event_that_is_answered_503_is_sent_again_unchanged(
    server: CaptureServer, client: OpenLineageClient
) -> None:
    busy = iter([Answer(503)])
    server.answer = lambda _: next(busy, None)
    with emit.run(JOB, client=client, code=CODE, strict=True):
        pass
    assert states(server) == ["START", "START", "COMPLETE"]
    assert server.requests[0].body == server.requests[1].body


def test_a_catalog_that_refuses_everything_does_not_break_the_pipeline(
    server: CaptureServer, client: OpenLineageClient, caplog: pytest.LogCaptureFixture
) -> None:
    server.answer = lambda _: Answer(403)
    done = []
    with emit.run(JOB, client=client, code=CODE):
        done.append("the work")
    assert done == ["the work"]
    assert "was not delivered: HTTPError" in caplog.text


def test_a_strict_run_does_not_begin_where_it_cannot_be_told(server: CaptureServer, client: OpenLineageClient) -> None:
    server.answer = lambda _: Answer(403)
    with pytest.raises(emit.EmissionError, match="START"), emit.run(JOB, client=client, code=CODE, strict=True):
        pytest.fail("the body must not run")


def test_a_strict_run_still_shows_the_pipelines_own_failure(server: CaptureServer, client: OpenLineageClient) -> None:
    server.answer = lambda _: Answer(201) if len(server.requests) == 1 else Answer(403)
    with pytest.raises(ZeroDivisionError), emit.run(JOB, client=client, code=CODE, strict=True):
        raise ZeroDivisionError


def test_without_a_client_the_standard_configuration_decides(
    server: CaptureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "openlineage.yml").write_text(
        f"transport: {{type: http, url: '{server.url}', compression: gzip, auth: {{type: api_key, apiKey: k-1}}}}"
    )
    with emit.run(JOB):
        pass
    assert states(server) == ["START", "COMPLETE"]
    assert {request.authorization for request in server.requests} == {"Bearer k-1"}
    assert {request.encoding for request in server.requests} == {"gzip"}


def test_an_unusable_configuration_does_not_break_the_pipeline(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "openlineage.yml").write_text("transport: {type: nothing.we.know}")
    with emit.run(JOB, code=CODE):
        pass
    assert caplog.text.count("was not delivered") == 2


def test_a_clock_that_is_set_back_does_not_end_a_run_before_it_began(
    server: CaptureServer, client: OpenLineageClient
) -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    times = iter([first, first - timedelta(hours=1)])
    with emit.run(JOB, client=client, code=CODE, clock=lambda: next(times)):
        pass
    assert [event["eventTime"] for event in server.events] == ["2026-01-01T00:00:00.000000Z"] * 2


def test_a_run_names_its_code_and_its_environment(server: CaptureServer, client: OpenLineageClient) -> None:
    with emit.run(JOB, client=client, code=CODE):
        pass
    event = server.events[0]
    assert event["run"]["facets"]["lineward_codeRevision"]["clean"] is True
    assert event["run"]["facets"]["lineward_environment"]["digest"] == emit.environment_fingerprint().digest
    assert event["job"]["facets"]["sourceCodeLocation"]["version"] == "4f1c"


def test_code_that_nobody_knows_is_not_named(server: CaptureServer, client: OpenLineageClient) -> None:
    with emit.run(JOB, client=client, code=emit.CodeRevision("unknown", "unknown", None)):
        pass
    assert "lineward_codeRevision" not in server.events[0]["run"]["facets"]
    assert "sourceCodeLocation" not in server.events[0]["job"]["facets"]


def test_every_kind_of_event_is_valid_against_the_schemas_that_it_and_its_facets_name(
    server: CaptureServer, client: OpenLineageClient, tmp_path: Path
) -> None:
    described = Dataset(
        "lake",
        "landing/observations",
        "What came in",
        "FILE",
        (Column("mrn", "string", "The record number"),),
        emit.DataSource("EHR", "https://ehr.sampletown.example"),
        emit.Storage("file", "json"),
        "group:clinic",
        (emit.Tag("sensitivity", "high"), emit.Tag("pii", "true", "mrn")),
        (emit.PhiTag("DIRECT_IDENTIFIER", "mrn", (emit.Code("urn:x", "H"),), "R"),),
    )
    model = emit.ModelVersion(
        Dataset("models", "m"),
        "1",
        (emit.SnapshotRef(CLEAN, "sha256:" + "a" * 64),),
        (),
        CODE,
        emit.environment_fingerprint(),
        "sha256:" + "b" * 64,
        (emit.Metric("auroc", 0.5, "evaluation"),),
    )
    day = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))

    def read_and_write_everything(failure: BaseException | None) -> None:
        parent = emit.ParentRun(Job("clinic", "nightly"), "01890000-0000-7000-8000-000000000000")
        with emit.run(JOB, client=client, code=CODE, parent=parent, nominal_time=day, inputs=[RAW]) as run:
            run.read(described, snapshot=emit.manifest(tmp_path), rows=0)
            run.write(described, files=tmp_path, column_lineage={"mrn": [Flow(RAW, "mrn")]}, mode="CREATE", rows=0)
            run.write_model(model)
            run.read_model(model.model, "0")
            run.claim_deidentification(emit.LinewardDeidentificationRunFacet("NONE", "RAW"))
            if failure is not None:
                raise failure

    read_and_write_everything(None)
    for failure in (ValueError("1"), KeyboardInterrupt()):
        with pytest.raises(type(failure)):
            read_and_write_everything(failure)
    assert set(states(server)) == {"START", "COMPLETE", "FAIL", "ABORT"}
    assert [problems(event) for event in server.events] == [[]] * 6
