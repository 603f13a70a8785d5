"""What a producer's URI says of the program and its version, and how far its clock is off."""

from __future__ import annotations

import re
from collections.abc import Iterable
from statistics import median_low
from typing import Final

from catalog.producers.model import Skew

_VERSION: Final = re.compile(r"v?(\d+(?:[.\-+_]\w+)+|\d+)", re.ASCII)
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
