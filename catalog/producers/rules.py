"""What a producer's URI says of the program and its version, and how far its clock is off."""

from __future__ import annotations

import re
from collections.abc import Iterable
from statistics import median_low
from typing import Final

from catalog.producers.model import Skew

_VERSION: Final = re.compile(r"v?(\d+(?:[.\-+_]\w+)+|\d+)", re.ASCII)
_SECOND: Final = 1_000_000
_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_BEFORE: Final = frozenset({"tree", "blob", "tag", "tags", "releases", "v", "version"})


def parts(uri: str) -> tuple[str, str | None]:
    """Return the URI without its version, and the version: a step that is one behind `tree`, `tag` …, else the last.

    None where the URI names none.
    """
    scheme, colon, path = uri.partition("://")
    steps = path.split("/") if colon else uri.split("/")
    places = [at for at, step in enumerate(steps) if at and _VERSION.fullmatch(step)]
    at = next((place for place in places if steps[place - 1].lower() in _BEFORE), None)
    if at is None and places and places[-1] == len(steps) - 1:
        at = places[-1]
    if at is None:
        return uri, None
    rest = "/".join(step for place, step in enumerate(steps) if place != at)
    return f"{scheme}{colon}{rest}" if colon else rest, steps[at]


def skew(apart: Iterable[int]) -> Skew | None:
    """Return how far event times are from when they were recorded, in µs: later ones are positive. None of none."""
    found = sorted(apart)
    if not found:
        return None
    return Skew(len(found), median_low(found), max(0, found[-1]), max(0, -found[0]))


def recorded(median: int, late: int) -> str:
    """Return in words how long after their own times events were recorded, the median and the latest, in µs."""
    typical = f"{_span(median)} later" if median >= 0 else f"{_span(-median)} earlier"
    return f"{typical}, at most {_span(late)} later" if late > median >= 0 else typical


def ahead(early: int) -> str | None:
    """Return in words by how much an event was of a time to come, in µs; None where none was."""
    return f"{_span(early)} ahead" if early > 0 else None


def _span(given: int) -> str:
    seconds = given / _SECOND
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size), _UNITS[-1])
    return f"{seconds / size:.1f} {unit}"
