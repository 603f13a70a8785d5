"""How facts are compared, and which of them count at one (validAt, knownAt): rules 1 and 2."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, Final, TypeVar

from graph_schema.facts import Edge, Order, Statement

Fact = TypeVar("Fact", Statement, Edge)
Since = TypeVar("Since", int, Order)
RANK: Final = {"START": 0, "RUNNING": 1, "OTHER": 2, "ABORT": 3, "FAIL": 4, "COMPLETE": 5}
"""How events of the same time are ordered; FAIL comes before COMPLETE, so that it sticks on a tie."""
RECORD_RANK: Final = 5
"""The rank of what is no run event: a JobEvent, a DatasetEvent, a person's record."""
ORDER = attrgetter("valid_from", "rank", "tie")
TOTAL_ORDER = attrgetter("valid_from", "rank", "tie", "value")
"""For what one record says twice of the same dataset: its value decides, never the order in which it is read."""


def earliest(points: Iterable[tuple[Since, int]]) -> list[tuple[Since, int]]:
    """Return the (valid_from or order, entry) points that no other precedes in both, by the first of them."""
    kept: list[tuple[Since, int]] = []
    for point in sorted(set(points)):
        if not kept or point[1] < kept[-1][1]:
            kept.append(point)
    return kept


def has_begun(valid_from: int, at: int) -> bool:
    """Tell whether what is valid from one time on holds at another, as far as its beginning goes."""
    return valid_from <= at


def lasts(since: int, until: int | None, at: int) -> bool:
    """Tell whether what holds from one time on, and until another where there is one, holds at a time: at the first it
    does, at the last no more.
    """
    return has_begun(since, at) and (until is None or at < until)


def counting(facts: Iterable[Fact], valid_at: int, known_at: int, order: Callable[[Fact], Any] = ORDER) -> list[Fact]:
    """Return the facts that count at (valid_at, known_at), in order (rule 1)."""
    found = [fact for fact in facts if fact.valid_from <= valid_at and fact.entry <= known_at]
    if len(found) > 1:
        found.sort(key=order)
    return found
