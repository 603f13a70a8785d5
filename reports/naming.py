"""Names and numbers that several parts share: what is alike stands once, what is long is shortened."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from reports.context import EntrySubject

Thing = TypeVar("Thing")
_MOST_APART = 8
_MOST_NAMES = 5
_WORDED = {
    "DE_IDENTIFIED": "de-identified",
    "QUASI_IDENTIFIER": "quasi-identifier",
    "SAFE_HARBOR": "Safe Harbor",
    "HL7V2": "HL7 v2",
}
_ABBREVIATIONS = frozenset({"BAA", "DUA", "EHR", "FHIR", "DICOM", "IRB", "PHI"})
_ENUMERATED = re.compile("[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_EXACT = frozenset({"ModelVersion", "Snapshot"})


def node_name(label: str, key: Sequence[str]) -> str:
    """Return what answers call a node: its whole name, and of an exact state or version which one, behind an @."""
    *place, last = key
    return f"{'/'.join(place)}@{last}" if label in _EXACT else "/".join(key)


def names_by_key(subjects: Iterable[EntrySubject]) -> Mapping[str, str]:
    """Return what nodes are called by their keys as findings and approvals have them, with a blank between the parts.

    A key that several nodes have, as names may have blanks too, is absent.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in subjects:
        if one.key:
            found[" ".join(one.key)].add(node_name(one.id.partition(":")[0], one.key))
    return {key: next(iter(names)) for key, names in found.items() if len(names) == 1}


def alike(things: Iterable[Thing], by: Callable[[Thing], Hashable]) -> list[tuple[Thing, ...]]:
    """Return the things in groups that are alike, in the order in which each first comes."""
    groups: defaultdict[Hashable, list[Thing]] = defaultdict(list)
    for thing in things:
        groups[by(thing)].append(thing)
    return [tuple(group) for group in groups.values()]


def many_together(
    things: Iterable[Thing], by: Callable[[Thing], Hashable], most: int = _MOST_APART
) -> list[tuple[Thing, ...]]:
    """Return each thing by itself in its order, but more than `most` that are alike as one, where the first stands."""
    every = list(things)
    found: list[tuple[Thing, ...]] = []
    groups = {by(group[0]): group for group in alike(every, by)}
    for thing in every:
        group = groups[by(thing)]
        if len(group) <= most:
            found.append((thing,))
        elif thing is group[0]:
            found.append(group)
    return found


def worded(name: str) -> str:
    """Return a value of a closed list in words, as every report prints it; what is written otherwise stays as it is."""
    if name in _ABBREVIATIONS or not _ENUMERATED.fullmatch(name):
        return name
    return _WORDED.get(name) or name.replace("_", " ").lower()


def gathered(names: Iterable[str], most: int = _MOST_NAMES) -> str:
    """Return distinct names, at most so many, each place that they share (up to the last slash) written once."""
    distinct = list(dict.fromkeys(names))
    places: defaultdict[str, list[str]] = defaultdict(list)
    for name in distinct[:most]:
        place, _, last = name.rpartition("/")
        places[place].append(last)
    shown = [", ".join(last) if not place else _together(place, last) for place, last in places.items()]
    more = f" and {len(distinct) - most:,} more" if len(distinct) > most else ""
    return "; ".join(shown) + more


def _together(place: str, names: list[str]) -> str:
    return f"{place}/{names[0]}" if len(names) == 1 else f"{', '.join(names)} in {place}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
