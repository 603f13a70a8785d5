"""What the rules over the whole estate find on a subject and on what it rests on, and what somebody decided of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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
from reports.naming import counted, worded
from reports.parts.findings import Severity
from reports.phrases import tone, who
from reports.section import Frame, Part

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
                (
                    cell(
                        words(plain(each.rule), mark(each.severity, tone(each.severity))),
                        plain(each.subject),
                    ),
                    cell(
                        plain(each.text),
                        words(faint("since"), stamp(each.since)) if each.since else (),
                        cites(each.entries),
                    ),
                    _state_of(each),
                )
                for each in context.estate
            ],
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
    for one in is_open:
        if one.severity == "HIGH":
            yield item("bad", "FINDING", f"{one.subject}: {one.text}", one.entries)
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
