"""Approvals of an ethics board, as what decides a condition of permitted use."""

from __future__ import annotations

from catalog.approvals.model import ApprovalFilter
from catalog.approvals.queries import list_approvals
from catalog.approvals.states import ApprovalState
from catalog.use.model import Promise, RecordKind, UseQuestion
from catalog.view import View
from graph_schema.vocabulary.words import ApprovalKind

_MOST = 500


def ethics_approvals(view: View, question: UseQuestion) -> tuple[Promise, ...]:
    """Return the approvals of an ethics board that hold at the date for the project that asks: their use case."""
    project = question.requester.project
    if project is None:
        return ()
    wanted = ApprovalFilter(states=(ApprovalState.APPROVED,), kinds=(ApprovalKind.IRB.value,), use_case=project)
    found = list_approvals(view.at(min(question.date, view.as_of.valid_at)), wanted, first=_MOST)
    return tuple(
        Promise(RecordKind.IRB_APPROVAL, one.request if one.because is None else one.because, one.since)
        for one in found.approvals
    )
