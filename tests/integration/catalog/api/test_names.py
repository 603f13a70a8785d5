"""Whoever asks by the name that the pipelines use finds what is held under another one, and nothing kept says it."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from catalog.cli.assets import identify
from catalog.errors import AskerError
from tests.integration.catalog.api.conftest import Catalog
from tests.support.records import declaration, event, joining, naming_rule, registration

PATH = "s3://lake/patients/48213977/notes"
NAMES = [
    PATH,
    "/mnt/scans/mrn=48213977/series",
    "patient_48213977_scan",
    "/patients/%34%38213977/visits",
    "exports.987-65-4320.csv",
    "mail/testperson@example.org/inbox",
]
_DATASET = """
query Named($namespace: String!, $name: String!) { dataset(ref: {namespace: $namespace, name: $name}) { __typename
  ... on Dataset { id ref { namespace name } owner } } }
"""
_SEARCH = "query Words($text: String!) { search(text: $text) { totalCount text nodes { id } } }"
_VERSION = """
query Version($name: String!, $version: String!) {
  modelVersion(model: {namespace: "models", name: $name}, version: $version) { __typename ... on ModelVersion { id } } }
"""

_JOB = """
query Job($namespace: String!, $name: String!) { job(ref: {namespace: $namespace, name: $name}) { __typename
  ... on Job { id name } } }
"""
_RUN = "query Run($id: String!) { run(runId: $id) { __typename ... on Run { id runId } } }"
_FOUND = "query Found($text: String!) { search(text: $text) { edges { foundAs { namespace name } node { id } } } }"
_CHECK = """
query Check($one: QualifiedNameInput!, $other: QualifiedNameInput!) { checkStitch(dataset: $one, sameAs: $other) {
  ... on NameCheck { groups { names { name } } } } }
"""
_TRY = """
query Try($rule: RuleToCheck!) { checkNamespaceRule(rule: $rule) { __typename
  ... on NameCheck { groups { names { name } } } ... on InvalidInput { field message } } }
