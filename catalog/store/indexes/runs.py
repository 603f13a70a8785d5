"""The state of each run by the fold, what it ever read and wrote, and when its outputs may have taken effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from catalog.store.indexes.index import Index
from catalog.store.indexes.run_states import (
    ACCESS,
    MOMENT,
    RUN_STATE,
    first_accesses,
    moments_of,
    naming,
    replaces,
    state_of,
)
from catalog.store.indexes.table import Changes, IndexReader, Row
from catalog.store.indexes.work import Work
from graph_schema.facts import Edge, Facts, Statement


def _derive(work: Work) -> Changes:
    runs, changes = work.runs, Changes()
    changes.add(RUN_STATE, [state.row for run, state in runs.changed.items() if state != runs.before.get(run)])
    changes.add(ACCESS, [_row(edge) for edges in runs.fresh.values() for edge in edges])
    changes.add(MOMENT, [tuple(moment) for moment in runs.moments()])
    return changes


def _specification(facts: Facts) -> Changes:
    events: dict[str, list[Statement]] = {}
    moments: dict[tuple[object, ...], int] = {}
    for statement in facts.statements:
        if statement.aspect == "event":
            events.setdefault(statement.subject, []).append(statement)
    named = naming(facts.edges)
    for some in events.values():
        for run, type_, at, entry in moments_of(some, named):
            moments[run, type_, at] = min(entry, moments.get((run, type_, at), entry))
    changes = Changes()
    changes.add(RUN_STATE, [state_of(some).row for some in events.values()])
    changes.add(ACCESS, [_row(edge) for edge in first_accesses(facts.edges)])
    changes.add(MOMENT, [(*key, entry) for key, entry in moments.items()])
    return changes


def _row(edge: Edge) -> Row:
    return edge.source, edge.kind, edge.target, edge.job, int(replaces(edge)), edge.entry, edge.valid_from


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    for table in (RUN_STATE, ACCESS, MOMENT):
        yield from sorted(reader.rows(table, [(identifier,) for identifier in ids]), key=repr)


RUNS: Final = Index("runs", 2, (RUN_STATE, ACCESS, MOMENT), _derive, _specification, _answers)
