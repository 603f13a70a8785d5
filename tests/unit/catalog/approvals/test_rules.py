from __future__ import annotations

import pytest

from catalog.approvals.model import ApprovalState, Decision
from catalog.approvals.rules import check_decider, check_expiry, check_open, signed_digest, standing
from catalog.errors import AskerError, SenderError
from graph_schema.aspects.approvals import BoundDigest


def decided(what: str, at: int, expires_at: int | None = None) -> Decision:
    return Decision(
        entry=at,
        decision=what,
        meaning="APPROVAL",
        reason="made up",
        printed_name="Testperson Alpha",
        time_zone="UTC",
        decided_by="grace",
        authenticated=True,
        decided_at=at,
        expires_at=expires_at,
        conditions=(),
        signed="",
    )


def test_without_a_decision_a_request_waits_until_it_expires() -> None:
    assert standing(10, 50, [], 49).state is ApprovalState.REQUESTED
    assert standing(10, 50, [], 50).state is ApprovalState.EXPIRED


def test_an_approval_holds_from_its_time_on() -> None:
    assert standing(10, None, [decided("APPROVE", 20)], 19).state is ApprovalState.REQUESTED
    now = standing(10, None, [decided("APPROVE", 20)], 20)
    assert (now.state, now.since, now.because) == (ApprovalState.APPROVED, 20, 20)


def test_an_approval_ends_with_the_first_of_both_expiries() -> None:
    approved = [decided("APPROVE", 20, 30)]
    assert standing(10, 40, approved, 29).state is ApprovalState.APPROVED
    ended = standing(10, 40, approved, 30)
    assert (ended.state, ended.since) == (ApprovalState.EXPIRED, 30)
    assert standing(10, 25, approved, 25).state is ApprovalState.EXPIRED


def test_a_denial_sticks_whatever_comes_before_or_after() -> None:
    both = [decided("APPROVE", 20), decided("DENY", 30), decided("APPROVE", 40)]
    assert standing(10, None, both, 25).state is ApprovalState.APPROVED
    assert standing(10, None, both, 99).state is ApprovalState.DENIED
    assert standing(10, 50, both, 99).since == 30


def test_an_abstention_takes_no_approval_away() -> None:
    assert standing(10, None, [decided("ABSTAIN", 20)], 99).state is ApprovalState.ABSTAINED
    assert standing(10, None, [decided("APPROVE", 20), decided("ABSTAIN", 30)], 99).state is ApprovalState.APPROVED


def test_a_decision_after_the_end_changes_nothing() -> None:
    assert standing(10, 20, [decided("APPROVE", 30)], 99).because is None
    assert standing(10, 20, [decided("DENY", 20)], 99).state is ApprovalState.EXPIRED
    ended = [decided("APPROVE", 12, 15), decided("APPROVE", 16, 40), decided("DENY", 17)]
    assert standing(10, None, ended, 30).state is ApprovalState.EXPIRED


def test_a_second_approval_prolongs_an_approval_that_still_holds() -> None:
    twice = [decided("APPROVE", 20, 30), decided("APPROVE", 25, 40)]
    assert standing(10, None, twice, 35).state is ApprovalState.APPROVED


def test_the_requester_never_decides() -> None:
    check_decider("ada", "grace")
    with pytest.raises(AskerError) as caught:
        check_decider("ada", "ada")
    assert caught.value.status == 403


@pytest.mark.parametrize("state", [ApprovalState.DENIED, ApprovalState.EXPIRED])
def test_what_is_closed_cannot_be_decided(state: ApprovalState) -> None:
    with pytest.raises(SenderError, match="new request"):
        check_open(state)


@pytest.mark.parametrize("state", [ApprovalState.REQUESTED, ApprovalState.ABSTAINED, ApprovalState.APPROVED])
def test_what_is_open_can_be_decided_again(state: ApprovalState) -> None:
    check_open(state)


def test_an_expiry_lies_ahead() -> None:
    check_expiry(None, 5)
    check_expiry(6, 5)
    with pytest.raises(SenderError, match="expires_at"):
        check_expiry(5, 5)


def test_a_signature_covers_everything_that_it_stands_for() -> None:
    def sign(**changed: object) -> str:
        covered: dict[str, object] = {
            "request": 7,
            "leaf": "ab",
            "digests": (BoundDigest("artifact", "sha256:1"),),
            "decision": {"decision": "APPROVE", "meaning": "APPROVAL"},
            "decided_by": "grace",
            "authenticated": True,
        }
        return signed_digest(**{**covered, **changed})  # type: ignore[arg-type]

    others = [
        sign(request=8),
        sign(leaf="cd"),
        sign(digests=(BoundDigest("artifact", "sha256:2"),)),
        sign(decision={"decision": "DENY", "meaning": "APPROVAL"}),
        sign(decision={"decision": "APPROVE", "meaning": "REVIEW"}),
        sign(decided_by="ada"),
        sign(authenticated=False),
    ]
    assert sign() == sign()
    assert len({sign(), *others}) == 8
