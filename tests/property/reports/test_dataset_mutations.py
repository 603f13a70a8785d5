"""Whatever one value is changed in the dossier of a dataset and issued anew: the disclosed entries contradict it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from catalog.reading import AsOf
from catalog.reporting.dataset_dossier import dataset_dossier
from graph_schema.nodes import Dataset
from graph_schema.times import format_time
from reports.kinds import DatasetDossier
from reports.standalone import verify_lineward
from reports.standalone.container import take
from reports.standalone.evidence import Evidence
from reports.standalone.outcome import MalformedError
from reports.standalone.verification import checked
from tests.property.reports.test_mutations import AS_NEW, ASKED, FLOWED, FOUND, REACHED, WORDS, Path, pattern
from tests.support.issued import Issuer, changed, leaves
from tests.support.records import (
    CURATED,
    FURTHER,
    access_grant,
    access_request,
    declaration,
    encryption_key,
    ending_grant,
    ending_key,
    policies,
    refusal,
    request,
)

OLD = "keys.example/training/6"
DATASET = Dataset(CURATED["namespace"], CURATED["name"]).id

LIMITED = (
    "statements",
    *(f"statements/*/{name}" for name in ("replaced_by", "way", "way/*/entry")),
    "answers/*/entries",
    "answers/*/reasons",
)
"""A statement that only limits the places of a source changes no answer here: that it is there, by which way it comes
and what replaces it is as the catalog issued it.
"""

BEYOND = ("edges/*/confidence", "nodes/*/entries")
"""What rests on entries beyond those cited: how sure a flow is rests on every event of its run."""


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    made = Issuer(tmp_path_factory.mktemp("issuer"))
    house = made.house
    grace, ada = house.act_as("grace", "approver"), house.act_as("ada", "engineer", "steward")
    until = format_time(house.clock.micros() + 86_400_000_000)
    kept = {name: value for name, value in FURTHER.items() if name != "source"}
    keys = [encryption_key(), encryption_key(key=OLD, until=until), ending_key(OLD)]
    kept["encryption_keys"] = [{"key": one["key"], "environment": "TRAINING"} for one in keys[:2]]
    house.record(declaration(dataset=CURATED, **kept), ada)
    for key in keys:
        house.record(key, ada)
    house.record(policies(), ada)
    refused, asked, _ = (
        house.record(access_request(until=until, reason=reason), grace).receipt.index for reason in ("1", "2", "3")
    )
    house.record(refusal(refused), ada)
    house.record(access_grant(until=until, request=asked), ada)
    ended = house.record(access_grant(until=until, reason="For another"), ada).receipt.index
    house.record(ending_grant(ended), ada)
    for allowed in (True, True, False):
        now = format_time(house.clock.micros())
        house.decide_access(target={"target_kind": "DATASET", **CURATED}, at=now, known_at=5, allowed=allowed)
    house.record(request(subject={"dataset": CURATED}), ada)
    yield made
    made.close()


@pytest.fixture(scope="module")
def context(issuer: Issuer) -> DatasetDossier:
    found = dataset_dossier(issuer.house.view(AsOf(valid_at=issuer.house.clock.micros())), issuer.house.ledger, DATASET)
    assert found is not None
    return found


def test_what_is_genuine_verifies(issuer: Issuer, context: DatasetDossier) -> None:
    found = verify_lineward.verify(issuer.issue("json", context), issuer.key)
    assert [check for check in found.checks if check.status != "PASS"] == []


def test_an_insider_who_changes_one_value_and_issues_it_anew_is_found(issuer: Issuer, context: DatasetDossier) -> None:
    """One value of each kind: what passes all checks but those of issuing anew is what no body says."""
    pages, evidence = take(issuer.issue("json", context))
    values = json.loads(evidence)
    paths: dict[str, Path] = {}
    for path in leaves(values["context"], ("context",)):
        if path[1] not in {"evidence", "findings"}:
            paths.setdefault(pattern(path), path)
    assert len(paths) > 200
    passed = {pattern(path[1:]) for path in paths.values() if _is_right(issuer, pages, values, path)}
    assert passed <= {*WORDS, *ASKED, *FLOWED, *REACHED, *FOUND, *LIMITED, *BEYOND}


def _is_right(issuer: Issuer, pages: Any, values: Any, path: Path) -> bool:
    try:
        forged = Evidence.parse(changed(values, path))
    except MalformedError:
        return False
    return all(one.status == "PASS" for one in checked(forged, pages, issuer.key) if one.name not in AS_NEW)


@pytest.mark.parametrize(
    ("path", "part"),
    [
        (("stated", 0, "value"), "dataset"),
        (("keys",), "keys of it"),
        (("keys", 1, "declared", "rotated_by"), "keys of it"),
        (("keys", 0, "ended", "entry"), "keys of it"),
        (("history",), "history"),
        (("history", 0, "by", "id"), "history"),
        (("columns", 0, "type"), "columns"),
        (("snapshots", 0, "state"), "snapshots of it"),
        (("snapshots",), "snapshots of it"),
        (("attestations", 0, "in_force"), "attestations"),
        (("attestations",), "attestations"),
        (("edges", 0, "source"), "flows"),
        (("nodes", 0, "zone"), "flows"),
        (("models", 0, "deployments", 0, "live"), "models made of it"),
        (("models",), "models made of it"),
        (("access_requests", 0, "status"), "access"),
        (("access_requests",), "access"),
        (("access_grants", 0, "status"), "access"),
        (("access_grants", 0, "principal", "id"), "access"),
        (("access_decisions", 0, "denied"), "access"),
        (("access_decisions", 0, "purpose"), "access"),
        (("access_since",), "access"),
        (("access_days",), "access"),
        (("gaps",), "what is missing of it"),
        (("approvals", 0, "status"), "approvals"),
    ],
)
def test_what_an_insider_has_issued_fails_by_what_the_entries_say(
    issuer: Issuer, context: DatasetDossier, path: Path, part: str
) -> None:
    values = changed({**context.to_json()}, path)
    pages, evidence = take(issuer.issue("json", context))
    forged = Evidence.parse(
        {**json.loads(evidence), "context": {**json.loads(evidence)["context"], path[0]: values[path[0]]}}
    )
    found = {check.name for check in checked(forged, pages, issuer.key) if check.status == "FAIL"}
    # A list of one loses its form with its only item.
    assert {f"derived: {part}", "derivation"} & found
