"""What changed from each of the newest states of a dataset to the next one; never a value of the data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from reports.codes import coded_briefly
from reports.context import Code, Strict
from reports.document import Block, Cell, Column, Line, Text, cell, cites, code, faint, plain, strong, table, words
from reports.naming import alike, counted, worded
from reports.parts.snapshots import HeldSnapshots
from reports.section import Frame, Part

Uncompared = Literal["schema", "counts", "labels and use"]
_UNCOMPARED: dict[Uncompared, str] = {
    "schema": "schema",
    "counts": "counts of values in columns",
    "labels and use": "labels and use",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDrift(Strict):
    """A field that came, went, or is of another type; None is no such field."""

    field: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountDrift(Strict):
    """What jobs counted in a column of both states, and is another number in the second."""

    column: str
    what: Literal["values", "nulls", "distinct values"]
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelDrift(Strict):
    """A kind of PHI that came or went."""

    came: bool
    field: str | None = None
    """None is the dataset as a whole."""
    phi_kind: str
    origin: str
    codes: tuple[Code, ...] = ()
    entries: tuple[int, ...] = ()
    """Of those that say so what the report cites elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseDrift(Strict):
    """A statement on use that came or went."""

    came: bool
    about: str
    authority: str
    entries: tuple[int, ...] = ()
    """As those of a label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotDrift(Strict):
    """What is otherwise in a state than in the one before it, each as when it was made and as it is known now."""

    before: str
    """The digest of the earlier state."""
    after: str
    rows_before: int | None = None
    rows_after: int | None = None
    fields: tuple[FieldDrift, ...] = ()
    columns: tuple[CountDrift, ...] = ()
    labels: tuple[LabelDrift, ...] = ()
    uses: tuple[UseDrift, ...] = ()
    not_shown: int = 0
    """How many changes more there are, where they are very many."""
    uncompared: tuple[Uncompared, ...] = ()
    """What nobody recorded of both."""
    is_partial: bool = False
    """Whether not all that labels and use rest on was looked at, or may be seen."""
    entries: tuple[int, ...] = ()
    """The seals of both, and of what else says so what the report cites elsewhere."""


@dataclass(frozen=True, kw_only=True)
class Drifts(HeldSnapshots):
    """What changed between the snapshots of one dataset."""

    drifts: tuple[SnapshotDrift, ...] = ()
    """Of the newest states, the newest change first."""


def blocks(context: Drifts, _: Frame) -> Iterator[Block]:
    """Show what changed from each state to the next."""
    if not context.drifts:
        return
    yield table(
        "What changed between the snapshots, the newest change first",
        (Column("No.", 3), Column("From and to", 18), Column("Rows and schema", 13), Column("Counts and use", 13)),
        [
            (
                cell(strong(f"C{number}")),
                cell(code(each.before), code(each.after), cites(each.entries)),
                cell(*_contents(each)),
                cell(*_governed(each)),
            )
            for number, each in enumerate(context.drifts, 1)
        ],
        note="Each state is taken as when it was made, as it is known at the read point. Values are never compared.",
    )
    labels = [row for number, each in enumerate(context.drifts, 1) for row in _labels(number, each)]
    if labels:
        yield table(
            "Labels that came and went between the snapshots; C and a number name a change of the table above",
            (Column("No.", 3), Column("Of", 11), Column("Label", 9), Column("Before", 12), Column("Since", 12)),
            labels,
        )
    older = len(context.snapshots) + context.snapshots_left_out - 1 - len(context.drifts)
    if older > 0:
        yield Text(plain(f"{counted(older, 'older change')} not shown: `lineward snapshot compare` shows any two."))


def _contents(each: SnapshotDrift) -> Iterator[Line]:
    if each.rows_before is not None and each.rows_after is not None:
        now = counted(each.rows_after, "row")
        yield plain(f"{now}, as before" if each.rows_before == each.rows_after else f"{each.rows_before:,} to {now}")
    else:
        yield faint("rows not recorded of both")
    yield from (plain(_changed(one)) for one in each.fields)
    if not each.fields and "schema" not in each.uncompared:
        yield faint("no field differs")
    if "schema" in each.uncompared:
        yield faint(f"{_UNCOMPARED['schema']} not recorded of both")


def _changed(one: FieldDrift) -> str:
    if one.before is None:
        return f"field {one.field} came" + (f", {one.after}" if one.after else "")
    if one.after is None:
        return f"field {one.field} went"
    return f"field {one.field}: {one.before or 'no type'} to {one.after or 'no type'}"


def _governed(each: SnapshotDrift) -> Iterator[Line]:
    for count in each.columns:
        yield plain(f"{count.column}: {_number(count.before)} to {_number(count.after)} {count.what}")
    for use in each.uses:
        moved = "came" if use.came else "went"
        yield words(plain(f"statement of {use.authority} on {use.about} {moved}"), cites(use.entries))
    if not (each.columns or each.uses):
        yield faint("nothing differs that is recorded of both")
    if each.not_shown:
        yield faint(f"and {counted(each.not_shown, 'change')} more")
    yield from (faint(f"{_UNCOMPARED[name]} not recorded of both") for name in each.uncompared if name != "schema")
    if each.is_partial:
        yield faint("not all that labels and use rest on was looked at")


def _labels(number: int, each: SnapshotDrift) -> Iterator[tuple[Cell, ...]]:
    """Yield a row for each kind of which a label came or went; fields in which it did so alike stand together."""
    by_place: defaultdict[tuple[str, str], list[LabelDrift]] = defaultdict(list)
    for label in each.labels:
        by_place[label.field or "", label.phi_kind].append(label)
    for group in alike(sorted(by_place), lambda place: (place[1], _but_its_field(by_place[place]))):
        several, kind = by_place[group[0]], group[0][1]
        before, after = ([one for one in several if one.came is came] for came in (False, True))
        yield (
            cell(strong(f"C{number}")),
            cell(*(code(field) if field else faint("the whole") for field, _ in group)),
            cell(plain(worded(kind))),
            cell(*_of_one_side(before)),
            cell(*_of_one_side(after)),
        )


def _but_its_field(labels: Iterable[LabelDrift]) -> tuple[LabelDrift, ...]:
    return tuple(replace(one, field=None) for one in labels)


def _of_one_side(labels: Sequence[LabelDrift]) -> Iterator[Line]:
    if not labels:
        yield faint("none of these")
    for one in labels:
        yield words(plain(worded(one.origin)), cites(one.entries))
        yield from coded_briefly(one.codes)


def _number(value: int | None) -> str:
    return "not counted" if value is None else f"{value:,}"


PART = Part(blocks)
