"""What the rules over the whole estate find on a subject and on what it rests on, and what somebody decided of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from reports.context import Actor, Context, Strict
from reports.document import (
    Block,
    Cell,
    Column,
    Item,
    cell,
    cites,
    faint,
    item,
    mark,
    plain,
    stamp,
    table,
    words,
)
from reports.naming import counted, many_together, worded
from reports.parts.findings import Severity
from reports.phrases import tone, who
from reports.section import Frame, Part

_MOST = 20
"""Findings of high severity that the summary words, each by itself."""

Stands = Literal["OPEN", "ACKNOWLEDGED", "ACCEPTED"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided(Strict):
    """What somebody last decided of a finding."""

    by: Actor
    at: str
    """When that was recorded."""
    reason: str
    until: str | None = None
    """Of what is accepted: until when."""
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EstateFinding(Strict):
    """Something that is wrong at the read point, of whatever model: found by which rule, on what, in words."""

    rule: str
    code: str
    """The rule as records name it."""
    severity: Severity
    subject: str
    node: str
    """The id of what it is found on."""
    text: str
    since: str | None = None
    """From when it is so, where anything says."""
    stands: Stands
    decided: Decided | None = None
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Estate(Context):
    """What is wrong with what a subject rests on, whether or not a model rests on it."""

    estate: tuple[EstateFinding, ...] = ()
    """By severity, rule and subject; what the subject's own rules say stands among its findings."""


def blocks(context: Estate, _: Frame) -> Iterator[Block]:
    """Show every finding and how it stands."""
    if context.estate:
        yield table(
            "What the rules over the whole estate find on what this report rests on, at the read point",
            (Column("Rule and subject", 6), Column("What was found", 7), Column("How it stands", 4)),
            [
                _row(*group) if len(group) == 1 else _row_of_many(group)
                for group in many_together(
                    context.estate, lambda each: replace(each, subject="", node="", since=None, entries=())
                )
            ],
        )


def _row(one: EstateFinding) -> tuple[Cell, ...]:
    return (
        cell(words(plain(one.rule), mark(one.severity, tone(one.severity))), plain(one.subject)),
        cell(plain(one.text), words(faint("since"), stamp(one.since)) if one.since else (), cites(one.entries)),
        _state_of(one),
    )


def _row_of_many(group: Sequence[EstateFinding]) -> tuple[Cell, ...]:
    """Return the row of what is found alike on very many, each with its entries."""
    one, since = group[0], min((each.since for each in group if each.since), default=None)
    return (
        cell(
            words(plain(one.rule), mark(one.severity, tone(one.severity))),
            *(words(plain(each.subject), cites(each.entries)) for each in group),
        ),
        cell(
            words(plain(f"{one.text.rstrip('.')}: {len(group):,} times.")),
            words(faint("the first since"), stamp(since)) if since else (),
        ),
        _state_of(one),
    )


def _state_of(one: EstateFinding) -> Cell:
    stands = mark(worded(one.stands), "bad" if one.stands == "OPEN" and one.severity == "HIGH" else "warn")
    decided = one.decided
    if decided is None:
        return cell(stands)
    return cell(
        stands,
        words(faint("last decided by"), who(decided.by), cites((decided.entry,))),
        stamp(decided.at),
        words(faint("until"), stamp(decided.until)) if decided.until else (),
        plain(decided.reason),
    )


def items(context: Estate, _: Frame) -> Iterator[Item]:
    """Yield each severe finding that is open, and how many others are open or accepted."""
    is_open = [one for one in context.estate if one.stands == "OPEN"]
    severe = [one for one in is_open if one.severity == "HIGH"]
    for one in severe[:_MOST]:
        yield item("bad", "FINDING", f"{one.subject}: {one.text}", one.entries)
    if further := severe[_MOST:]:
        rules = ", ".join(dict.fromkeys(one.rule for one in further))
        text = f"{counted(len(further), 'further finding')} of high severity on what it rests on: {rules}."
        yield item("bad", "FINDINGS", text, sorted({entry for one in further for entry in one.entries}))
    lesser = [one for one in is_open if one.severity != "HIGH"]
    if lesser:
        rules = ", ".join(dict.fromkeys(one.rule for one in lesser))
        text = f"{counted(len(lesser), 'finding')} of medium severity on what it rests on: {rules}."
        yield item("warn", "FINDINGS", text, sorted({entry for one in lesser for entry in one.entries}))
    seen = [one for one in context.estate if one.decided is not None and one.stands != "OPEN"]
    if seen:
        text = f"{counted(len(seen), 'finding')} on what it rests on acknowledged or accepted."
        yield item("warn", "FINDINGS", text, (one.decided.entry for one in seen if one.decided is not None))


PART = Part(blocks, items)
