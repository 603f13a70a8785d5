"""What happened to requests for approval in a period: in order, counted, and by what ended several at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from reports.context import Actor, Strict
from reports.document import (
    Block,
    Cell,
    Column,
    Item,
    Line,
    Text,
    Tone,
    cell,
    cites,
    code,
    faint,
    item,
    mark,
    plain,
    stamp,
    strong,
    table,
    words,
)
from reports.naming import alike, counted, names_by_key, node_name, worded
from reports.parts import approvals
from reports.parts.approval_subject import ApprovalSubject
from reports.parts.approvals import Approvals
from reports.phrases import who
from reports.section import Frame, Part, Subject

What = Literal[
    "ASKED",
    "APPROVED",
    "DENIED",
    "ABSTAINED",
    "WITHDRAWN",
    "CONDITION_MET",
    "EXPIRED",
    "LAPSED",
    "INVALIDATED",
    "DELEGATED",
]
WHAT: Final[tuple[What, ...]] = (
    "ASKED",
    "APPROVED",
    "DENIED",
    "ABSTAINED",
    "WITHDRAWN",
    "CONDITION_MET",
    "EXPIRED",
    "LAPSED",
    "INVALIDATED",
    "DELEGATED",
)
"""In the order in which a report counts them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodSubject(Strict):
    """The period that a report is of, half-open."""

    kind: Literal["period"]
    since: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened(Strict):
    """Something that happened to a request in the period, or that somebody let another decide."""

    at: str
    what: What
    request: int | None = None
    """The request, by ledger index; None of a delegation."""
    kinds: tuple[str, ...]
    """The kind of approval; of a delegation those that it is of, none where it ends one."""
    subject: str | None = None
    """The key of what was asked for; None of a delegation."""
    by: Actor | None = None
    """Who did it; None of what ended by its own date, or by a record on something else."""
    because: str | None = None
    """Why an approval binds no more."""
    entries: tuple[int, ...] = ()
    """What says so; none of what ended by its own date."""


@dataclass(frozen=True, kw_only=True)
class OfPeriod(Approvals):
    """A report of a period."""

    subject: PeriodSubject
    """What the report is of."""
    subjects: tuple[ApprovalSubject, ...] = ()
    """What the requests that are shown are about, by kind and key."""
    happened: tuple[Happened, ...] = ()
    """By time, then in the order of the ledger."""


_TONES: Final[dict[What, Tone]] = {
    "APPROVED": "good",
    "DENIED": "bad",
    "ABSTAINED": "warn",
    "WITHDRAWN": "warn",
    "EXPIRED": "bad",
    "LAPSED": "bad",
    "INVALIDATED": "bad",
}
_DECIDED: Final = frozenset({"APPROVED", "DENIED", "ABSTAINED", "WITHDRAWN"})
_MANY: Final = 6
"""Columns of counts that leave the first column no more room than it needs."""


def subject(context: OfPeriod) -> Subject:
    """Return the period as what a report is of."""
    of = context.subject
    return Subject(
        title=f"{_day(of.since)} to {_day(of.until)}",
        key=f"{of.since} {of.until}",
        noun="period",
        reference={"period": {"since": of.since, "until": of.until}},
    )


def _day(at: str) -> str:
    day, _, time = at.partition("T")
    return day if time == "00:00:00.000000Z" else at


def cover(context: OfPeriod) -> Iterator[tuple[str, Cell]]:
    """Yield the rows of a cover that name the period."""
    yield (
        "Period",
        cell(words(plain("from"), stamp(context.subject.since), plain("up to, not at,"), stamp(context.subject.until))),
    )


def _counts(context: OfPeriod, _: Frame) -> Iterator[Block]:
    """Show how often each thing happened: by kind of approval, by subject and by person; each adds up to all."""
    if not context.happened:
        yield Text(plain("Nothing happened to any request for approval in this period."))
        return
    asked = [one for one in context.happened if one.what != "DELEGATED"]
    called = names_by_key(context.entry_subjects)
    kinds = sorted({kind for one in asked for kind in one.kinds})
    rows = []
    for what in WHAT:
        found = [one for one in asked if one.what == what]
        if found:
            rows.append((plain(worded(what)), [sum(kind in one.kinds for one in found) for kind in kinds]))
    yield from _adding_up("What happened, by kind of approval", ("What", tuple(worded(kind) for kind in kinds)), rows)
    yield from _adding_up(
        "What happened, by what was asked for",
        ("Subject", ("asked", "decided", "condition met", "ended")),
        _rows(asked, lambda one: called.get(one.subject or "", one.subject or ""), plain),
    )
    named = {one.by.id: who(one.by) for one in context.happened if one.by is not None}
    yield from _adding_up(
        "What happened, by who did it",
        ("Who", ("asked", "decided", "condition met", "ended", "delegated")),
        _rows(
            context.happened,
            lambda one: "" if one.by is None else one.by.id,
            lambda id_: named.get(id_, faint("nobody: by its date, or by a record on something else")),
            delegated=True,
        ),
    )


_Row = tuple[Line, list[int]]


def _rows(
    happened: Iterable[Happened],
    by: Callable[[Happened], str],
    named: Callable[[str], Line],
    *,
    delegated: bool = False,
) -> list[_Row]:
    rows: dict[str, Counter[str]] = {}
    for one in happened:
        column = (
            "delegated"
            if one.what == "DELEGATED"
            else "asked"
            if one.what == "ASKED"
            else "condition met"
            if one.what == "CONDITION_MET"
            else "decided"
            if one.what in _DECIDED
            else "ended"
        )
        rows.setdefault(by(one), Counter())[column] += 1
    columns = ("asked", "decided", "condition met", "ended", *(["delegated"] if delegated else []))
    return [(named(key), [found[column] for column in columns]) for key, found in sorted(rows.items())]


