"""Whoever asks by the name that the pipelines use finds what is held under another one, and nothing kept says it."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from catalog.cli.assets import identify
from catalog.errors import AskerError
from tests.integration.catalog.api.conftest import Catalog
from tests.support.records import declaration, event, registration

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
