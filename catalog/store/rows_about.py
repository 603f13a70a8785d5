"""The rows that one verb answers about nodes, held so that each earlier point is a selection of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from catalog.store.row_cache import CachedRows, Place


class Dated(Protocol):
    """A row that says since when it holds, and by which entry it is known."""

    @property
    def valid_from(self) -> int:
        """Return since when it holds, in microseconds UTC."""

    @property
    def entry(self) -> int:
        """Return the entry by which it is known."""


Row = TypeVar("Row", bound=Dated)


class _About(NamedTuple):
    """All rows about one node, and the last entry of any."""

    rows: Sequence[Any]
    last: int


_NOTHING: Final = _About((), -1)
"""Of most nodes there is nothing of most kinds."""


class RowsAbout(Generic[Row]):
    """The rows that a verb answers about each node, valid whenever, by the entry up to which they are known."""

    def __init__(
        self,
        owners: Callable[[Row], tuple[str | None, ...]],
        order: Callable[[Row], Any],
        place: Place,
        given: CachedRows,
    ) -> None:
        """Hold none yet; `owners` are the nodes that a row is about, rows are answered in `order`, and are `given`
        by earlier answers and to later ones in a place.
        """
        self._owners = owners
        self._order = order
        self._place = place
        self._given = given
        self._held: defaultdict[int, dict[str, _About]] = defaultdict(dict)

    def missing(self, ids: Iterable[str], known_at: int) -> list[str]:
        """Return those of the nodes that are not held as known by then."""
        held = self._held[known_at]
        new = [one for one in dict.fromkeys(ids) if one not in held]
        if new and known_at == self._given.newest:
            held.update(self._given.take(self._place, new))
            new = [one for one in new if one not in held]
        return new

    def late(self, ids: Iterable[str] | None, held_at: int, known_at: int) -> list[str]:
        """Return those of the nodes, by default of all, held as known by one entry whose rows came after another."""
        held = self._held[held_at]
        return [one for one in dict.fromkeys(held if ids is None else ids) if held[one].last > known_at]

    def hold(self, ids: Iterable[str], rows: Iterable[Row], known_at: int) -> None:
        """Hold all rows about these nodes as known by then."""
        new = dict.fromkeys(ids, _NOTHING)
        about: defaultdict[str, list[Row]] = defaultdict(list)
        for row in rows:
            for owner in dict.fromkeys(self._owners(row)):
                if owner is not None and owner in new:
                    about[owner].append(row)
        new.update((one, _About(some, max(row.entry for row in some))) for one, some in about.items())
        self._held[known_at].update(new)
        if known_at == self._given.newest:
            self._given.give(self._place, new, lambda about: 1 + len(about.rows))

    def answer(
        self, ids: Iterable[str], valid_at: int, known_at: int, held_at: int, late: frozenset[str] = frozenset()
    ) -> list[Row]:
        """Return the rows about the nodes at a point, taken from what is held as known by an entry, and of the `late`
        as known by then.
        """
        found: dict[Row, None] = {}
        held, earlier = self._held[held_at], self._held[known_at] if late else {}
        for one in ids:
            about = (earlier if one in late else held)[one]
            if about is _NOTHING:
                continue
            is_whole = about.last <= known_at
            for row in about.rows:
                if row.valid_from <= valid_at and (is_whole or row.entry <= known_at):
                    found[row] = None
        return sorted(found, key=self._order)
