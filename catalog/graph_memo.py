"""What is read of a graph, remembered until anything is touched that it looked at: reading it takes longest.

While something is read the view notes what is looked at (`View.noting`), and a store keeps what each batch of entries
touched (`catalog.store.touches`). What was read stands until the two meet, however fast entries come in, and for views
of any rights, which are part of what is asked. What time changes is remembered until anything that is known begins or
ends.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar
from zlib import crc32

from catalog.store import touches
from catalog.store.graph_state import GRAPH_STATE, is_touched
from catalog.store.touches import Stamp, Touched
from catalog.view import Noted, View

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

_MOST_KEYS: Final = 1_000_000
"""So many keys of all that is remembered: some 70 MB."""
_MOST_OF_ONE: Final = 100_000
"""What looked at more is let go of with the next batch, whatever that touches."""
_MOST: Final = 10_000
_TOGETHER: Final = 32
"""So many things are read together where each is remembered, and are let go of together."""
_PIECE: Final = 64
"""About so many nodes are let go of together where much is remembered in pieces."""


class _Found(NamedTuple):
    """What was read in which state of the graph, what was looked at, and of what is kept of a moment when and by what
    it was answered.
    """

    value: Any
    stamp: Stamp
    noted: Noted
    moment: int = 0
    cited: frozenset[int] = frozenset()
    hidden: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Memory:
    """What stands of one graph, in the last of its states that anybody looked at."""

    found: OrderedDict[Hashable, _Found] = field(default_factory=OrderedDict)
    size: int = 0

    def begin(self) -> None:
        """See `Remembers.begin`."""
        self.size = 0
        self.found.clear()

    def let_go(self, touched: Sequence[Touched]) -> None:
        """See `Remembers.let_go`."""
        for asked in [asked for asked, found in self.found.items() if is_touched(found.noted.keys, touched)]:
            self._forget(asked)

    def get(self, asked: Hashable, stamp: Stamp) -> _Found | None:
        """Return what was read in a state of the graph no later than one, and stands there."""
        with GRAPH_STATE.lock:
            found = self.found.get(asked)
            if found is None or stamp.graph != GRAPH_STATE.stamp.graph or found.stamp.number > stamp.number:
                return None
            self.found.move_to_end(asked)
            return found

    def keep(self, asked: Hashable, found: _Found) -> None:
        """Remember what was read, unless it was touched since, or nobody knows."""
        with GRAPH_STATE.lock:
            since = GRAPH_STATE.since(found.stamp)
            if since is None or is_touched(found.noted.keys, since):
                return
            self._forget(asked)
            self.found[asked] = found
            self.size += found.noted.size
            while self.size > _MOST_KEYS or len(self.found) > _MOST:
                self._forget(next(iter(self.found)))

    def _forget(self, asked: Hashable) -> None:
        found = self.found.pop(asked, None)
        if found is not None:
            self.size -= found.noted.size


_MEMORY: Final = _Memory()
GRAPH_STATE.join(_MEMORY)


@dataclass(frozen=True, slots=True)
class _Reader:
    """One view and what reads it, with what is remembered of the same."""

    of: Callable[..., Any]
    view: View
    stamp: Stamp

    @classmethod
    def begin(cls, of: Callable[..., Any], view: View) -> _Reader | None:
        """Return it where anything may be remembered, of what is not touched in the view's state."""
        stamp = view.stamp
        if stamp is None:
            return None
        GRAPH_STATE.follow(stamp, view.touched)
        return cls(of, view, stamp)

    def get(self, asked: Hashable, *, timeless: bool = True) -> _Found | None:
        """Return what was found, where it stands; what is not timeless until anything begins or ends by itself."""
        found = _MEMORY.get(self._place(asked), self.stamp)
        if found is None or not self.view.holds(found.noted):
            return None
        if not timeless and not self.view.is_as_at(found.moment):
            return None
        self.view.add(found.noted)
        return found

    def find(
        self,
        asked: Hashable,
        read: Callable[[View], T],
        lasts: Callable[[T], bool] = lambda _: True,
        *,
        timeless: bool = True,
    ) -> _Found:
        """Return what is found by a view beside this one, and keep it."""
        beside = self.view.beside(self.view.as_of)
        with self.view.noting() as noted:
            value = read(beside)
        found = self.found(value, noted)._replace(
            moment=self.view.moment, cited=frozenset(beside.cited), hidden=frozenset(beside.hidden)
        )
        # By a time before the last entry was recorded, what that says had not all begun.
        if lasts(value) and (timeless or self.view.recorded_until <= found.moment):
            self.keep(asked, found)
        return found

    def keep(self, asked: Hashable, found: _Found) -> None:
        """Remember what was found, where it stands for longer than now."""
        if found.noted.lasts:
            _MEMORY.keep(self._place(asked), found)

    def found(self, value: Any, noted: Noted) -> _Found:  # noqa: ANN401  whatever was read
        """Return what was found, with what was looked at."""
        if len(noted.keys) > _MOST_OF_ONE:
            noted.keys = set(touches.anything())
            noted.of_now = set(noted.keys) if noted.of_now else set()
        return _Found(value, self.stamp, noted)

    def show(self, found: _Found) -> Any:  # noqa: ANN401  whatever was read
        """Return what was found; the view cites what that cited, and hides what it hid."""
        self.view.cited |= found.cited
        self.view.hidden |= found.hidden
        return found.value

    def _place(self, asked: Hashable) -> Hashable:
        return self.of, asked, self.view.rights, self.view.terms


