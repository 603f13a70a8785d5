from __future__ import annotations

import orjson
import pytest

from catalog.access.keys import local_actor
from catalog.approvals.states import ApprovalState
from catalog.errors import AskerError, SenderError
from catalog.reading import AsOf
from catalog.reporting.issuing import issued_record, proven
from catalog.reporting.model_dossier import model_dossier
from catalog.reporting.records import ReportIssued
from catalog.retries import RETRY_SECONDS
from catalog.snapshots.rules import manifest_digest
from graph_schema.nodes import ModelVersion
from reports.drawing import FORMS, draw
from reports.kinds import MODEL_DOSSIER, ModelDossier
from reports.making import made_with
from reports.standalone.verify_lineward import verify as verify_file
from tests.support.records import (
    CURATED,
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
    verification,
)

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id


@pytest.fixture
def told(house: House) -> House:
    house.tell_story(house.act_as("grace", "approver"))
    return house


def dossier(house: House, at: AsOf) -> ModelDossier:
    made = model_dossier(house.view(at), house.ledger, VERSION)
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
    assert [(each.method, each.in_force) for each in made.deidentification] == [
        ("EXPERT_DETERMINATION", True),
        ("EXPERT_DETERMINATION", False),
    ]
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
    result = verify_file(told.issue_context(made, "json"), str(told.ledger.verifiers[0]))
    assert {check.status for check in result.checks} == {"PASS"}
    assert {each.withheld for each in made.evidence.cited} <= {None, "NOT_CITED"}


def test_a_report_changes_no_read_point(told: House) -> None:
    at = AsOf(valid_at=told.clock.micros())
    before = dossier(told, at)
    for form in FORMS:
        told.issue_context(before, form)
    assert dossier(told, at) == before
    assert told.ledger.size() == before.read_point.ledger_size + len(FORMS)
    told.record(declaration(owner="oncology"))
    assert dossier(told, at).read_point.ledger_size == told.ledger.size()


def test_a_report_that_is_not_projected_yet_makes_no_answer_lag(told: House) -> None:
    made = dossier(told, now(told))
    told.intake.issue_report(issued_record(made, draw(made, "json")), local_actor(), "tests").result()
    assert dossier(told, now(told)).read_point.completeness.state == "COMPLETE"
    told.intake.submit_record(declaration(owner="oncology"), local_actor(), "tests").result()
    assert dossier(told, now(told)).read_point.completeness.state == "LAGGING"


def test_the_same_report_asked_for_again_is_the_same_file(told: House) -> None:
    made = dossier(told, now(told))
    assert told.issue_context(made, "html") == told.issue_context(made, "html")
    size = told.ledger.size()
    told.clock.now += RETRY_SECONDS + 1
    told.issue_context(made, "html")
    assert told.ledger.size() == size + 1


def test_a_report_issued_says_all_that_it_was_made_of(told: House) -> None:
    made = dossier(told, now(told))
    told.issue_context(made, "pdf", told.act_as("olga", "auditor"))
    stored = told.ledger.entry(told.ledger.size() - 1)
    assert (stored.entry.kind, stored.entry.actor, stored.entry.subjects) == ("report.issued", "olga", (VERSION,))
    said = ReportIssued.replay(orjson.loads(stored.body or b"")["record"])
    drawing = draw(made, "pdf")
    assert said == issued_record(made, drawing)
    assert said.made_with == made_with(MODEL_DOSSIER.template)
    assert (said.context_digest, said.pages_digest) == (drawing.context_digest, drawing.pages.digest)


def test_nobody_sends_the_issue_of_a_report(told: House) -> None:
    made = dossier(told, now(told))
    record = issued_record(made, draw(made, "json"))
    with pytest.raises(SenderError, match="written by the catalog itself"):
        told.record({"kind": record.name, **record.fields()})