def _adding_up(caption: str, columns: tuple[str, tuple[str, ...]], rows: list[_Row]) -> Iterator[Block]:
    """Yield a table of counts with the sums of its rows and columns."""
    if not rows:
        return
    first, others = columns
    total = [sum(numbers[place] for _, numbers in rows) for place in range(len(others))]
    yield table(
        caption,
        (Column(first, 8 if len(others) < _MANY else 4), *(Column(name, 3) for name in others), Column("all", 2)),
        [
            (cell(name), *(cell(plain(f"{number:,}")) for number in numbers), cell(strong(f"{sum(numbers):,}")))
            for name, numbers in [*rows, (strong("all"), total)]
        ],
    )


def _storms(context: OfPeriod, _: Frame) -> Iterator[Block]:
    """Show what ended approvals, each cause once with all that it ended."""
    ended = [one for one in context.happened if one.what in {"INVALIDATED", "EXPIRED", "LAPSED"}]
    if not ended:
        yield Text(plain("No approval ended of itself or by a record on something else in this period."))
        return
    called = names_by_key(context.entry_subjects)
    groups = alike(ended, lambda one: (one.what, one.because, one.entries, one.at if not one.entries else ""))
    yield table(
        "Each cause once, with every request that it ended, approved or not",
        (Column("Cause", 9), Column("What it ended", 9)),
        [
            (
                cell(
                    words(mark(worded(group[0].what), _TONES.get(group[0].what, "none")), cites(group[0].entries)),
                    plain(group[0].because) if group[0].because else faint("by its own date"),
                    stamp(group[0].at),
                ),
                cell(
                    plain(counted(len(group), "request")),
                    *(
                        words(
                            cites((one.request or 0,)),
                            faint(worded(one.kinds[0])),
                            plain(called.get(one.subject or "", one.subject or "")),
                        )
                        for one in group
                    ),
                ),
            )
            for group in groups
        ],
    )


def _in_order(context: OfPeriod, _: Frame) -> Iterator[Block]:
    """Show everything that happened, by time."""
    if not context.happened:
        yield Text(plain("Nothing happened to any request for approval in this period."))
        return
    called = names_by_key(context.entry_subjects)
    yield table(
        "Everything that happened in the period",
        (Column("When", 5), Column("What", 4), Column("Of which request", 8), Column("By", 5)),
        [
            (
                cell(stamp(one.at)),
                cell(words(mark(worded(one.what), _TONES.get(one.what, "none")), cites(one.entries))),
                _of(one, called),
                cell(faint("nobody") if one.by is None else who(one.by)),
            )
            for one in context.happened
        ],
        note="An approval ended when what it binds became otherwise, though the entry that says so may be later: then "
        "it stands before what was decided without knowing of it.",
    )


def _of(one: Happened, called: Mapping[str, str]) -> Cell:
    kinds = ", ".join(map(worded, one.kinds)) or "nothing any more"
    if one.request is None:
        return cell(plain(f"decisions on {kinds}"))
    return cell(words(cites((one.request,)), plain(kinds)), faint(called.get(one.subject or "", one.subject or "")))


def _subjects(context: OfPeriod, _: Frame) -> Iterator[Block]:
    """Show what the requests are about, and what a request for it would bind at the read point."""
    if not context.subjects:
        yield Text(plain("No request is shown."))
        return
    yield table(
        "What the requests that are shown are about, and what a request would bind at the read point",
        (Column("Subject", 6), Column("Would bind", 13)),
        [
            (
                cell(strong(_called(one)), faint(worded(one.kind.upper())), cites(one.entries)),
                cell(
                    *(
                        line
                        for of, _, digest in (each.partition(": ") for each in one.binds)
                        for line in (faint(of), code(digest))
                    )
                )
                or cell(faint("nothing is recorded of it")),
            )
            for one in context.subjects
        ],
    )


def _called(one: ApprovalSubject) -> str:
    label = {"model_version": "ModelVersion", "snapshot": "Snapshot"}.get(one.kind, "Dataset")
    return node_name(label, [part for part in (one.namespace, one.name, one.version or one.digest) if part])


def _items(context: OfPeriod, _: Frame) -> Iterator[Item]:
    """Yield how many requests there were and what became of them."""
    number = Counter(one.what for one in context.happened)
    text = ", ".join(f"{number[what]:,} {worded(what)}" for what in WHAT if number[what])
    if text:
        entries = sorted({entry for one in context.happened for entry in one.entries})
        yield item("none", "PERIOD", f"In the period: {text}.", entries)


def _ends(context: OfPeriod, _: Frame) -> Iterator[Item]:
    """Yield what ended requests, each cause once."""
    ended = alike(
        (one for one in context.happened if one.what == "INVALIDATED"), lambda one: (one.because, one.entries)
    )
    for group in ended:
        text = f"{counted(len(group), 'request')} invalidated by one cause: {group[0].because or 'not recorded'}."
        yield item("bad", "INVALIDATED", text, group[0].entries)


def _doubts(context: OfPeriod, frame: Frame) -> Iterator[Item]:
    """Yield what is found on requests and decisions, but what a cause says already."""
    ended = {one.entry for one in context.approvals if one.status == "INVALIDATED"}
    others = tuple(one for one in context.findings if one.topic != "approval" or ended.isdisjoint(one.entries))
    yield from approvals.items(replace(context, findings=others), frame)


REQUESTS = Part(approvals.blocks, _doubts)
COUNTS = Part(_counts, _items)
CAUSES = Part(_storms, _ends)
IN_ORDER = Part(_in_order)
SUBJECTS = Part(_subjects)
