"""Runs and statements judged in bulk at one point: a handful of store calls, however many nodes there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from catalog.assets.model import AspectInForce, StatementSource
from catalog.view import View
from graph_schema.aspects import BY_NAME, DECLARED, PHI
from graph_schema.bitemporal import RunFold, in_force
from graph_schema.facts import Role, Statement

DROPPED = "DROP"
"""What the newest write did to a dataset that is gone."""

_RECORDED = frozenset(DECLARED)
_LOOK_BACK = 8


def last_writes(view: View, ids: Sequence[str]) -> tuple[dict[str, str | None], dict[str, RunFold | None]]:
    """Return what the newest write that took effect did to the whole (None: nothing), by dataset, and the runs judged.

    The index of contributions only proposes; where it proposes wrongly, the search goes on further back.
    """
    last: dict[str, str | None] = {}
    folds: dict[str, RunFold | None] = {}
    pending, newest = list(ids), 1
    while pending:
        rows = view.contributions([(id_, view.as_of.valid_at) for id_ in pending], newest, by_job=False)
        folds.update(view.unredacted.runs({row.run for row in rows if row.run} - folds.keys()))
        proposed: dict[str, int] = defaultdict(int)
        for row in sorted(rows, key=lambda each: each.order, reverse=True):
            proposed[row.target] += 1
            fold = folds.get(row.run) if row.run else None
            access = fold.outputs.get((row.target, row.job)) if fold else None
            if row.target not in last and fold and access is not None and row.at in fold.effective_at:
                last[row.target] = access.mode
        pending = [id_ for id_ in pending if id_ not in last and proposed[id_] >= newest]
        newest *= _LOOK_BACK
    return last, folds


def aspects_in_force(
    view: View,
    ids: Sequence[str],
    folds: Mapping[str, RunFold | None] | None = None,
    aspects: Sequence[str] | None = None,
) -> dict[str, dict[str, AspectInForce[object]]]:
    """Return the aspects in force of each node, by name, momentary ones left out.

    `folds` are runs judged already at the same point; those that are missing are fetched in one go.
    """
    if view.is_now:
        return _in_force_now(view, ids, aspects)
    about: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for statement in view.statements(ids, aspects):
        known = BY_NAME.get(statement.aspect)
        if known is None or not known.momentary:
            about[statement.subject, statement.aspect].append(statement)
    judged = dict(folds or {})
    writers = {
        statement.run
        for statements in about.values()
        for statement in statements
        if statement.run and statement.role == Role.OUT
    }
    # What is in force is so for everybody: by whom it was written may be hidden, not that it was.
    judged.update(view.unredacted.runs(writers - judged.keys()))
    found: dict[str, dict[str, AspectInForce[object]]] = defaultdict(dict)
    for (subject, aspect), statements in about.items():
        held = in_force(statements, judged.get, view.as_of.valid_at, view.known_at)
        if held is None or held[1].value is None:
            continue
        order, statement = held
        run = statement.run if statement.run is None or view.visible([statement.run]) else None
        found[subject][aspect] = AspectInForce(statement.data, source_of(statement), statement.entry, order[0], run)
    return found


def _in_force_now(
    view: View, ids: Sequence[str], aspects: Sequence[str] | None
) -> dict[str, dict[str, AspectInForce[object]]]:
    """Return the same for now, which a store keeps: however long the history, one call and no judging."""
    found: dict[str, dict[str, AspectInForce[object]]] = defaultdict(dict)
    for since, statement in view.in_force(ids):
        if aspects is None or statement.aspect in aspects:
            found[statement.subject][statement.aspect] = AspectInForce(
                statement.data, source_of(statement), statement.entry, since, statement.run
            )
    return found


def source_of(statement: Statement) -> StatementSource:
    """Return who stated it."""
    if statement.role == Role.OUT:
        return StatementSource.WRITING_RUN
    if statement.role == Role.IN:
        return StatementSource.READING_RUN
    return (
        StatementSource.RECORD
        if statement.aspect in _RECORDED or statement.aspect.startswith(PHI)
        else StatementSource.OWN_EVENT
    )
