"""Whether snapshots hold data of different subjects, by the divisions of subjects that were declared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from catalog.view import View
from graph_schema.aspects.snapshots import SplitPart
from graph_schema.vocabulary.words import SplitUnit


@dataclass(frozen=True, slots=True)
class Split:
    """Whether two groups of snapshots share no subject, why, and by which entries; `apart` None: it cannot be told."""

    apart: bool | None
    reason: str
    entries: tuple[int, ...]


class _SnapshotPart(NamedTuple):
    """The part of one division, by its entry, that a snapshot holds."""

    entry: int
    value: SplitPart


def split_of(view: View, trained_on: Sequence[str], evaluated_on: Sequence[str]) -> Split:
    """Return whether what was trained on and what was evaluated on is of different subjects.

    Every pair has to be in different parts of one division. One division by which subjects are in several of its parts
    is enough to say that it is not, and so is a snapshot that stands on both sides.
    """
    if not trained_on or not evaluated_on:
        return Split(None, "There is nothing to be apart: one side names no snapshot.", ())
    both = set(trained_on) & set(evaluated_on)
    if both:
        return Split(False, "A snapshot was both trained and evaluated on.", ())
    held: dict[str, list[_SnapshotPart]] = defaultdict(list)
    for one in view.statements(sorted({*trained_on, *evaluated_on}), ("split_part",)):
        held[one.subject].append(_SnapshotPart(one.entry, SplitPart.from_json(one.data)))
    return _judged([(held[one], held[other]) for one in trained_on for other in evaluated_on])


def _judged(pairs: Iterable[tuple[list[_SnapshotPart], list[_SnapshotPart]]]) -> Split:
    cited: set[int] = set()
    units: set[str] = set()
    undivided = 0
    for trained, evaluated in pairs:
        by_entry = {one.entry: one.value for one in evaluated}
        common = [(one.entry, one.value, by_entry[one.entry]) for one in trained if one.entry in by_entry]
        wrong = [entry for entry, one, other in common if one.part == other.part or one.shared]
        if wrong:
            return Split(False, "By a declared division, the same subjects are in both.", tuple(sorted(wrong)))
        undivided += not common
        cited |= {entry for entry, _, _ in common}
        units |= {one.unit for _, one, _ in common}
    if undivided:
        return Split(None, "No declared division of subjects covers all of them.", tuple(sorted(cited)))
    named = " and ".join(unit.value.lower() for unit in SplitUnit if unit.value in units)
    return Split(True, f"Divided by {named}: no subject is in both.", tuple(sorted(cited)))
