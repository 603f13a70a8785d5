"""What requests for access rest on, read once for all that are decided as of the same point by the same rights.

It follows from the view's point alone, so it is kept for that point only, and let go of with the next one. What was
asked for at two points in a row will most likely be asked for at the next: the first who needs any of it reads all of
it together.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from catalog.reading import AsOf, Rights

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
MOST: Final = 10_000
"""So many values are kept at most; then all of them are let go of."""
TOGETHER: Final = 256
"""So much of what was asked for before is read together, so that nobody waits for more."""
_RIGHTS: Final = 8
"""Of so many rights, those that asked last, values are kept."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of one point."""

    values: dict[Hashable, Any] = field(default_factory=dict)
    asked: defaultdict[str, dict[Any, int]] = field(default_factory=lambda: defaultdict(dict))
    """What was asked for of each kind of value that is read together, and at how many points in a row."""
    before: Mapping[str, Mapping[Any, int]] = field(default_factory=dict)
    """The same of the point before."""
    read: set[str] = field(default_factory=set)
    """The kinds of which that was read."""
    locks: defaultdict[str, threading.Lock] = field(default_factory=lambda: defaultdict(threading.Lock))


class DecisionMemo:
    """Values by what they follow from, by rights of the newest point that was asked for; safe for any thread."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = threading.Lock()
        self._kept: OrderedDict[Rights, tuple[AsOf, _Kept]] = OrderedDict()

    def at(self, as_of: AsOf, rights: Rights) -> DecisionsAt:
        """Return the values of a point: those that are kept where it is the newest, else none."""
        with self._lock:
            point, kept = self._kept.get(rights, (None, None))
            if point is not None and _order(as_of) < _order(point):
                return DecisionsAt()
            if kept is None or point != as_of:
                kept = _Kept() if kept is None else _Kept(before=kept.asked)
                self._kept[rights] = as_of, kept
            self._kept.move_to_end(rights)
            if len(self._kept) > _RIGHTS:
                self._kept.popitem(last=False)
            return DecisionsAt(kept)


class DecisionsAt:
    """The values of one point."""

    def __init__(self, kept: _Kept | None = None) -> None:
        """Keep them in this, or begin empty."""
        self._kept = kept or _Kept()

    def get(self, key: Hashable) -> Any:  # noqa: ANN401  whatever was found
        """Return the value of a key, None where it is not kept."""
        return self._kept.values.get(key)

    def once(self, key: Hashable, find: Callable[[], T]) -> T:
        """Return the value of a key, found the first time that it is asked for."""
        found: T | None = self._kept.values.get(key)
        if found is None:
            found = find()
            self._keep({key: found})
        return found

    def together(self, kind: str, key: K, find: Callable[[Sequence[K]], Mapping[K, T]]) -> T:
        """Return the value of a kind for a key: the first time, it is found together with what was asked for of that
        kind at the two points before; others wait for that.
        """
        kept = self._kept
        before = kept.before.get(kind, {})
        found: T | None = kept.values.get((kind, key))
        if found is None:
            with kept.locks[kind]:
                found = kept.values.get((kind, key))
                if found is None:
                    again = () if kind in kept.read else [one for one, points in before.items() if points > 1]
                    kept.read.add(kind)
                    every = find(list(dict.fromkeys((key, *again))))
                    self._keep({(kind, each): value for each, value in every.items()})
                    found = every[key]
        if len(kept.asked[kind]) < TOGETHER:
            kept.asked[kind][key] = before.get(key, 0) + 1
        return found

    def _keep(self, found: Mapping[Hashable, Any]) -> None:
        if len(self._kept.values) + len(found) > MOST:
            self._kept.values.clear()
        self._kept.values.update(found)


def _order(at: AsOf) -> tuple[int, int]:
    return at.known_at, at.valid_at
