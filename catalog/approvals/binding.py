"""What an approval binds, and whether any of it was otherwise at some moment since.

It holds as long as every digest does: a change of what is bound, at any moment since the request, invalidates it for
good, and putting things back revives nothing.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from catalog.approvals.states import ApprovalState
from catalog.releases.model import Registration
from catalog.snapshots.model import Verification
from graph_schema.aspects.approvals import BoundDigest
from graph_schema.canonical import digest_of
from graph_schema.facts import ALWAYS, Order, Statement

LABELS: Final = "labels"
USE: Final = "use"
POLICY: Final = "policy"
FLOWING: Final = frozenset({LABELS, USE})
"""What a request binds of what flows into its subject: what these digests are of."""
BESIDE: Final = FLOWING | {POLICY}
"""What a request binds that no record of its subject says."""


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

    def held(self, known: int) -> frozenset[BoundDigest]:
        """Return what was bound as of an entry."""
        return self.bound(_values(_in_force(one for one in self.assertions if one.entry <= known)))

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


def of_policies(asked: Iterable[tuple[Order, int, str | None]]) -> Binding:
    """Return what a request binds of policies, from what each set that was published asks of its kind: by what it is
    compared by, its entry and a digest, None where it asks for nothing of its own.
    """
    return Binding(
        [Assertion(POLICY, digest, order, entry) for order, entry, digest in asked],
        lambda held: frozenset({BoundDigest(POLICY, held[POLICY])} if POLICY in held else ()),
        "the policies ask for something else of this kind of approval",
    )


def _in_force(assertions: Iterable[Assertion]) -> dict[str, Assertion]:
    newest = {one.part: one for one in sorted(assertions, key=lambda each: each.order)}
    return {part: one for part, one in newest.items() if one.value is not None}


def _values(in_force: Mapping[str, Assertion]) -> dict[str, Any]:
    return {part: one.value for part, one in in_force.items()}


def registered(
    *, artifact: str, code: tuple[str, str], environment: str, trained_on: Iterable[str], evaluated_on: Iterable[str]
) -> frozenset[BoundDigest]:
    """Return what a request binds of a version that is registered so: digests, and of the code where it is from."""
    return frozenset(
        {
            BoundDigest("artifact", artifact),
            BoundDigest("code", "@".join(code)),
            BoundDigest("environment", environment),
            *(BoundDigest("training snapshot", digest) for digest in trained_on),
            *(BoundDigest("evaluation snapshot", digest) for digest in evaluated_on),
        }
    )


def _registered(one: Registration) -> frozenset[BoundDigest]:
    return registered(
        artifact=one.artifact_digest,
        code=(one.code.repository, one.code.revision),
        environment=one.environment.digest,
        trained_on=(use.digest for use in one.trained_on),
        evaluated_on=(use.digest for use in one.evaluated_on),
    )


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
