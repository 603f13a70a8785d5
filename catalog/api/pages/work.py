"""What needs whoever looks: approvals to decide, findings that are open, what is due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog.api.pages.asking import Asking
from catalog.api.pages.page import Context, Page
from catalog.api.pages.questions import query
from catalog.approvals.model import InboxItem
from catalog.approvals.queries import inbox
from catalog.findings.queries import Wanted, findings
from catalog.findings.rules import FindingState, Severity

_MOST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPage(Context):
    """What the page shows of what is to be done."""

    items: tuple[InboxItem, ...]
    total: int
    open_: tuple[tuple[Severity, int], ...]
    """How many findings are open, by their severity."""


def read(asking: Asking) -> WorkPage:
    """Read the inbox of whoever looks, and count the findings that are open."""
    view, principal = asking.view, asking.actor.principal
    items = inbox(view, principal)
    counts = findings(view, Wanted(states=frozenset({FindingState.OPEN}))).counts()
    return WorkPage(
        title="What needs you",
        graphql=query("approvalInbox", {"principal": principal}, "{ task requests dueAt }", view.as_of),
        command=f"lineward approvals inbox {principal}",
        items=items[:_MOST],
        total=len(items),
        open_=tuple(
            (severity, sum(count for (rule, _), count in counts.items() if rule.severity is severity))
            for severity in Severity
        ),
    )


PAGE = Page("work", "What needs you", WorkPage, read)