def test_who_may_not_read_has_no_report_issued(told: House) -> None:
    made = dossier(told, now(told))
    size = told.ledger.size()
    with pytest.raises(AskerError):
        told.issue_context(made, "json", told.act_as("emil", "emitter"))
    assert told.ledger.size() == size + 2


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


def test_approvals_of_what_has_become_something_else_are_shown_as_such_and_verify_offline(told: House) -> None:
    approver = told.act_as("grace", "approver")
    # What it was made of is permitted something since, so that the version's approval rests on another use.
    changed = [told.record(declaration(dataset=CURATED)).receipt.index]
    for subject in ({"dataset": CURATED}, {"snapshot": {"dataset": CURATED, "digest": DIGEST}}):
        told.record(decision(told.record(request(subject=subject)).receipt.index), approver)
    assert [each.status for each in dossier(told, now(told)).approvals] == ["INVALIDATED", "APPROVED", "APPROVED"]
    told.record(registration(artifact_digest="sha256:" + "9" * 64))
    changed += [
        told.record(declaration(dataset=CURATED, owner="oncology")).receipt.index,
        told.record(verification(result="MISMATCH", differing=["part-a.csv"])).receipt.index,
    ]
    # What is put back revives nothing, and an approval goes on citing the record that ended it.
    told.record(registration(intended_use="As before"))
    told.record(declaration(dataset=CURATED))
    told.record(verification(method="Hashed once more"))
    made = dossier(told, now(told))
    ended = [(each.status, each.invalidated.entry if each.invalidated else None) for each in made.approvals]
    assert ended == [("INVALIDATED", one) for one in changed]
    assert verify_file(told.issue_context(made, "json"), str(told.ledger.verifiers[0])).ok


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
    assert model_dossier(house.view(), house.ledger, VERSION) is None


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


def test_a_run_that_failed_and_then_completed_failed(house: House) -> None:
    tried(house, "a", "FAIL", "2026-01-01")
    house.send(event("COMPLETE", "2026-01-01T11:00:00Z", run_named("a")))
    tried(house, "b", "COMPLETE", "2026-01-02")
    house.record(seal(run_id=run_named("b")))
    house.record(registration(run_id=run_named("b")))
    failed, completed = dossier(house, now(house)).runs
    assert (failed.state, failed.attempt, failed.retried_by) == ("FAIL", True, completed.run)


def test_a_schema_that_a_reader_gave_is_in_force_until_a_writer_gives_another(house: House) -> None:
    read = event("COMPLETE", "2026-01-01T10:00:00Z", run_named("a"))
    read["inputs"] = [{**CURATED, "facets": {"schema": {"fields": [{"name": "a"}]}}}]
    read["outputs"] = []
    house.send(read)
    house.send(event(at="2026-01-02T10:00:00Z", run=run_named("b"), schema={"fields": [{"name": "b"}]}))
    house.record(seal(run_id=run_named("b")))
    house.record(registration(run_id=run_named("b")))
    made = dossier(house, now(house))
    ((change),) = made.schema_changes
    assert (change.added, change.removed, change.run) == (("b",), ("a",), run_named("b"))
    assert verify_file(house.issue_context(made, "json"), str(house.ledger.verifiers[0])).ok


def test_of_two_schemas_that_take_effect_at_one_moment_only_the_one_that_stays_counts(house: House) -> None:
    for letter, column in (("a", "a"), ("b", "b"), ("c", "a")):
        house.send(event(run=run_named(letter), schema={"fields": [{"name": column}]}))
    house.record(seal(run_id=run_named("c")))
    house.record(registration(run_id=run_named("c")))
    assert dossier(house, now(house)).schema_changes == ()


def test_what_failed_before_an_earlier_success_is_not_this_ones_retry(house: House) -> None:
    tried(house, "a", "FAIL", "2026-01-01")
    tried(house, "b", "COMPLETE", "2026-01-02")
    tried(house, "c", "COMPLETE", "2026-01-03")
    house.record(seal(run_id=run_named("c")))
    house.record(registration(run_id=run_named("c")))
    assert [each.state for each in dossier(house, now(house)).runs] == ["COMPLETE"]


