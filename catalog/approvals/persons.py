"""Which person a decision counts for: principals that are recorded as one are, and whoever lets another decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from catalog.approvals.model import Decision


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
    requested_at: int,
    needed: int,
) -> dict[int, str | None]:
    """Return which person each decision counts for, by its entry: None where it counts for nothing.

    Nothing counts that whoever asked decided by another principal or through a delegation that held at any moment since
    they asked, nor what was decided by whoever had a part or an interest of their own in it. Where several persons are
    needed, a key has proved each.
    """
    found: dict[int, str | None] = {}
    for one in decisions:
        holding = delegations_at(delegations, kind, one.decided_at)
        person = person_of(one.decided_by, same, holding)
        since = delegations_within(delegations, kind, requested_at, one.decided_at)
        is_one = person_of(one.decided_by, same, since) == person_of(requested_by, same, since)
        is_own = one.decided_by != requested_by and is_one
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
