from __future__ import annotations

from datetime import UTC, datetime

from reports.text import clean

# strftime would name months in the language of whoever runs it.
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def moment(at: str) -> str:
    """Return a time as people read it, in UTC and to the second; what is no RFC 3339 time stays as it is."""
    try:
        utc = datetime.fromisoformat(at).astimezone(UTC)
    except ValueError:
        return clean(at)
    return f"{utc.day} {_MONTHS[utc.month - 1]} {utc.year}, {utc:%H:%M:%S} UTC"
