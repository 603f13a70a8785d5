"""Who may decide on a request, what a decision signs, and where a request stands at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.approvals.model import ApprovalState, Decision
from catalog.errors import AskerError, SenderError
from graph_schema.aspects.approvals import BoundDigest
from graph_schema.canonical import digest_of
from graph_schema.vocabulary.words import PrincipalRole


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a request stands: its state, since when, and the entry of the decision that it rests on."""

    state: ApprovalState
    since: int
    because: int | None


def standing(requested_at: int, expires_at: int | None, decisions: Iterable[Decision], at: int) -> Standing:
    """Return where a request stands at a time, from its decisions in any order.

    The decisions count in the order of their time. A denial sticks: what comes after it changes nothing. An abstention
    only counts where nobody approved. An approval lasts until the first of its own and the request's expiry.
    """
    current = Standing(ApprovalState.REQUESTED, requested_at, None)
    until = expires_at
    for decision in sorted(decisions, key=lambda each: (each.decided_at, each.entry)):
        if decision.decided_at > at or (until is not None and until <= decision.decided_at):
            continue
        if decision.decision == "DENY":
            return Standing(ApprovalState.DENIED, decision.decided_at, decision.entry)
        if decision.decision == "APPROVE":
            current = Standing(ApprovalState.APPROVED, decision.decided_at, decision.entry)
            limits = [limit for limit in (expires_at, decision.expires_at) if limit is not None]
            until = min(limits, default=None)
        elif current.state is not ApprovalState.APPROVED:
            current = Standing(ApprovalState.ABSTAINED, decision.decided_at, decision.entry)
    if until is not None and until <= at:
        return Standing(ApprovalState.EXPIRED, until, current.because)
    return current


def check_decider(requested_by: str, decides: str) -> None:
    """Raise AskerError 403 where the requester would decide: not by another key of the same principal either."""
    if requested_by == decides:
        raise AskerError("Whoever asks for an approval cannot decide on it; another principal has to.", status=403)


def check_granted(approval_kind: str, roles: frozenset[str], granted: frozenset[str], *, authenticated: bool) -> None:
    """Raise AskerError 403 unless the decider is authenticated, no emitter, and was granted this kind of approval."""
    if not authenticated:
        raise AskerError(
            "The local principal decides on nothing: nobody proved who it is. An approver with a key decides, made by"
            f" `lineward key create NAME --role approver --approves {approval_kind.lower()}`.",
            status=403,
        )
    if PrincipalRole.EMITTER in roles:
        raise AskerError("An emitter decides on no approval; a principal without that role has to.", status=403)
    if approval_kind not in granted:
        raise AskerError(
            f"{approval_kind} approvals were not granted to this principal to decide on: another principal with the"
            " role admin grants them by a define_principal record that names them in approves.",
            status=403,
        )


def check_open(state: ApprovalState) -> None:
    """Raise SenderError 422 where nothing can be decided any more."""
    if state is ApprovalState.DENIED:
        raise SenderError("The request was denied; ask again by a new request.", pointer="/request", status=422)
    if state is ApprovalState.EXPIRED:
        raise SenderError("The request has expired; ask again by a new request.", pointer="/request", status=422)


def check_expiry(expires_at: int | None, now: int) -> None:
    """Raise SenderError 422 where an expiry does not lie ahead."""
    if expires_at is not None and expires_at <= now:
        raise SenderError("expires_at lies ahead; this one has passed.", pointer="/expires_at", status=422)


def bound_digests(found: Iterable[BoundDigest]) -> tuple[BoundDigest, ...]:
    """Return the digests that a request binds, each once and in order."""
    return tuple(sorted(set(found)))


def as_json(digests: Sequence[BoundDigest]) -> list[dict[str, str]]:
    """Return the digests as a record keeps them."""
    return [{"of": each.of, "digest": each.digest} for each in digests]


def from_json(digests: Iterable[Mapping[str, Any]]) -> tuple[BoundDigest, ...]:
    """Return the digests of a record."""
    return tuple(BoundDigest(str(each["of"]), str(each["digest"])) for each in digests)


def signed_digest(
    *,
    request: int,
    leaf: str,
    digests: Sequence[BoundDigest],
    decision: Mapping[str, Any],
    decided_by: str,
    authenticated: bool,
) -> str:
    """Return what a decision signs: its digest over canonical JSON.

    It covers the request's index and leaf (so that the signature cannot be moved to another request: 21 CFR 11.70), the
    subject's digests, the decision with meaning, reason, conditions and expiry, the signer (11.50), and whether the
    principal was authenticated.
    """
    covered = {
        "request": request,
        "leaf": leaf,
        "digests": as_json(digests),
        "decision": {key: decision[key] for key in sorted(decision) if key != "request"},
        "decided_by": decided_by,
        "authenticated": authenticated,
    }
    return digest_of(covered)
