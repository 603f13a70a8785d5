"""Approvals, overrides and verdicts, as values."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.approvals.model import Approval
from catalog.approvals.states import ApprovalState
from catalog.gate.model import ApprovalNeeded, AskedApproval, Checked, GateOverride, Reason
from catalog.gate.required_approvals import approved
from catalog.gate.rules import exception, verdict
from catalog.safe_use.model import Outcome
from graph_schema.vocabulary.words import ApprovalKind, GateCheckName, GateVerdict

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
WRONG = Reason(FAIL, "Nobody granted that.", (4,))


def given(state: str, *by: str, persons: int | None = None, against: tuple[Reason, ...] = ()) -> AskedApproval:
    approval = Approval(
        subject="subject",
        digests=(),
        approval_kind="GOVERNANCE",
        use_case="u",
        reason="r",
        id="a",
        request=1,
        requested_by="engineer",
        authenticated=True,
        requested_at=1,
        state=ApprovalState(state),
        since=1,
        because=None,
        explanation=None,
        rests_on=(),
        decisions=(),
    )
    return AskedApproval(approval, frozenset(by), frozenset(by[:persons]), against)


@pytest.mark.parametrize(
    ("asked", "persons", "expected"),
    [
        ([], 1, UNKNOWN),
        ([given("REQUESTED")], 1, UNKNOWN),
        ([given("ABSTAINED")], 1, UNKNOWN),
        ([given("EXPIRED", "a")], 1, FAIL),
        ([given("INVALIDATED", "a")], 1, FAIL),
        ([given("APPROVED", "a")], 1, PASS),
        ([given("APPROVED", "a")], 2, UNKNOWN),
        ([given("APPROVED", "a", "b")], 2, PASS),
        ([given("APPROVED", "a", "b", persons=1)], 2, UNKNOWN),
        ([given("APPROVED", against=(WRONG,))], 1, FAIL),
        ([given("APPROVED")], 1, UNKNOWN),
        ([given("DENIED"), given("APPROVED", "a")], 1, PASS),
        ([given("APPROVED", "a"), given("DENIED")], 1, FAIL),
        ([given("APPROVED", "a"), given("DENIED"), given("REQUESTED")], 1, FAIL),
        ([given("APPROVED", "a"), given("REQUESTED")], 1, PASS),
    ],
)
def test_a_kind_of_approval_holds_by_distinct_persons_and_a_denial_blocks_it(
    asked: list[AskedApproval], persons: int, expected: Outcome
) -> None:
    needed = ApprovalNeeded(kind=ApprovalKind.GOVERNANCE, persons=persons)
    assert approved(needed, asked).outcome is expected


def said(by: str, **more: Any) -> GateOverride:
    return GateOverride(
        **{"evaluation": 1, "reason": "r", "by": by, "counts": True, "entry": 2, "at": 0, "until": 9, **more}
    )


@pytest.mark.parametrize(
    ("overrides", "lets"),
    [
        ([], False),
        ([said("a")], False),
        ([said("a"), said("a", entry=3)], False),
        ([said("a"), said("b")], True),
        ([said("a"), said("b", counts=False)], False),
        ([said("a"), said("b", until=5)], False),
        ([said("a"), said("b", at=6)], False),
    ],
)
def test_g7_it_takes_two_persons_at_that_time(overrides: list[GateOverride], *, lets: bool) -> None:
    found, until = exception(overrides, 5, lambda one, other: one.by == other.by)
    assert (bool(found), until is not None) == (lets, lets)


def test_g7_persons_are_told_apart_pair_by_pair() -> None:
    first, second, third = said("a"), said("b", entry=3, until=8), said("c", entry=4, until=7)
    assert exception([first, second], 5, lambda *_: True) == ((), None)
    ab = {"a", "b"}
    apart = exception([first, second, third], 5, lambda *two: {one.by for one in two} == ab)
    assert apart == ((first, second, third), 7)
    assert exception([first, second, third], 5, lambda *two: {one.by for one in two} != ab) == ((first, second), 8)


def checked(outcome: Outcome, *, required: bool = True) -> Checked:
    return Checked(GateCheckName.CODE, required, outcome, ())


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ([checked(PASS)], GateVerdict.PASS),
        ([checked(PASS), checked(UNKNOWN)], GateVerdict.UNKNOWN),
        ([checked(UNKNOWN), checked(FAIL)], GateVerdict.FAIL),
        ([checked(PASS), checked(FAIL, required=False)], GateVerdict.PASS),
        ([], GateVerdict.UNKNOWN),
    ],
)
def test_what_is_unknown_blocks_and_what_is_not_required_does_not(checks: list[Checked], expected: GateVerdict) -> None:
    assert verdict(checks, ()) is expected
