"""The judge of statements: which of those about one aspect of one node is in force, and since when (rules 2 and 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from operator import itemgetter

from graph_schema.bitemporal.order import counting
from graph_schema.bitemporal.runs import RunFold
from graph_schema.facts import NOW, Order, Role, Statement


def in_force(
    statements: Iterable[Statement],
    fold: Callable[[str], RunFold | None],
    valid_at: int = NOW,
    known_at: int = NOW,
) -> tuple[Order, Statement] | None:
    """Return which of the statements about one aspect of one node is in force at (valid_at, known_at), and since when
    (rules 2 and 4).

    What an output's facet says takes effect when its run completes; what an owner says, at its own time; what an
    input's facet says counts only where no writer and no owner spoke. `fold` gives a run at the same point in time.
    """
    seen = counting(statements, valid_at, known_at)
    candidates = _from_writers_and_owners(seen, fold, valid_at) or _from_readers(seen)
    return max(candidates, key=_since, default=None)


def history(
    statements: Iterable[Statement],
    fold: Callable[[str], RunFold | None],
    valid_at: int = NOW,
    known_at: int = NOW,
) -> list[tuple[Order, Statement]]:
    """Return what was in force one after the other up to `valid_at`, each since when; the last is in force then.

    Of several that take effect at one moment only the one that stays is in it. Runs are as they are at the read point.
    """
    seen = counting(statements, valid_at, known_at)
    leading = sorted(_from_writers_and_owners(seen, fold, valid_at), key=_since)
    first = leading[0][0][0] if leading else None
    readers = [pair for pair in _from_readers(seen) if first is None or pair[0][0] < first]
    moments = groupby((*readers, *leading), key=lambda pair: pair[0][0])
    return [max(pairs, key=_since) for _, pairs in moments]


_since = itemgetter(0)


def _from_writers_and_owners(
    seen: Iterable[Statement], fold: Callable[[str], RunFold | None], valid_at: int
) -> list[tuple[Order, Statement]]:
    # Rule 4, first half: an ending is among them, and takes its place (rule 2).
    found: list[tuple[Order, Statement]] = []
    for statement in seen:
        if statement.role == Role.OWN:
            found.append((statement.order, statement))
        elif statement.role == Role.OUT and statement.run is not None:
            run = fold(statement.run)
            effect = run.takes_effect(statement.order) if run else None
            if effect is not None and effect <= valid_at:
                found.append(((effect, statement.rank, statement.tie), statement))
    return found


def _from_readers(seen: Iterable[Statement]) -> list[tuple[Order, Statement]]:
    # Rule 4, last half.
    return [(statement.order, statement) for statement in seen if statement.role == Role.IN]
