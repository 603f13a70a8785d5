"""What a read of approvals gives. Times are UTC microseconds, digests name their algorithm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from catalog.approvals.states import ApprovalState
from graph_schema.aspects import approvals as aspects


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(aspects.Decision):
    """One decision on a request, with what 21 CFR 11.50(a) asks for.

    `authenticated` is False for the local principal, which older versions let decide; `key_id` is None where an older
    version did not note it.
    """

    entry: int
    decided_by: str
    authenticated: bool
    decided_at: int
    person: frozenset[str] | None = None
    """Whom it counts for: all principals that were one person with the signer then; None where it does not count."""

    @property
    def counts_for(self) -> str | None:
        """Return the person whom it counts for, by the least name that they act under."""
        return None if self.person is None else min(self.person)

    @property
    def uncounted(self) -> tuple[str, ...]:
        """Return why it counts for nobody; empty where it counts."""
        if self.person is not None:
            return ()
        known = (*self.conflicts, *(() if self.interest is None else (f"the signer's own interest: {self.interest}",)))
        if known:
            return known
        return ("whoever signs is one person with whoever asked" if self.authenticated else "nothing proves who signs",)

    @property
    def printed_name(self) -> str:
        """Return the signer's name as it is printed."""
        return self.signer.printed_name

    @property
    def time_zone(self) -> str:
        """Return the zone that the signer's local time is shown in."""
        return self.signer.time_zone

    @property
    def signature_block(self) -> str:
        """Return name, local date and time, and meaning (21 CFR 11.50(a)), linked to its record by digest (11.70)."""
        when = datetime.fromtimestamp(self.decided_at // 1_000_000, _zone(self.time_zone)).isoformat(sep=" ")
        decision = f"{self.decision.lower()}, meaning {self.meaning.lower()}"
        return f"{self.printed_name}, {when} ({self.time_zone}): {decision}; decision #{self.entry}, {self.signed}"


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(aspects.Request):
    """A request and every decision on it, the oldest first.

    `id` is the node's; `request` is the request's ledger index, which `decide_approval` names. `state` holds at the
    valid time read, since `since`, by entry `because`: the decision's, or that of the record that changed what the
    request binds (None while REQUESTED). `explanation` says in words what changed, None where nothing did. `rests_on`
    are the entries by which what it binds is what it is now.
    """

    id: str
    request: int
    requested_by: str
    authenticated: bool
    requested_at: int
    state: ApprovalState
    since: int
    because: int | None
    explanation: str | None
    rests_on: tuple[int, ...]
    decisions: tuple[Decision, ...]
    approved_by: tuple[str, ...] = ()
    """The distinct persons, each proved by a key, whose newest decision approves."""
    ends_at: int | None = None
    """When it ends by itself as it stands; None where it has no end, or ended."""
    met: tuple[ConditionMet, ...] = ()
    """The conditions that were met on record, the oldest first."""

    def has_counted(self, principal: str) -> bool:
        """Return whether a decision of this principal counted, which it may take back then."""
        return any(one.decided_by == principal and one.person is not None for one in self.decisions)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionMet(aspects.ConditionMet):
    """That a condition is met: by whom, when, by which entry."""

    entry: int
    met_by: str
    met_at: int


class InboxTask(StrEnum):
    """What an item of an inbox asks for."""

    DECIDE = "DECIDE"
    """Decide on the request."""
    RATIFY = "RATIFY"
    """Ratify what one person approved in an emergency."""
    MEET_CONDITIONS = "MEET_CONDITIONS"
    """See that the conditions are met on record."""
    RENEW = "RENEW"
    """Ask for a further decision before the approval ends."""
    ASK_AGAIN = "ASK_AGAIN"
    """Ask by a new request: the approvals ended by one cause."""


@dataclass(frozen=True, slots=True)
class InboxItem:
    """What one principal has to do about requests, by ledger index; `due_at` is by when, None where nothing says.

    `because` is the entry that ended approvals, `explanation` says in words what changed. One cause is one item.
    """

    task: InboxTask
    requests: tuple[int, ...]
    due_at: int | None
    because: int | None = None
    explanation: str | None = None


@dataclass(frozen=True, slots=True)
class ApprovalFilter:
    """Which approvals: those that match every field given; `subjects` are node ids, `requested_by` a principal."""

    subjects: tuple[str, ...] = ()
    states: tuple[ApprovalState, ...] = ()
    kinds: tuple[str, ...] = ()
    use_case: str | None = None
    requested_by: str | None = None


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """A page of approvals, the newest request first; `after` of the next page is the last `request`."""

    approvals: tuple[Approval, ...]
    total: int
    more: bool
