"""Decisions and attestations by who should not have made them: each is a finding of the dossier, with its entries."""

from __future__ import annotations

import pytest

from catalog.access.model import Actor
from catalog.reading import AsOf
from catalog.reporting.model_dossier import model_dossier
from graph_schema.nodes import ModelVersion
from reports.parts.findings import Finding
from reports.standalone.verify_lineward import verify
from tests.support.records import (
    MODEL,
    House,
    attestation,
    decision,
    erasing,
    event,
    principal,
    registration,
    request,
    seal,
)

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
RULES = {
    "decision granted",
    "no emitter decides",
    "powers given by another",
    "decider independent",
    "signed in own name",
}


@pytest.fixture
def engineer(house: House) -> Actor:
    return house.act_as("ada", "engineer")


@pytest.fixture
def asked(house: House, engineer: Actor) -> int:
    house.send(event(), engineer)
    house.record(seal(), engineer)
    house.record(registration(), engineer)
    return house.record(request(), engineer).receipt.index


def found(house: House) -> list[Finding]:
    made = model_dossier(house.view(AsOf(valid_at=house.clock.micros())), house.ledger, VERSION)
    assert made is not None
    return [each for each in made.findings if each.rule in RULES]


def rules(house: House) -> set[str]:
    return {each.rule for each in found(house)}


def test_a_decision_on_a_kind_that_was_granted_is_none(house: House, asked: int) -> None:
    house.record(decision(asked), house.act_as("grace", "approver"))
    assert found(house) == []


def test_a_decision_on_a_kind_that_was_not_granted(house: House, asked: int) -> None:
    defined = house.append(principal("grace", "approver", approves=["IRB"]), "root")
    decided = house.append(decision(asked), "grace")
    ((one),) = found(house)
    assert (one.rule, one.severity, one.entries) == ("decision granted", "HIGH", (defined, decided))
    assert "clinical" in one.text


def test_a_decision_signed_with_another_name_than_the_signers_own(house: House, asked: int) -> None:
    house.append(principal("grace", "approver"), "root")
    defined = house.append({**principal("grace", "approver"), "display_name": "Testperson Omega"}, "root")
    signer = {"printed_name": "Testperson grace", "time_zone": "UTC"}
    decided = house.append(decision(asked, signer=signer), "grace")
    house.append(principal("grace", "approver"), "root")
    ((one),) = found(house)
    assert (one.rule, one.severity, one.topic, one.entries) == (
        "signed in own name",
        "HIGH",
        "signer",
        (defined, decided),
    )
    assert "Testperson grace" in one.text
    assert "Testperson Omega" in one.text


def test_a_name_that_was_erased_is_no_other_name(house: House, asked: int) -> None:
    defined = house.append(principal("grace", "approver"), "root")
    decided = house.append(decision(asked), "grace")
    assert found(house) == []
    house.record(erasing(decided))
    assert found(house) == []
    house.append({**principal("grace", "approver"), "display_name": "Testperson Omega"}, "root")
    house.record(erasing(defined))
    assert found(house) == []


def test_a_dossier_with_such_findings_verifies_offline(house: House, asked: int) -> None:
    signer = house.act_as("hedy", "approver")
    house.record(decision(asked), signer)
    made = model_dossier(house.view(AsOf(valid_at=house.clock.micros())), house.ledger, VERSION)
    assert made is not None
    assert verify(house.issue_context(made, "json"), str(house.ledger.verifiers[0])).ok
    house.append({**principal("stu", "steward"), "roles": ["steward", "admin"]}, "stu")
    house.append(attestation(), "stu")
    omega = {"printed_name": "Testperson Omega", "time_zone": "UTC"}
    house.append(decision(asked, signer=omega), "hedy")
    assert {"powers given by another", "signed in own name"} <= rules(house)
    made = model_dossier(house.view(AsOf(valid_at=house.clock.micros())), house.ledger, VERSION)
    assert made is not None
    result = verify(house.issue_context(made, "json"), str(house.ledger.verifiers[0]))
    assert [check.name for check in result.checks if check.status != "PASS"] == []


