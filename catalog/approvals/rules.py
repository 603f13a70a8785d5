"""What an approval binds and whether it still holds, who may decide on it, and what a decision signs.

An approval binds exact digests. It holds as long as every one of them does: a change of what is bound, at any moment
since the request, invalidates it for good, and putting things back revives nothing.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from catalog.approvals.model import Approval, ApprovalState, Decision, InboxItem, InboxTask
from catalog.errors import AskerError, SenderError
from catalog.releases.model import Registration
from catalog.snapshots.model import Verification
from graph_schema.aspects.approvals import BoundDigest, IrbDetermination, SignIn
from graph_schema.canonical import digest_of
from graph_schema.facts import ALWAYS, Statement
from graph_schema.vocabulary.words import PrincipalRole

LABELS: Final = "labels"
USE: Final = "use"
FLOWING: Final = frozenset({LABELS, USE})
"""What a request binds of what flows into its subject: what these digests are of."""


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
class Instant:
    """That by an entry something holds from a time on, or at every time (ALWAYS), and what of it ends when."""

    entry: int
    since: int
    ends: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A point at which what is derived may be otherwise than before, and the entry because of which it would be."""

    at: int
    known: int
    cause: int


def moments(instants: Iterable[Instant], bound_by: int, bound_at: int, until: int) -> list[Moment]:
    """Return the points since something was bound at which it may be otherwise, the earliest in valid time first.

    Between two of them nothing that is derived of these instants changes: neither by a time that passes nor by what
    comes to be known. `until` is the last time looked at.
    """
    since: dict[int, int] = {}
    owners: dict[int, list[int]] = defaultdict(list)
    for one in instants:
        since[one.entry] = min(max(one.since, bound_at), since.get(one.entry, until + 1))
        for time in {one.since, *one.ends}:
            if bound_at < time <= until:
                owners[time].append(one.entry)
    times = sorted(owners)
    for some in owners.values():
        some.sort()
    found = set()
    for entry in sorted({bound_by, *(one for one in since if one > bound_by)}):
        begins = bound_at if entry == bound_by else since[entry]
        if begins > until:
            continue
        if entry != bound_by:
            found.add(Moment(begins, entry, entry))
        for time in times[bisect_right(times, begins) :]:
            place = bisect_right(owners[time], entry)
            if place:
                found.add(Moment(time, entry, owners[time][place - 1]))
    return sorted(found)


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
        if self.bound(held) != frozenset(one for one in digests if one.of not in FLOWING):
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


def lost(request: int, since: int, state: ApprovalState, because: int | None) -> Change | None:
    """Return the change that an approval is for what rests on it, where it is not in force any more."""
    if state is ApprovalState.APPROVED:
        return None
    explanation = f"the approval of request #{request}, which it depends on, is {state.value.lower()}"
    return Change(since, request if because is None else because, explanation)


def first_of(changes: Iterable[Change | None]) -> Change | None:
    """Return the earliest of the changes, of several at one time that of the least entry; None without any."""
    return min((one for one in changes if one is not None), key=lambda one: (one.at, one.entry), default=None)


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
    persons: Mapping[int, str | None] | None = None,
    met: Iterable[Met] = (),
) -> ApprovalStatus:
    """Return where a request stands at a time, from its decisions in any order and the first change of what it binds.

    `persons` says by decision's entry which person it counts for, None where it counts for nothing; one that it does
    not name counts for its principal. The decisions count in the order of their time, up to the end. Then:
    1. DENIED while a denial stands: until whoever denied decides anew, no other decision, expiry or change ends that.
    2. Else EXPIRED, LAPSED or INVALIDATED, whichever came first; at the same moment not INVALIDATED. All three stick.
    3. Else APPROVED by the newest approvals of as many distinct persons as are needed, until the first of their
       expiries and the request's; CONDITIONAL while a condition of theirs that has to be met is not.
    4. Else ABSTAINED where somebody did, and REQUESTED where nobody decided, or too few did.
    """
    course = _Course(terms, tuple(met))
    for decision in sorted(decisions, key=lambda each: (each.decided_at, each.entry)):
        if decision.decided_at > at or course.is_over(decision.decided_at):
            continue
        person = decision.decided_by if persons is None else persons.get(decision.entry, decision.decided_by)
        if person is not None:
            course.take(decision, person)
    return course.at(at, change)


