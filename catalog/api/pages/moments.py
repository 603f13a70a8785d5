"""The moments at which something was said of a thing, in both times: what a page of it is moved through."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.api.pages.asking import KNOWN, VALID, Asking
from catalog.api.pages.words import moment, worded
from catalog.evidence.changes import changes
from catalog.reading import LATEST
from graph_schema.facts import NOW
from graph_schema.times import format_time

MOMENTS: Final = "moments"
"""What an address calls that the moments are shown though it names no time."""
MOST: Final = 100
"""So many moments of one time are on a page, around the one that it is of."""
_MOST_WORDS: Final = 4
"""So much of what one of them says."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One of them: how an address names it, "" where it is the present, and how it is read."""

    value: str
    when: str
    what: str = ""

    @property
    def text(self) -> str:
        """Return it with what was said at it."""
        return f"{self.when}: {self.what}" if self.what else self.when


_NOW: Final = Moment("", "now")


@dataclass(frozen=True, slots=True)
class Axis:
    """The moments of one time, the earliest first, and at which of them the page is; now is the last of all."""

    name: str
    """What an address calls the time."""
    shown: tuple[Moment, ...]
    place: int
    """Which of those that are shown is the page's: the last one before its time, else the first."""
    begin: int
    """How many stand before those that are shown."""
    total: int
    """How many there are, without now."""

    @property
    def earlier(self) -> Moment | None:
        """Return the moment before, None at the first."""
        return self.shown[self.place - 1] if self.place else None

    @property
    def later(self) -> Moment | None:
        """Return the moment behind, None at the last."""
        return self.shown[self.place + 1] if self.place + 1 < len(self.shown) else None


@dataclass(frozen=True, slots=True)
class Moments:
    """The moments of both times."""

    valid: Axis
    """Those that what is known by the page's entry begins to hold at."""
    known: Axis
    """Every entry that says something of the thing, whatever the page's time."""


def moments_of(asking: Asking, identifier: str) -> Moments | None:
    """Return the moments of a thing where the address names a time or asks for them; None where it does neither.

    They are of all that is known now, so that one comes back from an earlier time; a page without them reads none.
    """
    if not any(asking.text(name) for name in (VALID, KNOWN, MOMENTS)):
        return None
    view = asking.view
    every = changes(view.beside(LATEST), [identifier]).get(identifier, ())
    if not every:
        return None
    entries: dict[int, set[str]] = defaultdict(set)
    times: dict[int, set[str]] = defaultdict(set)
    for one in every:
        entries[one.entry].add(one.what)
        if one.since is not None and one.entry <= view.known_at:
            times[one.since].add(one.what)
    ledger = asking.services.ledger

    def entry(index: int) -> Moment:
        recorded = moment(ledger.entry(index).entry.recorded_at)
        return Moment(str(index), f"entry #{index}, {recorded}", _in_words(entries[index]))

    def time(at: int) -> Moment:
        return Moment(format_time(at, "auto"), moment(at), _in_words(times[at]))

    return Moments(
        _axis(VALID, sorted(times), view.as_of.valid_at, time),
        _axis(KNOWN, sorted(entries), view.as_of.known_at, entry),
    )


def _axis(name: str, every: Sequence[int], at: int, made: Callable[[int], Moment]) -> Axis:
    """Return the moments around the one that holds at a point; behind the last of them comes now."""
    place = len(every) if at == NOW else max(0, bisect.bisect_right(every, at) - 1)
    begin = max(0, min(place - MOST // 2, len(every) + 1 - MOST))
    shown = [made(one) for one in every[begin : begin + MOST]]
    if len(shown) < MOST:
        shown.append(_NOW)
    return Axis(name, tuple(shown), place - begin, begin, len(every))


def _in_words(what: Collection[str]) -> str:
    """Return what was said, as far as a line holds it."""
    shown = ", ".join(worded(one).replace("_", " ") for one in sorted(what)[:_MOST_WORDS])
    return f"{shown} and {len(what) - _MOST_WORDS} more" if len(what) > _MOST_WORDS else shown
