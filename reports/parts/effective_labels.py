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
    strong,
    table,
    words,
)
from reports.naming import alike, counted, worded
from reports.parts.runs import Runs, numbers
from reports.parts.ways import How, Way, columns_along, numbered, shown, way_of
from reports.section import Frame, Part

_EACH_EXPLAINED = 4


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
    if context.effective:
        left = context.columns_left_out
        ways = numbered(context.effective)
        yield table(
            f"What the {frame.subject.noun} and its {_parts(frame)} hold at the read point, wherever it came from, "
            "each by a shortest way: W and a number name one of the ways below, → leads from column to column",
            (Column("Where", 5), Column("Label", 5), Column("Why", 10)),
            [
                (
                    cell(
                        *(plain(group[0].asset) for group in groups),
                        *(code(each.column) for each in groups[0] if each.column),
                        *([faint("the whole")] if groups[0][0].column is None else []),
                    ),
                    cell(
                        words(plain(worded(groups[0][0].kind)), mark(worded(groups[0][0].origin), _tone(groups[0][0]))),
                        *_codes(groups[0][0]),
                    ),
                    cell(*_why(groups, ways)),
                )
                for groups in alike(alike(context.effective, _without_columns), _without_asset)
            ],
            note=f"{counted(left, 'column')} more not shown." if left else None,
        )
        if ways:
            yield shown(context.effective, numbers(context))
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


def _without_columns(one: EffectiveLabel) -> tuple[EffectiveLabel, Way, bool]:
    same = replace(one, column=None, recorded_of_column=None, recorded_by=(), hops=(), entries=())
    return same, way_of(one), one.column is None


def _without_asset(group: tuple[EffectiveLabel, ...]) -> tuple[object, ...]:
    """Return what is the same of assets that hold the same in the same columns, by ways that end elsewhere."""
    return tuple(
        (
            replace(
                each,
                asset="",
                recorded_of=None if each.recorded_of == each.asset else each.recorded_of,
                hops=tuple(replace(hop, entries=(), run=None) for hop in each.hops[:-1]),
                entries=(),
                recorded_by=() if each.recorded_of == each.asset else each.recorded_by,
            ),
            tuple((hop.source, hop.target_column, hop.how, hop.masked, hop.job) for hop in each.hops[-1:]),
        )
        for each in group
    )


def _why(groups: tuple[tuple[EffectiveLabel, ...], ...], ways: Mapping[Way, str]) -> Iterator[Line]:
    first, every = groups[0][0], [each for group in groups for each in group]
    if first.recorded_of is None or not first.hops:
        yield words(plain("stated of it"), cites(entry for each in every for entry in each.recorded_by or each.entries))
        return
    numbered_so = " and ".join(ways[way_of(group[0])] for group in groups)
    yield words(
        plain("stated of"),
        plain(first.recorded_of),
        cites(entry for each in every for entry in each.recorded_by),
        faint("by"),
        strong(numbered_so),
    )
    yield from columns_along(groups[0])


def items(context: EffectiveLabels, frame: Frame) -> Iterator[Item]:
    """Yield which identifying labels the subject itself has."""
    own = [one for one in context.effective if one.asset == frame.subject.title and one.column is None]
    if own:
        kinds = ", ".join(worded(one.kind) for one in own)
        entries = sorted({entry for one in own for entry in one.entries})
        yield item("warn", "LABELS", f"Labels that flowed into the {frame.subject.noun}: {kinds}.", entries)


PART = Part(blocks, items)
