"""What the checks of the gate say alike: the three outcomes, days, and that nothing is registered."""

from __future__ import annotations

from typing import Final

from catalog.gate.model import Reason
from catalog.safe_use.model import Outcome
from graph_schema.times import SECOND, format_time
from reports.naming import counted

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
DAY: Final = 86_400 * SECOND

UNREGISTERED: Final = Reason(UNKNOWN, "The version is not registered: nobody recorded what it was made from.")


def day(at: int) -> str:
    """Return the day of a time, in UTC."""
    return format_time(at)[:10]


def count(number: int, noun: str) -> str:
    """Return how many there were, as the beginning of a sentence."""
    return f"{counted(number, noun)} {'was' if number == 1 else 'were'}"
