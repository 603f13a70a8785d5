"""Where a request stands, what waits for whom, and what a decision signs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from catalog.approvals.binding import BESIDE, Change
from catalog.approvals.model import Approval, Decision, InboxItem, InboxTask
from catalog.approvals.persons import distinct, order
from catalog.approvals.states import ApprovalState
from graph_schema.aspects.approvals import BoundDigest
from graph_schema.canonical import digest_of


@dataclass(frozen=True, slots=True)
class ApprovalStatus:
    """Where a request stands: its state, since when, the entry that it rests on, and in words what changed."""

    state: ApprovalState
    since: int
    because: int | None = None
    explanation: str | None = None
    ends_at: int | None = None
    """When it ends by itself as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a request asks for beside its subject: until when, from how many persons, and whether in an emergency."""

    requested_at: int
    expires_at: int | None = None
    needed: int = 1
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class Met:
    """That a condition of a decision is met, since when and by which entry."""

    condition: str
    at: int
    entry: int


EMERGENCY: Final = 72 * 3_600 * 1_000_000
"""How long one person's approval holds in an emergency, in microseconds."""
_RATIFYING: Final = 2


def status(
    terms: Terms,
    decisions: Iterable[Decision],
    at: int,
    change: Change | None = None,
    *,
    met: Iterable[Met] = (),
) -> ApprovalStatus:
    """Return where a request stands at a time, from its decisions in any order and the first change of what it binds.

    A decision that counts for nobody changes nothing. The others count in the order of their time, up to the end. Then:
    1. DENIED while a denial stands: until whoever denied, or who is one person with them then, decides anew, no other
       decision, expiry or change ends that.
    2. Else EXPIRED, LAPSED or INVALIDATED, whichever came first; at the same moment not INVALIDATED. All three stick.
    3. Else APPROVED by the newest approvals of as many distinct persons as are needed, until the first of their
       expiries and the request's; CONDITIONAL while a condition of theirs that has to be met is not.
    4. Else ABSTAINED where somebody did, and REQUESTED where nobody decided, or too few did.
    """
    course = _Course(terms, tuple(met))
    for decision in sorted(decisions, key=order):
        is_open = decision.decided_at <= at and not course.is_over(decision.decided_at)
        if is_open and decision.person is not None:
            course.take(decision, decision.person)
    return course.at(at, change)


class _Course:
    """What decisions came to so far."""

    def __init__(self, terms: Terms, met: Sequence[Met]) -> None:
        self._terms = terms
        self._met = met
        self._approvals: dict[str, Decision] = {}
        """By signer, the newest last."""
        self._denials: dict[str, Decision] = {}
        """By signer, the first of each."""
        self._abstained: Decision | None = None
        self._lost: Decision | None = None
        self._until = terms.expires_at
        self._lapses: int | None = None

    def is_over(self, at: int) -> bool:
        """Tell whether nothing can be decided any more."""
        ends = (one for one in (self._until, self._lapses) if one is not None)
        return any(end <= at for end in ends)

    def take(self, decision: Decision, person: frozenset[str]) -> None:
        before = self._is_denied, self._is_granted(), len(self._approvals)
        if decision.decision != "ABSTAIN":
            self._approvals = {name: one for name, one in self._approvals.items() if name not in person}
        if decision.decision != "DENY":
            self._denials = {name: one for name, one in self._denials.items() if name not in person}
        match decision.decision:
            case "DENY":
                self._denials.setdefault(decision.decided_by, decision)
            case "APPROVE":
                self._approvals[decision.decided_by] = decision
            case "WITHDRAW":
                self._abstained = None
            case _:
                self._abstained = decision
        was_denied, was_granted, count = before
        is_lost = decision.decision == "WITHDRAW" and len(self._approvals) < count
        is_lost = is_lost or (was_denied and not self._is_denied) or (was_granted and not self._is_granted())
        self._lost = decision if is_lost else self._lost
        self._settle()

    @property
    def _is_denied(self) -> bool:
        return bool(self._denials)

    def _settle(self) -> None:
        """Set until when it holds now."""
        terms, approvals = self._terms, tuple(self._approvals.values())
        if terms.emergency:
            ratified = len(distinct(approvals)) >= max(_RATIFYING, terms.needed)
            first = min((one.decided_at for one in approvals), default=None)
            self._lapses = None if ratified or first is None else first + EMERGENCY
        limits = [terms.expires_at]
        if not self._denials and self._is_granted():
            limits += [limit for one in self._counted() for limit in (one.expires_at, _review(one))]
        self._until = min((limit for limit in limits if limit is not None), default=None)

    def _counted(self) -> Sequence[Decision]:
        """Return the newest approvals of as many persons as are needed, the newest last."""
        newest = tuple(some[-1] for some in distinct(self._approvals.values()))
        needed = max(_RATIFYING, self._terms.needed) if self._terms.emergency else self._terms.needed
        return newest[-needed:]

    def _is_granted(self) -> bool:
        enough = 1 if self._terms.emergency else self._terms.needed
        return len(distinct(self._approvals.values())) >= enough

    def at(self, at: int, change: Change | None) -> ApprovalStatus:
        if self._denials:
            denied = min(self._denials.values(), key=order)
            return ApprovalStatus(ApprovalState.DENIED, denied.decided_at, denied.entry)
        current = self._open(at)
        ends = [
            (end, state)
            for end, state in ((self._until, ApprovalState.EXPIRED), (self._lapses, ApprovalState.LAPSED))
            if end is not None and end <= at
        ]
        end = min(ends, key=lambda one: one[0], default=None)
        if change is not None and change.at <= at and (end is None or change.at < end[0]):
            return ApprovalStatus(ApprovalState.INVALIDATED, change.at, change.entry, change.explanation)
        if end is not None:
            return ApprovalStatus(end[1], end[0], current.because)
        return replace(
            current, ends_at=min((one for one in (self._until, self._lapses) if one is not None), default=None)
        )

    def _open(self, at: int) -> ApprovalStatus:
        if self._is_granted():
            return self._granted(at)
        lost = self._lost
        if lost is not None:
            return ApprovalStatus(ApprovalState.REQUESTED, lost.decided_at, lost.entry)
        if self._abstained is not None:
            return ApprovalStatus(ApprovalState.ABSTAINED, self._abstained.decided_at, self._abstained.entry)
        return ApprovalStatus(ApprovalState.REQUESTED, self._terms.requested_at)

    def _granted(self, at: int) -> ApprovalStatus:
        counted = self._counted()
        newest = counted[-1]
        needed = {condition for one in counted for condition in one.requires}
        met = [min((one for one in self._met if one.condition == each), key=_when, default=None) for each in needed]
        if any(one is None or one.at > at for one in met):
            return ApprovalStatus(ApprovalState.CONDITIONAL, newest.decided_at, newest.entry)
        last = max((one for one in met if one is not None), key=_when, default=None)
        if last is not None and last.at > newest.decided_at:
            return ApprovalStatus(ApprovalState.APPROVED, last.at, last.entry)
        return ApprovalStatus(ApprovalState.APPROVED, newest.decided_at, newest.entry)


