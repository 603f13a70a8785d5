from __future__ import annotations

import pytest

from catalog.approvals.model import ApprovalState
from catalog.evidence.dossier import model_dossier
from catalog.reading import AsOf
from graph_schema.nodes import ModelVersion
from reports.contexts import ModelDossier
from reports.json import render_json
from reports.standalone.verify_lineward import verify as verify_file
from tests.support.records import (
    DIGEST,
    MODEL,
    RUN,
    House,
    attestation,
    decision,
    declaration,
    event,
    registration,
    request,
    seal,
)

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id


@pytest.fixture
def told(house: House) -> House:
    house.tell_story(house.act_as("grace", "approver"))
    return house


def dossier(house: House, at: AsOf) -> ModelDossier:
    made = model_dossier(house.store, house.ledger, VERSION, "1", at)
    assert made is not None
    return made


def now(house: House) -> AsOf:
    return AsOf(valid_at=house.clock.micros())


def test_a_dossier_tells_the_whole_story(told: House) -> None:
    made = dossier(told, now(told))
    assert (made.model.name, made.model.version) == ("readmission", "1")
    assert [(each.role, each.digest) for each in made.snapshots] == [("TRAINING", DIGEST), ("EVALUATION", DIGEST)]
    assert [(each.dataset, each.raw_feed) for each in made.sources] == [
        ("curated/visits", False),
        ("landing/visits", True),
    ]
    assert [(each.job, each.state, each.attempt) for each in made.runs] == [("pipeline/curate", "COMPLETE", False)]
    assert [(each.method, each.in_force) for each in made.deidentification] == [("EXPERT_DETERMINATION", True)]
    assert [(each.kind, each.column) for each in made.labels] == [("DIRECT_IDENTIFIER", "mrn")]
    assert [each.purposes for each in made.use] == [("MLTRAINING",)]
    ((approval),) = made.approvals
    assert approval.status == ApprovalState.APPROVED
    assert approval.decisions[0].decided_by.name == "Testperson grace"
    assert approval.decisions[0].local_at is not None
    assert made.read_point.completeness.state == "COMPLETE"


def test_training_and_evaluation_on_the_same_files_is_found(told: House) -> None:
    rules = [each.rule for each in dossier(told, now(told)).findings]
    assert "evaluation apart from training" in rules
    assert "evaluation set locked" in rules


def test_everything_cited_is_proven_offline(told: House) -> None:
    made = dossier(told, now(told))
    result = verify_file(render_json(made), str(told.ledger.verifiers[0]))
    assert {check.name for check in result.checks if check.status != "PASS"} == {"drawn anew"}
    assert result.ok
    assert all(each.body is not None for each in made.evidence.cited)


def test_the_same_read_point_gives_the_same_dossier_after_the_ledger_grew(told: House) -> None:
    at = AsOf(valid_at=told.clock.micros(), known_at=told.ledger.size() - 1)
    before = dossier(told, at).to_json()
    told.record(declaration(owner="oncology"))
    told.ledger.checkpoint()
    assert dossier(told, at).to_json() == before


def test_a_failed_run_since_is_an_attempt(told: House) -> None:
    # Its newest write is the run's before, so that whatever failed after it only tried.
    told.send(event("START", "2026-01-02T09:00:00Z", "0190d2e6-0000-7000-8000-00000000000b"))
    told.send(event("FAIL", "2026-01-02T10:00:00Z", "0190d2e6-0000-7000-8000-00000000000b"))
    made = dossier(told, now(told))
    assert [(each.state, each.attempt) for each in made.runs] == [("COMPLETE", False), ("FAIL", True)]


def test_a_schema_change_is_told_with_its_fields(house: House) -> None:
    house.send(event(schema={"fields": [{"name": "a", "type": "int"}, {"name": "b", "type": "int"}]}))
    other = {"fields": [{"name": "a", "type": "string"}, {"name": "c"}]}
    house.send(event(at="2026-01-02T10:00:00Z", run="0190d2e6-0000-7000-8000-00000000000b", schema=other))
    house.record(seal())
    house.record(registration())
    ((change),) = dossier(house, now(house)).schema_changes
    assert (change.added, change.removed, change.changed) == (("c",), ("b",), ("a: int to string",))
    assert change.run == "0190d2e6-0000-7000-8000-00000000000b"


def test_an_approval_of_other_digests_is_no_longer_one(told: House) -> None:
    told.record(registration(artifact_digest="sha256:" + "9" * 64))
    ((approval),) = dossier(told, now(told)).approvals
    assert approval.status == "INVALIDATED"


def test_what_is_missing_is_named(house: House) -> None:
    house.send(event())
    house.record(seal())
    house.record(registration(signature=None, intended_use=None, metrics=[], run_id=None))
    fields = {gap.field for gap in dossier(house, now(house)).gaps}
    assert {"signature", "intended use", "metrics", "run", "approvals", "verification", "owner", "retention"} <= fields


def test_an_unauthenticated_decision_of_an_older_version_is_a_finding(house: House) -> None:
    engineer = house.act_as("ada", "engineer")
    house.send(event(), engineer)
    house.record(seal(), engineer)
    house.record(registration(), engineer)
    house.append(decision(house.record(request(), engineer).receipt.index), "local", authenticated=False)
    assert "decision authenticated" in {each.rule for each in dossier(house, now(house)).findings}


def test_what_was_never_registered_has_no_dossier(house: House) -> None:
    house.send(event())
    assert model_dossier(house.store, house.ledger, VERSION, "1") is None


def test_a_step_that_nobody_attested_is_shown_as_such(house: House) -> None:
    told = event(version={"datasetVersion": DIGEST})
    told["run"]["facets"] = {"lineward_deidentification": {"method": "SAFE_HARBOR", "state": "DE_IDENTIFIED"}}
    house.send(told)
    house.record(seal())
    house.record(registration())
    ((step),) = dossier(house, now(house)).deidentification
    assert (step.job, step.run, step.method, step.attested_by) == ("pipeline/curate", RUN, None, None)
    house.record(attestation())
    ((attested),) = dossier(house, now(house)).deidentification
    assert (attested.method, attested.in_force) == ("EXPERT_DETERMINATION", True)


def run_named(letter: str) -> str:
    return f"0190d2e6-0000-7000-8000-0000000000{letter * 2}"


def tried(house: House, letter: str, last: str, at: str) -> None:
    house.send(event("START", f"{at}T09:00:00Z", run_named(letter)))
    house.send(event(last, f"{at}T10:00:00Z", run_named(letter)))


def test_a_failed_run_and_its_retry_are_told_together(house: House) -> None:
    tried(house, "a", "FAIL", "2026-01-01")
    tried(house, "b", "COMPLETE", "2026-01-02")
    house.record(seal(run_id=run_named("b")))
    house.record(registration(run_id=run_named("b")))
    failed, completed = dossier(house, now(house)).runs
    assert (failed.state, failed.attempt, failed.retried_by) == ("FAIL", True, completed.run)
    assert (completed.state, completed.attempt, completed.retried_by) == ("COMPLETE", False, None)


def test_what_failed_before_an_earlier_success_is_not_this_ones_retry(house: House) -> None:
    tried(house, "a", "FAIL", "2026-01-01")
    tried(house, "b", "COMPLETE", "2026-01-02")
    tried(house, "c", "COMPLETE", "2026-01-03")
    house.record(seal(run_id=run_named("c")))
    house.record(registration(run_id=run_named("c")))
    assert [each.state for each in dossier(house, now(house)).runs] == ["COMPLETE"]
