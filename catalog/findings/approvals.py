"""What is wrong with approvals: none asked for, not in force, not decided, or decided by nobody or by oneself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from catalog.approvals.model import Approval
from catalog.approvals.states import ApprovalState
from catalog.findings.model import Finding
from catalog.findings.rules import Rule
from reports.naming import worded

NOUNS = {"ModelVersion": "model version", "Snapshot": "snapshot", "Dataset": "dataset"}
"""What that is called of which an approval can be asked for, by the label of its node."""

_ENDED = frozenset({ApprovalState.DENIED, ApprovalState.EXPIRED, ApprovalState.LAPSED, ApprovalState.INVALIDATED})
_OPEN = {
    ApprovalState.REQUESTED: "is pending: nobody has decided on the request",
    ApprovalState.CONDITIONAL: "is granted once every condition is met that its decisions require",
    ApprovalState.ABSTAINED: (
        "is still open: whoever decided abstained, which decides nothing until somebody approves or denies"
    ),
}


def of_approvals(subject: str, noun: str, approvals: Sequence[Approval], names: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what is found on the approvals of a subject (a node id) and of what it rests on, by the `names` of nodes.

    `noun` is what the subject is called: model version, snapshot or dataset.
    """
    if never_asked(subject, approvals):
        text = f"No approval was requested for this {noun}."
        yield Finding(Rule.APPROVAL_REQUESTED, subject, text, ())
    for approval in approvals:
        of = "" if approval.subject == subject else f" of {names.get(approval.subject, approval.subject)}"
        yield from _approval(approval, f"The {worded(approval.approval_kind)} approval{of}")


def never_asked(subject: str, approvals: Sequence[Approval]) -> bool:
    """Tell whether no approval of the subject itself was requested."""
    return all(one.subject != subject for one in approvals)


def _approval(approval: Approval, name: str) -> Iterator[Finding]:
    entries = (approval.request, *(one.entry for one in approval.decisions))
    if approval.state in _ENDED:
        because = f": {approval.explanation}" if approval.explanation else ""
        text = f"{name} is {approval.state.lower()}{because}."
        shown = entries if approval.because is None else tuple(dict.fromkeys((*entries, approval.because)))
        yield Finding(Rule.APPROVAL_IN_FORCE, approval.subject, text, shown)
    elif approval.state in _OPEN:
        yield Finding(Rule.APPROVAL_DECIDED, approval.subject, f"{name} {_OPEN[approval.state]}.", entries)
    for decision in approval.decisions:
        if not decision.authenticated:
            text = f"{name} was decided by a local principal that nobody authenticated."
            yield Finding(Rule.DECISION_AUTHENTICATED, approval.subject, text, (decision.entry,))
        if decision.decided_by == approval.requested_by:
            text = f"{name} was decided by the principal that requested it."
            shown = (approval.request, decision.entry)
            yield Finding(Rule.DECIDED_BY_ANOTHER, approval.subject, text, shown)