class _Course:
    """What decisions came to so far."""

    def __init__(self, terms: Terms, met: Sequence[Met]) -> None:
        self._terms = terms
        self._met = met
        self._approvals: dict[str, Decision] = {}
        """By person, the newest last."""
        self._denials: dict[str, Decision] = {}
        self._abstained: Decision | None = None
        self._lost: Decision | None = None
        self._until = terms.expires_at
        self._lapses: int | None = None

    def is_over(self, at: int) -> bool:
        """Tell whether nothing can be decided any more."""
        ends = (one for one in (self._until, self._lapses) if one is not None)
        return any(end <= at for end in ends)

    def take(self, decision: Decision, person: str) -> None:
        denied, approved = self._denials.pop(person, None), None
        match decision.decision:
            case "DENY":
                self._approvals.pop(person, None)
                # The first denial of a person is since when it is denied.
                self._denials[person] = denied or decision
            case "APPROVE":
                self._approvals.pop(person, None)
                self._approvals[person] = decision
            case "WITHDRAW":
                approved = self._approvals.pop(person, None)
                self._abstained = None
            case _:
                self._abstained = decision
        self._lost = decision if approved is not None or (denied and not self._denials) else self._lost
        self._settle()

    def _settle(self) -> None:
        """Set until when it holds now."""
        terms, approvals = self._terms, tuple(self._approvals.values())
        if terms.emergency:
            ratified = len(approvals) >= max(_RATIFYING, terms.needed)
            first = min((one.decided_at for one in approvals), default=None)
            self._lapses = None if ratified or first is None else first + EMERGENCY
        limits = [terms.expires_at]
        if not self._denials and self._is_granted():
            limits += [limit for one in self._counted() for limit in (one.expires_at, _review(one))]
        self._until = min((limit for limit in limits if limit is not None), default=None)

    def _counted(self) -> Sequence[Decision]:
        """Return the newest approvals of as many persons as are needed, the newest last."""
        approvals = tuple(self._approvals.values())
        needed = max(_RATIFYING, self._terms.needed) if self._terms.emergency else self._terms.needed
        return approvals[-needed:]

    def _is_granted(self) -> bool:
        enough = 1 if self._terms.emergency else self._terms.needed
        return len(self._approvals) >= enough

    def at(self, at: int, change: Change | None) -> ApprovalStatus:
        if self._denials:
            denied = min(self._denials.values(), key=lambda one: (one.decided_at, one.entry))
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


@dataclass(frozen=True, slots=True)
class Delegation:
    """That a principal let another decide on kinds of approval in its place, from when until when."""

    of: str
    to: str
    kinds: frozenset[str]
    since: int
    until: int
    entry: int


def delegations_at(delegations: Iterable[Delegation], kind: str, at: int) -> tuple[Delegation, ...]:
    """Return those of a kind that hold at a time: of each pair the newest counts, and one of no kind ends it."""
    newest: dict[tuple[str, str], Delegation] = {}
    for one in sorted(delegations, key=lambda each: (each.since, each.entry)):
        if one.since <= at:
            newest[one.of, one.to] = one
    return tuple(one for one in newest.values() if kind in one.kinds and at < one.until)


def person_of(principal: str, same: Mapping[str, str], delegations: Iterable[Delegation]) -> str:
    """Return what stands for all principals that are one person with this one: recorded as one, or by delegation."""
    links: dict[str, set[str]] = defaultdict(set)
    for one in delegations:
        links[one.of].add(one.to)
        links[one.to].add(one.of)
    by_person: dict[str, set[str]] = defaultdict(set)
    for name, person in same.items():
        by_person[person].add(name)
    found, front = {principal}, [principal]
    while front:
        name = front.pop()
        new = (links[name] | by_person.get(same.get(name, ""), set())) - found
        found |= new
        front += new
    return min(found)


