"""When data has been kept as long as it is to be kept: values in, decision out. Times are UTC microseconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from graph_schema.aspects.declarations import Retention
from graph_schema.times import SECOND, parse_zoned
from graph_schema.vocabulary.words import RetentionClock

DAY: Final = 86_400 * SECOND


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long a dataset is to be kept: since when and by which entry, and until when, None where that is not known."""

    dataset: str
    """Its id."""
    name: str
    """What it is called."""
    retention: Retention
    since: int
    entry: int
    until: int | None


def began(retention: Retention, made: int | None) -> int | None:
    """Return from when the period counts, None where that is not known.

    The day that is declared decides. Without one, a period counts from when the data was `made`: where it says so, or
    does not say from what; from anything else, such as the end of a study, it is not known.
    """
    if retention.starts_on is not None:
        return parse_zoned(f"{retention.starts_on}T00:00:00Z")
    return made if retention.clock in {None, RetentionClock.CREATION} else None


def due_at(began: int, retention: Retention) -> int:
    """Return when the period is over."""
    return began + retention.period_days * DAY


def created(holding: Iterable[int]) -> int | None:
    """Return when a thing began, given from when what is said of it holds; None where nothing is."""
    return min(holding, default=None)
