"""Whether the approvals that are asked for hold."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.approvals.states import ApprovalState
from catalog.gate.model import ApprovalNeeded, AskedApproval, Reason
from catalog.gate.reasons import FAIL, PASS, UNKNOWN
from reports.naming import gathered, worded


def approved(needed: ApprovalNeeded, asked: Sequence[AskedApproval]) -> Reason:
    """Return whether a kind of approval holds, from all of that kind that were asked for, in the order of requests.

    One that was denied later than another was asked for blocks its kind.
    """
    kind = worded(needed.kind)
    entries = tuple(sorted({entry for one in asked for entry in _entries_of(one)}))
    denied = [place for place, one in enumerate(asked) if one.approval.state is ApprovalState.DENIED]
    since = asked[denied[-1] + 1 :] if denied else asked
    holding = [one for one in since if one.approval.state is ApprovalState.APPROVED]
    for one in reversed(holding):
        if len(_counting(one, needed)) >= needed.persons:
            return Reason(PASS, f"The {kind} approval holds, by {gathered(sorted(one.approvers))}.", _entries_of(one))
    if not asked:
        return Reason(UNKNOWN, f"No {kind} approval was asked for.")
    if denied:
        return Reason(FAIL, f"The {kind} approval was denied.", entries)
    return _short_of(holding[-1], needed) if holding else _not_held(asked[-1], kind, entries)


def _short_of(one: AskedApproval, needed: ApprovalNeeded) -> Reason:
    """Return why an approval that holds is not enough."""
    if one.against:
        return Reason(FAIL, one.against[0].text, tuple(sorted({*_entries_of(one), *one.against[0].entries})))
    have = len(_counting(one, needed))
    text = f"The {worded(needed.kind)} approval was given by {have} of {needed.persons} persons."
    return Reason(UNKNOWN, text, _entries_of(one))


def _not_held(newest: AskedApproval, kind: str, entries: tuple[int, ...]) -> Reason:
    state = newest.approval.state
    if state in {ApprovalState.REQUESTED, ApprovalState.ABSTAINED}:
        return Reason(UNKNOWN, f"The {kind} approval is not decided.", entries)
    because = f": {newest.approval.explanation}" if newest.approval.explanation else ""
    return Reason(FAIL, f"The {kind} approval is {worded(state)}{because}.", entries)


def _counting(one: AskedApproval, needed: ApprovalNeeded) -> frozenset[str]:
    return one.approvers if needed.persons == 1 else one.persons


def _entries_of(one: AskedApproval) -> tuple[int, ...]:
    approval = one.approval
    because = () if approval.because is None else (approval.because,)
    return tuple(sorted({approval.request, *(each.entry for each in approval.decisions), *because}))
