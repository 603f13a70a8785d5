"""What needs whoever looks: approvals to decide, what is found wrong or overdue, suggested labels that wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog.api.pages.asking import Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Page
from catalog.api.pages.questions import query
from catalog.approvals.model import InboxItem
from catalog.approvals.queries import inbox
from catalog.findings.queries import Wanted, findings
from catalog.findings.rules import FindingState, Rule, Severity
from catalog.labels.queries import suggestible, suggestions
from catalog.labels.suggestions import Judgement

_MOST: Final = 50
_SHOWN: Final = 10
_LOOKED_THROUGH: Final = 50
"""Datasets with a schema whose suggestions are judged for the page: a label follows from all that is said of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPage(Context):
    """What the page shows of what is to be done."""

    items: tuple[InboxItem, ...]
    total: int
    open_: tuple[tuple[Rule, int], ...]
    """How many findings are open, by their rule, the most severe first."""
    suggested: tuple[tuple[Link, int], ...]
    """Datasets with how many suggested labels of each wait for a person's judgement."""
    looked_through: int
    """Of how many datasets with a schema the suggestions were looked through."""
    with_schema: int
    """How many of these there are."""
    more_suggested: int
    """How many of the datasets with suggested labels are not shown."""


def read(asking: Asking) -> WorkPage:
    """Read the inbox of whoever looks, and count the findings that are open."""
    view, principal = asking.view, asking.actor.principal
    items = inbox(view, principal)
    counts = findings(view, Wanted(states=frozenset({FindingState.OPEN}))).counts()
    with_schema = suggestible(view)
    waiting = {
        dataset: sum(one.judgement is Judgement.OPEN for one in found)
        for dataset, found in suggestions(view, with_schema[:_LOOKED_THROUGH]).items()
    }
    links = links_to(view, waiting)
    suggested = tuple((links[one], count) for one, count in waiting.items() if count and one in links)
    return WorkPage(
        title="What needs you",
        graphql=query("approvalInbox", {"principal": principal}, "{ task requests dueAt }", view.as_of),
        command=f"lineward approvals inbox {principal}",
        items=items[:_MOST],
        total=len(items),
        open_=tuple(
            (rule, count)
            for severity in Severity
            for (rule, _), count in counts.items()
            if rule.severity is severity and count
        ),
        suggested=suggested[:_SHOWN],
        more_suggested=len(suggested[_SHOWN:]),
        looked_through=min(len(with_schema), _LOOKED_THROUGH),
        with_schema=len(with_schema),
    )


PAGE = Page("work", "What needs you", WorkPage, read)
