"""What requests for access rest on, read once for all that are decided as of the same point by the same rights.

It follows from the view's point alone, so it is kept for that point only, and let go of with the next one. What lasts
is kept on as long as nothing else comes to be known and nothing begins or ends in between. What was asked for at two of
the last few points will most likely be asked for again: the first who needs any of it reads all of it together. Were it
only what two points in a row have, whoever once fell behind would stay there: few are answered at a point then, and so
little is read together at the next.
What `graph_memo` remembers goes with every entry, and each decision is one.
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
IsAsAt = Callable[[int], bool]
"""Whether nothing began or ended after a time, in microseconds UTC, until the point that is asked of."""
MOST: Final = 10_000
"""So many values are kept at most; then all of them are let go of."""
TOGETHER: Final = 256
"""So much of what was asked for before is read together, so that nobody waits for more."""
_POINTS: Final = 0b1111_1111
"""Of the last eight points it is remembered at which something was asked for."""
_RIGHTS: Final = 8
"""Of so many rights, those that asked last, values are kept."""


@dataclass(slots=True)
class _Kept:
    """What is kept of one point."""

    as_of: AsOf | None = None
    values: dict[Hashable, Any] = field(default_factory=dict)
    lasting: dict[Hashable, Any] = field(default_factory=dict)
    """Of the values those that stay what they are until anything begins or ends."""
    earlier: _Kept | None = None
    """The point before of which such values may hold here, as long as nobody looked."""
    asked: defaultdict[str, dict[Any, int]] = field(default_factory=lambda: defaultdict(dict))
    """What was asked for of each kind of value that is read together, and at which of the last points, one bit each."""
    read: set[str] = field(default_factory=set)
    """The kinds of which that was read."""
    locks: defaultdict[str, threading.Lock] = field(default_factory=lambda: defaultdict(threading.Lock))
    """By kind: one reads, others wait."""
    looking: threading.Lock = field(default_factory=threading.Lock)
    """Held while it is looked whether what lasts is what it was."""

    def next(self, as_of: AsOf) -> _Kept:
        """Return what is kept of the point after this one."""
        following = _Kept(as_of, earlier=self.earlier or self)
        for kind, asked in tuple(self.asked.items()):  # others may still ask for what is kept of this one
            following.asked[kind] = {key: at for key, points in tuple(asked.items()) if (at := points << 1 & _POINTS)}
        return following

    def last_on(self, is_as_at: IsAsAt) -> Mapping[Hashable, Any]:
        """Return the values that last, with those of the point before where nothing changed since."""
        with self.looking:
            earlier, self.earlier = self.earlier, None
            if earlier is not None and earlier.as_of is not None and self.as_of is not None:
                known = earlier.as_of.known_at == self.as_of.known_at
                if known and is_as_at(earlier.as_of.valid_at):
                    self.lasting = earlier.lasting
        return self.lasting

    def keep(self, found: Mapping[Hashable, Any], lasting: Mapping[Hashable, Any]) -> None:
        """Keep values, and of these some that last."""
        for kept, some in ((self.values, found), (self.lasting, lasting)):
            if len(kept) + len(some) > MOST:
                kept.clear()
            kept.update(some)


class DecisionMemo:
    """Values by what they follow from, by rights of the newest point that was asked for; safe for any thread."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = threading.Lock()
        self._kept: OrderedDict[Rights, _Kept] = OrderedDict()

    def at(self, as_of: AsOf, rights: Rights) -> DecisionsAt:
        """Return the values of a point: those that are kept where it is the newest, else none."""
        with self._lock:
            kept = self._kept.get(rights)
            if kept is not None and kept.as_of is not None and _order(as_of) < _order(kept.as_of):
                return DecisionsAt()
            if kept is None or kept.as_of != as_of:
                kept = _Kept(as_of) if kept is None else kept.next(as_of)
                self._kept[rights] = kept
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
        """Return the value of a key, None where it is not kept, or it was not looked yet whether it lasts so long."""
        kept = self._kept
        found = kept.values.get(key)
        return kept.lasting.get(key) if found is None and kept.earlier is None else found

    def once(
        self,
        key: Hashable,
        find: Callable[[], T],
        *,
        lasts: Callable[[T], bool] = lambda _: False,
        is_as_at: IsAsAt | None = None,
    ) -> T:
        """Return the value of a key, found the first time that it is asked for; what lasts is kept as in `together`."""
        kept = self._kept
        found: T | None = kept.values.get(key)
        if found is None and is_as_at is not None:
            found = kept.last_on(is_as_at).get(key)
        if found is None:
            found = find()
            kept.keep({key: found}, {key: found} if lasts(found) else {})
        return found

    def together(
        self,
        kind: str,
        key: K,
        find: Callable[[Sequence[K]], Mapping[K, T]],
        *,
        lasts: Callable[[T], bool] = lambda _: False,
        is_as_at: IsAsAt | None = None,
    ) -> T:
        """Return the value of a kind for a key: the first time, it is found together with what was asked for of that
        kind at two of the last points; others wait for that.

        A value that `lasts` is kept for the points after, until `is_as_at` says no more that nothing changed.
        """
        kept = self._kept
        asked = kept.asked[kind]
        found: T | None = kept.values.get((kind, key))
        if found is None:
            with kept.locks[kind]:
                found = kept.values.get((kind, key))
                if found is None and is_as_at is not None:
                    found = kept.last_on(is_as_at).get((kind, key))
                if found is None:
                    earlier = () if kind in kept.read else tuple(asked.items())
                    again = [one for one, points in earlier if (points >> 1).bit_count() > 1]
                    kept.read.add(kind)
                    every = find([key, *(one for one in again if one != key and (kind, one) not in kept.lasting)])
                    kept.keep(
                        {(kind, each): value for each, value in every.items()},
                        {(kind, each): value for each, value in every.items() if lasts(value)},
                    )
                    found = every[key]
                else:
                    kept.values[kind, key] = found
        if key in asked or len(asked) < TOGETHER:
            asked[key] = asked.get(key, 0) | 1
        return found


def _order(at: AsOf) -> tuple[int, int]:
    return at.known_at, at.valid_at
