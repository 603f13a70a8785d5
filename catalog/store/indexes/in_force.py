"""Which statement about each aspect of a node is in force now, and since when.

`graph_schema.bitemporal.in_force` judges all statements; in `effects` a new one meets the one that holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from catalog.store.indexes.effects import IN_FORCE, Candidate, Pair, total_order
from catalog.store.indexes.index import Index
from catalog.store.indexes.table import Changes, IndexReader, Row
from catalog.store.indexes.work import Work
from graph_schema import bitemporal
from graph_schema.aspects import is_momentary
from graph_schema.bitemporal import RunFacts, RunFold
from graph_schema.facts import Facts, Role, Statement


class InForce(NamedTuple):
    """A statement that is in force, and since when (microseconds UTC): a writer's since its run completed."""

    since: int
    statement: Statement


def _derive(work: Work) -> Changes:
    changes = Changes()
    changes.add(IN_FORCE, [one.now.row for one in work.transitions if one.now is not None])
    gone = [one.before.statement for one in work.transitions if one.now is None and one.before is not None]
    changes.remove(IN_FORCE, [statement[:2] for statement in gone])
    return changes


def _specification(facts: Facts) -> Changes:
    events: dict[str, list[Statement]] = {}
    about: dict[Pair, list[Statement]] = {}
    for statement in facts.statements:
        if statement.aspect == "event":
            events.setdefault(statement.subject, []).append(statement)
        if not is_momentary(statement.aspect):
            about.setdefault(statement[:2], []).append(statement)
    folds: dict[str, RunFold | None] = {run: bitemporal.fold_run(RunFacts(tuple(some))) for run, some in events.items()}
    changes = Changes()
    for some in about.values():
        held = bitemporal.in_force(sorted(some, key=total_order), folds.get)
        if held is not None:
            order, statement = held
            changes.add(IN_FORCE, [Candidate(statement.role != Role.IN, order, statement).row])
    return changes


def in_force(reader: IndexReader, ids: Sequence[str], *, endings: bool = False) -> list[InForce]:
    """Return the statements now in force about the nodes in the order of (subject, aspect), with `endings` those too
    that ended an aspect.
    """
    rows = reader.rows(IN_FORCE, [(identifier,) for identifier in dict.fromkeys(ids)])
    held = (Candidate.of(row) for row in rows)
    found = [InForce(one.order[0], one.statement) for one in held if endings or one.statement.value is not None]
    return sorted(found, key=lambda one: one.statement[:2])


def by_aspect(found: Iterable[InForce]) -> dict[str, dict[str, object]]:
    """Return the values in force of each node, parsed; a node without any is absent."""
    values: dict[str, dict[str, object]] = {}
    for _, statement in found:
        values.setdefault(statement.subject, {})[statement.aspect] = statement.data
    return values


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    for since, statement in in_force(reader, ids):
        yield since, *statement


IN_FORCE_NOW: Final = Index("in_force", 2, (IN_FORCE,), _derive, _specification, _answers, uses=("runs",))
