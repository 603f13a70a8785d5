from __future__ import annotations

from typing import Any

import pytest

from catalog.access.permissions import Permission
from catalog.access.rules import require
from catalog.errors import AskerError, SenderError
from catalog.labels.queries import attestations, labels
from catalog.reading import AsOf
from catalog.view import View
from graph_schema.nodes import Dataset, Job
from graph_schema.vocabulary import hipaa
from tests.support.records import CURATED, JOB, RAW, RUN, House, acting, attestation, event, run_node, tag

RAW_ID = Dataset(**RAW).id
CLAIMED = {"kind": "QUASI_IDENTIFIER", "field": "zip", "codes": [], "confidentiality": "N"}
CLAIM: dict[str, Any] = {"lineward_phiTags": {"tags": [CLAIMED]}}


@pytest.fixture
def house(house: House) -> House:
    house.send(event(**CLAIM))
    return house


def test_a_tag_says_who_what_and_why(house: House) -> None:
    house.record(tag())
    (label,) = labels(View(house.store), [RAW_ID])[RAW_ID]
    assert (label.kind, label.column, label.present, label.origin, label.confidentiality) == (
        "DIRECT_IDENTIFIER",
        "mrn",
        True,
        "ASSERTED",
        "R",
    )
    assert [(code.system, code.code) for code in label.codes] == [(hipaa.SYSTEM, "H")]
    assert (label.tag.by, label.tag.entry) == ("local", 1)


def test_a_claim_counts_until_a_person_rejects_it(house: House) -> None:
    curated = Dataset(**CURATED).id
    (claimed,) = labels(View(house.store), [curated])[curated]
    assert (claimed.present, claimed.origin, claimed.tag.by) == (True, "CLAIMED", run_node(RUN).id)
    house.record(tag(dataset=CURATED, column="zip", phi_kind="QUASI_IDENTIFIER", stance="REJECT", reason="Made up"))
    (rejected,) = labels(View(house.store), [curated])[curated]
    assert (rejected.present, rejected.origin, len(rejected.history)) == (False, "ASSERTED", 2)


def test_a_claim_after_a_rejection_changes_nothing(house: House) -> None:
    curated = Dataset(**CURATED).id
    house.record(tag(dataset=CURATED, column="zip", phi_kind="QUASI_IDENTIFIER", stance="REJECT", reason="Made up"))
    house.send(event(at="2027-01-01T00:00:00Z", run="0190d2e6-0000-7000-8000-00000000000b", **CLAIM))
    (label,) = labels(View(house.store), [curated])[curated]
    assert not label.present


@pytest.mark.parametrize("levels", [("R", "N"), ("N", "R"), ("V", "R"), ("U", "N", "M")])
def test_the_highest_confidentiality_of_what_holds_counts(house: House, levels: tuple[str, ...]) -> None:
    for level in levels:
        house.record(tag(confidentiality=level, reason=f"As {level}"))
    (label,) = labels(View(house.store), [RAW_ID])[RAW_ID]
    assert label.confidentiality == max(levels, key="ULMNRV".index)


def test_the_newest_of_what_persons_say_counts(house: House) -> None:
    for stance in ("ASSERT", "REJECT", "ASSERT"):
        house.record(tag(stance=stance))
    (label,) = labels(View(house.store), [RAW_ID])[RAW_ID]
    assert label.present
    assert [each.stance for each in label.history] == ["ASSERT", "REJECT", "ASSERT"]
    (before,) = labels(View(house.store, AsOf(known_at=2)), [RAW_ID])[RAW_ID]
    assert not before.present


def test_judging_a_tag_takes_more_than_making_one() -> None:
    require(acting("engineer"), Permission.TAG)
    with pytest.raises(AskerError, match="steward"):
        require(acting("engineer"), Permission.JUDGE_TAGS)
    require(acting("steward"), Permission.JUDGE_TAGS)


def test_an_engineer_may_not_reject(house: House) -> None:
    engineer = house.act_as("ada", "engineer")
    house.record(tag(), engineer)
    with pytest.raises(AskerError) as caught:
        house.record(tag(stance="REJECT"), engineer)
    assert caught.value.status == 403


def test_a_tag_on_an_unknown_dataset_is_refused(house: House) -> None:
    with pytest.raises(SenderError, match="declare it first") as caught:
        house.record(tag(dataset={"namespace": "no", "name": "where"}))
    assert caught.value.pointer == "/dataset"


def test_a_code_of_a_system_kept_here_must_be_in_it(house: House) -> None:
    with pytest.raises(SenderError, match="no code") as caught:
        house.record(tag(codes=[{"system": hipaa.SYSTEM, "code": "Z"}]))
    assert caught.value.pointer == "/codes/0"


def test_a_code_of_a_foreign_system_is_taken_with_a_warning(house: House) -> None:
    accepted = house.record(tag(codes=[{"system": "http://loinc.org", "code": "1234-5"}]))
    assert any("not kept here" in warning for warning in accepted.warnings)


def test_an_attestation_covers_its_run_while_it_lasts(house: House) -> None:
    house.record(attestation())
    run = run_node(RUN).id
    (found,) = attestations(View(house.store), [run, Job(**JOB).id])[run]
    assert (found.method, found.in_force, found.expert) == ("EXPERT_DETERMINATION", True, "Testperson Beta")
    at = house.clock.micros()
    (later,) = attestations(View(house.store, AsOf(valid_at=found.until or 0)), [run])[run]
    assert not later.in_force
    assert attestations(View(house.store, AsOf(valid_at=found.valid_from - 1)), [run]) == {}
    assert at > found.valid_from


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"expert": None}, "/expert"),
        ({"method": "NONE"}, "/clears"),
        ({"until": "2020-01-01T00:00:00Z"}, "/until"),
        ({"valid_from": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "/until"),
        ({"job": {"namespace": "no", "name": "such"}}, "/job"),
        ({"run_id": "no such"}, "/run_id"),
        ({"alterations": ["MASK"]}, "/alterations/0"),
    ],
)
def test_an_attestation_that_does_not_hold_together_is_refused(
    house: House, more: dict[str, object], pointer: str
) -> None:
    with pytest.raises(SenderError) as caught:
        house.record(attestation(**more))
    assert caught.value.pointer == pointer