def _when(met: Met) -> tuple[int, int]:
    return met.at, met.entry


def _review(decision: Decision) -> int | None:
    return None if decision.irb is None else decision.irb.continuing_review


def ended_by(found: Iterable[Approval], digests: frozenset[BoundDigest]) -> tuple[Approval, ...]:
    """Return those of the approvals of one subject that end when these come to be its own digests."""
    return tuple(
        one
        for one in found
        if one.state in _MAY_END and {each for each in one.digests if each.of not in BESIDE} != digests
    )


_MAY_END: Final = frozenset(
    {ApprovalState.REQUESTED, ApprovalState.APPROVED, ApprovalState.CONDITIONAL, ApprovalState.ABSTAINED}
)


class Matter(NamedTuple):
    """What a request asks for: approvals of one kind of one subject for one use."""

    subject: str
    approval_kind: str
    use_case: str


def inbox_of(
    found: Iterable[Approval],
    newest: Mapping[Matter, int],
    people: Callable[[str, str], bool],
    principal: str,
    kinds: frozenset[str],
    until: int,
) -> tuple[InboxItem, ...]:
    """Return what a principal has to do about requests, by what is due first, then by the newest request.

    `found` are those that it made or may decide on, `newest` the newest of each matter, whoever made it; `people` tells
    whether two principals are one person, `kinds` are those that it may decide on, `until` is the time up to which an
    approval that ends is to be renewed. What ended several approvals is one item.
    """
    every = sorted(found, key=lambda one: one.request)
    items = []
    ended: dict[int, list[Approval]] = defaultdict(list)
    for one in every:
        is_own = people(one.requested_by, principal)
        task = _to_decide(one, people, principal) if one.approval_kind in kinds and not is_own else None
        if one.requested_by == principal:
            is_newest = newest[Matter(one.subject, one.approval_kind, one.use_case)] == one.request
            if one.state in _OVER and is_newest:
                cause = one.request if one.because is None else one.because
                ended[cause].append(one)
            task = task or _of_requester(one, until)
        if task is not None:
            items.append(InboxItem(task, (one.request,), one.ends_at))
    for cause, some in ended.items():
        # One entry may have ended one approval, and by that another which depended on it.
        words = "; ".join(dict.fromkeys(one.explanation for one in some if one.explanation is not None))
        requests = tuple(one.request for one in some)
        items.append(InboxItem(InboxTask.ASK_AGAIN, requests, None, cause, words or None))
    return tuple(sorted(items, key=lambda one: (one.due_at is None, one.due_at or 0, -one.requests[-1], one.task)))


_OVER: Final = frozenset({ApprovalState.INVALIDATED, ApprovalState.EXPIRED, ApprovalState.LAPSED})


def _to_decide(one: Approval, people: Callable[[str, str], bool], principal: str) -> InboxTask | None:
    newest = [each for each in one.decisions if people(each.decided_by, principal)]
    if newest and newest[-1].decision in {"APPROVE", "ABSTAIN"}:
        return None
    if one.state in {ApprovalState.REQUESTED, ApprovalState.ABSTAINED}:
        return InboxTask.DECIDE
    is_unratified = one.emergency and len(one.approved_by) < max(_RATIFYING, one.needed)
    return InboxTask.RATIFY if one.state is ApprovalState.APPROVED and is_unratified else None


def _of_requester(one: Approval, until: int) -> InboxTask | None:
    if one.state is ApprovalState.CONDITIONAL:
        return InboxTask.MEET_CONDITIONS
    ends = one.state is ApprovalState.APPROVED and one.ends_at is not None and one.ends_at <= until
    return InboxTask.RENEW if ends else None


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
