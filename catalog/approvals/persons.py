"""Which person a decision counts for: principals that are recorded as one are, and whoever lets another decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from catalog.approvals.model import Decision
from graph_schema.vocabulary.words import ApprovalKind, DecisionKind


@dataclass(frozen=True, slots=True)
class Delegation:
    """That a principal let another decide on kinds of approval in its place, from when until when."""

    of: str
    to: str
    kinds: frozenset[str]
    since: int
    until: int
    entry: int
    reason: str = ""


def delegations_at(delegations: Iterable[Delegation], kind: str, at: int) -> tuple[Delegation, ...]:
    """Return those of a kind that hold at a time: of each pair the newest counts, and one of no kind ends it."""
    newest: dict[tuple[str, str], Delegation] = {}
    for one in sorted(delegations, key=lambda each: (each.since, each.entry)):
        if one.since <= at:
            newest[one.of, one.to] = one
    return tuple(one for one in newest.values() if kind in one.kinds and at < one.until)


def delegations_within(delegations: Sequence[Delegation], kind: str, since: int, until: int) -> tuple[Delegation, ...]:
    """Return those of a kind that held at any moment between two times, both included."""
    begun = {one.since for one in delegations if since < one.since <= until}
    return tuple(dict.fromkeys(one for at in sorted({since, *begun}) for one in delegations_at(delegations, kind, at)))


def one_with(principal: str, same: Mapping[str, str], delegations: Iterable[Delegation]) -> frozenset[str]:
    """Return all principals that are one person with this one, itself among them: recorded as one, or by delegation."""
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
    return frozenset(found)


def signed_as_one(
    first: tuple[str, int], second: tuple[str, int], same: Mapping[str, str], delegations: Sequence[Delegation]
) -> bool:
    """Tell whether two who signed, each with when, are one person, whatever the kind: recorded as one, or one was the
    other's delegate at any moment between the two.
    """
    (one, begun), (other, ended) = sorted((first, second), key=lambda signed: signed[1])
    lent = (delegations_within(delegations, kind, begun, ended) for kind in ApprovalKind)
    return one in one_with(other, same, chain.from_iterable(lent))


def persons(
    requested_by: str,
    kind: str,
    decisions: Iterable[Decision],
    same: Mapping[str, str],
    delegations: Sequence[Delegation],
    *,
    requested_at: int,
    needed: int,
) -> dict[int, frozenset[str] | None]:
    """Return whom each decision counts for, by its entry: all principals that were one person with its signer then.

    None where it counts for nothing: what whoever asked decided by another principal or through a delegation that held
    at any moment since they asked, and what was decided by whoever had a part or an interest of their own in it. Where
    several persons are needed, a key has proved each. Whoever takes back what they decided when it counted decides on
    nothing: that counts for the signer alone, whatever they came to have to do with it since.
    """
    found: dict[int, frozenset[str] | None] = {}
    counted: set[str] = set()
    for one in sorted(decisions, key=order):
        holding = delegations_at(delegations, kind, one.decided_at)
        since = delegations_within(delegations, kind, requested_at, one.decided_at)
        is_own = one.decided_by != requested_by and requested_by in one_with(one.decided_by, same, since)
        is_void = is_own or one.interest is not None or bool(one.conflicts)
        person = one_with(one.decided_by, same, holding)
        if is_void:
            is_taken_back = one.decision == DecisionKind.WITHDRAW and one.decided_by in counted
            person = frozenset((one.decided_by,)) if is_taken_back else frozenset()
        counts = bool(person) and (needed == 1 or one.authenticated)
        found[one.entry] = person if counts else None
        counted |= {one.decided_by} if counts else set()
    return found


def distinct(approvals: Iterable[Decision]) -> tuple[tuple[Decision, ...], ...]:
    """Return decisions by whom they count for, the oldest of each first, in the order of the newest of each.

    Two are of one person where somebody was one person with either signer when they signed (A1): a delegation that held
    at one of the two is enough, whichever came first.
    """
    found: list[tuple[frozenset[str], tuple[Decision, ...]]] = []
    for one in approvals:
        who = one.person or frozenset((one.decided_by,))
        joined = [group for group in found if group[0] & who]
        found = [group for group in found if not group[0] & who]
        together = sorted((one, *(each for _, some in joined for each in some)), key=order)
        found.append((who.union(*(names for names, _ in joined)), tuple(together)))
    return tuple(sorted((some for _, some in found), key=lambda some: order(some[-1])))


def order(one: Decision) -> tuple[int, int]:
    """Return by what decisions are in order."""
    return one.decided_at, one.entry


def approved_by(decisions: Iterable[Decision], requested_by: str, at: int) -> tuple[str, ...]:
    """Return the distinct persons whose newest decision approves, each proved by a key, and none of them who asked."""
    in_force: dict[str, Decision] = {}
    for one in sorted(decisions, key=order):
        is_theirs = one.person is not None and one.authenticated and one.decided_by != requested_by
        if one.person is not None and is_theirs and one.decided_at <= at and one.decision != "ABSTAIN":
            for name in one.person & in_force.keys():
                del in_force[name]
            if one.decision == "APPROVE":
                in_force[one.decided_by] = one
    return tuple(sorted(min(filter(None, (one.counts_for for one in some))) for some in distinct(in_force.values())))