def persons(
    requested_by: str,
    kind: str,
    decisions: Iterable[Decision],
    same: Mapping[str, str],
    delegations: Sequence[Delegation],
    *,
    needed: int,
) -> dict[int, str | None]:
    """Return which person each decision counts for, by its entry: None where it counts for nothing.

    Nothing counts that whoever asked decided by another principal or through a delegation, nor what was decided by
    whoever had a part or an interest of their own in it. Where several persons are needed, a key has proved each.
    """
    found: dict[int, str | None] = {}
    for one in decisions:
        holding = delegations_at(delegations, kind, one.decided_at)
        person = person_of(one.decided_by, same, holding)
        is_own = one.decided_by != requested_by and person == person_of(requested_by, same, holding)
        is_void = is_own or one.interest is not None or bool(one.conflicts)
        found[one.entry] = None if is_void or (needed > 1 and not one.authenticated) else person
    return found


def approved_by(
    decisions: Iterable[Decision], persons: Mapping[int, str | None], requested_by: str, at: int
) -> tuple[str, ...]:
    """Return the distinct persons whose newest decision approves, each proved by a key, and none of them who asked."""
    newest: dict[str, Decision] = {}
    for one in sorted(decisions, key=lambda each: (each.decided_at, each.entry)):
        person = persons.get(one.entry)
        is_theirs = person is not None and one.authenticated and one.decided_by != requested_by
        if person is not None and is_theirs and one.decided_at <= at and one.decision != "ABSTAIN":
            newest[person] = one
    return tuple(sorted(person for person, one in newest.items() if one.decision == "APPROVE"))


def inbox_of(
    found: Iterable[Approval], people: Callable[[str, str], bool], principal: str, kinds: frozenset[str], until: int
) -> tuple[InboxItem, ...]:
    """Return what a principal has to do about requests, by what is due first, then by the newest request.

    `people` tells whether two principals are one person, `kinds` are those that it may decide on, `until` is the time
    up to which an approval that ends is to be renewed. What ended several approvals is one item.
    """
    every = sorted(found, key=lambda one: one.request)
    items = []
    ended: dict[tuple[int, str | None], list[int]] = defaultdict(list)
    newest = {(one.subject, one.approval_kind, one.use_case): one.request for one in every}
    for one in every:
        is_own = people(one.requested_by, principal)
        task = _to_decide(one, people, principal) if one.approval_kind in kinds and not is_own else None
        if one.requested_by == principal:
            is_newest = newest[one.subject, one.approval_kind, one.use_case] == one.request
            if one.state in _OVER and is_newest:
                cause = one.request if one.because is None else one.because
                ended[cause, one.explanation].append(one.request)
            task = task or _of_requester(one, until)
        if task is not None:
            items.append(InboxItem(task, (one.request,), one.ends_at))
    items += [
        InboxItem(InboxTask.ASK_AGAIN, tuple(requests), None, cause, words)
        for (cause, words), requests in ended.items()
    ]
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


def check_open(state: ApprovalState, *, denied_oneself: bool = False) -> None:
    """Raise SenderError 422 where nothing can be decided any more; whoever denied may decide anew."""
    if state is ApprovalState.DENIED and not denied_oneself:
        raise SenderError(
            "The request was denied: whoever denied it can decide anew. Once something changed, ask by a new request.",
            pointer="/request",
            status=422,
        )
    if state is ApprovalState.LAPSED:
        raise SenderError(
            "Nobody ratified the emergency approval within 72 hours; ask again by a new request.",
            pointer="/request",
            status=422,
        )
    if state is ApprovalState.EXPIRED:
        raise SenderError("The request has expired; ask again by a new request.", pointer="/request", status=422)
    if state is ApprovalState.INVALIDATED:
        raise SenderError(
            "What the request binds has changed since; ask again by a new request.", pointer="/request", status=422
        )


def check_depends_on(states: Mapping[int, ApprovalState | None]) -> None:
    """Raise SenderError 422 where an approval that a request would rest on is not in force; None is no request."""
    for place, (index, state) in enumerate(states.items()):
        if state is not ApprovalState.APPROVED:
            is_ = "no request for approval" if state is None else f"{state.value.lower()}, not approved"
            raise SenderError(
                f"depends_on names requests whose approvals are in force; #{index} is {is_}.",
                pointer=f"/depends_on/{place}",
                status=422,
            )


