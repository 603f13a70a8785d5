"""Times as every report prints them: in UTC, to the second, and finer only where a second says too little."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from reports.text import clean

_SECOND, _TENTH = timedelta(seconds=1), timedelta(milliseconds=100)
_UNITS = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"), (_SECOND, "s"))


def moment(at: str) -> str:
    """Return a time as `2031-03-07 09:30:00 UTC`; what is no RFC 3339 time stays as it is, cleaned."""
    utc = in_utc(at)
    return clean(at) if utc is None else _written(utc, "seconds")


def moments(times: Sequence[str | None]) -> tuple[str | None, ...]:
    """Return times that stand together: all of them to the millisecond where seconds would make two seem the same."""
    known = {utc for at in times if at is not None and (utc := in_utc(at)) is not None}
    fine = len({utc.replace(microsecond=0) for utc in known}) < len(known)
    return tuple(None if at is None else _finely(at) if fine else moment(at) for at in times)


def local(at: str) -> str:
    """Return a time as the clock of its own offset showed it: `2031-03-06 08:45:10 +01:00`."""
    try:
        shown = datetime.fromisoformat(at).isoformat(" ", "seconds")
    except ValueError:
        return clean(at)
    return f"{shown[:19]} {shown[19:]}".rstrip()


def lasted(start: str, end: str) -> str | None:
    """Return how long something took, as `85 ms`, `0.4 s` or `2 h 5 min`; None where the times do not say."""
    first, last = in_utc(start), in_utc(end)
    if first is None or last is None or last < first:
        return None
    took = last - first
    if took < _TENTH:
        return f"{took // timedelta(milliseconds=1)} ms"
    if took < timedelta(minutes=1):
        return f"{took // _TENTH / 10:.1f} s"
    shown = []
    for unit, name in _UNITS:
        number, took = divmod(took, unit)
        shown += [f"{number} {name}"] if number else []
    return " ".join(shown[:2])


def in_utc(at: str) -> datetime | None:
    """Return an RFC 3339 time in UTC; None for anything else, a time without an offset too."""
    try:
        parsed = datetime.fromisoformat(at)
        return parsed.astimezone(UTC) if parsed.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _finely(at: str) -> str:
    utc = in_utc(at)
    return clean(at) if utc is None else _written(utc, "milliseconds")


def _written(utc: datetime, precision: str) -> str:
    return f"{utc.replace(tzinfo=None).isoformat(' ', precision)} UTC"
