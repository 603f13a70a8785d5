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

from catalog.reading import LATEST, AsOf, Rights

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
IsAsAt = Callable[[int], bool]
"""Whether nothing began or ended after a time, in microseconds UTC, until the point that is asked of."""
MOST: Final = 10_000
"""So many values are kept at most; then all of them are let go of."""
TOGETHER: Final = 256
"""So much of what was asked for before is read together, so that nobody waits for more."""
AHEAD: Final = 2_000
"""So many requests that were asked for before are judged beforehand, for each rights."""
_ALONE: Final = "alone"
"""The kind of what is not read together."""
_POINTS: Final = 0b1111_1111
"""Of the last eight points it is remembered at which something was asked for."""
_OFTEN: Final = 0b0110
"""At two of the last points."""
_RIGHTS: Final = 8
"""Of so many rights, those that asked last, values are kept."""


@dataclass(slots=True)
class _Kept:
    """What is kept of one point."""

    as_of: AsOf | None = None
    values: dict[Hashable, Any] = field(default_factory=dict)
    lasting: dict[Hashable, Any] = field(default_factory=dict)
    """Of the values those that stay what they are until anything begins or ends."""
    of_records: dict[Hashable, Any] = field(default_factory=dict)
    """Of these those that nothing which emitters send changes."""
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

    def next(self, as_of: AsOf, *, lasting: bool = True) -> _Kept:
        """Return what is kept of the point after this one; nothing `lasting` of this one where that is known not to."""
        following = _Kept(as_of, earlier=(self.earlier or self) if lasting else None)
        for kind, asked in tuple(self.asked.items()):  # others may still ask for what is kept of this one
            following.asked[kind] = {key: at for key, points in tuple(asked.items()) if (at := points << 1 & _POINTS)}
        return following

    def ahead(self, as_of: AsOf, recorded: int, is_as_at: IsAsAt) -> _Kept:
        """Return what is kept of a later point by which other things are known."""
        following = self.next(as_of, lasting=False)
        for kind in following.asked.keys() - {_ALONE}:
            # What is judged was asked for at two of the last points: nothing that it needs is read by itself.
            following.asked[kind] = dict.fromkeys(following.asked[kind], _OFTEN)
        if self.as_of is not None and self.as_of.known_at >= recorded and is_as_at(self.as_of.valid_at):
            following.of_records = dict(self.of_records)
            following.values = dict(self.of_records)
            following.lasting = dict(self.of_records)
        return following

    def last_on(self, is_as_at: IsAsAt) -> Mapping[Hashable, Any]:
        """Return the values that last, with those of the point before where nothing changed since."""
        with self.looking:
            earlier, self.earlier = self.earlier, None
            if earlier is not None and earlier.as_of is not None and self.as_of is not None:
                known = earlier.as_of.known_at == self.as_of.known_at
                if known and is_as_at(earlier.as_of.valid_at):
                    self.lasting, self.of_records = earlier.lasting, earlier.of_records
                    # Where nothing is read nothing is asked for: it counts as no point.
                    for kind in earlier.asked.keys() - {_ALONE}:
                        self.asked[kind] = {**earlier.asked[kind], **self.asked[kind]}
        return self.lasting

    def keep(
        self,
        found: Mapping[Hashable, Any],
        lasting: Mapping[Hashable, Any],
        of_records: Mapping[Hashable, Any] | None = None,
    ) -> None:
        """Keep values, of these some that last, and of those some that events leave as they are."""
        for kept, some in ((self.values, found), (self.lasting, lasting), (self.of_records, of_records or {})):
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

    def ahead(self, as_of: AsOf, recorded: int, is_as_at: IsAsAt) -> dict[Rights, DecisionsAt]:
        """Return by rights where values of a later point are kept beforehand; nobody is given them until `adopt`.

        Where nothing was `recorded` after an entry that was known, what nothing but records changes is there already.
        """
        with self._lock:
            last = dict(self._kept)
        return {rights: DecisionsAt(kept.ahead(as_of, recorded, is_as_at)) for rights, kept in last.items()}

    def adopt(self, ahead: Mapping[Rights, DecisionsAt]) -> None:
        """Keep these values instead, where their points are newer."""
        with self._lock:
            for rights, found in ahead.items():
                kept = self._kept.get(rights)
                if kept is not None and kept.as_of is not None and _order(kept.as_of) < _order(found.as_of):
                    self._kept[rights] = found.asked_as(kept)


class DecisionsAt:
    """The values of one point."""

    def __init__(self, kept: _Kept | None = None) -> None:
        """Keep them in this, or begin empty."""
        self._kept = kept or _Kept()

    @property
    def as_of(self) -> AsOf:
        """Return the point."""
        return self._kept.as_of or LATEST

    def get(self, key: Hashable) -> Any:  # noqa: ANN401  whatever was found
        """Return the value of a key, None where it is not kept, or it was not looked yet whether it lasts so long; it
        is noted that it was asked for.
        """
        kept = self._kept
        asked = kept.asked[_ALONE]
        if key in asked or len(asked) < AHEAD:
            asked[key] = asked.get(key, 0) | 1
        found = kept.values.get(key)
        return kept.lasting.get(key) if found is None and kept.earlier is None else found

    def settle(self, is_as_at: IsAsAt) -> None:
        """Look whether what lasts is what it was at the point before, unless that was done; others wait for that."""
        self._kept.last_on(is_as_at)

    def again(self, of: type[T]) -> list[T]:
        """Return the keys of a class that `get` was asked for at two of the last points."""
        asked = tuple(self._kept.asked[_ALONE].items())
        return [key for key, points in asked if points.bit_count() > 1 and isinstance(key, of)]

    def keep(self, key: Hashable, found: object, *, lasts: bool) -> None:
        """Keep the value of a key."""
        self._kept.keep({key: found}, {key: found} if lasts else {})

    def asked_as(self, kept: _Kept) -> _Kept:
        """Return what is kept, with what was asked for until the point before, whatever was read of this one."""
        self._kept.asked = kept.next(self.as_of).asked
        return self._kept

    def once(
        self,
        key: Hashable,
        find: Callable[[], T],
        *,
        lasts: Callable[[T], bool] = lambda _: False,
        is_as_at: IsAsAt | None = None,
        of_records: bool = False,
    ) -> T:
        """Return the value of a key, found the first time that it is asked for; what lasts is kept as in `together`.

        It is `of_records` where nothing that emitters send changes it.
        """
        kept = self._kept
        found: T | None = kept.values.get(key)
        if found is None and is_as_at is not None:
            found = kept.last_on(is_as_at).get(key)
        if found is None:
            found = find()
            one = {key: found}
            kept.keep(one, one if lasts(found) else {}, one if lasts(found) and of_records else None)
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