def check_one_person(requested_by: str, decides: str, same: Mapping[str, str], holding: Sequence[Delegation]) -> None:
    """Raise AskerError 403 where whoever decides is one person with whoever asked: by a record, or by a delegation."""
    if person_of(requested_by, same, holding) == person_of(decides, same, holding):
        raise AskerError(
            "Whoever decides is one person with whoever asked, by a record or by a delegation between them; another"
            " person has to.",
            status=403,
        )


def check_delegation(actor: str, to: str, kinds: frozenset[str], own: frozenset[str], *, authenticated: bool) -> None:
    """Raise 403 or 422 where somebody would hand on what is not their own, or hand it to themselves."""
    if not authenticated:
        raise AskerError("The local principal delegates nothing: nobody proved who it is.", status=403)
    if actor == to:
        raise SenderError("to is another principal.", pointer="/to", status=422)
    foreign = sorted(kinds - own)
    if foreign:
        raise AskerError(
            f"Only whom a kind of approval was granted to delegates it, and {', '.join(foreign)} was not granted to"
            " this principal: what was delegated is not passed on.",
            status=403,
        )


def check_condition(condition: str, required: Iterable[str]) -> None:
    """Raise SenderError 422 where no decision requires the condition."""
    if condition not in required:
        raise SenderError(
            "No decision on this request requires such a condition: give it word for word.",
            pointer="/text",
            status=422,
        )


def check_emergency(needed: int, *, emergency: bool) -> None:
    """Raise SenderError 422 where an emergency asks for several persons at once: the others ratify."""
    if emergency and needed > 1:
        raise SenderError(
            "An emergency needs one person; a second one ratifies within 72 hours: leave needed out.",
            pointer="/needed",
            status=422,
        )


def check_not_denied(denied: Mapping[int, int]) -> None:
    """Raise SenderError 422 where a denial of the same kind, of the same digests, stands: by request, its decision."""
    for request, decision in sorted(denied.items()):
        raise SenderError(
            f"Request #{request} of this kind for the very same was denied by decision #{decision}, and that stands"
            " until whoever denied it decides anew; ask again once something has changed.",
            pointer="/approval_kind",
            status=422,
        )


def check_irb(kind: str, decision: str, irb: IrbDetermination | None) -> None:
    """Raise SenderError 422 where an approval of an ethics board does not say what it determined, or another does."""
    if irb is not None and kind != "IRB":
        raise SenderError("irb belongs to a decision on an IRB approval; leave it out.", pointer="/irb", status=422)
    if kind != "IRB" or decision != "APPROVE":
        return
    if irb is None:
        raise SenderError(
            "An IRB approval says in irb its determination and protocol (45 CFR 46, 21 CFR 56).",
            pointer="/irb",
            status=422,
        )
    if irb.determination in {"FULL", "EXPEDITED"} and irb.continuing_review is None:
        raise SenderError(
            "A FULL or EXPEDITED review says when it is to be reviewed again.",
            pointer="/irb/continuing_review",
            status=422,
        )
    if (irb.determination == "WAIVER") != (irb.waiver is not None):
        raise SenderError(
            "A WAIVER says in waiver what 45 CFR 164.512(i)(2) wants; no other determination does.",
            pointer="/irb/waiver",
            status=422,
        )


def check_sign_in(sign_in: SignIn | None, now: int, *, first: bool) -> None:
    """Raise SenderError 422 where the first signature under a sign-in lacks a component: 21 CFR 11.200(a)(1)(i)."""
    if sign_in is None:
        return
    if sign_in.at > now:
        raise SenderError("sign_in.at has passed; this one lies ahead.", pointer="/sign_in/at", status=422)
    if first and len(sign_in.components) < 2:  # noqa: PLR2004  as the regulation counts
        raise SenderError(
            "The first signature under a sign-in has two components, such as a name and a password.",
            pointer="/sign_in/components",
            status=422,
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
