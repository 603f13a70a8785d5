"""What needs whoever looks: approvals to decide, what is found wrong, what is due soon, suggested labels that wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.api.pages.asking import Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Page, Several
from catalog.api.pages.questions import query
from catalog.approvals.model import InboxItem
from catalog.approvals.queries import inbox
from catalog.findings.estate.record_states import retention_may_end
from catalog.findings.queries import Wanted, findings
from catalog.findings.rules import FindingState, Rule, Severity
from catalog.grants.queries import recertifications_due
from catalog.grants.rules import DAY
from catalog.labels.judgement import Judgement
from catalog.labels.queries import suggestions_behind
from catalog.labels.suggestions import Wanted as Suggested
from catalog.signatures.queries import signing_keys
from catalog.snapshots.retention import retention_due
from catalog.view import View

_MOST: Final = 50
_SHOWN: Final = 10
_LOOKED_THROUGH: Final = 50
"""Datasets whose suggestions are judged for the page: a label follows from all that is said of one."""
_MOST_SUGGESTED: Final = 10_000
"""A page counts no more suggestions than these."""
_WITHIN_DAYS: Final = 30
_KEPT_LOOKED_THROUGH: Final = 200
"""Datasets whose retention is read for the page: a period follows from all of the names of one."""


@dataclass(frozen=True, slots=True)
class DueItem:
    """What is due, by when in UTC microseconds, by which entry; `of` is a dataset or snapshot, None for the others."""

    due_at: int
    entry: int
    words: str
    of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPage(Context):
    """What the page shows of what is to be done."""

    tasks: Several
    """What approvals ask of whoever looks."""
    open_: tuple[tuple[Rule, int], ...]
    """How many findings are open, by their rule, the most severe first."""
    suggested: Several
    """Datasets with how many suggested labels of each wait for a person's judgement."""
    looked_through: int
    """Of how many datasets the suggestions were looked through."""
    may_wait: int
    """In how many datasets there may be some."""
    due: Several
    """What is overdue, or due within 30 days, what is due first before all else."""
    names: Mapping[str, Link]
    """Of the datasets and snapshots of which something is due."""
    moment: int
    kept_looked_through: int
    """Of how many datasets the retention was read."""
    may_be_due: int
    """Of how many datasets it may end within 30 days."""

    @property
    def things(self) -> int:
        """Return how many things need somebody, of those that were looked at: a dataset's suggestions are one."""
        return self.tasks.total + sum(count for _, count in self.open_) + self.due.total + self.suggested.total


def read(asking: Asking) -> WorkPage:
    """Read the inbox of whoever looks, and count the findings that are open."""
    view, principal = asking.view, asking.actor.principal
    items = inbox(view, principal)
    counts = findings(view, Wanted(states=frozenset({FindingState.OPEN}))).counts()
    wanted = Suggested(judgements=frozenset({Judgement.OPEN}))
    looked = suggestions_behind(view, wanted, None, _MOST_SUGGESTED, _LOOKED_THROUGH)
    waiting = Counter(one.label.dataset for one in looked.shown)
    kept = retention_may_end(view, view.moment + _WITHIN_DAYS * DAY)
    due = Several.of(asking, "due", _due(view, kept[:_KEPT_LOOKED_THROUGH]), _key_of_due, _SHOWN)
    links = links_to(view, [*waiting, *(one.of for one in due.shown if one.of is not None)])
    suggested = tuple((links[one], count) for one, count in waiting.items() if one in links)
    return WorkPage(
        title="What needs you",
        graphql=query("approvalInbox", {"principal": principal}, "{ task requests dueAt }", view.as_of),
        command=f"lineward approvals inbox {principal}",
        tasks=Several.of(asking, "tasks", items, _key_of_task, _MOST),
        open_=tuple(
            (rule, count)
            for severity in Severity
            for (rule, _), count in counts.items()
            if rule.severity is severity and count
        ),
        suggested=Several.of(asking, "suggested", suggested, lambda one: one[0].id, _SHOWN),
        looked_through=looked.reached,
        may_wait=looked.of,
        due=due,
        names=links,
        moment=view.moment,
        kept_looked_through=min(len(kept), _KEPT_LOOKED_THROUGH),
        may_be_due=len(kept),
    )


def _key_of_task(one: InboxItem) -> str:
    return f"{one.task.value}-{'-'.join(map(str, one.requests))}"


def _key_of_due(one: DueItem) -> str:
    return f"{one.entry}-{one.due_at}-{one.of or ''}"


def _due(view: View, datasets: Sequence[str]) -> list[DueItem]:
    """Return what is due of grants, signing keys and the retention of these datasets, by when."""
    until = view.moment + _WITHIN_DAYS * DAY
    found = [
        DueItem(one.due_at, one.entry, f"Say whether {one.principal} still needs what was granted")
        for one in recertifications_due(view, _WITHIN_DAYS)
        if one.due_at is not None
    ]
    found += [
        DueItem(one.ends_at, one.entry, f"The signing key of {one.registered.key_holder} ends")
        for one in signing_keys(view)
        if one.ends_at is not None and view.moment < one.ends_at <= until
    ]
    found += [
        DueItem(one.due_at, one.entries[0], f"{one.policy_class} retention", one.id)
        for one in retention_due(view, until, datasets=datasets).due
    ]
    return sorted(found, key=lambda one: (one.due_at, one.entry, one.words))


PAGE = Page("work", "What needs you", WorkPage, read, ("behind",))
