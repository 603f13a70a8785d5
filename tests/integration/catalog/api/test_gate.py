"""The gate over GraphQL and HTTP: the same answer, recorded by the one and not by the other."""

from __future__ import annotations

import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import requests

from catalog.kinds import KINDS
from graph_schema.nodes import Dataset, ModelVersion
from graph_schema.vocabulary.words import GateCheckName
from tests.integration.catalog.api.test_access import key_of
from tests.support.gate_story import published
from tests.support.project import REPOSITORY
from tests.support.records import CURATED, MODEL, event, registration, seal

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
ASKED: dict[str, Any] = {"model": MODEL, "version": "1", "purpose": "HRESCH", "place": "North"}
GATE = """
query Gate($input: GateInput!) { gate(input: $input) { __typename
  ... on Problem { code message } ... on InvalidInput { field }
  ... on Gate { verdict artifactDigest policies { digest entry } obligations refrains exception exceptionUntil entries
    checks { check required outcome reasons { outcome text entries } }
    completeness { __typename } readPoint { ledgerIndex } } } }
"""
RECORDED = """
query Recorded($id: ID!) { node(id: $id) { ... on ModelVersion { gateEvaluations { nodes {
  entry by verdict purpose place environment artifactDigest policiesDigest validAt knownAtIndex holdsUntil
  checks { check outcome } } } } } }
"""


def told(catalog: Catalog) -> None:
    catalog.event(event())
    catalog.record(seal())
    catalog.record(registration())
    catalog.caught_up()


def gate(catalog: Catalog, **more: Any) -> dict[str, Any]:
    answer = catalog.ask(GATE, input={"of": VERSION, "purpose": "HRESCH", "place": "North", **more})
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]["gate"]
    return found


def test_graphql_and_http_give_the_same_and_one_of_them_records_it(catalog: Catalog) -> None:
    told(catalog)
    read = gate(catalog)
    assert (read["__typename"], read["completeness"]) == ("Gate", {"__typename": "Complete"})
    assert [one["check"] for one in read["checks"]] == [name.value for name in GateCheckName]
    answer = catalog.client.post("/api/v1/gate", json=ASKED)
    assert answer.status_code == 201, answer.text
    posted = answer.json()
    shared = posted.keys() - {"index", "holdsUntil"}
    assert {name: posted[name] for name in shared} == {name: read[name] for name in shared}
    catalog.caught_up()
    (found,) = catalog.ask(RECORDED, id=VERSION)["data"]["node"]["gateEvaluations"]["nodes"]
    assert (found["entry"], found["verdict"], found["environment"]) == (posted["index"], "FAIL", "production")
    assert (found["holdsUntil"], found["knownAtIndex"]) == (posted["holdsUntil"], posted["index"] - 1)
    assert {one["check"]: one["outcome"] for one in found["checks"]} == {
        one["check"]: one["outcome"] for one in read["checks"]
    }


def test_an_auditor_asks_and_the_entry_is_the_catalogs_own_which_names_who_asked(catalog: Catalog) -> None:
    told(catalog)
    headers = key_of(catalog, "aud-1", "auditor")
    posted = catalog.client.post("/api/v1/gate", json=ASKED, headers=headers).json()
    entry = catalog.service.ledger.entry(posted["index"]).entry
    assert (entry.actor, entry.kind) == ("aud-1", KINDS["gate_evaluated"].in_ledger)
    assert not KINDS["gate_evaluated"].open
    # Without a right to read nobody asks, and nothing is written.
    refused = catalog.client.post("/api/v1/gate", json=ASKED, headers=key_of(catalog, "watch-1", "monitor"))
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("changed", "status", "pointer"),
    [
        ({"purpose": "HRESCHH"}, 422, "/purpose"),
        ({"purpose": None}, 422, "/purpose"),
        ({"place": " "}, 422, "/place"),
        ({"environment": "pro duction"}, 422, "/environment"),
        ({"valid_at": "yesterday"}, 422, "/valid_at"),
        ({"requester": {"organization": "CLUB"}}, 422, "/requester/organization"),
        ({"more": 1}, 422, "/more"),
        ({"version": "2"}, 404, None),
    ],
)
def test_what_cannot_be_asked_is_one_clear_error(
    catalog: Catalog, changed: dict[str, Any], status: int, pointer: str | None
) -> None:
    told(catalog)
    answer = catalog.client.post("/api/v1/gate", json={**ASKED, **changed})
    assert answer.status_code == status
    assert [one["pointer"] for one in answer.json().get("errors", ())] == ([] if pointer is None else [f"#{pointer}"])


