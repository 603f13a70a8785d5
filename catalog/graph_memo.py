"""What is read of a graph, remembered until the graph goes on: reading it takes longest.

Most entries say no more than that a known job ran again. What was read without looking at anything that such a run says
(`View.noting`) is remembered until an entry says anything else. What time changes is remembered until anything that is
known begins or ends.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, NamedTuple, TypeVar

from catalog.view import View

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class _Point(NamedTuple):
    """All that such a read follows from: the ledger's content, what of it the graph holds, and who projected it."""

    size: int
    root: str


class _Kept(NamedTuple):
    """What was read, at which point, whether of what runs say, and of what is kept of a moment when and by what."""

    value: Any
    point: _Point
    of_runs: bool
    moment: int = 0
    cited: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Since:
    """What one reader found since anything was said but that known jobs ran again, by what it was asked."""

    novelty: object
    kept: dict[Hashable, _Kept] = field(default_factory=dict)

    def get(self, asked: Hashable, view: View, point: _Point) -> _Kept | None:
        """Return what was found, where it is so still."""
        found = self.kept.get(asked)
        if found is None or (found.of_runs and found.point != point):
            return None
        view.note(found.of_runs)
        return found

    def keep(self, asked: Hashable, found: _Kept, most: int) -> None:
        """Keep what was found, of so many at the most."""
        if len(self.kept) >= most:
            self.kept.clear()
        self.kept[asked] = found


_LOCK: Final = Lock()
_NEWEST: Final[dict[Callable[..., Any], _Since]] = {}
"""By what reads it."""
_MOST: Final = 256
"""So many of what one reader was asked are kept; then all are let go of."""


def _since(of: Callable[..., Any], view: View) -> tuple[_Since, _Point]:
    found = view.read_point()
    novelty = view.novelty(), found.projection
    with _LOCK:
        since = _NEWEST.get(of)
        if since is None or since.novelty != novelty:
            since = _NEWEST[of] = _Since(novelty)
    return since, _Point(found.ledger_size, found.ledger_root)


def remembered(of: Callable[..., Any], view: View, read: Callable[[], T], asked: Hashable = None) -> T:
    """Return what is read, remembered by what reads it and of what it was asked last, where the view is whole: while a
    graph is made anew, as after an erasure, nothing that was read of the former is given.

    It must follow from the graph and from what is asked alone, whatever the time, and be read through this view.
    """
    if not view.is_whole:
        return read()
    since, point = _since(of, view)
    found = since.get(asked, view, point)
    if found is None:
        with view.noting() as noted:
            made = read()
        found = _Kept(made, point, noted.of_runs)
        since.keep(asked, found, 1)
    remains: T = found.value
    return remains


def each_remembered(
    of: Callable[..., Any], view: View, read: Callable[[Sequence[K]], Mapping[K, T]], asked: Iterable[K], most: int
) -> dict[K, T]:
    """Return what is read of each thing that is asked, the new ones together; so many are remembered, as `remembered`
    does it. Each must follow from the graph and from itself alone.
    """
    every = list(dict.fromkeys(asked))
    if not view.is_whole:
        return dict(read(every)) if every else {}
    since, point = _since(of, view)
    held = {one: found for one in every if (found := since.get(one, view, point)) is not None}
    new = [one for one in every if one not in held]
    if new:
        with view.noting() as noted:
            made = read(new)
        for one, value in made.items():
            held[one] = _Kept(value, point, noted.of_runs)
            since.keep(one, held[one], most)
    return {one: held[one].value for one in every if one in held}


def as_it_stands(
    of: Callable[..., Any],
    view: View,
    read: Callable[[View], T],
    asked: Hashable,
    lasts: Callable[[T], bool] = lambda _: True,
) -> T:
    """Return what is read of a view like this one, remembered by what reads it and each thing that it is asked, where
    the view is whole; the view cites what that cited.

    It must follow from the graph, from what is asked, and from what begins or ends by itself alone: from no span of
    time, and from no other time than the view's own. What does not last is not kept. Nobody may change what is given.
    """
    if not view.is_whole:
        return read(view)
    since, point = _since(of, view)
    found = since.get(asked, view, point)
    if found is None or not view.is_as_at(found.moment):
        beside = view.beside(view.as_of)
        with view.noting() as noted:
            value = read(beside)
        found = _Kept(value, point, noted.of_runs, view.moment, frozenset(beside.cited))
        # By a time before the last entry was recorded, what that says had not all begun.
        if lasts(value) and view.read_point().known_at <= found.moment:
            since.keep(asked, found, _MOST)
    view.cite(*found.cited)
    remains: T = found.value
    return remains
