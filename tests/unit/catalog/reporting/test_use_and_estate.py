"""What a dossier says of the use of a model version and of what it rests on; forgeries are refused by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.reading import AsOf
from catalog.reporting.model_dossier import model_dossier
from graph_schema.nodes import Dataset, ModelVersion
from reports.kinds import ModelDossier
from reports.parts.estate import EstateFinding
from reports.parts.model_use import AppliedStatement, UseReason
from reports.standalone.verify_lineward import verify
from tests.support.records import CURATED, MODEL, RAW, House, declaration, event, registration, seal, tag

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
CURATED_ID = Dataset(CURATED["namespace"], CURATED["name"]).id
BOARD = "Made-up board"
RULE = "FIELDS_DECLARED"


@pytest.fixture
def house(house: House) -> House:
    house.record(declaration())
    house.send(event())
    house.record(seal())
    house.record(tag())
    # Without its run, which read the raw data: what lies between is then on the way.
    house.record({name: value for name, value in registration().items() if name not in {"run_id", "job"}})
    return house


def context(house: House) -> ModelDossier:
    made = model_dossier(house.view(AsOf(valid_at=house.clock.micros())), house.ledger, VERSION)
    assert made is not None
    return made


def failing(house: House, made: ModelDossier) -> set[str]:
    """Return which checks fail of a dossier that somebody has issued."""
    result = verify(house.issue_context(made, "json"), str(house.ledger.verifiers[0]))
    return {check.name for check in result.checks if check.status != "PASS"}


def permit(house: House, name: str = "made-up-1", kind: str = "permit_use", **fields: Any) -> None:
    of = {"dataset": RAW if kind == "permit_use" else CURATED}
    house.record({"kind": kind, "use_statement": name, "of": of, "authority": BOARD, **fields})


def statement(made: ModelDossier, name: str) -> AppliedStatement:
    return next(one for one in made.statements if one.statement == name)


def decisions(made: ModelDossier) -> dict[str, str]:
    return {one.purpose: one.decision for one in made.answers}


def finding(made: ModelDossier, node: str = CURATED_ID) -> EstateFinding:
    return next(one for one in made.estate if (one.code, one.node) == (RULE, node))


def test_a_statement_reaches_the_version_by_a_way_and_decides(house: House) -> None:
    permit(house, purposes=["HRESCH"], terms=[{"code": "NRES"}], obligations=["ENCRYPT"])
    made = context(house)
    one = statement(made, "made-up-1")
    assert (one.subject, [step.target for step in one.way]) == ("landing/visits", ["curated/visits", "readmission 1"])
    assert (one.purposes, one.obligations) == (("HRESCH",), ("ENCRYPT",))
    assert decisions(made)["TREAT"] == "DENY"
    assert any(reason.statement == "made-up-1" for answer in made.answers for reason in answer.reasons)
    assert failing(house, made) == set()


def test_what_stays_open_names_the_record_that_would_decide(house: House) -> None:
    permit(house, purposes=["MLTRAINING"], terms=[{"code": "NRES"}, {"code": "IRB"}])
    made = context(house)
    answer = next(one for one in made.answers if one.purpose == "MLTRAINING")
    assert answer.decision == "ABSTAIN"
    assert "IRB_APPROVAL" in {reason.awaits for reason in answer.reasons}


def test_a_licence_replaces_a_statement_and_both_are_shown(house: House) -> None:
    permit(house, purposes=["HRESCH"])
    permit(house, "made-up-2", "license_use", purposes=["TREAT"], replaces=["made-up-1"], basis="Amendment")
    made = context(house)
    assert statement(made, "made-up-1").replaced_by == ("made-up-2",)
    assert failing(house, made) == set()


def test_a_withdrawal_and_an_end_are_shown_and_cited(house: House) -> None:
    permit(house, purposes=["HRESCH"], consent={"state": "GIVEN"})
    house.record({"kind": "withdraw_consent", "use_statement": "made-up-1", "reason": "Received"})
    house.record({"kind": "end_use_statement", "use_statement": "made-up-1", "reason": "Closed"})
    made = context(house)
    one = statement(made, "made-up-1")
    assert one.withdrawn_since is not None
    assert one.until is not None
    assert len(one.entries) == 3
    assert failing(house, made) == set()


@pytest.mark.parametrize(
    "forged",
    [
        {"authority": "Another board"},
        {"purposes": ("TREAT",)},
        {"obligations": ()},
        {"refrains": ("NORDSCLCD",)},
        {"places": ("EU",)},
        {"basis": "None at all"},
        {"consent": None},
        {"withdrawn_since": None},
        {"until": "2099-01-01T00:00:00.000000Z"},
        {"terms": ()},
        {"way": ()},
    ],
)
def test_a_statement_that_no_record_makes_is_refused(house: House, forged: dict[str, Any]) -> None:
    permit(house, purposes=["HRESCH"], terms=[{"code": "NRES"}], obligations=["ENCRYPT"], consent={"state": "GIVEN"})
    house.record({"kind": "withdraw_consent", "use_statement": "made-up-1", "reason": "Received"})
    made = context(house)
    others = tuple(one for one in made.statements if one.statement != "made-up-1")
    lied = replace(made, statements=(*others, replace(statement(made, "made-up-1"), **forged)))
    assert "derived: use statements" in failing(house, lied)


@pytest.mark.parametrize(
    ("purpose", "forged"),
    [
        ("TREAT", {"decision": "ABSTAIN"}),
        ("TREAT", {"decision": "PERMIT"}),
        ("MLTRAINING", {"decision": "PERMIT"}),
        ("HRESCH", {"obligations": ()}),
        ("HRESCH", {"refrains": ()}),
        ("TREAT", {"reasons": ()}),
        ("TREAT", {"reasons": (UseReason(statement="made-up-9", text="It allows TREAT."),)}),
        ("TREAT", {"reasons": (UseReason(text="Nobody said anything."),)}),
        ("TREAT", {"entries": ()}),
    ],
)
def test_an_answer_that_the_statements_do_not_give_is_refused(
    house: House, purpose: str, forged: dict[str, Any]
) -> None:
    permit(house, purposes=["HRESCH"], terms=[{"code": "NRES"}], obligations=["ENCRYPT"])
    made = context(house)
    assert "derived: use answers" not in failing(house, made)
    answers = tuple(replace(one, **forged) if one.purpose == purpose else one for one in made.answers)
    assert "derived: use answers" in failing(house, replace(made, answers=answers))


def test_a_statement_that_ended_or_is_of_places_or_of_nothing_that_is_known_permits_nothing(house: House) -> None:
    permit(house, terms=[{"code": "NRES"}], places=["EU"])
    made = context(house)
    lied = tuple(replace(one, decision="PERMIT") for one in made.answers)
    assert "derived: use answers" in failing(house, replace(made, answers=lied))
    house.record({"kind": "end_use_statement", "use_statement": "made-up-1", "reason": "Closed"})
    made = context(house)
    assert {one.decision for one in made.answers} == {"DENY"}
    lied = tuple(replace(one, decision="ABSTAIN") for one in made.answers)
    assert "derived: use answers" in failing(house, replace(made, answers=lied))


def test_what_a_declaration_permits_cannot_be_left_out(house: House) -> None:
    made = context(house)
    kept = tuple(one for one in made.statements if not one.statement.startswith("declared of landing"))
    assert len(kept) < len(made.statements)
    assert "derived: use answers" in failing(house, replace(made, statements=kept))


def test_a_label_that_is_said_of_the_data_cannot_be_left_out_of_those_that_it_holds(house: House) -> None:
    house.record(tag(dataset=CURATED, column=None))
    made = context(house)
    assert failing(house, made) == set()
    said = {(one.dataset, one.kind) for one in made.labels if one.present}
    place = next(one for one in sorted(said) if one[0] in {each.dataset for each in made.snapshots})
    kept = tuple(one for one in made.effective if (one.asset, one.kind) != place)
    assert "derived: labels that flow" in failing(house, replace(made, effective=kept))


def test_what_is_found_on_what_it_rests_on_is_open_until_somebody_accepts_it(house: House) -> None:
    made = context(house)
    assert (finding(made).stands, finding(made).decided) == ("OPEN", None)
    ada = house.act_as("ada", "steward")
    until = "2099-01-01T00:00:00Z"
    told = {"rule": RULE, "subject": CURATED_ID, "reason": "Told"}
    house.record({"kind": "accept_finding", **told, "until": until}, ada)
    made = context(house)
    accepted = finding(made)
    assert accepted.stands == "ACCEPTED"
    assert accepted.decided is not None
    assert (accepted.decided.by.id, accepted.decided.reason) == ("ada", "Told")
    assert failing(house, made) == set()
    house.record({"kind": "reopen_finding", **told}, ada)
    again = context(house)
    assert finding(again).stands == "OPEN"
    assert failing(house, again) == set()


@pytest.mark.parametrize("forged", [{"stands": "ACCEPTED"}, {"stands": "ACKNOWLEDGED"}, {"code": "RETENTION_KEPT"}])
def test_a_finding_that_stands_otherwise_than_somebody_decided_is_refused(house: House, forged: dict[str, Any]) -> None:
    house.record({"kind": "acknowledge_finding", "rule": RULE, "subject": CURATED_ID, "reason": "Known"})
    house.record({"kind": "reopen_finding", "rule": RULE, "subject": CURATED_ID, "reason": "Again"})
    made = context(house)
    others = tuple(one for one in made.estate if one != finding(made))
    assert "derived: findings of the estate" in failing(
        house, replace(made, estate=(*others, replace(finding(made), **forged)))
    )


def test_what_is_found_on_a_statement_that_reaches_it_and_on_a_key_is_shown_too(house: House) -> None:
    permit(house, terms=[{"code": "NRES"}], consent={"state": "GIVEN"})
    house.record({"kind": "withdraw_consent", "use_statement": "made-up-1", "reason": "Received"})
    for one, environment in ((RAW, "TRAINING"), (CURATED, "SANDBOX")):
        keys = [{"key": "keys.example/1", "environment": environment}]
        house.record({"kind": "declare_dataset", "dataset": one, "encryption_keys": keys})
    made = context(house)
    found = {one.code: one.subject for one in made.estate}
    assert found["CONSENT_HOLDS"] == "made-up-1"
    assert found["KEY_OF_ONE_ENVIRONMENT"] == "keys.example/1"
    assert failing(house, made) == set()


def test_how_a_dataset_is_kept_is_declared_and_verified(house: House) -> None:
    house.record({"kind": "declare_source", "source": "made-up EHR", "source_kind": "EHR", "permitted_places": ["EU"]})
    kept = {
        "place": "cellar",
        "retention": {"policy_class": "RESEARCH", "period_days": 30, "clock": "STUDY_END"},
        "encryption_keys": [{"key": "keys/7", "environment": "TRAINING"}],
        "encryption": {"at_rest": "CUSTOMER_KEY"},
        "plaintext_window": {"where": "memory", "seconds": 60},
        "compute_isolation": {"ephemeral_nodes": True},
        "persons": 12,
        "genomic": False,
    }
    house.record({"kind": "declare_dataset", "dataset": RAW, **kept})
    made = context(house)
    (source,) = (one for one in made.sources if one.dataset == "landing/visits")
    now = {one.field: one.value if one.changed is None else one.changed.value for one in source.declared}
    assert now["place"] == "cellar"
    assert now["retention"] == "RESEARCH, 30 days from STUDY_END"
    assert now["encryption_keys"] == "keys/7 (TRAINING)"
    assert now["encryption"] == "at rest CUSTOMER_KEY"
    assert now["plaintext_window"] == "memory, 60 seconds at most"
    assert now["compute_isolation"] == "ephemeral nodes yes"
    assert (now["persons"], now["genomic"]) == ("12", "no")
    assert now["permitted_places"] == "EU, by source made-up EHR"
    assert failing(house, made) == set()
