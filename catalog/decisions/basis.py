"""As of what a request for access is decided: the newest entry that can matter, and a time that many share.

A decision says nothing that another one rests on. So the newest entry of another kind is all that has to be known, and
all requests of one second are decided as of its begin, or as of that entry where it is newer: what each rests on is
read once, the graph need not hold the decisions before, and a decision can be made again all the same.

What a person or a program records counts at once: a withdrawal, the end of a grant, a set of policies. What emitters
say counts once a second, all that came by then: else a catalog that takes fifty events a second would read fifty times
what each dataset rests on. What was asked for of late is judged beforehand (`renewal`), and only then do events count:
until then answers are as of before, and nobody waits. Where reading takes long they count more seldom, so that most of
the time is left for answers, and where the graph does not hold them yet nobody waits for it: after ten seconds at the
latest they count.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Collection
from typing import Final

from catalog.decisions.records import DecideAccess
from catalog.ledger.protocol import Ledger
from catalog.reading import AsOf
from graph_schema.times import SECOND

_DECISIONS: Final = frozenset({DecideAccess.in_ledger()})
_WINDOW: Final = 64
_SHARE: Final = 4
"""So many times as long as it took to read and judge what decisions rest on, events do not count."""
LONGEST: Final = 10 * SECOND
"""After so long events count, however long that took, and whether the graph holds them or not."""

_BEGUN_WITHIN: Final = LONGEST // 2
"""After so long what events change begins to be judged beforehand, so that it is done by the time that they count."""


class Basis:
    """Follows by which entry is decided; safe for any thread.

    `events` are the kinds of entries that emitters send; `held` gives the last entry that the graph holds, where it may
    be behind.
    """

    def __init__(
        self, ledger: Ledger, events: Collection[str] = (), held: Callable[[], int] = lambda: sys.maxsize
    ) -> None:
        """Look at nothing yet."""
        self._ledger = ledger
        self._held = held
        self._lock = threading.Lock()
        self._adopted = threading.Condition(self._lock)
        self._in_graph = _Newest(ledger, _DECISIONS)
        self._awaited, self._awaited_since = -1, 0
        """An entry that the graph is to hold, and since when."""
        self._others = _Newest(ledger, _DECISIONS)
        self._records = _Newest(ledger, _DECISIONS.union(events))
        self._renew: Callable[[], None] | None = None
        self._renewing = False
        """Whether it is being judged beforehand what is asked for as of what comes next."""
        self._recorded = -1
        """No record is newer that counts, whether this is one or not."""
        self._second: int | None = None
        """The second by which all events counted last."""
        self._due = 0
        """When they count next."""
        self._waited = self._computed = 0.0
        self._entry = -1
        self._recorded_at = 0

    def renewed_by(self, renew: Callable[[], None]) -> None:
        """Let events count by this from now on, which begins to judge as of the point that is `following`, waits for
        nothing, and has that point adopted.
        """
        self._renew = renew

    @property
    def has_looked(self) -> bool:
        """Tell whether it follows the ledger already: to begin with, it may have far to look back."""
        return self._second is not None

    def is_awaited(self, now: int) -> bool:
        """Tell whether events have to count that are being judged beforehand: whoever waits for that waits less long
        than by judging all of it as well.
        """
        with self._lock:
            return self._is_awaited(now)

    def wait(self, now: int) -> None:
        """Wait for as long as that is so, for a while at most."""
        with self._adopted:
            self._adopted.wait_for(lambda: not self._is_awaited(now), _BEGUN_WITHIN / SECOND)

    def _is_awaited(self, now: int) -> bool:
        return self._renewing and self._second is not None and now - now % SECOND - self._second >= LONGEST

    def at(self, now: int) -> AsOf:
        """Return as of what is decided at a moment, in UTC microseconds."""
        begin = now - now % SECOND
        with self._lock:
            if self._second is None or begin < self._second:
                newest = self._others.newest() if self._second is None else self._newest_held(begin)[0]
                self._recorded = max(self._recorded, newest)
                self._count_all(newest, begin)
            elif begin >= self._due and not (self._renewing and begin - self._second < LONGEST):
                newest, is_held = self._newest_held(begin)
                if self._renew is not None and is_held and newest > self._entry and begin - self._second < LONGEST:
                    self._due, self._renewing = begin, True
                    self._renew()
                else:
                    self._count_all(newest, begin)
            self._count(self._records.newest(self._entry + 1))
            return AsOf(max(begin, self._recorded_at), self._entry)

    def following(self, upto: int, now: int) -> tuple[AsOf, int] | None:
        """Return as of what is decided next, of a reading that holds the graph up to an entry: the newest that is no
        decision, where it does not count yet; and an entry after which nothing but emitters' is known.
        """
        with self._lock:
            entry = _Newest(self._ledger, _DECISIONS).newest(self._entry + 1, upto + 1)
            recorded = max(self._recorded, self._records.newest(self._entry + 1))
        if entry < 0:
            return None
        return self._at(entry, now), recorded

    def _at(self, entry: int, now: int) -> AsOf:
        return AsOf(max(now - now % SECOND, self._ledger.entry(entry).entry.recorded_at), entry)

    def adopt(self, at: AsOf | None, seconds: float) -> None:
        """Decide from now on as of a point, all of which was judged beforehand in so many seconds; None where nothing
        was: then the next second begins it again.
        """
        took = int(seconds * SECOND)
        with self._lock:
            self._renewing = False
            self._adopted.notify_all()
            if at is None or at.known_at <= self._entry:
                self._due += SECOND
                return
            second = at.valid_at - at.valid_at % SECOND
            self._count_all(at.known_at, second)
            self._due = max(self._due, second + min(_BEGUN_WITHIN, _SHARE * took))

    def took(self, at: AsOf, waited: float, computed: float) -> None:
        """Take into account for how many seconds somebody waited for what is decided on at a point, and for how many of
        these it was computed.
        """
        with self._lock:
            if self._second is not None and at.known_at == self._entry:
                self._waited, self._computed = max(self._waited, waited), self._computed + computed
                most = LONGEST if self._renew is None else _BEGUN_WITHIN
                took = min(most, int(_SHARE * max(self._waited, self._computed) * SECOND))
                self._due = max(self._due, self._second + took)

    def is_newest(self, entry: int, upto: int = sys.maxsize) -> bool:
        """Tell whether nothing but decisions came into the ledger after an entry, up to another."""
        with self._lock:
            if self._others.newest() <= entry:
                return True
            return _Newest(self._ledger, _DECISIONS).newest(entry + 1, upto + 1) <= entry

    def _newest_held(self, now: int) -> tuple[int, bool]:
        """Return the newest entry that is no decision and that the graph holds, and that it does; where it was behind
        for long, any.
        """
        newest, held = self._others.newest(), self._in_graph.newest(stop=self._held() + 1)
        if held >= self._awaited or now < self._awaited_since:
            self._awaited, self._awaited_since = newest, now
        return (newest, newest <= held) if now - self._awaited_since >= LONGEST else (held, True)

    def _count_all(self, entry: int, second: int) -> None:
        """Let all count up to an entry, by a second."""
        self._second, self._due = second, second + SECOND
        self._count(entry)

    def _count(self, entry: int) -> None:
        if entry > self._entry:
            self._waited = self._computed = 0.0
            self._entry = entry
            self._recorded_at = self._ledger.entry(entry).entry.recorded_at


class _Newest:
    """Follows which entry is the newest that is of none of some kinds."""

    def __init__(self, ledger: Ledger, without: Collection[str]) -> None:
        self._ledger = ledger
        self._without = without
        self._looked = 0
        self._entry = -1

    def newest(self, first: int = 0, stop: int = sys.maxsize) -> int:
        """Return the newest one before `stop`, which never falls, -1 where there is none; none before `first` is looked
        for that was not found yet.
        """
        size = min(self._ledger.size(), stop)
        first = max(first, self._looked)
        start, end = size, size
        while start > first:
            start = max(first, end - max(_WINDOW, size - end))
            of_these = set(self._ledger.of_kinds(self._without, start, end))
            found = next((one for one in range(end - 1, start - 1, -1) if one not in of_these), None)
            if found is not None:
                self._entry = found
                break
            end = start
        self._looked = max(self._looked, size)
        return self._entry
