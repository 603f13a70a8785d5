"""Whether an emergency opens what is asked for: values in, decision out. Times are UTC microseconds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from catalog.emergencies.model import Emergency
from catalog.grants.rules import within
from graph_schema.aspects.access import Target
from graph_schema.times import SECOND
from graph_schema.vocabulary.words import AccessAction

LONGEST: Final = 3_600 * SECOND
"""For how long the glass is broken at most, in microseconds."""

_READING: Final = frozenset({AccessAction.READ, AccessAction.QUERY})


def opens(one: Emergency, action: str, target: Target, purpose: str | None, at: int) -> bool:
    """Tell whether it opens this then: reading alone, for its purpose, and nothing once it was found unjustified."""
    return (
        action in _READING
        and one.since <= at < one.until
        and purpose == one.content.purpose
        and within(one.content.target, target)
        and (one.review is None or one.review.justified)
    )


def opening_of(
    emergencies: Iterable[Emergency], action: str, target: Target, purpose: str | None, at: int
) -> Emergency | None:
    """Return the first emergency that opens this then."""
    return next((one for one in emergencies if opens(one, action, target, purpose, at)), None)
