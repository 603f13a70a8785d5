"""Points in time as microseconds UTC since 1970, read from text and written to it (RFC 3339)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

FIRST: Final = -62_135_596_800_000_000
LAST: Final = 253_402_300_799_999_999
"""The years 1 to 9999; what an emitter says may lie an offset beyond."""

SECOND: Final = 1_000_000

NO_TIME: Final = "is a time in RFC 3339 with its zone, such as 2026-01-31T09:00:00Z"
"""What a text has to be that must name its zone; the name of a field goes before it."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = _EPOCH.toordinal()
_MICROSECOND: Final = timedelta(microseconds=1)
_WRITTEN: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_STRICT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_TOLERANT: Final = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"(?:[Tt ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?)?"
    r" ?(?P<zone>[Zz]|UTC|GMT|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?(?:\[[\w/+-]+\])?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Instant:
    """A point in time beside the text that gave it; `zoned` where that named its zone, UTC is taken where not."""

    micros: int
    original: str
    zoned: bool


def parse_instant(text: str) -> Instant | None:
    """Return the time that an emitter's text gives, None where it is no date-time.

    Any number of fraction digits is taken; below a microsecond they are cut off, and stay in `original`.
    """
    match = _TOLERANT.fullmatch(text.strip())
    if match is None:
        return None
    part = match.groupdict()
    hour, minute, second = (int(part[name] or 0) for name in ("hour", "minute", "second"))
    try:
        days = date(int(part["year"]), int(part["month"]), int(part["day"])).toordinal() - _EPOCH_DAY
    except ValueError:
        return None
    if hour > 24 or minute > 59 or second > 60:  # noqa: PLR2004  a clock's limits; 60 is a leap second
        return None
    fraction = int((part["fraction"] or "")[:6].ljust(6, "0"))
    zone = part["zone"]
    seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - _offset(zone)
    return Instant(seconds * SECOND + fraction, text, zone is not None)


def parse_zoned(text: str) -> int:
    """Return the time of a text that names its zone; raises ValueError for any other."""
    found = parse_instant(text)
    if found is None or not found.zoned:
        raise ValueError(NO_TIME)
    return found.micros


def is_rfc3339(text: str) -> bool:
    """Tell whether a text has the form of RFC 3339, with its zone, seconds left out at most."""
    return _STRICT.fullmatch(text) is not None


def format_time(at: int, timespec: str = "microseconds") -> str:
    """Return the time as RFC 3339 with Z, the nearest one in the years 1 to 9999.

    `timespec` is that of `datetime.isoformat`; "auto" writes microseconds where there are any.
    """
    moment = _EPOCH + timedelta(microseconds=min(max(at, FIRST), LAST))
    return moment.isoformat(timespec=timespec).removesuffix("+00:00") + "Z"


def parse_time(text: str) -> int:
    """Return the time that `format_time` wrote with its six decimals; raises ValueError for any other text."""
    if not _WRITTEN.fullmatch(text):
        raise ValueError(f"{text!r} is not an RFC 3339 time in UTC with six decimals")
    try:
        return of_datetime(datetime.fromisoformat(text))
    except ValueError as error:
        raise ValueError(f"{text!r} is not a time") from error


def of_datetime(moment: datetime) -> int:
    """Return the point in time of a datetime; one without a zone is local time."""
    return (moment.astimezone(UTC) - _EPOCH) // _MICROSECOND


def _offset(zone: str | None) -> int:
    """Return how many seconds a zone is ahead of UTC."""
    if zone is None or zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return (int(digits[:2]) * 60 + int(digits[2:])) * (-60 if zone[0] == "-" else 60)
