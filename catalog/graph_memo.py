"""What is read of a graph, remembered until the graph goes on: reading it takes longest.

What time changes is remembered until anything that is known begins or ends.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Final, NamedTuple, TypeVar

from catalog.view import View

T = TypeVar("T")


class _Point(NamedTuple):
    """All that such a read follows from: the ledger's content, what of it the graph holds, and who projected it."""

    size: int
    root: str
    projection: str


_LOCK: Final = Lock()
_NEWEST: Final[dict[Callable[..., Any], tuple[_Point, Hashable, Any]]] = {}
"""By what reads it the newest alone, so that as many are kept as there are readers."""


def remembered(of: Callable[..., Any], view: View, read: Callable[[], T], asked: Hashable = None) -> T:
    """Return what is read, remembered by what reads it and of what it is asked, where the view is whole: while a graph
    is made anew, as after an erasure, nothing that was read of the former is given.

    It must follow from the graph and from what is asked alone, whatever the time.
    """
    if not view.is_whole:
        return read()
    found = view.read_point()
    key = _Point(found.ledger_size, found.ledger_root, found.projection), asked
    with _LOCK:
        kept = _NEWEST.get(of)
    if kept is not None and kept[:2] == key:
        remains: T = kept[2]
        return remains
    made = read()
    with _LOCK:
        _NEWEST[of] = *key, made
    return made


class _Found(NamedTuple):
    """What was found at a moment, and the entries that it rests on."""

    moment: int
    value: Any
    cited: frozenset[int]


_MOST: Final = 256
"""So many of what one reader was asked are kept; then all are let go of."""


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
    kept = remembered(of, view, dict[Hashable, _Found])
    found = kept.get(asked)
    if found is None or not view.is_as_at(found.moment):
        beside = view.beside(view.as_of)
        value = read(beside)
        found = _Found(view.moment, value, frozenset(beside.cited))
        # By a time before the last entry was recorded, what that says had not all begun.
        if lasts(value) and view.read_point().known_at <= found.moment:
            if len(kept) >= _MOST:
                kept.clear()
            kept[asked] = found
    view.cite(*found.cited)
    remains: T = found.value
    return remains
