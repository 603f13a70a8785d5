"""Whether the system's clock can be believed: an entry's time stands for ever, and every later one is later still.

While a process runs, the clock is held to one that only counts, suspended time included; when it starts, to the newest
entry. Small differences turn health red; beyond the limits nothing is taken until the clock is set right, or until
somebody starts the process anew with wider limits, knowingly.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from datetime import timedelta

from catalog.errors import OperatorError
from catalog.ledger.protocol import Clock
from catalog.ledger.sealing import utc_microseconds
from graph_schema.times import format_time

_LOG = logging.getLogger("lineward.ledger")
_TOLERANCE = timedelta(minutes=5) // timedelta(microseconds=1)
_RETRY_AFTER = 60
_NANOSECONDS_IN_MICROSECOND = 1_000
_DAY, _HOUR, _MINUTE = 86_400_000_000, 3_600_000_000, 60_000_000


@dataclass(frozen=True, slots=True)
class ClockLimits:
    """How far the clock may be from the newest entry at the start, and how far it may jump afterwards, in µs."""

    gap: int
    jump: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a clock is not believed: a sentence, and what to do where that is beyond the limits and nothing is taken."""

    sentence: str
    action: str | None = None


def judge_start(now: int, last: int | None, limits: ClockLimits) -> Doubt | None:
    """Return what is odd about a clock that says `now` when the newest entry was recorded at `last`; both in UTC µs."""
    if last is None or -_TOLERANCE <= now - last <= limits.gap:
        return None
    if now > last:
        sentence = f"The clock says {_date(now)}, {_span(now - last)} after the newest entry of {_date(last)}"
    else:
        sentence = f"The clock says {_date(now)}, {_span(last - now)} before the newest entry of {_date(last)}"
    if abs(now - last) <= limits.gap:
        return Doubt(f"{sentence}: what is taken now is recorded as if it were right after that.")
    days = abs(now - last) // _DAY + 1
    return Doubt(
        f"{sentence}; nothing is taken while it may be wrong.",
        f"Set the clock right; where it is right, go on knowingly by LINEWARD_CLOCK_GAP_DAYS={days}.",
    )


def judge_jump(now: int, expected: int, limits: ClockLimits) -> Doubt | None:
    """Return what is odd about a clock that says `now` when by the time that passed it should say `expected`, in µs."""
    jump = now - expected
    if abs(jump) <= _TOLERANCE:
        return None
    sentence = f"The clock jumped {_span(jump)} {'forward' if jump > 0 else 'back'}, to {_date(now)}"
    if abs(jump) <= limits.jump:
        return Doubt(f"{sentence}.")
    return Doubt(
        f"{sentence}; nothing is taken while it may be wrong.",
        "Set the clock right; where it is right, start the service again.",
    )


class ClockWatch:
    """Holds the clock to what it must say; safe for any thread. `steady` counts microseconds from whenever."""

    def __init__(self, limits: ClockLimits, wall: Clock = utc_microseconds, steady: Clock | None = None) -> None:
        self._limits = limits
        self._wall = wall
        self._steady = steady or _elapsed
        self._began: tuple[int, int] | None = None
        self._logged = (False, False)
        self._lock = threading.Lock()

    def check(self, last: int | None) -> None:
        """Raise OperatorError where nothing may be recorded now; `last` is the newest entry's time in UTC µs."""
        doubt = self.doubt(last)
        if doubt is not None and doubt.action is not None:
            raise OperatorError(doubt.sentence, action=doubt.action, retry_after=_RETRY_AFTER)

    def doubt(self, last: int | None) -> Doubt | None:
        """Return why the clock is not believed, None where it is; the first time that is logged."""
        with self._lock:
            now, steady = self._wall(), self._steady()
            if self._began is None:
                doubt = judge_start(now, last, self._limits)
                if doubt is None:
                    # From here on it is held to itself: also one that was wrong and has been set right.
                    self._began = now, steady
            else:
                passed = steady - self._began[1]
                doubt = judge_jump(now, self._began[0] + passed, self._limits)
                if doubt is None and passed >= _DAY:
                    # What a clock is put right by, a little at a time, does not add up to a jump.
                    self._began = now, steady
            self._log(doubt)
            return doubt

    def _log(self, doubt: Doubt | None) -> None:
        kind = (doubt is not None, doubt is not None and doubt.action is not None)
        if kind != self._logged:
            self._logged = kind
            if doubt is None:
                _LOG.info("the clock is believed again")
            else:
                _LOG.error("the clock is not believed", extra={"reason": doubt.sentence})


def _elapsed() -> int:
    """Return the microseconds since the machine started, those that it slept through included where it counts them."""
    which = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime_ns(which) // _NANOSECONDS_IN_MICROSECOND


def _date(at: int) -> str:
    return format_time(at, "seconds")


def _span(microseconds: int) -> str:
    """Return a length of time in the unit that a person would use."""
    length = abs(microseconds)
    for unit, name in ((365 * _DAY, "years"), (_DAY, "days"), (_HOUR, "hours"), (_MINUTE, "minutes")):
        if length >= 2 * unit:
            return f"{length // unit} {name}"
    return f"{length // 1_000_000} seconds"