def test_graphql_answers_a_wrong_question_as_data(catalog: Catalog) -> None:
    told(catalog)
    assert gate(catalog, purpose="nothing")["__typename"] == "InvalidInput"
    assert gate(catalog, of=Dataset(**CURATED).id)["code"] == "NOT_FOUND"
    assert gate(catalog, of="ModelVersion:nobody")["code"] == "NOT_FOUND"


@pytest.fixture
def airflow(monkeypatch: pytest.MonkeyPatch, catalog: Catalog) -> ModuleType:
    """The task of `examples/gates`, where Airflow is what it needs of it, and requests go to the catalog."""

    class FailError(Exception):
        pass

    sdk, exceptions = ModuleType("airflow.sdk"), ModuleType("airflow.sdk.exceptions")
    connection = SimpleNamespace(host="", password=None)
    vars(sdk).update(
        BaseHook=SimpleNamespace(get_connection=lambda _: connection),
        dag=lambda **_: lambda function: lambda: function.__name__,
        task=lambda *function, **_: function[0] if function else lambda given: given,
    )
    vars(exceptions).update(AirflowFailException=FailError)
    for name, module in (
        ("airflow", ModuleType("airflow")),
        ("airflow.sdk", sdk),
        ("airflow.sdk.exceptions", exceptions),
    ):
        monkeypatch.setitem(sys.modules, name, module)

    def post(url: str, *, json: Any, headers: dict[str, str], timeout: int) -> Any:
        answer = catalog.client.post(url, json=json, headers=headers)
        return SimpleNamespace(ok=answer.is_success, json=answer.json, status_code=answer.status_code)

    monkeypatch.setattr(requests, "post", post)
    spec = spec_from_file_location("airflow_gate", REPOSITORY / "examples" / "gates" / "airflow_gate.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_task_for_airflow_fails_with_every_reason(catalog: Catalog, airflow: ModuleType) -> None:
    told(catalog)
    failed = sys.modules["airflow.sdk.exceptions"].AirflowFailException
    with pytest.raises(failed) as caught:
        airflow.release_gate(MODEL["namespace"], MODEL["name"], "1", "HRESCH", "North")
    first, *against = str(caught.value).split("\n")
    assert first.startswith("FAIL, entry ")
    assert "APPROVALS UNKNOWN: No clinical approval was asked for." in against
    with pytest.raises(failed, match="The gate cannot be asked: No model version of this name is known"):
        airflow.release_gate(MODEL["namespace"], MODEL["name"], "9", "HRESCH", "North")


@pytest.mark.parametrize(
    ("status", "body", "tried_again", "why"),
    [
        (401, '{"detail": "The key is not known."}', False, "The gate cannot be asked: The key is not known."),
        (403, "<html>Forbidden</html>", False, "The gate cannot be asked: status 403, and no answer of a catalog"),
        (500, "[]", False, "The gate cannot be asked: status 500, and no answer of a catalog"),
        (200, "<html>Sign in</html>", False, "The gate cannot be asked: status 200, and no answer of a catalog"),
        (429, "", True, "The gate cannot be asked now: status 429"),
        (502, "<html>Bad gateway</html>", True, "The gate cannot be asked now: status 502"),
        (503, '{"detail": "The graph is away."}', True, "The gate cannot be asked now: The graph is away."),
    ],
)
def test_the_task_for_airflow_names_why_the_gate_does_not_answer_whatever_answers(
    airflow: ModuleType, monkeypatch: pytest.MonkeyPatch, status: int, body: str, why: str, *, tried_again: bool
) -> None:
    answer = requests.Response()
    answer.status_code, answer._content = status, body.encode()
    monkeypatch.setattr(requests, "post", lambda *_, **__: answer)
    failed = sys.modules["airflow.sdk.exceptions"].AirflowFailException
    with pytest.raises(requests.RequestException if tried_again else failed) as caught:
        airflow.release_gate(MODEL["namespace"], MODEL["name"], "1", "HRESCH", "North")
    assert str(caught.value).startswith(why)


def test_the_task_for_airflow_gives_the_entry_on_that_let_the_version_pass(
    catalog: Catalog, airflow: ModuleType
) -> None:
    told(catalog)
    catalog.record(published("require: [VIEW_COMPLETE, CODE]\n"))
    catalog.caught_up()
    entry = airflow.release_gate(MODEL["namespace"], MODEL["name"], "1", "HRESCH", "North", ["MONDO:0005148"])
    assert entry == catalog.service.ledger.size() - 1
    stored = catalog.service.ledger.entry(entry).body
    assert stored is not None
    assert json.loads(stored)["record"]["diseases"] == ["MONDO:0005148"]
