"""What a read of approvals gives. Times are UTC microseconds, digests name their algorithm."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from graph_schema.aspects import approvals as aspects


class ApprovalState(StrEnum):
    """Where a request stands at a time."""

    REQUESTED = "REQUESTED"
    """Nobody decided yet."""
    APPROVED = "APPROVED"
    """It is granted, and the grant holds."""
    DENIED = "DENIED"
    """It is refused for good; a new request is needed."""
    ABSTAINED = "ABSTAINED"
    """Whoever was asked does not decide, and nobody else did yet."""
    EXPIRED = "EXPIRED"
    """The request or its approval ended by its time."""
    INVALIDATED = "INVALIDATED"
    """What it binds is something else by now, so that it holds no more."""


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

    @property
    def printed_name(self) -> str:
        """Return the signer's name as it is printed."""
        return self.signer.printed_name

    @property
    def time_zone(self) -> str:
        """Return the zone that the signer's local time is shown in."""
        return self.signer.time_zone


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
