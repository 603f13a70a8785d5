"""What PHI a subject and its data hold, wherever it came from, each by one way, and what attestations took away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from reports.codes import coded, coded_briefly
from reports.context import Code, Strict
from reports.document import (
    Block,
    Column,
    Heading,
    Item,
    Line,
    cell,
    cites,
    code,
    faint,
    item,
    mark,
    plain,
    table,
    words,
)
from reports.naming import alike, counted, worded
from reports.parts.runs import Runs, numbers
from reports.phrases import number_of
from reports.section import Frame, Part

How = Literal["DIRECT", "INDIRECT", "UNMENTIONED", "TRAINED", "SAME"]

_EACH_EXPLAINED = 4
_HOW: dict[How, str] = {
    "DIRECT": "made of it",
    "INDIRECT": "decided by it, as in a join or filter",
    "UNMENTIONED": "no column lineage says how",
    "TRAINED": "trained on it",
    "SAME": "the same data",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelHop(Strict):
    """A step by which a label flowed."""

    source: str
    source_column: str | None = None
    target: str
    target_column: str | None = None
    how: How
    masked: bool | None = None
    """Whether it was said that values are masked on the way; None: nobody said."""
    job: str | None = None
    run: str | None = None
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveLabel(Strict):
    """A kind of PHI that something holds, or has to be taken to hold, at the read point, and a shortest way to it."""

    asset: str
    column: str | None = None
    """None: the whole."""
    kind: str
    codes: tuple[Code, ...] = ()
    """Empty: it may be any letter of 45 CFR 164.514(b)(2)(i)."""
    origin: str
    """ASSERTED, CLAIMED, SUGGESTED or INFERRED."""
    unstated: bool = False
    """Whether the way passes where no column lineage is said."""
    recorded_of: str | None = None
    """Where it was said; None: of itself."""
    recorded_of_column: str | None = None
    recorded_kind: str | None = None
    """Which kind was said there."""
    recorded_by: tuple[int, ...] = ()
    """The entries that say so there."""
    hops: tuple[LabelHop, ...] = ()
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearedLabel(Strict):
    """What an attestation took away on a step into something."""

    asset: str
    column: str | None = None
    kind: str
    codes: tuple[Code, ...] = ()
    source: str | None = None
    source_column: str | None = None
    job: str | None = None
    remains: bool = False
    """Whether it came by another way all the same."""
    entries: tuple[int, ...]
    """The attestation's."""


@dataclass(frozen=True, kw_only=True)
class EffectiveLabels(Runs):
    """What flows into a subject."""

    effective: tuple[EffectiveLabel, ...] = ()
    """Of the subject, then of the data it was trained and evaluated on and of its columns, by kind."""
    cleared: tuple[ClearedLabel, ...] = ()
    """On the way, by dataset, column and kind."""
    columns_left_out: int = 0
    """How many columns are not shown, where the data has very many."""


def blocks(context: EffectiveLabels, frame: Frame) -> Iterator[Block]:
    """Show what is there and why, then what was taken away."""
    if not (context.effective or context.cleared):
        return
    yield Heading("Labels that flow", "flow", "", 2)
    known = numbers(context)
    if context.effective:
        left = context.columns_left_out
        yield table(
            f"What the {frame.subject.noun} and its {_parts(frame)} hold at the read point, wherever it came from, "
            "each by a shortest way",
            (Column("Where", 5), Column("Label", 5), Column("Why", 10)),
            [
                (
                    cell(
                        plain(group[0].asset),
                        *(code(each.column) for each in group if each.column),
                        *([faint("the whole")] if group[0].column is None else []),
                    ),
                    cell(
                        words(plain(worded(group[0].kind)), mark(worded(group[0].origin), _tone(group[0]))),
                        *_codes(group[0]),
                    ),
                    cell(*_why(group, known)),
                )
                for group in alike(context.effective, _without_columns)
            ],
            note=f"{counted(left, 'column')} more not shown." if left else None,
        )
    if context.cleared:
        yield table(
            "What attestations that cover a step took away on the way",
            (Column("Into", 6), Column("Label", 6), Column("From, and by which step", 8)),
            [
                (
                    cell(plain(group[0].asset), *(code(each.column) for each in group if each.column)),
                    cell(plain(worded(group[0].kind)), *(coded(group[0].codes) if group[0].codes else ())),
                    cell(
                        words(plain(group[0].source or "what rights hide"), faint(f"by {group[0].job}")),
                        words(mark("cleared", "good"), faint("by the attestation"), cites(group[0].entries)),
                        mark("there all the same, by another way", "warn") if group[0].remains else (),
                    ),
                )
                for group in alike(context.cleared, lambda each: replace(each, column=None, source_column=None))
            ],
        )


def _parts(frame: Frame) -> str:
    return "columns" if frame.subject.noun == "dataset" else "data"


def _codes(one: EffectiveLabel) -> Iterator[Line]:
    """Yield the codes with their meaning, very many by themselves."""
    if not one.codes:
        yield faint("no letter stated: any of Safe Harbor counts")
    elif len(one.codes) > _EACH_EXPLAINED:
        yield from coded_briefly(one.codes)
    else:
        yield from coded(one.codes)


def _tone(one: EffectiveLabel) -> Literal["warn", "none"]:
    return "warn" if one.origin in {"INFERRED", "SUGGESTED"} else "none"


def _without_columns(one: EffectiveLabel) -> tuple[EffectiveLabel, bool]:
    hops = tuple(replace(hop, source_column=None, target_column=None, entries=(), run=None) for hop in one.hops)
    return replace(one, column=None, recorded_of_column=None, recorded_by=(), hops=hops, entries=()), one.column is None


def _why(group: tuple[EffectiveLabel, ...], known: Mapping[tuple[str, str], str]) -> Iterator[Line]:
    first = group[0]
    if first.recorded_of is None:
        yield words(plain("stated of it"), cites(sorted({entry for each in group for entry in each.entries})))
        return
    recorded_by = cites(sorted({entry for each in group for entry in each.recorded_by}))
    column = first.recorded_of_column if len(group) == 1 else None
    yield words(plain("stated of"), plain(first.recorded_of), code(column) if column else (), recorded_by)
    for number, hop in enumerate(first.hops):
        entries = sorted({entry for each in group for entry in each.hops[number].entries})
        yield words(
            faint("then"),
            plain(hop.target),
            code(hop.target_column) if hop.target_column and len(group) == 1 else (),
            faint(f"({_HOW[hop.how]}{_masked(hop)})"),
            faint(f"by {hop.job}") if hop.job else (),
            number_of(hop.run, known, hop.job) if len(group) == 1 and (hop.job, hop.run) in known else (),
            cites(entries),
        )


def _masked(hop: LabelHop) -> str:
    return "" if hop.masked is None else ", masked" if hop.masked else ", not masked"


def items(context: EffectiveLabels, frame: Frame) -> Iterator[Item]:
    """Yield which identifying labels the subject itself has."""
    own = [one for one in context.effective if one.asset == frame.subject.title and one.column is None]
    if own:
        kinds = ", ".join(worded(one.kind) for one in own)
        entries = sorted({entry for one in own for entry in one.entries})
        yield item("warn", "LABELS", f"Labels that flowed into the {frame.subject.noun}: {kinds}.", entries)


PART = Part(blocks, items)