def test_a_grant_after_the_decision_mends_nothing(house: House, asked: int) -> None:
    house.append(principal("grace", "approver", approves=[]), "root")
    house.append(decision(asked), "grace")
    house.append(principal("grace", "approver"), "root")
    assert rules(house) == {"decision granted"}


def test_a_grant_that_is_taken_away_after_the_decision_was_one(house: House, asked: int) -> None:
    house.append(principal("grace", "approver"), "root")
    house.append(decision(asked), "grace")
    house.append(principal("grace", "approver", approves=[]), "root")
    assert found(house) == []


def test_a_decision_by_whom_nobody_defined(house: House, asked: int) -> None:
    decided = house.append(decision(asked), "nobody")
    ((one),) = found(house)
    assert (one.rule, one.entries) == ("decision granted", (decided,))


@pytest.mark.parametrize("more", [{"roles": ["approver", "emitter"]}, {"principal_kind": "EMITTER"}])
def test_a_decision_by_an_emitter(house: House, asked: int, more: dict[str, object]) -> None:
    house.append({**principal("grace", "approver"), **more}, "root")
    house.append(decision(asked), "grace")
    assert rules(house) == {"no emitter decides"}


def test_a_decision_by_an_admin_who_took_the_role(house: House, asked: int) -> None:
    house.append(principal("root", "admin"), "local")
    taken = house.append(principal("root", "admin", "approver"), "root")
    house.append({**principal("root", "admin", "approver"), "title": "Made-up admin"}, "other")
    decided = house.append(decision(asked), "root")
    ((one),) = found(house)
    assert (one.rule, one.entries) == ("powers given by another", (taken, decided))


def test_a_power_that_was_lost_and_given_anew_by_another_is_none_taken(house: House, asked: int) -> None:
    house.append(principal("root", "admin", "approver"), "root")
    house.append(principal("root", "admin"), "other")
    house.append(principal("root", "admin", "approver"), "other")
    house.append(decision(asked), "root")
    assert found(house) == []


def test_a_decision_by_whom_the_requester_granted_the_power(house: House, asked: int) -> None:
    house.append(principal("grace", "approver"), "ada")
    house.append(decision(asked), "grace")
    assert rules(house) == {"decider independent"}


def test_a_decision_by_whom_the_power_was_granted_by_who_sealed_the_data(house: House, asked: int) -> None:
    sealer = house.act_as("sam", "engineer")
    house.record(seal(), sealer)
    house.append(principal("grace", "approver"), "sam")
    house.append(decision(asked), "grace")
    assert rules(house) == {"decider independent"}


def test_a_decision_under_a_key_that_the_requester_had_made(house: House) -> None:
    both = house.act_as("ada", "engineer", "admin")
    house.send(event(), both)
    house.record(seal(), both)
    house.record(registration(), both)
    index = house.record(request(), both).receipt.index
    own = house.act_as("grace", "approver")
    key, issued = house.intake.issue_key("grace", both, "tests")
    issued.result()
    house.project()
    borrowed = house.authenticator.authenticate(key.secret, from_loopback=True)
    other = house.record(request(reason="Another"), both).receipt.index
    house.record(decision(other), own)
    assert found(house) == []
    decided = house.record(decision(index), borrowed).receipt.index
    ((one),) = found(house)
    assert (one.rule, one.entries) == ("decider independent", (decided,))


def test_an_attestation_by_who_took_the_role(house: House, asked: int) -> None:
    house.append(principal("stu", "admin"), "local")
    taken = house.append(principal("stu", "admin", "steward"), "stu")
    attested = house.append(attestation(), "stu")
    ((one),) = found(house)
    assert (one.rule, one.entries) == ("powers given by another", (taken, attested))
