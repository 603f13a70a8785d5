"""What an approval binds and whether it still holds, who may decide on it, and what a decision signs.

An approval binds exact digests. It holds as long as every one of them does: a change of what is bound, at any moment
since the request, invalidates it for good, and putting things back revives nothing.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.approvals.model import ApprovalState, Decision
from catalog.errors import AskerError, SenderError
from catalog.releases.model import Registration
from catalog.snapshots.model import Verification
from graph_schema.aspects.approvals import BoundDigest
from graph_schema.canonical import digest_of
from graph_schema.facts import ALWAYS, Statement
from graph_schema.vocabulary.words import PrincipalRole


@dataclass(frozen=True, slots=True)
class Assertion:
    """What one record says of a part of a subject: in force until the next of that part in `order`; None ends it."""

    part: str
    value: Any
    order: tuple[Any, ...]
    entry: int

    @property
    def since(self) -> int:
        """Return from when it holds."""
        return int(self.order[0])


@dataclass(frozen=True, slots=True)
class Change:
    """That what a request binds became something else: since when, by which entry, in words."""

    at: int
    entry: int
    explanation: str


@dataclass(frozen=True, slots=True)
class Binding:
    """Everything that records said, over time, of what a request about one subject binds."""

    assertions: Sequence[Assertion]
    bound: Callable[[Mapping[str, Any]], frozenset[BoundDigest]]
    """From what is in force of each part to the digests."""
    explanation: str

    @property
    def digests(self) -> tuple[BoundDigest, ...]:
        """Return what a request binds that is made now, each once and in order; nothing where there is nothing."""
        return tuple(sorted(self.bound(_values(_in_force(self.assertions)))))

    @property
    def entries(self) -> tuple[int, ...]:
        """Return the entries by which what a request binds is what it is now."""
        return tuple(sorted({one.entry for one in _in_force(self.assertions).values() if one.entry >= 0}))

    def change(self, request: int, requested_at: int, digests: Iterable[BoundDigest]) -> Change | None:
        """Return the first change since a request (its entry and time), None while everything holds that it binds.

        Whatever was in force at some moment since, as it was known at some entry since, counts: what is put back later,
        with whatever date, takes nothing of it away.
        """
        before = [one for one in self.assertions if one.entry <= request]
        held = _values(_in_force(before))
        if self.bound(held) != frozenset(digests):
            # The graph that the request was taken by lagged behind the record that says otherwise.
            return Change(requested_at, max((one.entry for one in before), default=request), self.explanation)
        known: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for one in sorted(before, key=lambda each: each.order):
            known[one.part].append(one.order)
        changes = []
        for one in sorted((one for one in self.assertions if one.entry > request), key=lambda each: each.entry):
            orders = known[one.part]
            place = bisect_right(orders, one.order)
            since = max(one.since, requested_at)
            in_force = place == len(orders) or orders[place][0] > since
            orders.insert(place, one.order)
            if in_force and one.value != held.get(one.part):
                changes.append((since, one.entry))
        return Change(*min(changes), self.explanation) if changes else None


def of_model_version(registrations: Sequence[Registration]) -> Binding:
    """Return what a request for a model version binds, from its registrations in their order."""
    return Binding(
        [
            Assertion("registration", _registered(one), (one.registered_at, place), one.entry)
            for place, one in enumerate(registrations)
        ],
        lambda held: held.get("registration", frozenset()),
        "the version was registered anew, with other digests",
    )


def of_snapshot(digest: str, verifications: Sequence[Verification]) -> Binding:
    """Return what a request for a snapshot binds: its digest, as long as no verification finds its bytes otherwise."""
    whole = frozenset({BoundDigest("snapshot", digest)})
    return Binding(
        [
            Assertion("bytes", whole, (ALWAYS,), -1),
            *(
                Assertion("bytes", whole if one.result == "OK" else frozenset(), (one.verified_at, place), one.entry)
                for place, one in enumerate(verifications)
            ),
        ],
        lambda held: held["bytes"],
        "a verification found the bytes missing or different",
    )


def of_dataset(declared: Iterable[Statement]) -> Binding:
    """Return what a request for a dataset binds: the digest over everything declared of it, by its statements."""
    return Binding(
        [Assertion(one.aspect, one.value, one.order, one.entry) for one in declared],
        lambda held: frozenset({BoundDigest("declaration", _declaration(held))} if held else ()),
        "what is declared of the dataset changed",
    )


def _in_force(assertions: Iterable[Assertion]) -> dict[str, Assertion]:
    newest = {one.part: one for one in sorted(assertions, key=lambda each: each.order)}
    return {part: one for part, one in newest.items() if one.value is not None}


def _values(in_force: Mapping[str, Assertion]) -> dict[str, Any]:
    return {part: one.value for part, one in in_force.items()}


def _registered(registration: Registration) -> frozenset[BoundDigest]:
    found = {
        BoundDigest("artifact", registration.artifact_digest),
        BoundDigest("code", f"{registration.code.repository}@{registration.code.revision}"),
        BoundDigest("environment", registration.environment.digest),
    }
    found |= {BoundDigest("training snapshot", use.digest) for use in registration.trained_on}
    return frozenset(found | {BoundDigest("evaluation snapshot", use.digest) for use in registration.evaluated_on})


def _declaration(held: Mapping[str, str]) -> str:
    return digest_of({aspect: json.loads(value) for aspect, value in held.items()})


@dataclass(frozen=True, slots=True)
class ApprovalStatus:
    """Where a request stands: its state, since when, the entry that it rests on, and in words what changed."""

    state: ApprovalState
    since: int
    because: int | None = None
    explanation: str | None = None


def status(
    requested_at: int, expires_at: int | None, decisions: Iterable[Decision], at: int, change: Change | None = None
) -> ApprovalStatus:
    """Return where a request stands at a time, from its decisions in any order and the first change of what it binds.

    The decisions count in the order of their time, up to the expiry. Then:
    1. DENIED sticks: no later decision, expiry or change takes a denial away; a new request is needed.
    2. Else EXPIRED or INVALIDATED, whichever came first; at the same moment EXPIRED. Both stick.
    3. Else APPROVED, until the first of its own and the request's expiry; a second approval in time prolongs it.
    4. Else ABSTAINED where somebody did, and REQUESTED where nobody decided.
    """
    current = ApprovalStatus(ApprovalState.REQUESTED, requested_at)
    until = expires_at
    for decision in sorted(decisions, key=lambda each: (each.decided_at, each.entry)):
        if decision.decided_at > at or (until is not None and until <= decision.decided_at):
            continue
        if decision.decision == "DENY":
            return ApprovalStatus(ApprovalState.DENIED, decision.decided_at, decision.entry)
        if decision.decision == "APPROVE":
            current = ApprovalStatus(ApprovalState.APPROVED, decision.decided_at, decision.entry)
            limits = [limit for limit in (expires_at, decision.expires_at) if limit is not None]
            until = min(limits, default=None)
        elif current.state is not ApprovalState.APPROVED:
            current = ApprovalStatus(ApprovalState.ABSTAINED, decision.decided_at, decision.entry)
    if change is not None and change.at <= at and (until is None or change.at < until):
        return ApprovalStatus(ApprovalState.INVALIDATED, change.at, change.entry, change.explanation)
    if until is not None and until <= at:
        return ApprovalStatus(ApprovalState.EXPIRED, until, current.because)
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


def check_name(sent: str | None, defined: str) -> None:
    """Raise SenderError 422 where a decision would be signed with another name than the one defined of its signer."""
    if sent is not None and sent != defined:
        raise SenderError(
            f"A decision is signed with the name that the catalog has of whoever decides, and that is {defined}: leave"
            " printed_name out, or have an admin correct display_name by a define_principal record first.",
            pointer="/signer/printed_name",
            status=422,
        )


def check_open(state: ApprovalState) -> None:
    """Raise SenderError 422 where nothing can be decided any more."""
    if state is ApprovalState.DENIED:
        raise SenderError("The request was denied; ask again by a new request.", pointer="/request", status=422)
    if state is ApprovalState.EXPIRED:
        raise SenderError("The request has expired; ask again by a new request.", pointer="/request", status=422)
    if state is ApprovalState.INVALIDATED:
        raise SenderError(
            "What the request binds has changed since; ask again by a new request.", pointer="/request", status=422
        )


def check_expiry(expires_at: int | None, now: int) -> None:
    """Raise SenderError 422 where an expiry does not lie ahead."""
    if expires_at is not None and expires_at <= now:
        raise SenderError("expires_at lies ahead; this one has passed.", pointer="/expires_at", status=422)


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
        "digests": [each.to_json() for each in digests],
        "decision": {key: decision[key] for key in sorted(decision) if key != "request"},
        "decided_by": decided_by,
        "authenticated": authenticated,
    }
    return digest_of(covered)
