"""What an operator sees: health, metrics, logs, the ledger's routes, reports."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from catalog.access.keys import local_actor
from catalog.errors import OperatorError
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.note import VerifierKey
from catalog.ledger.proof import ProofFile
from catalog.ledger.protocol import StoredEntry
from catalog.ledger.sqlite import SqliteLedger
from catalog.store.deadline import Deadline
from catalog.store.memory import MemoryStore
from catalog.store.protocol import StoreReader
from graph_schema.nodes import Dataset, ModelVersion
from reports.kinds import REPORTS, Report
from reports.verify import verify
from tests.support.records import CURATED, DIGEST, declaration, event, registration, seal

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog


def test_health_shows_each_part(catalog: Catalog) -> None:
    catalog.event(event())
    catalog.caught_up()
    catalog.client.get("/api/v1/ledger/checkpoint")
    answer = catalog.client.get("/health/ready")
    assert answer.status_code == 200
    found = answer.json()
    assert found["state"] == "ready"
    assert found["ledger"]["size"] == 1
    assert found["projection"]["behind"] == 0
    assert found["checkpoint"]["size"] == 1
    assert found["checkpoint"]["age_seconds"] >= 0


class LostStore(MemoryStore):
    """A store that can be taken away."""

    gone = False

    def _check(self) -> None:
        if self.gone:
            raise OperatorError("The graph at bolt://graph.example does not answer.", action="Start it.", retry_after=5)

    def checkpoint(self) -> int:
        self._check()
        return super().checkpoint()

    def apply(self, *arguments: object, **more: object) -> None:
        self._check()
        super().apply(*arguments, **more)  # type: ignore[arg-type]  # passed on as they came

    @contextmanager
    def reading(self, deadline: Deadline | None = None) -> Iterator[StoreReader]:
        self._check()
        with super().reading(deadline) as reader:
            yield reader


def test_a_lost_graph_turns_health_red_and_events_are_still_taken(serve: Callable[..., Catalog]) -> None:
    store = LostStore()
    catalog = serve(store=store)
    catalog.event(event("START"))
    catalog.caught_up()
    store.gone = True
    assert catalog.event(event()).status_code == 201
    health = catalog.client.get("/health/ready")
    assert health.status_code == 503
    assert health.json()["store"]["state"] == "red"
    assert health.json()["ledger"]["state"] == "green"
    answer = catalog.client.post("/graphql", json={"query": "{ search { totalCount } }"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    store.gone = False
    catalog.caught_up()
    assert catalog.client.get("/health/ready").status_code == 200


def test_a_graph_too_far_behind_turns_health_red(serve: Callable[..., Catalog]) -> None:
    catalog = serve(ready_lag=0)
    catalog.service.projection.stop()
    catalog.event(event())
    found = catalog.client.get("/health/ready").json()
    assert found["projection"]["state"] == "red"
    assert found["projection"]["behind"] == 1


def flip(path: Path, content: bytes) -> None:
    """Flip one bit of what the file holds, where it stands."""
    raw = bytearray(path.read_bytes())
    at = raw.index(content)
    raw[at] ^= 1
    path.write_bytes(raw)


def test_a_flipped_bit_in_the_ledger_turns_health_red(serve: Callable[..., Catalog], tmp_path: Path) -> None:
    file = tmp_path / "flip" / "ledger.db"
    ledger = SqliteLedger.open(file, tmp_path / "flip" / "keys", "ledger.example/tests")
    serve_event(ledger, "START")
    drafted = serve_event(ledger, "COMPLETE")
    ledger.checkpoint()
    ledger.close()
    flip(file, drafted.entry_bytes[:40])
    reopened = SqliteLedger.open_to_read(file, tmp_path / "flip" / "keys", "ledger.example/tests")
    try:
        catalog = serve(reopened, checkpoint_seconds=3600)
        catalog.service.projection.wait_for(1, 1)
        health = catalog.client.get("/health/ready")
        assert health.status_code == 503
        assert health.json()["ledger"]["state"] == "red"
        assert "not" in health.json()["projection"]["reason"]
        entry = catalog.client.get("/api/v1/ledger/entries/1")
        assert entry.status_code == 503
        assert entry.json()["type"] == "urn:lineward:problem:evidence"
    finally:
        reopened.close()


def serve_event(ledger: SqliteLedger, kind: str) -> StoredEntry:
    from catalog.ledger.protocol import Draft  # noqa: PLC0415  used here alone

    body = json.dumps({"event": event(kind), "flags": [], "redactions": [], "subjects": []}).encode()
    index = ledger.append(Draft("openlineage.run_event", "local", "tests", ("Run:x",), body, body)).result().index
    return ledger.entry(index)


def test_metrics_count_without_naming_anything_sent(catalog: Catalog) -> None:
    catalog.event(event())
    catalog.event(event())
    catalog.client.get("/somewhere/visits")
    catalog.caught_up()
    text = catalog.client.get("/metrics").text
    assert 'lineward_received_total{kind="event",outcome="taken"} 1.0' in text
    assert 'lineward_received_total{kind="event",outcome="duplicate"} 1.0' in text
    assert "lineward_ledger_size 1.0" in text
    assert "lineward_projection_behind 0.0" in text
    assert "visits" not in text


def test_logs_are_json_with_a_correlation_id_and_without_what_was_sent(catalog: Catalog, lines: io.StringIO) -> None:
    answer = catalog.event(event(), **{"X-Correlation-ID": "made-up-9"})
    catalog.client.get("/health/live?patient=12345")
    query = 'query($of: ID!) { node(id: $of) { id } search(text: "patient-12345", after: "zz") { totalCount } }'
    catalog.ask(query, of="Dataset:patient-12345")
    written = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert any(
        line.get("correlation_id") == answer.headers["x-correlation-id"] and line["route"] == "/api/v1/lineage"
        for line in written
    )
    assert "12345" not in lines.getvalue()
    assert "visits" not in lines.getvalue()


def test_an_entry_and_its_proof_verify_offline(catalog: Catalog) -> None:
    catalog.event(event("START"))
    catalog.event(event())
    keys = [VerifierKey.parse(line) for line in catalog.client.get("/api/v1/ledger/keys").text.splitlines()]
    entry = catalog.client.get("/api/v1/ledger/entries/1").json()
    proof = ProofFile.parse(catalog.client.get("/api/v1/ledger/entries/1/proof").text)
    proof.verify(entry["entry"].encode(), "ledger.example/tests", keys)
    SignedCheckpoint.open(catalog.client.get("/api/v1/ledger/checkpoint").text, "ledger.example/tests", keys)


def test_what_the_ledger_does_not_hold_is_not_found(catalog: Catalog) -> None:
    for path in ("entries/7", "entries/7/proof", "consistency?old=5&new=9"):
        assert catalog.client.get(f"/api/v1/ledger/{path}").status_code == 404, path
    assert catalog.client.get("/api/v1/ledger/entries/x").status_code == 422
    assert catalog.client.get("/api/v1/ledger/entries?start=3").json() == {"size": 0, "entries": []}


def test_one_tree_is_shown_to_be_the_beginning_of_another(catalog: Catalog) -> None:
    for kind in ("START", "RUNNING", "COMPLETE"):
        catalog.event(event(kind))
    found = catalog.client.get("/api/v1/ledger/consistency?old=2").json()
    assert (found["old"], found["new"]) == (2, 3)
    assert found["newRoot"] == catalog.service.ledger.root().hex()


@pytest.fixture
def registered(catalog: Catalog) -> Catalog:
    catalog.event(event("START", "2026-01-01T09:00:00Z"))
    catalog.event(event(version={"datasetVersion": DIGEST}))
    for payload in (declaration(), seal(), registration()):
        assert catalog.record(payload).status_code == 201
        catalog.caught_up()
    return catalog


VERSION = ModelVersion("models", "readmission", "1").id
CURATED_ID = Dataset(CURATED["namespace"], CURATED["name"]).id
DOSSIER = f"/api/v1/reports/model-dossier/{VERSION}"


@pytest.mark.parametrize(
    ("form", "media"), [("pdf", "application/pdf"), ("html", "text/html"), ("json", "application/json")]
)
@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_a_report_verifies_in_every_form(registered: Catalog, report: Report[Any], form: str, media: str) -> None:
    of = {"Dataset": CURATED_ID, "Period": "Period:2026-01-01..2099-01-01"}.get(report.of[0], VERSION)
    answer = registered.client.get(f"/api/v1/reports/{report.path}/{of}.{form}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'inline; filename="{report.path}.{form}"'
    assert answer.headers["content-type"].startswith(media)
    vkey = registered.client.get("/api/v1/ledger/keys").text.splitlines()[0]
    result = verify(answer.content, vkey)
    assert [check for check in result.checks if check.status != "PASS"] == []
    assert {"issued", "drawn anew"} <= {check.name for check in result.checks}
    index = int(answer.headers["x-lineward-issued"])
    issued = registered.client.get(f"/api/v1/ledger/entries/{index}").json()
    assert json.loads(issued["entry"])["kind"] == "report.issued"


def test_every_form_of_a_dossier_is_of_the_same_read_point(registered: Catalog) -> None:
    contexts = []
    for _ in range(2):
        report = registered.client.get(f"{DOSSIER}.json").json()
        registered.client.get(f"{DOSSIER}.html")
        contexts.append({name: value for name, value in report["context"].items() if name != "evidence"})
        registered.caught_up()
    assert contexts[0] == contexts[1]
    assert contexts[0]["read_point"]["completeness"]["state"] == "COMPLETE"


def test_a_report_that_the_ledger_cannot_record_does_not_leave(
    registered: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OperatorError("The disk is full.", action="Make room.")

    monkeypatch.setattr(registered.service.ledger, "append", full)
    answer = registered.client.get(f"{DOSSIER}.json")
    assert answer.status_code == 503
    assert "context" not in answer.json()


def test_a_dossier_is_the_same_whenever_it_is_read_at_its_point(registered: Catalog) -> None:
    at = registered.service.ledger.size() - 1
    first = registered.client.get(f"{DOSSIER}.json?knownAtIndex={at}").content
    registered.event(event("OTHER", "2026-02-01T00:00:00Z"))
    registered.caught_up()
    registered.client.get("/api/v1/ledger/checkpoint")
    assert registered.client.get(f"{DOSSIER}.json?knownAtIndex={at}").content == first


def test_a_dossier_of_what_nobody_registered_is_not_found(registered: Catalog) -> None:
    assert registered.client.get("/api/v1/reports/model-dossier/ModelVersion:nope.pdf").status_code == 404
    assert registered.client.get("/api/v1/reports/model-dossier/Dataset:nope.json").status_code == 404
    assert registered.client.get(f"{DOSSIER}.json?knownAtIndex=0").status_code == 404
    assert registered.client.get(f"{DOSSIER}.docx").status_code == 422


def test_a_report_is_issued_to_whoever_asked_and_to_nobody_without_a_key(registered: Catalog) -> None:
    intake = registered.service.intake
    for name, role in (("root-1", "admin"), ("olga", "auditor"), ("emil", "emitter")):
        defined = {"principal": name, "display_name": f"Testperson {name}", "principal_kind": "PERSON"}
        intake.submit_record({"kind": "define_principal", **defined, "roles": [role]}, local_actor(), "tests").result()
    secrets = {}
    for name in ("olga", "emil"):
        key, issued = intake.issue_key(name, local_actor(), "tests")
        issued.result()
        secrets[name] = {"Authorization": f"Bearer {key.secret}"}
    registered.caught_up()
    size = registered.service.ledger.size()
    assert registered.client.get(f"{DOSSIER}.json").status_code == 401
    assert registered.client.get(f"{DOSSIER}.json?knownAtIndex=x").status_code == 401
    assert registered.client.get(f"{DOSSIER}.json", headers=secrets["emil"]).status_code == 403
    assert registered.service.ledger.size() == size
    answer = registered.client.get(f"{DOSSIER}.json", headers=secrets["olga"])
    assert answer.status_code == 200
    entry = registered.service.ledger.entry(size).entry
    assert (entry.kind, entry.actor) == ("report.issued", "olga")
