"""Whether snapshots hold data of different subjects, by the divisions of subjects that were declared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from catalog.view import View
from graph_schema.aspects.snapshots import SplitPart
from graph_schema.facts import NOW
from graph_schema.nodes import Division
from graph_schema.vocabulary.words import SplitUnit


@dataclass(frozen=True, slots=True)
class Split:
    """Whether two groups of snapshots share no subject, why, and by which entries; `apart` None: it cannot be told."""

    apart: bool | None
    reason: str
    entries: tuple[int, ...]


class SnapshotPart(NamedTuple):
    """The part of one division, by its entry, that a snapshot holds."""

    entry: int
    value: SplitPart


def split_of(view: View, trained_on: Sequence[str], evaluated_on: Sequence[str]) -> Split:
    """Return whether what was trained on and what was evaluated on is of different subjects.

    Every pair has to be in different parts of one division. One division by which subjects are in several of its parts
    is enough to say that it is not, and so is a snapshot that stands on both sides. One that was withdrawn counts for
    nothing, at whatever time.
    """
    if not trained_on or not evaluated_on:
        return Split(None, "There is nothing to be apart: one side names no snapshot.", ())
    both = set(trained_on) & set(evaluated_on)
    if both:
        return Split(False, "A snapshot was both trained and evaluated on.", ())
    held: dict[str, list[SnapshotPart]] = defaultdict(list)
    for one in view.statements(sorted({*trained_on, *evaluated_on}), ("split_part",)):
        held[one.subject].append(SnapshotPart(one.entry, SplitPart.from_json(one.data)))
    named = {Division(str(one.entry)).id: one.entry for some in held.values() for one in some}
    over = {named[id_]: by for id_, by in withdrawn(view, sorted(named)).items()}
    return judged([(held[one], held[other]) for one in trained_on for other in evaluated_on], over)


def withdrawn(view: View, divisions: Sequence[str]) -> dict[str, int]:
    """Return the entries by which divisions were withdrawn: each counts at no time for whoever knows of that."""
    found: dict[str, int] = {}
    for one in view.at(NOW).statements(divisions, ("division_withdrawal",)) if divisions else ():
        found[one.subject] = min(one.entry, found.get(one.subject, one.entry))
    return found


def judged(pairs: Iterable[tuple[list[SnapshotPart], list[SnapshotPart]]], over: Mapping[int, int]) -> Split:
    """Return what divisions come to; `over` are those that were withdrawn, each with the entry by which it was."""
    cited: set[int] = set()
    lost: set[int] = set()
    units: set[str] = set()
    undivided = 0
    for trained, evaluated in pairs:
        by_entry = {one.entry: one.value for one in evaluated}
        both = [(one.entry, one.value, by_entry[one.entry]) for one in trained if one.entry in by_entry]
        common = [each for each in both if each[0] not in over]
        wrong = [entry for entry, one, other in common if one.part == other.part or one.shared]
        if wrong:
            return Split(False, "By a declared division, the same subjects are in both.", tuple(sorted(wrong)))
        undivided += not common
        lost |= {over[entry] for entry, _, _ in both if entry in over and not common}
        cited |= {entry for entry, _, _ in common}
        units |= {one.unit for _, one, _ in common}
    if undivided:
        but = ", but for one that was withdrawn" if lost else ""
        text = f"No declared division of subjects covers all of them{but}."
        return Split(None, text, tuple(sorted(cited | lost)))
    named = " and ".join(unit.value.lower() for unit in SplitUnit if unit.value in units)
    return Split(True, f"Divided by {named}: no subject is in both.", tuple(sorted(cited)))
