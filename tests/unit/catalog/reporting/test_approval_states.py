"""Wherever a request for approval stands, a genuine report of it verifies, and one that makes it milder does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.access.model import Actor
from catalog.errors import SenderError
from catalog.reading import AsOf
from catalog.reporting.approvals_record import approvals_record
from catalog.reporting.issuing import issued_record
from catalog.reporting.model_dossier import model_dossier
from reports.context import Context
from reports.drawing import draw
from reports.kinds import ApprovalsRecord
from reports.standalone import verify_lineward
from tests.support.genuine import REGISTERED, VERSION
from tests.support.records import House, decision, delegation, request

TRAINED = "Train the staff on the ward"
DAY = 86_400


class Asked:
    """A request for approval of a version, and who decides on it."""

    def __init__(self, house: House, **terms: Any) -> None:
        self.house = house
        self.ada = house.act_as("ada", "engineer", "steward")
        self.people = {name: house.act_as(name, "approver") for name in ("grace", "joan")}
        for payload in REGISTERED[:3]:
            house.record(payload, self.ada)
        self.index = house.record(request(**terms), self.ada).receipt.index

    def decide(self, who: str, what: str, **more: Any) -> None:
        self.house.record(decision(self.index, decision=what, conditions=[], **more), self.people[who])

    def say(self, kind: str, who: Actor | None = None, **fields: Any) -> None:
        self.house.record({"kind": kind, **fields}, who or self.ada)

    def record(self) -> ApprovalsRecord:
        view = self.house.view(AsOf(valid_at=self.house.clock.micros()))
        found = approvals_record(view, self.house.ledger, VERSION)
        assert found is not None
        return found

    def wrong(self, context: Context) -> set[str]:
        file = self.house.issue_context(context, "json")
        key = str(self.house.ledger.verifiers[0])
        return {one.name for one in verify_lineward.verify(file, key).checks if one.status != "PASS"}

    def stands(self) -> str:
        """Return where it stands, after both reports of it were verified."""
        found = self.record()
        dossier = model_dossier(self.house.view(AsOf(valid_at=self.house.clock.micros())), self.house.ledger, VERSION)
        assert dossier is not None
        assert self.wrong(found) == self.wrong(dossier) == set()
        return found.approvals[0].status


@pytest.mark.parametrize(
    ("terms", "decided", "stands"),
    [
        ({}, ["grace DENY", "grace ABSTAIN"], "PENDING"),
        ({}, ["grace ABSTAIN"], "ABSTAINED"),
        ({}, ["grace APPROVE", "grace WITHDRAW", "joan ABSTAIN"], "PENDING"),
        ({"needed": 2}, ["grace APPROVE", "joan ABSTAIN"], "ABSTAINED"),
        ({"needed": 2}, ["grace APPROVE", "joan APPROVE"], "APPROVED"),
        ({"needed": 2}, ["grace APPROVE"], "PENDING"),
        ({"emergency": True}, ["grace APPROVE"], "APPROVED"),
    ],
)
def test_a_genuine_report_verifies_wherever_a_request_stands(
    house: House, terms: dict[str, Any], decided: list[str], stands: str
) -> None:
    asked = Asked(house, **terms)
    for who, what in map(str.split, decided):
        asked.decide(who, what)
    assert asked.stands() == stands


def test_an_emergency_that_nobody_ratified_lapses(house: House) -> None:
    asked = Asked(house, emergency=True)
    asked.decide("grace", "APPROVE")
    house.clock.now += 4 * DAY
    assert asked.stands() == "LAPSED"


def test_an_approval_that_requires_something_holds_once_that_is_met_on_record(house: House) -> None:
    asked = Asked(house)
    asked.decide("grace", "APPROVE", requires=[TRAINED])
    assert asked.stands() == "CONDITIONAL"
    milder = asked.record()
    granted = replace(milder, approvals=(replace(milder.approvals[0], status="APPROVED"),), findings=())
    assert "derived: approvals" in asked.wrong(granted)
    asked.say("meet_condition", request=asked.index, text=TRAINED, evidence="Their signatures")
    assert asked.stands() == "APPROVED"
    assert [one.text for one in asked.record().approvals[0].met] == [TRAINED]


def test_a_delegate_and_who_delegated_are_one_of_two_persons(house: House) -> None:
    asked = Asked(house, needed=2)
    kinds, until = [request()["approval_kind"]], "2027-01-01T00:00:00Z"
    asked.say(
        "delegate_approvals", asked.people["grace"], to="joan", approval_kinds=kinds, until=until, reason="On leave"
    )
    asked.decide("grace", "APPROVE")
    asked.decide("joan", "APPROVE")
    assert asked.stands() == "PENDING"
    found = asked.record()
    assert [(one.of.id, one.to.id) for one in found.delegations] == [("grace", "joan")]
    granted = replace(found, approvals=(replace(found.approvals[0], status="APPROVED"),), findings=())
    assert "derived: approvals" in asked.wrong(granted)
    assert "derived: approvals" in asked.wrong(replace(found, delegations=()))


def test_whoever_was_a_delegate_since_the_request_is_the_requester(house: House) -> None:
    """A delegation that is ended just before the decision changes nothing (GOVERNANCE A1: never the requester)."""
    asked = Asked(house)
    kinds = [request()["approval_kind"]]
    ada = house.act_as("ada", "approver", "engineer", "steward", approves=kinds)
    for lent in (kinds, []):
        until = "2031-01-01T00:00:00Z"
        asked.say("delegate_approvals", ada, to="grace", approval_kinds=lent, until=until, reason="On leave")
    # As an older catalog took it.
    house.append(decision(asked.index, conditions=[]), "grace", printed_name="Testperson grace")
    assert asked.stands() == "PENDING"
    assert asked.record().approvals[0].approved_by == ()
    asked.decide("joan", "APPROVE")
    assert asked.stands() == "APPROVED"


def test_a_signature_cannot_be_moved_to_another_decision(house: House) -> None:
    asked = Asked(house)
    asked.decide("grace", "ABSTAIN")
    asked.decide("joan", "APPROVE")
    found = asked.record()
    first, second = found.approvals[0].decisions
    moved = replace(found.approvals[0], decisions=(replace(first, signed=second.signed), second))
    assert "derived: approvals" in asked.wrong(replace(found, approvals=(moved,)))


def test_a_request_carries_the_digest_of_the_report_that_it_was_asked_with(house: House) -> None:
    asked = Asked(house)
    drawing = draw(asked.record(), "json")
    issued = house.intake.issue_report(issued_record(asked.record(), drawing), asked.ada, "tests").result()
    house.project()
    asked.house.clock.now += 1
    index = house.record(request(approval_kind="SAFETY", dossier=issued.receipt.index), asked.ada).receipt.index
    found = asked.record().approvals[-1]
    assert (found.entry, found.dossier, found.dossier_digest) == (index, issued.receipt.index, drawing.context_digest)
    assert asked.wrong(asked.record()) == set()
    other = replace(found, dossier_digest="sha256:" + "0" * 64)
    assert "derived: approvals" in asked.wrong(replace(asked.record(), approvals=(asked.record().approvals[0], other)))


@pytest.mark.parametrize("index", [0, 10_000])
def test_a_request_with_what_is_no_report_of_its_subject_is_refused(house: House, index: int) -> None:
    asked = Asked(house)
    with pytest.raises(SenderError, match="a report of the subject was issued"):
        house.record(request(approval_kind="SAFETY", dossier=index), asked.ada)


def test_a_request_with_a_report_that_shows_something_else_by_now_is_refused(house: House) -> None:
    asked = Asked(house)
    drawing = draw(asked.record(), "json")
    issued = house.intake.issue_report(issued_record(asked.record(), drawing), asked.ada, "tests").result()
    house.project()
    house.clock.now += 1
    house.record({**REGISTERED[2], "artifact_digest": "sha256:" + "9" * 64}, asked.ada)
    with pytest.raises(SenderError, match="issue it again"):
        house.record(request(approval_kind="SAFETY", dossier=issued.receipt.index), asked.ada)


def test_who_decides_with_an_interest_of_their_own_counts_for_nobody(house: House) -> None:
    asked = Asked(house)
    asked.decide("grace", "APPROVE", interest="Owns shares of the maker")
    assert asked.stands() == "PENDING"
    found = asked.record().approvals[0]
    assert found.decisions[0].counts_for is None
    counted = replace(found, decisions=(replace(found.decisions[0], counts_for="grace"),))
    assert "derived: approvals" in asked.wrong(replace(asked.record(), approvals=(counted,)))


def test_a1_of_two_approvals_between_which_a_delegation_began_one_counts(house: House) -> None:
    asked = Asked(house, needed=2)
    asked.decide("joan", "APPROVE")
    house.record(delegation("grace"), asked.people["joan"])
    asked.decide("grace", "APPROVE")
    assert asked.stands() == "PENDING"
    found = asked.record()
    # Each decision has the name that it was signed by, and one person approves.
    assert [one.counts_for for one in found.approvals[0].decisions] == ["joan", "grace"]
    assert found.approvals[0].approved_by == ("grace",)
    for more in ({"approved_by": ("grace", "joan")}, {"status": "APPROVED"}):
        forged = replace(found.approvals[0], **more)
        assert "derived: approvals" in asked.wrong(replace(found, approvals=(forged,)))