@pytest.mark.parametrize(
    "kind",
    [
        "run_event",
        "declare_dataset",
        "tag",
        "attest_deidentification",
        "seal_snapshot",
        "verify_snapshot",
        "register_model_version",
        "request_approval",
        "decide_approval",
    ],
)
def test_a_report_of_what_was_erased_is_never_false_and_names_what_it_cannot_compare(told: House, kind: str) -> None:
    ada = told.act_as("ada", "engineer", "auditor")
    told.record(verification(result="MISMATCH", differing=["part-a.csv"]), ada)
    stored = told.ledger.entries(0, told.ledger.size())
    cited = {each.index for each in dossier(told, now(told)).evidence.cited if each.withheld is None}
    mine = [each.index for each in stored if each.entry.kind.endswith(f".{kind}") and each.index in cited]
    assert mine
    erasure = {"kind": "erase_entries", "entries": mine, "reason": "made up", "authority": "made up"}
    told.record(erasure, told.act_as("omega", "admin"))
    made = dossier(told, now(told))
    result = verify_file(told.issue_context(made, "json"), str(told.ledger.verifiers[0]))
    assert [check for check in result.checks if check.status == "FAIL"] == []
    withheld = {each.index for each in made.evidence.cited if each.withheld == "ERASED"}
    assert withheld <= set(mine)
    assert result.verdict == ("NOT VERIFIED" if withheld else "VERIFIED")
    named = next(check.detail for check in result.checks if check.name == "withheld bodies")
    assert all(f"#{index} (ERASED)" in named for index in withheld)


def test_an_erased_verification_still_says_what_was_found(told: House) -> None:
    told.record(verification(result="MISMATCH", differing=["part-a.csv"]))
    index = told.ledger.size() - 1
    erasure = {"kind": "erase_entries", "entries": [index], "reason": "made up", "authority": "made up"}
    told.record(erasure, told.act_as("omega", "admin"))
    checked = dossier(told, now(told)).snapshots[0].verification
    assert checked is not None
    assert (checked.result, checked.entries) == ("MISMATCH", (index,))


def test_a_report_whose_issue_was_erased_is_not_verified(told: House) -> None:
    made = dossier(told, now(told))
    drawing = draw(made, "json")
    index = told.intake.issue_report(issued_record(made, drawing), local_actor(), "tests").result().receipt.index
    told.project()
    erasure = {"kind": "erase_entries", "entries": [index], "reason": "made up", "authority": "made up"}
    told.record(erasure, told.act_as("omega", "admin"))
    result = verify_file(drawing.finish(proven(told.ledger, made, index)), str(told.ledger.verifiers[0]))
    assert {check.name: check.status for check in result.checks if check.status != "PASS"} == {"issued": "NOT VERIFIED"}


def test_a_body_too_large_to_travel_is_named_and_not_taken_for_compared(house: House) -> None:
    manifest = [
        {"path": f"{'deep/' * 40}{number}", "size": 1, "digest": f"sha256:{number:064x}"} for number in range(16_000)
    ]
    digest = manifest_digest(manifest)
    house.send(event(version={"datasetVersion": digest}))
    index = house.record(seal(digest=digest, manifest=manifest)).receipt.index
    used = [{"dataset": CURATED, "digest": digest}]
    house.record(registration(trained_on=used, evaluated_on=[]))
    made = dossier(house, now(house))
    assert [each.index for each in made.evidence.cited if each.withheld == "TOO_LARGE"] == [index]
    result = verify_file(house.issue_context(made, "json"), str(house.ledger.verifiers[0]))
    assert result.verdict == "NOT VERIFIED"
    assert f"#{index} (TOO_LARGE)" in next(one.detail for one in result.checks if one.status == "NOT VERIFIED")
