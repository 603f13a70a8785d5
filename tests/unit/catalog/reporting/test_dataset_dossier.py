"""What the dossier of a dataset shows, and of what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.errors import SenderError
from catalog.grants.rules import DAY
from catalog.reading import AsOf
from catalog.reporting.contexts import context_of
from catalog.reporting.dataset_dossier import dataset_dossier
from catalog.reporting.model_dossier import model_dossier
from graph_schema.nodes import Dataset, ModelVersion
from graph_schema.times import format_time
from reports.document import Item, Summary
from reports.drawing import FORMS, document_of
from reports.kinds import DatasetDossier
from reports.parts.access import LONGEST_DAYS
from reports.standalone.outcome import Form
from reports.verify import verify
from tests.support.records import (
    CURATED,
    RAW,
    RUN,
    House,
    access_grant,
    access_request,
    attestation,
    breaking_glass,
    declaration,
    ending_grant,
    event,
    policies,
    registration,
    review,
    seal,
    tag,
    verification,
)

OF = {name: Dataset(one["namespace"], one["name"]).id for name, one in (("raw", RAW), ("curated", CURATED))}
VERSION = {"model_version": {"model": {"namespace": "models", "name": "readmission"}, "version": "1"}}


@pytest.fixture
def told(house: House) -> House:
    """A lake of two datasets, of which one was sealed, trained on and deployed."""
    house.send(event("START", "2026-01-01T09:00:00Z"))
    house.send(event(schema={"fields": [{"name": "mrn", "type": "string"}, {"name": "age", "type": "int"}]}))
    ada = house.act_as("ada", "engineer", "steward")
    for payload in (declaration(), tag(), seal(run_id=RUN), verification(), registration(run_id=RUN)):
        house.record(payload, ada)
    house.record(declaration(owner="oncology"), ada)
    house.record({"kind": "deploy_model_version", **VERSION, "environment": "shadow", "place": "North"}, ada)
    return house


def dossier(house: House, name: str = "curated") -> DatasetDossier:
    found = dataset_dossier(house.view(AsOf(valid_at=house.clock.micros())), house.ledger, OF[name])
    assert found is not None
    return found


def test_it_has_the_record_in_force_what_is_missing_and_all_that_was_declared(told: House) -> None:
    raw, curated = dossier(told, "raw"), dossier(told)
    assert {one.field: one.value for one in raw.stated}["owner"] == "oncology"
    assert [one.value for one in raw.history if one.field == "owner"] == ["cardiology", "oncology"]
    assert [gap.field for gap in raw.gaps if gap.subject == "landing/visits"] == []
    assert curated.stated == ()
    assert [gap.field for gap in curated.gaps if gap.subject == "curated/visits"] == [
        "owner",
        "source_system",
        "schema_version",
        "clinical_purpose",
        "phi_category",
        "retention",
        "permitted_use",
    ]


def test_it_leads_from_the_feeds_to_where_models_run(told: House) -> None:
    found = dossier(told)
    assert {(node.name, node.root, node.raw_feed) for node in found.nodes} == {
        ("landing/visits", False, True),
        ("curated/visits", True, False),
        ("readmission 1", False, False),
    }
    assert next((edge.kind, edge.job) for edge in found.edges) == ("RAN", "pipeline/curate")
    (model,) = found.models
    assert [(one.place, one.environment, one.live) for one in model.deployments] == [("North", "shadow", True)]
    assert [(one.state, one.role) for one in found.snapshots] == [("LIVE", "TRAINING")]
    assert [(one.name, one.type) for one in found.columns] == [("mrn", "string"), ("age", "int")]


def test_a_label_says_why_it_is_there(told: House) -> None:
    (label, *_) = [one for one in dossier(told).effective if one.column is None and one.kind == "DIRECT_IDENTIFIER"]
    assert (label.recorded_of, label.recorded_of_column) == ("landing/visits", "mrn")
    assert [hop.target for hop in label.hops] == ["curated/visits"]


def test_access_is_counted_by_person_and_purpose(told: House) -> None:
    grace, ada = told.act_as("grace", "approver"), told.act_as("ada", "engineer", "steward")
    told.record(policies(), ada)
    until = format_time(told.clock.micros() + 86_400_000_000)
    asked = told.record(access_request(until=until), grace).receipt.index
    granted = told.record(access_grant(until=until, request=asked), ada).receipt.index
    told.record(ending_grant(granted), ada)
    told.record(access_request(until=until, target={"target_kind": "DATASET", **RAW}), grace)
    for allowed in (True, False, False):
        now = format_time(told.clock.micros())
        target = {"target_kind": "DATASET", **CURATED}
        told.decide_access(target=target, at=now, known_at=5, allowed=allowed)
    found = dossier(told)
    assert [(one.entry, one.status) for one in found.access_requests] == [(asked, "GRANTED")]
    assert [(one.entry, one.status) for one in found.access_grants] == [(granted, "ENDED")]
    (counted,) = found.access_decisions
    assert (counted.permitted, counted.denied, len(counted.entries)) == (1, 2, 3)
    assert verify(told.issue_context(found, "json"), str(told.ledger.verifiers[0])).ok


def test_emergencies_are_shown_with_what_another_person_found(told: House) -> None:
    grace, ada = told.act_as("grace", "approver"), told.act_as("ada", "engineer", "steward")
    told.record(policies(), ada)
    soon = format_time(told.clock.micros() + 1_800_000_000)
    reviewed = told.record(breaking_glass(soon), grace).receipt.index
    found = told.record(review(reviewed, justified=False), ada).receipt.index
    waiting = told.record(breaking_glass(soon, reason="Another made-up emergency"), grace).receipt.index
    told.record(breaking_glass(soon, target={"target_kind": "DATASET", **RAW}), grace)
    shown = dossier(told)
    first, second = shown.access_emergencies
    assert first.review is not None
    assert (first.entry, first.review.entry, first.review.justified) == (reviewed, found, False)
    assert (second.entry, second.review) == (waiting, None)
    items = [(one.tone, one.verdict) for one in summary_of(shown) if one.verdict == "EMERGENCY"]
    assert items == [("bad", "EMERGENCY"), ("warn", "EMERGENCY")]
    key = str(told.ledger.verifiers[0])
    assert verify(told.issue_context(shown, "json"), key).ok
    # Nobody takes one out, or calls it justified.
    for forged in (
        replace(shown, access_emergencies=(first,)),
        replace(shown, access_emergencies=(replace(first, review=replace(first.review, justified=True)), second)),
    ):
        wrong = {one.name for one in verify(told.issue_context(forged, "json"), key).checks if one.status == "FAIL"}
        assert "derived: access" in wrong


def test_snapshots_that_are_not_as_sealed_come_before_those_that_are(told: House) -> None:
    ada = told.act_as("ada", "engineer", "steward")
    told.record(verification(result="MISMATCH", differing=["part-a.csv"]), ada)
    found = [(one.tone, one.line[0].text) for one in summary_of(dossier(told)) if one.verdict == "SNAPSHOTS"]
    assert found == [("bad", "1 of 1 snapshot: the newest verification found files that differ or are missing.")]


def summary_of(context: DatasetDossier) -> tuple[Item, ...]:
    return next(block for block in document_of(context)[1].blocks if isinstance(block, Summary)).items


def test_decisions_are_counted_of_the_days_that_are_asked_for(told: House) -> None:
    told.record(policies(), told.act_as("ada", "engineer", "steward"))
    now = told.clock.micros()
    for days in (1, 40):
        at = format_time(now - days * DAY)
        told.decide_access(target={"target_kind": "DATASET", **CURATED}, at=at, known_at=5, allowed=True)
    for days, counted in ((30, 1), (41, 2), (LONGEST_DAYS, 2)):
        found = dataset_dossier(
            told.view(AsOf(valid_at=told.clock.micros())), told.ledger, OF["curated"], access_days=days
        )
        assert found is not None
        assert (found.access_days, sum(one.permitted for one in found.access_decisions)) == (days, counted)
        assert verify(told.issue_context(found, "json"), str(told.ledger.verifiers[0])).ok
    with pytest.raises(SenderError, match="accessDays is for the dossier of a dataset"):
        context_of("approvals", told.view(), told.ledger, OF["curated"], None, 30)


@pytest.mark.parametrize(
    ("clears", "treated", "shown"), [([], "HG", "HG"), (["A"], "HA", "AH"), (["A"], "", "A"), ([], "", "")]
)
def test_an_attestation_shows_every_code_that_it_names_also_by_what_was_done_to_it(
    told: House, clears: list[str], treated: str, shown: str
) -> None:
    done = [{"code": {"system": "safe-harbor", "code": one}, "technique": "REMOVED"} for one in treated]
    named = [{"system": "safe-harbor", "code": one} for one in clears]
    told.record(attestation(clears=named, treatments=done), told.act_as("ada", "engineer", "steward"))
    of_dataset = dossier(told)
    of_version = model_dossier(told.view(), told.ledger, ModelVersion("models", "readmission", "1").id)
    assert of_version is not None
    for found, (one,) in ((of_dataset, of_dataset.attestations), (of_version, of_version.deidentification)):
        assert "".join(code.code for code in one.clears) == shown
        assert verify(told.issue_context(found, "json"), str(told.ledger.verifiers[0])).ok


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", OF)
def test_it_is_verified_offline(told: House, name: str, form: Form) -> None:
    result = verify(told.issue_context(dossier(told, name), form), str(told.ledger.verifiers[0]))
    assert [check for check in result.checks if check.status != "PASS"] == []


def test_nothing_is_said_of_what_is_not_known(house: House) -> None:
    house.record(declaration())
    assert dataset_dossier(house.view(), house.ledger, OF["curated"]) is None
