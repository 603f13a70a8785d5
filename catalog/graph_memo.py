"""What is read of a graph and no time changes, remembered until the graph goes on: reading it takes longest."""

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
