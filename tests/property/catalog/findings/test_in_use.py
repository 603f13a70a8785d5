"""The law of approvals that ended: what is found is what a look at every moment finds, whatever approvals and uses."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.approvals.model import Approval, Decision
from catalog.approvals.states import ApprovalState
from catalog.findings.estate.model import ApprovedCase, InUse, Start
from catalog.findings.estate.use_rules import approval_lasts
from graph_schema.aspects import approvals as aspects

_MOMENTS = 12
NOW = _MOMENTS + 1


def approval(request: int, given_at: int, ends_at: int | None) -> Approval:
    """An approval that one person gave at a time, and that expired at another, where it did."""
    decision = Decision(
        decision="APPROVE",
        reason="It holds",
        meaning="APPROVAL",
        signer=aspects.Signer(printed_name="Testperson", time_zone="UTC"),
        conditions=(),
        signed="sha256:" + "0" * 64,
        entry=request + 100,
        decided_by="dee",
        person=frozenset(("dee",)),
        authenticated=True,
        decided_at=given_at,
    )
    return Approval(
        subject="ModelVersion:x",
        approval_kind="CLINICAL",
        use_case="made up",
        reason="Made up",
        digests=(),
        id=f"Approval:{request}",
        request=request,
        requested_by="ada",
        authenticated=True,
        requested_at=given_at,
        state=ApprovalState.APPROVED if ends_at is None else ApprovalState.EXPIRED,
        since=given_at if ends_at is None else ends_at,
        because=request + 100,
        explanation=None,
        rests_on=(),
        decisions=(decision,),
    )


spans = st.tuples(st.integers(0, _MOMENTS), st.integers(1, _MOMENTS), st.booleans()).map(
    lambda one: (one[0], None if one[2] else one[0] + one[1])
)


@settings(max_examples=200, deadline=None)
@given(st.lists(spans, min_size=1, max_size=4), st.lists(spans, max_size=3))
def test_an_approval_that_ended_is_open_where_nothing_holds_while_it_is_used(
    given_: list[tuple[int, int | None]], used: list[tuple[int, int | None]]
) -> None:
    approvals = [("", approval(number, *span)) for number, span in enumerate(sorted(given_, key=lambda one: one[0]))]
    uses = [
        InUse(f"use {number}", Start(since, 50 + number), None if until is None else Start(until, 70 + number))
        for number, (since, until) in enumerate(used)
    ]
    found = approval_lasts(ApprovedCase(approvals, uses), NOW)
    holds = any(until is None for _, until in given_)
    lasts = any(until is None for _, until in used)
    assert (found is not None and found.until is None) is (not holds and lasts)
    if found is not None:
        assert found.since is not None
        assert found.until is None or found.since < found.until
        known = {one.request for _, one in approvals} | {one.request + 100 for _, one in approvals}
        assert set(found.entries) <= known | {one.start.entry for one in uses} | {
            one.end.entry for one in uses if one.end is not None
        }
        assert found.known in found.entries