def follow(view: View) -> None:
    """Let go of what was touched until the view's state, and read nothing else."""
    if (stamp := view.stamp) is not None:
        GRAPH_STATE.follow(stamp, view.touched)


def remembered(of: Callable[..., Any], view: View, read: Callable[[View], T], asked: Hashable = None) -> T:
    """Return what is read of a view like this one, remembered as `as_it_stands` does it, whatever the time.

    It must follow from the graph and from what is asked alone.
    """
    reader = _Reader.begin(of, view)
    if reader is None:
        return read(view)
    remains: T = reader.show(reader.get(asked) or reader.find(asked, read))
    return remains


def each_remembered(
    of: Callable[..., Any], view: View, read: Callable[[Sequence[K]], Mapping[K, T]], asked: Iterable[K]
) -> dict[K, T]:
    """Return what is read of each thing that is asked, some of the new ones together, remembered by what reads it and
    by itself, where the view is of now, of unbounded rights and with its ledger.

    Each must follow from the graph and from itself alone, whatever the time, and be read through this view.
    """
    every = list(dict.fromkeys(asked))
    reader = _Reader.begin(of, view) if view.rights.unbounded else None
    if reader is None:
        return dict(read(every)) if every else {}
    held = {one: found.value for one in every if (found := reader.get(one)) is not None}
    new = [one for one in every if one not in held]
    for start in range(0, len(new), _TOGETHER):
        with view.noting() as noted:
            made = read(new[start : start + _TOGETHER])
        for one, value in made.items():
            held[one] = value
            reader.keep(one, reader.found(value, noted))
    return {one: held[one] for one in every if one in held}


def as_it_stands(
    of: Callable[..., Any],
    view: View,
    read: Callable[[View], T],
    asked: Hashable,
    lasts: Callable[[T], bool] = lambda _: True,
) -> T:
    """Return what is read of a view like this one, remembered by what reads it, each thing that it is asked and the
    view's rights, where the view is of now and with its ledger; the view cites what that cited, and hides what it hid.

    It must follow from the graph, from what is asked, and from what begins or ends by itself alone: from no span of
    time, and from no other time than the view's own. What does not last is not kept. Nobody may change what is given.
    """
    reader = _Reader.begin(of, view)
    if reader is None:
        return read(view)
    found = reader.get(asked, timeless=False) or reader.find(asked, read, lasts, timeless=False)
    remains: T = reader.show(found)
    return remains


def each_as_it_stands(
    of: Callable[..., Any],
    view: View,
    read: Callable[[View, Sequence[str]], Mapping[str, T]],
    ids: Sequence[str],
    size: int = _PIECE,
) -> dict[str, T]:
    """Return what is read of nodes, remembered as `as_it_stands` does it in pieces of at most about so many nodes: what
    touches one of them lets go of its piece alone, however many nodes there are.

    What is read of each must follow from it alone, whichever others are read with it.
    """
    view = view.remembering
    reader = _Reader.begin(of, view) if ids else None
    if reader is None:
        return dict(read(view, ids)) if ids else {}
    found: dict[str, T] = {}
    new = []
    for piece in _pieces(ids, size):
        held = reader.get(piece, timeless=False)
        if held is None:
            new.append(piece)
        else:
            found |= reader.show(held)
    if len(new) > 1:
        _fetch(view, read, [one for piece in new for one in piece])
    for piece in new:
        found |= reader.show(reader.find(piece, partial(_of, read, piece), timeless=False))
    return found


def _of(read: Callable[[View, Sequence[str]], T], piece: Sequence[str], view: View) -> T:
    return read(view, piece)


def _pieces(ids: Sequence[str], size: int) -> Iterable[tuple[str, ...]]:
    """Return ids in pieces, each in the same piece as long as there are about as many."""
    count = 1 << max(0, (len(ids) - 1) // size).bit_length()
    pieces: list[list[str]] = [[] for _ in range(count)]
    for one in ids:
        pieces[crc32(one.encode("utf-8", "surrogatepass")) % count].append(one)
    return [tuple(piece) for piece in pieces if piece]


def _fetch(view: View, read: Callable[[View, Sequence[str]], Any], ids: Sequence[str]) -> None:
    """Read something together that is then read in pieces, so that all that it asks a store for is asked once."""
    with view.noting() as noted:
        read(view.beside(view.as_of), ids)
        noted.forget()


def as_it_was(of: Callable[..., Any], view: View, read: Callable[[], T], asked: Hashable) -> T:
    """Return what is read of a point by an entry that the graph holds, remembered as long as it is the same graph:
    nothing later changes that, but an erasure, behind which the graph is another.

    It must follow from the graph and from what is asked, the point in it.
    """
    reader = _Reader.begin(of, view) if view.rights.unbounded else None
    if reader is None:
        return read()
    found = reader.get(asked)
    if found is None:
        found = reader.found(read(), Noted())
        reader.keep(asked, found)
    remains: T = found.value
    return remains
