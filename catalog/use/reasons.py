"""What a rule comes to, in a sentence, and the dates in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from catalog.use.model import Decision, Reason, RecordKind

_MONTHS_A_YEAR: Final = 12


def permit(text: str, entries: Sequence[int] = ()) -> Reason:
    """Return that a rule permits, and by which entries."""
    return Reason(Decision.PERMIT, text, None, tuple(entries))


def abstain(text: str, awaits: RecordKind) -> Reason:
    """Return that a rule decides nothing before something is recorded."""
    return Reason(Decision.ABSTAIN, text, awaits)


def deny(text: str, entries: Sequence[int] = ()) -> Reason:
    """Return that a rule denies, and by which entries."""
    return Reason(Decision.DENY, text, None, tuple(entries))


def day(moment: int) -> str:
    """Return the day of a moment, in UTC."""
    return datetime.fromtimestamp(moment / 1_000_000, UTC).strftime("%Y-%m-%d")


def months_after(moment: int, months: int) -> int:
    """Return the same day and time, months later; the last day of a month that is too short."""
    start = datetime.fromtimestamp(moment / 1_000_000, UTC)
    count = start.year * _MONTHS_A_YEAR + start.month - 1 + months
    year, month = divmod(count, _MONTHS_A_YEAR)
    for day in range(start.day, 0, -1):
        try:
            return int(start.replace(year=year, month=month + 1, day=day).timestamp() * 1_000_000)
        except ValueError:
            continue
    raise AssertionError  # every month has a first day
