"""What a read of approvals gives. Times are UTC microseconds, digests name their algorithm."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from graph_schema.aspects.approvals import BoundDigest


class ApprovalState(StrEnum):
    """Where a request stands at a time."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    DENIED = "DENIED"
    ABSTAINED = "ABSTAINED"
    EXPIRED = "EXPIRED"
    INVALIDATED = "INVALIDATED"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision on a request, with what 21 CFR 11.50(a) asks for.

    `signed` is the digest over decision, meaning, signer, bound digests and the request's index and leaf (11.70: it
    cannot be cut out and moved). `authenticated` is False for the local principal, which older versions let decide.
    `key_id` is the key that it was made under, None where an older version did not note it.
    """

    entry: int
    decision: str
    meaning: str
    reason: str
    printed_name: str
    time_zone: str
    decided_by: str
    authenticated: bool
    decided_at: int
    expires_at: int | None
    conditions: tuple[str, ...]
    signed: str
    key_id: str | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """A request and every decision on it, the oldest first.

    `id` is the node's; `request` is the request's ledger index, which `decide_approval` names. `subject` is the id of
    the model version, snapshot or dataset. `state` holds at the valid time read, since `since`, by entry `because`: the
    decision's, or that of the record that changed what the request binds (None while REQUESTED). `explanation` says in
    words what changed, None where nothing did. `rests_on` are the entries by which what it binds is what it is now.
    """

    id: str
    request: int
    subject: str
    approval_kind: str
    use_case: str
    reason: str
    requested_by: str
    authenticated: bool
    requested_at: int
    expires_at: int | None
    digests: tuple[BoundDigest, ...]
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
