from __future__ import annotations

import pytest

from catalog.approvals.binding import FLOWING
from catalog.reporting.approvals_record import approvals_record
from catalog.reporting.contexts import CONTEXTS
from graph_schema.nodes import Dataset, ModelVersion, Snapshot
from reports.drawing import FORMS
from reports.kinds import REPORTS, ApprovalsRecord
from reports.standalone.outcome import Form
from reports.standalone.verify_lineward import verify as verify_alone
from reports.verify import verify
from tests.support.records import (
    CURATED,
    DIGEST,
    MODEL,
    RAW,
    House,
    decision,
    declaration,
    event,
    registration,
    request,
    seal,
    verification,
)

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1")
SNAPSHOT = Snapshot(CURATED["namespace"], CURATED["name"], DIGEST)
DATASET = Dataset(RAW["namespace"], RAW["name"])
SUBJECTS = {
    VERSION: {"model_version": {"model": MODEL, "version": "1"}},
    SNAPSHOT: {"snapshot": {"dataset": CURATED, "digest": DIGEST}},
    DATASET: {"dataset": RAW},
}


@pytest.fixture
def asked(house: House) -> House:
    """A catalog in which approvals were asked for everything that they can be asked for, and granted."""
    grace = house.act_as("grace", "approver")
    house.tell_story(grace)
    for subject in list(SUBJECTS.values())[1:]:
        index = house.record(request(subject=subject)).receipt.index
        house.record(decision(index), grace)
    return house


def record_of(house: House, node: ModelVersion | Snapshot | Dataset) -> ApprovalsRecord:
    found = approvals_record(house.view(), house.ledger, node.id)
    assert found is not None
    return found


def test_the_context_of_every_report_can_be_read() -> None:
    assert CONTEXTS.keys() == REPORTS.keys()


@pytest.mark.parametrize("node", SUBJECTS, ids=lambda node: type(node).__name__)
def test_a_record_has_the_requests_for_its_subject_alone(asked: House, node: ModelVersion | Snapshot | Dataset) -> None:
    found = record_of(asked, node)
    (approval,) = found.approvals
    assert approval.subject == " ".join(node.key)
    own = tuple(one for one in approval.digests if one.split(":")[0] not in FLOWING)
    assert (approval.status, own) == ("APPROVED", found.subject.binds)
    assert approval.decisions[0].printed_name == "Testperson grace"
    # The local principal asked, and had made the approver.
    assert {(each.rule, each.subject) for each in found.findings} == {("decider independent", approval.subject)}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("node", SUBJECTS, ids=lambda node: type(node).__name__)
def test_a_record_is_verified_offline(asked: House, node: ModelVersion | Snapshot | Dataset, form: Form) -> None:
    file, key = asked.issue_context(record_of(asked, node), form), str(asked.ledger.verifiers[0])
    for result in (verify_alone(file, key), verify(file, key)):
        assert [check for check in result.checks if check.status != "PASS"] == []


@pytest.mark.parametrize(
    ("node", "change"),
    [
        (VERSION, registration(artifact_digest="sha256:" + "9" * 64)),
        (SNAPSHOT, verification(result="MISMATCH", differing=["part-a.csv"])),
        (DATASET, declaration(owner="oncology")),
    ],
    ids=["model version", "snapshot", "dataset"],
)
def test_a_change_of_what_is_bound_invalidates_and_is_derived_anew(
    asked: House, node: ModelVersion | Snapshot | Dataset, change: dict[str, object]
) -> None:
    index = asked.record(change).receipt.index
    found = record_of(asked, node)
    (approval,) = found.approvals
    assert (approval.status, approval.entries) == ("INVALIDATED", (index,))
    assert index in found.subject.entries
    result = verify_alone(asked.issue_context(found, "json"), str(asked.ledger.verifiers[0]))
    assert [check for check in result.checks if check.status != "PASS"] == []


def test_what_an_insider_changes_in_a_record_is_found(asked: House) -> None:
    found = record_of(asked, VERSION)
    denied = ApprovalsRecord.from_json(
        {**found.to_json(), "approvals": [{**found.to_json()["approvals"][0], "status": "DENIED"}]}
    )
    result = verify_alone(asked.issue_context(denied, "json"), str(asked.ledger.verifiers[0]))
    assert [check.name for check in result.checks if check.status == "FAIL"] == ["derived: approvals"]


def test_a_decision_that_nobody_authenticated_is_found(house: House) -> None:
    house.send(event())
    house.record(seal())
    house.record(registration())
    house.append(decision(house.record(request()).receipt.index), "local", authenticated=False)
    found = record_of(house, VERSION)
    assert "decision authenticated" in {each.rule for each in found.findings}


def test_nothing_is_said_of_what_is_not_known(house: House) -> None:
    house.record(declaration())
    assert approvals_record(house.view(), house.ledger, SNAPSHOT.id) is None