"""


class Way:
    """The application itself as the way of a command to the catalog."""

    where = "tests"

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:
        answer = self._catalog.client.request(method, f"/{path}", **more)
        return httpx2.Response(answer.status_code, content=answer.content, headers=dict(answer.headers))

    def look_through(self) -> None:
        """Look at nothing."""


@pytest.fixture
def named(catalog: Catalog) -> Catalog:
    said = event()
    said["outputs"] = [{"namespace": "files", "name": name} for name in NAMES]
    catalog.event(said)
    catalog.caught_up()
    return catalog


@pytest.mark.parametrize("name", NAMES)
def test_a_dataset_is_found_by_its_original_name_and_shows_another(named: Catalog, name: str) -> None:
    found = named.data(_DATASET, namespace="files", name=name)["dataset"]
    assert found["__typename"] == "Dataset"
    assert "redacted_" in found["ref"]["name"]
    assert found["ref"]["name"] != name
    again = named.data(_DATASET, namespace="files", name=found["ref"]["name"])["dataset"]
    assert again == found


@pytest.mark.parametrize("name", NAMES)
def test_search_and_commands_find_it_by_its_original_name(named: Catalog, name: str) -> None:
    held = named.data(_DATASET, namespace="files", name=name)["dataset"]
    words = named.data(_SEARCH, text=name)["search"]
    assert [one["id"] for one in words["nodes"]] == [held["id"]]
    assert words["text"] == held["ref"]["name"]
    assert identify(Way(named), name) == held["id"]
    assert identify(Way(named), f"files {name}") == held["id"]


def test_a_record_about_the_original_name_is_about_the_same_dataset(named: Catalog) -> None:
    assert (
        named.record(declaration(dataset={"namespace": "files", "name": PATH}, owner="cardiology")).status_code == 201
    )
    named.caught_up()
    assert named.data(_DATASET, namespace="files", name=PATH)["dataset"]["owner"] == "cardiology"


def test_the_same_number_is_the_same_token_in_every_name(named: Catalog) -> None:
    tokens = {
        named.data(_DATASET, namespace="files", name=name)["dataset"]["ref"]["name"].partition("redacted_")[2][:20]
        for name in NAMES[:4]
    }
    assert len(tokens) == 1


def test_a_model_version_is_found_by_the_names_that_it_was_registered_under(catalog: Catalog) -> None:
    catalog.fill()
    model = {"namespace": "models", "name": "of-patient-48213977"}
    assert catalog.record(registration(model=model, version="mrn-48213977")).status_code == 201
    catalog.caught_up()
    found = catalog.data(_VERSION, name=model["name"], version="mrn-48213977")["modelVersion"]
    assert found["__typename"] == "ModelVersion"


def test_an_entry_s_header_holds_nothing_that_a_caller_sent(catalog: Catalog) -> None:
    said = event(run="manual__mrn_48213977")
    said["inputs"] = [{"namespace": "files", "name": PATH}]
    answer = catalog.event(said, **{"X-Correlation-ID": "MRN-48213977"})
    entry = catalog.service.ledger.entry(answer.json()["index"])
    assert entry.entry.correlation_id == answer.headers["x-correlation-id"]
    assert b"48213977" not in entry.entry_bytes + (entry.body or b"")


def test_a_version_that_is_named_is_that_version_or_none(filled: Catalog) -> None:
    assert identify(Way(filled), "readmission@1").startswith("ModelVersion:")
    # The artifact's digest begins so: searching finds the only version there is.
    with pytest.raises(AskerError, match="readmission has no version d; it has 1"):
        identify(Way(filled), "readmission@d")


def test_a_job_and_a_run_are_found_by_their_original_names(catalog: Catalog) -> None:
    said = event()
    said["job"]["name"], said["run"]["runId"] = "load/patients/48213977/notes", "mrn=48213977"
    catalog.event(said)
    catalog.caught_up()
    job = catalog.data(_JOB, namespace=said["job"]["namespace"], name=said["job"]["name"])["job"]
    assert job["__typename"] == "Job"
    assert "48213977" not in job["name"]
    run = catalog.data(_RUN, id=said["run"]["runId"])["run"]
    assert run["__typename"] == "Run"
    assert "48213977" not in run["runId"]


def test_datasets_are_joined_by_their_original_names(named: Catalog) -> None:
    joined = joining({"namespace": "files", "name": NAMES[0]}, {"namespace": "files", "name": NAMES[1]})
    index = named.record(joined).json()["index"]
    named.caught_up()
    first, second = (named.data(_DATASET, namespace="files", name=name)["dataset"] for name in NAMES[:2])
    assert first == second
    assert index
    assert identify(Way(named), NAMES[0]) == second["id"]
    found = named.data(_FOUND, text=NAMES[0])["search"]["edges"]
    assert [(one["node"]["id"], one["foundAs"]["namespace"]) for one in found] == [(second["id"], "files")]
    checked = named.data(_CHECK, one={"namespace": "files", "name": NAMES[2]}, other=joined["same_as"])["checkStitch"]
    assert [len(group["names"]) for group in checked["groups"]] == [2]


def test_a_rule_is_tried_and_a_wrong_one_is_refused_with_its_pointer(catalog: Catalog) -> None:
    for name in ("CORE.VISITS", "core.visits"):
        said = event()
        said["outputs"] = [{"namespace": "warehouse", "name": name}]
        catalog.event(said)
    catalog.caught_up()
    rule = {"namespace": "warehouse", "ruleKind": "FOLD_CASE", "letters": "UPPER"}
    found = catalog.data(_TRY, rule=rule)["checkNamespaceRule"]
    assert [[name["name"] for name in group["names"]] for group in found["groups"]] == [["CORE.VISITS", "core.visits"]]
    wrong = catalog.data(_TRY, rule={**rule, "port": 5432})["checkNamespaceRule"]
    assert (wrong["__typename"], wrong["field"]) == ("InvalidInput", "/port")


def test_a_dataset_is_found_by_a_spelling_that_nobody_used_while_a_rule_folds_it(catalog: Catalog) -> None:
    catalog.event({**event(), "outputs": [{"namespace": "warehouse", "name": "CORE.VISITS"}]})
    catalog.caught_up()
    asked = {"namespace": "warehouse", "name": "Core.Visits"}
    assert catalog.data(_DATASET, **asked)["dataset"]["__typename"] == "NotFound"
    catalog.record(naming_rule(namespace="warehouse", letters="UPPER"))
    catalog.caught_up()
    found = catalog.data(_DATASET, **asked)["dataset"]
    assert found["ref"] == {"namespace": "warehouse", "name": "CORE.VISITS"}
    assert catalog.data(_DATASET, namespace="warehouse", name="Core.Other")["dataset"]["__typename"] == "NotFound"
