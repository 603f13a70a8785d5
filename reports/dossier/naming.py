"""Names and numbers that several sections share: what is alike is said once, what is long is said short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from reports.contexts import Run

Thing = TypeVar("Thing")


def alike(things: Iterable[Thing], by: Callable[[Thing], Hashable]) -> list[tuple[Thing, ...]]:
    """Return the things in groups of which all say the same, in the order in which each first comes."""
    groups: defaultdict[Hashable, list[Thing]] = defaultdict(list)
    for thing in things:
        groups[by(thing)].append(thing)
    return [tuple(group) for group in groups.values()]


def gathered(names: Iterable[str], most: int) -> str:
    """Return distinct names, at most so many, each place that they share (up to the last slash) written once."""
    distinct = list(dict.fromkeys(names))
    places: defaultdict[str, list[str]] = defaultdict(list)
    for name in distinct[:most]:
        place, _, last = name.rpartition("/")
        places[place].append(last)
    told = [", ".join(last) if not place else f"{place}/ {', '.join(last)}" for place, last in places.items()]
    more = f" and {len(distinct) - most:,} more" if len(distinct) > most else ""
    return "; ".join(told) + more


def numbered(runs: Sequence[Run]) -> dict[str, str]:
    """Return the number under which each run (its id) stands in the table of runs: R1, R2, …"""
    return {each.run: f"R{number}" for number, each in enumerate(runs, 1)}


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
