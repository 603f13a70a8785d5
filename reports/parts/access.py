"""Who asked for access to a dataset, was granted it or took it in an emergency, and what was decided on access."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from graph_schema.vocabulary import hl7
from reports.codes import meant
from reports.context import Actor, ByEntry, Context, Strict
from reports.document import (
    Block,
    Cell,
    Column,
    Heading,
    Item,
    Line,
    Text,
    Tone,
    cell,
    cites,
    faint,
    item,
    mark,
    missing,
    plain,
    stamp,
    table,
    words,
)
from reports.naming import counted, worded
from reports.phrases import who
from reports.section import Frame, Part

DAYS: Final = 90
"""Of how many days before the read point's valid time decisions are counted, where nobody says."""
LONGEST_DAYS: Final = 36_500
"""Of how many at most."""

RequestStatus = Literal["PENDING", "GRANTED", "REFUSED", "LAPSED"]
GrantStatus = Literal["NOT_YET", "IN_FORCE", "EXPIRED", "ENDED", "ROLE_LOST", "PROJECT_OVER"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTerms(Strict):
    """What access is: to do what, with what, for which purposes."""

    actions: tuple[str, ...]
    target: str
    """The dataset, a column of it, or what it lies in, in words."""
    purposes: tuple[str, ...]
    project: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestShown(Strict):
    """A request for access that reaches the dataset, and what was decided of it."""

    principal: Actor
    """Who would have access."""
    terms: AccessTerms
    until: str
    reason: str
    by: Actor
    """Who asked."""
    recorded_at: str
    status: RequestStatus
    decided: ByEntry | None = None
    """The entry that grants or refuses it."""
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantShown(Strict):
    """A grant that reaches the dataset, over or not."""

    principal: Actor
    terms: AccessTerms
    since: str
    until: str
    reason: str
    by: Actor
    recorded_at: str
    status: GrantStatus
    ended: ByEntry | None = None
    """The entry that ended it before its time."""
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyReviewed(Strict):
    """What another person found of access in an emergency."""

    justified: bool
    reason: str
    by: Actor
    at: str
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyShown(Strict):
    """That somebody broke the glass on what reaches the dataset: 45 CFR 164.312(a)(2)(ii)."""

    principal: Actor
    target: str
    """The dataset, a column of it, or what it lies in, in words."""
    purpose: str
    since: str
    until: str
    reason: str
    review: EmergencyReviewed | None = None
    """The first review; None until somebody looked."""
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionsCounted(Strict):
    """How often access to the dataset was permitted and denied to a principal for a purpose, in the period."""

    principal: Actor
    purpose: str | None = None
    """None: the request gave none, and was denied for that."""
    permitted: int
    denied: int
    first_at: str
    last_at: str
    entries: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Access(Context):
    """Access to a dataset."""

    access_requests: tuple[RequestShown, ...] = ()
    """By entry."""
    access_grants: tuple[GrantShown, ...] = ()
    """By entry."""
    access_emergencies: tuple[EmergencyShown, ...] = ()
    """By entry, whenever they were."""
    access_days: int = DAYS
    """Of how many days decisions are counted, as whoever asked for the report said."""
    access_since: str = ""
    """The beginning of the period of which decisions are counted; its end is the read point's valid time."""
    access_decisions: tuple[DecisionsCounted, ...] = ()
    """By principal and purpose."""
    access_left_out: int = 0
    """How many older decisions of the period are not counted, where there are very many."""


_TONES: dict[str, Tone] = {"PENDING": "warn", "GRANTED": "good", "REFUSED": "bad", "IN_FORCE": "good"}


def blocks(context: Access, _: Frame) -> Iterator[Block]:
    """Show requests, grants, emergencies, and the decisions counted."""
    yield Heading("Asked for, granted, and taken in an emergency", "grants", "", 2)
    if context.access_requests:
        yield _requests(context)
    else:
        yield Text(plain("No request for access to it is recorded."))
    if context.access_grants:
        yield _grants(context)
    else:
        yield Text(plain("No grant of access to it is recorded."))
    if context.access_emergencies:
        yield _emergencies(context)
    else:
        yield Text(plain("Nobody is recorded to have broken the glass on it in an emergency."))
    yield Heading("Decisions on access", "decisions", "", 2)
    yield from _decisions(context)


def _requests(context: Access) -> Block:
    return table(
        "Requests for access that reach the dataset",
        (Column("For whom, by whom", 5), Column("What, and why", 8), Column("Where it stands", 5)),
        [
            (
                cell(words(who(one.principal), cites((one.entry,))), words(faint("asked by"), who(one.by))),
                _terms(one.terms, one.reason),
                cell(
                    words(
                        mark(worded(one.status), _TONES.get(one.status, "none")),
                        cites(() if one.decided is None else (one.decided.entry,)),
                    ),
                    words(faint("asked"), stamp(one.recorded_at)),
                    words(faint("until"), stamp(one.until)),
                ),
            )
            for one in context.access_requests
        ],
    )


def _grants(context: Access) -> Block:
    return table(
        "Grants that reach the dataset; what holds still has to be permitted by the policies in force",
        (Column("To whom, by whom", 5), Column("What, and why", 8), Column("Where it stands", 5)),
        [
            (
                cell(words(who(one.principal), cites((one.entry,))), words(faint("granted by"), who(one.by))),
                _terms(one.terms, one.reason),
                cell(
                    words(
                        mark(worded(one.status), _TONES.get(one.status, "none")),
                        cites(() if one.ended is None else (one.ended.entry,)),
                    ),
                    words(faint("from"), stamp(one.since)),
                    words(faint("until"), stamp(one.until)),
                ),
            )
            for one in context.access_grants
        ],
    )


def _emergencies(context: Access) -> Block:
    return table(
        "Access in an emergency that reaches the dataset: whoever has it says so, and another person reviews it",
        (Column("Who", 5), Column("What, and why", 8), Column("From, until, and its review", 5)),
        [
            (
                cell(words(who(one.principal), cites((one.entry,)))),
                cell(plain(f"read {one.target}"), meant(hl7.ACT_REASON, one.purpose), faint(one.reason)),
                cell(
                    stamp(one.since),
                    words(faint("until"), stamp(one.until)),
                    *_review(one.review),
                ),
            )
            for one in context.access_emergencies
        ],
    )


def _review(review: EmergencyReviewed | None) -> Iterator[Line]:
    if review is None:
        yield mark("not reviewed", "warn")
        return
    found = mark("justified", "good") if review.justified else mark("not justified", "bad")
    yield words(found, cites((review.entry,)))
    yield words(faint("by"), who(review.by), stamp(review.at))
    yield faint(review.reason)


def _terms(terms: AccessTerms, reason: str) -> Cell:
    return cell(
        plain(f"{', '.join(terms.actions)} {terms.target}"),
        *(meant(hl7.ACT_REASON, one) for one in terms.purposes),
        faint(f"project {terms.project}") if terms.project else (),
        faint(reason),
    )


def _decisions(context: Access) -> Iterator[Block]:
    yield Text(
        words(
            plain("Counted from"),
            stamp(context.access_since),
            plain(f"to the read point, {counted(context.access_days, 'day')}."),
        )
    )
    if not context.access_decisions:
        yield Text(plain("No decision on access to it was recorded in that time."))
        return
    left = context.access_left_out
    rows = [
        (
            cell(who(one.principal)),
            cell(meant(hl7.ACT_REASON, one.purpose) if one.purpose else missing("no purpose given")),
            cell(plain(f"{one.permitted:,}")),
            cell(plain(f"{one.denied:,}")),
            cell(stamp(one.first_at), stamp(one.last_at), cites(one.entries)),
        )
        for one in context.access_decisions
    ]
    permitted = sum(one.permitted for one in context.access_decisions)
    denied = sum(one.denied for one in context.access_decisions)
    total = (cell(plain("All")), (), cell(plain(f"{permitted:,}")), cell(plain(f"{denied:,}")), ())
    yield table(
        "Decisions on access to the dataset and its columns, by person and purpose",
        (Column("Who", 6), Column("Purpose", 7), Column("Permitted", 3), Column("Denied", 3), Column("First, last", 7)),
        [*rows, total],
        note=f"{counted(left, 'older decision')} of the period not counted." if left else None,
    )


def items(context: Access, _: Frame) -> Iterator[Item]:
    """Yield what waits for a decision or a review, which grants hold, and how often access was denied."""
    yield from _items_of_emergencies(context)
    pending = [one.entry for one in context.access_requests if one.status == "PENDING"]
    if pending:
        yield item("warn", "ACCESS", f"{counted(len(pending), 'request')} for access not decided.", pending)
    held = [one for one in context.access_grants if one.status == "IN_FORCE"]
    if held:
        people = len({one.principal.id for one in held})
        text = f"{counted(len(held), 'grant')} of access in force, for {counted(people, 'principal')}."
        yield item("none", "ACCESS", text, (one.entry for one in held))
    denied = [one for one in context.access_decisions if one.denied]
    if denied:
        days = counted(context.access_days, "day")
        text = f"Access was denied {counted(sum(one.denied for one in denied), 'time')} in the last {days}."
        yield item("warn", "ACCESS", text, sorted({entry for one in denied for entry in one.entries}))


def _items_of_emergencies(context: Access) -> Iterator[Item]:
    every = context.access_emergencies
    unjustified = [one for one in every if one.review is not None and not one.review.justified]
    waiting = [one for one in every if one.review is None]
    of = f"of {counted(len(every), 'access', 'accesses')} in an emergency (break-glass)"
    if unjustified:
        text = f"{len(unjustified):,} {of} found not justified by another person."
        yield item("bad", "EMERGENCY", text, _entries(unjustified))
    if waiting:
        yield item("warn", "EMERGENCY", f"{len(waiting):,} {of} not reviewed by another person.", _entries(waiting))
    if every and not unjustified and not waiting:
        text = f"{len(every):,} {of} found justified by another person."
        yield item("none", "EMERGENCY", text, _entries(every))


def _entries(emergencies: Iterable[EmergencyShown]) -> Iterator[int]:
    for one in emergencies:
        yield one.entry
        if one.review is not None:
            yield one.review.entry


PART = Part(blocks, items)
