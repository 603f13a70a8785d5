"""What batches touched, in a ring of rows beside the checkpoint."""

from __future__ import annotations

import secrets
import sqlite3
import zlib
from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from catalog.store.touches import KEPT, Stamp, Touched, packed, unpacked

_STATE: Final = "SELECT name, entry FROM state WHERE name IN ('checkpoint', 'touched', 'begun')"
_MARK_BITS: Final = 62
TOUCHED_SUM: Final = "touched rows"
"""The row of `state` that holds the sum of the ring."""


class State(NamedTuple):
    """How far the graph is, the last row of the ring, and what tells it from one that was there before it."""

    checkpoint: int = -1
    touched: int = 0
    begun: int = 0
    """0 for a graph that holds nothing yet."""

    @property
    def stamp(self) -> Stamp:
        """Return how readers tell it from another state."""
        return Stamp(str(self.begun or ""), self.touched)


def state_of(connection: sqlite3.Connection) -> State:
    """Return how the graph stands."""
    return State(**dict(connection.execute(_STATE)))


def advance(connection: sqlite3.Connection, state: State, upto: int, keys: Collection[int] | None) -> None:
    """Write how far the graph is now, and what was touched on the way: everything where None."""
    if keys is None or keys:
        state = state._replace(touched=state.touched + 1)
        slot, now = state.touched % KEPT, packed(state.touched, keys)
        before = connection.execute("SELECT keys FROM touched WHERE slot = ?", (slot,)).fetchall()
        connection.execute("INSERT OR REPLACE INTO touched VALUES (?, ?)", (slot, now))
        connection.execute(
            "INSERT INTO state VALUES (?, ?) ON CONFLICT DO UPDATE SET entry = entry + excluded.entry",
            (TOUCHED_SUM, zlib.crc32(now) - sum_of_touched(before)),
        )
    connection.execute(
        "INSERT INTO state VALUES ('checkpoint', ?), ('touched', ?), ('begun', ?) "
        "ON CONFLICT DO UPDATE SET entry = max(entry, excluded.entry)",
        (upto, state.touched, state.begun or 1 + secrets.randbits(_MARK_BITS)),
    )


def sum_of_touched(rows: Iterable[tuple[bytes]]) -> int:
    """Return the sum of rows of the ring, each of which has its number within."""
    return sum(zlib.crc32(keys) for (keys,) in rows)


def touched_between(connection: sqlite3.Connection, since: int, until: int) -> list[Touched]:
    """Return what the batches behind one touched, until another, as far as it is kept."""
    places = {number % KEPT for number in range(max(since, until - KEPT) + 1, until + 1)}
    query = f"SELECT keys FROM touched WHERE slot IN ({', '.join(map(str, sorted(places)))})"  # noqa: S608  numbers
    return [unpacked(keys) for (keys,) in connection.execute(query)] if places else []
