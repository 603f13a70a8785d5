"""What a reader sees of a request for approval and of each decision on it."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from reports.document import Cell, SignOff
from reports.drawing import document_of
from reports.kinds import ModelDossier
from reports.parts.approvals import Approval, ApprovalStatus
from reports.parts.findings import Finding
from reports.parts.signatures import Decision
from tests.support.dossier import clinical_dossier


def cards(context: ModelDossier) -> list[SignOff]:
    return [block for block in document_of(context)[1].blocks if isinstance(block, SignOff)]


def text(cell: Cell) -> str:
    return " / ".join("".join(span.text for span in line) for line in cell)


def card_of(approval: Approval) -> SignOff:
    (found,) = cards(replace(clinical_dossier(), approvals=(approval,), findings=()))
    return found


def decided(**changes: object) -> Approval:
    """Return the first approval of the story with its decision changed."""
    first = clinical_dossier().approvals[0]
    decision: Decision = replace(first.decisions[0], **changes)  # type: ignore[arg-type]  # any of its fields
    return replace(first, decisions=(decision,))


def rows_of(decision_of: Approval) -> dict[str, str]:
    return {name: text(cell) for name, cell in card_of(decision_of).decisions[0]}


@pytest.mark.parametrize("status", get_args(ApprovalStatus))
def test_every_status_is_said_in_words(status: ApprovalStatus) -> None:
    rows = dict(card_of(replace(clinical_dossier().approvals[0], status=status)).rows)
    assert text(rows["Status"]).lower().startswith(status.lower())


def test_an_abstention_decides_nothing_and_approves_no_release() -> None:
    card = card_of(replace(decided(decision="ABSTAIN"), status="ABSTAINED"))
    status = text(dict(card.rows)["Status"])
    assert "decides nothing; the request is still open" in status
    assert "approves no release" in status
    shown = {name: text(cell) for name, cell in card.decisions[0]}
    assert shown["Decision"] == "ABSTAIN decides nothing; the request stays open for somebody else"
    assert "Holds until" not in shown


def test_an_approval_that_a_grave_finding_is_about_is_not_to_be_relied_on() -> None:
    approval = clinical_dossier().approvals[0]
    entry = approval.decisions[0].entry
    finding = Finding(rule="a rule", severity="HIGH", topic="signer", subject="s", text="So.", entries=(entry,))
    shown = {}
    for severity in ("HIGH", "MEDIUM"):
        found = replace(finding, severity=severity)
        (card,) = cards(replace(clinical_dossier(), approvals=(approval,), findings=(found,)))
        shown[severity] = text(dict(card.rows)["Status"])
    assert shown["HIGH"] == f"Approved, but not to be relied on: a finding of the severity HIGH is about it. #{entry}"
    assert shown["MEDIUM"] == "Approved, and in force at the read point."


def test_a_request_without_an_end_says_so_and_is_no_gap() -> None:
    approval = replace(clinical_dossier().approvals[0], expires_at=None)
    (line,) = dict(card_of(approval).rows)["Expires"]
    assert [(span.text, span.style) for span in line] == [("never: it was asked for without an end", "plain")]


@pytest.mark.parametrize(
    ("decision_ends", "request_ends", "shown"),
    [
        ("2031-08-01T00:00:00Z", "2031-09-01T00:00:00Z", "2031-08-01 00:00:00 UTC"),
        ("2031-10-01T00:00:00Z", "2031-09-01T00:00:00Z", "2031-09-01 00:00:00 UTC"),
        (None, "2031-09-01T00:00:00Z", "2031-09-01 00:00:00 UTC"),
        ("2031-08-01T01:00:00+02:00", "2031-08-01T00:00:00Z", "2031-07-31 23:00:00 UTC"),
        (None, None, "what it binds changes: neither it nor the request has an end"),
    ],
)
def test_an_approval_holds_until_the_first_end(decision_ends: str | None, request_ends: str | None, shown: str) -> None:
    assert rows_of(replace(decided(expires_at=decision_ends), expires_at=request_ends))["Holds until"] == shown


def test_a_decision_shows_title_organisation_and_the_key_that_proved_its_signer() -> None:
    shown = rows_of(decided())
    assert shown["Title, organisation"] == "Cardiologist, St. Example Hospital #4"
    assert shown["Principal"].startswith("testperson-gamma authenticated / by API key ")


def test_a_decision_says_what_is_not_recorded_of_its_signer() -> None:
    shown = rows_of(decided(signer=None, key_id=None))
    assert shown["Title, organisation"] == "signer: not recorded"
    assert shown["Principal"] == "testperson-gamma authenticated / API key: not recorded"
    signer = clinical_dossier().approvals[0].decisions[0].signer
    assert signer is not None
    bare = rows_of(decided(signer=replace(signer, title=None, organisation=None)))
    assert bare["Title, organisation"] == "title: not recorded, organisation: not recorded #4"


def test_a_decision_of_the_local_principal_names_no_key() -> None:
    second = cards(clinical_dossier())[1]
    shown = {name: text(cell) for name, cell in second.decisions[0]}
    assert shown["Principal"] == "local principal, unauthenticated"
