"""A failing example made small in a bounded number of tries: what it fails with stays readable.

Hypothesis shrinks for minutes where every try builds a catalog, and a test that is ended by its timeout names nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

_Path = tuple[str | int, ...]


def reduced(history: Sequence[Any], fails: Callable[[list[Any]], bool], most: int = 100) -> list[Any]:
    """Return what is left of a history once everything is out without which it still fails.

    Taken out are whole entries first, then members and items within, in at most so many tries: JSON values only.
    """
    left, tries = list(history), 0
    while True:
        before, place = left, 0
        while place < len(paths := list(_paths(left))):
            if tries == most:
                return left
            tries += 1
            smaller = _without(left, paths[place])
            if fails(smaller):
                left = smaller
            else:
                place += 1
        if left is before:
            return left


def _paths(value: object) -> Iterator[_Path]:
    """Yield where every part of a value is, the outermost first."""
    front: list[tuple[_Path, object]] = [((), value)]
    while front:
        following: list[tuple[_Path, object]] = []
        for path, one in front:
            if isinstance(one, dict):
                following += [((*path, name), item) for name, item in one.items()]
            elif isinstance(one, list):
                following += [((*path, number), item) for number, item in enumerate(one)]
        yield from (path for path, _ in following)
        front = following


def _without(value: Any, path: _Path) -> Any:
    """Return a value without one of its parts; what is not on the way to it stays the same object."""
    step, *rest = path
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    if rest:
        copy[step] = _without(copy[step], tuple(rest))
    else:
        del copy[step]
    return copy
