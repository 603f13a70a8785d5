"""Runs and statements judged in bulk at one point: a handful of store calls, however many nodes there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from catalog.assets.hidden_names import without_hidden
from catalog.assets.model import AspectInForce, StatementSource
from catalog.names.loading import Names, is_personal
from catalog.names.rules import is_past_life
from catalog.store.protocol import Contribution, InForce
from catalog.view import View
from graph_schema.aspects import BY_NAME, DECLARED, PHI
from graph_schema.bitemporal import RunFold, in_force
from graph_schema.facts import Order, Role, Statement

DROPPED = "DROP"
"""What the newest write did to a dataset that is gone."""

_WAS_DROPPED = "was_dropped"
_RECORDED = frozenset(DECLARED)
_LOOK_BACK = 8

Folds = Mapping[str, RunFold | None]
Since = tuple[Order, Statement]


def last_writes(
    view: View, ids: Sequence[str], names: Names | None = None
) -> tuple[dict[str, str | None], dict[str, RunFold | None]]:
    """Return what the newest write that took effect did to the whole (None: nothing), by dataset, and the runs judged;
    see `newest_writes`.
    """
    found, folds = newest_writes(view, ids, names)
    return {id_: one.mode for id_, one in found.items()}, folds


class LastWrite(NamedTuple):
    """When a write took effect, what it did to the whole (None: nothing), and an entry that says so."""

    at: int
    mode: str | None
    entry: int


def newest_writes(
    view: View, ids: Sequence[str], names: Names | None = None
) -> tuple[dict[str, LastWrite], dict[str, RunFold | None]]:
    """Return the newest write that took effect, by dataset, and the runs judged.

    A write under any name counts for the dataset that the name stood for then. The index of contributions only
    proposes; where it proposes wrongly, the search goes on further back.
    """
    named = names or Names(view)
    named.load(ids)
    whole = view.unredacted
    folds: dict[str, RunFold | None] = {}
    seen = view.visible(ids, counted=False)
    # Names of one dataset are asked about once.
    datasets = {id_: named.dataset(id_) for id_ in ids if id_ in seen}
    pending = {(dataset, name) for id_, dataset in datasets.items() for name in named.names(id_)}
    written: dict[str, list[tuple[tuple[int, bool, tuple[int, str, str]], LastWrite]]] = defaultdict(list)
    newest = 1
    while pending:
        asked = sorted({name for _, name in pending})
        rows = whole.contributions([(name, view.as_of.valid_at) for name in asked], newest, by_job=False)
        folds.update(whole.runs({row.run for row in rows if row.run} - folds.keys()))
        by_name: dict[str, list[Contribution]] = defaultdict(list)
        for row in sorted(rows, key=lambda each: each.order, reverse=True):
            by_name[row.target].append(row)
        again = set()
        for dataset, name in pending:
            for row in by_name[name]:
                fold = folds.get(row.run) if row.run else None
                attempt = fold.written((row.target, row.job), row.at) if fold else None
                if attempt is not None and named.resolve(name, row.at) == dataset:
                    access = attempt.outputs[row.target, row.job]
                    order = row.at, access.mode != DROPPED, row.order
                    written[dataset].append((order, LastWrite(row.at, access.mode, row.entry)))
                    break
            else:
                if len(by_name[name]) >= newest:
                    again.add((dataset, name))
        pending, newest = again, newest * _LOOK_BACK
    last = {dataset: max(found, key=lambda one: one[0])[1] for dataset, found in written.items()}
    return {id_: last[dataset] for id_, dataset in datasets.items() if dataset in last}, folds


def aspects_in_force(
    view: View,
    ids: Sequence[str],
    folds: Folds | None = None,
    aspects: Sequence[str] | None = None,
    names: Names | None = None,
) -> dict[str, dict[str, AspectInForce[object]]]:
    """Return the aspects in force of each node, by name, momentary ones left out.

    What is said of a dataset under any of its names counts for it; what emitters said before it was dropped is past
    once something was written or said of it since. `folds` are runs judged already at the same point; those that are
    missing are fetched in one go.
    """
    named = names or Names(view, renamed=True)
    named.load(ids)
    judged: dict[str, RunFold | None] = dict(folds or {})
    asked = None if aspects is None else (*aspects, _WAS_DROPPED)
    held = _now(view, ids, named, asked) if view.is_now else {}
    rest = [id_ for id_ in dict.fromkeys(ids) if id_ not in held]
    if rest:
        held |= _then(view, rest, named, judged, asked)
    return _shown(view, held, aspects)


def _now(view: View, ids: Sequence[str], named: Names, aspects: Sequence[str] | None) -> dict[str, dict[str, Since]]:
    """Return what a store keeps of now: however long the history, one call and no judging.

    A node is absent where more has to be looked at: that was dropped once, or whose names stood for others before.
    """
    constant = [id_ for id_ in dict.fromkeys(ids) if named.is_alone(id_) or named.naming(id_).is_constant]
    alone = [id_ for id_ in constant if named.is_alone(id_)]
    seen = view.visible(constant, counted=False)
    several = [id_ for id_ in constant if id_ in seen and not named.is_alone(id_)]
    found: dict[str, dict[str, Since]] = {id_: {} for id_ in constant}
    for since, statement in view.in_force(alone, aspects=aspects):
        found[statement.subject][statement.aspect] = _held(since, statement)
    if several:
        every = sorted({name for id_ in several for name in named.names(id_)})
        about: dict[str, list[InForce]] = defaultdict(list)
        for one in view.unredacted.in_force(every, endings=True, aspects=aspects):
            about[one.statement.subject].append(one)
        for id_ in several:
            found[id_] = _newest(one for name in sorted(named.names(id_)) for one in about[name])
    dropped = {id_ for id_, of in found.items() if _WAS_DROPPED in of}
    return {id_: of for id_, of in found.items() if id_ not in dropped}


def _newest(stated: Iterable[InForce]) -> dict[str, Since]:
    """Return of each aspect what is in force of several names: a writer's or owner's before any reader's."""
    found: dict[str, Since] = {}
    for since, statement in stated:
        one, before = _held(since, statement), found.get(statement.aspect)
        if before is None or _leads(one) > _leads(before):
            found[statement.aspect] = one
    return found


def _leads(held: Since) -> tuple[bool, Order]:
    return held[1].role != Role.IN, held[0]


def _held(since: int, statement: Statement) -> Since:
    return (since, statement.rank, statement.tie), statement


def _then(
    view: View, ids: Sequence[str], named: Names, folds: dict[str, RunFold | None], aspects: Sequence[str] | None
) -> dict[str, dict[str, Since]]:
    """Return what is in force of everything that was stated, judged at the view's point."""
    about: dict[str, dict[str, list[Statement]]] = {id_: defaultdict(list) for id_ in ids}
    for statement in named.statements(ids, aspects):
        known = BY_NAME.get(statement.aspect)
        if known is None or not known.momentary:
            about[statement.subject][statement.aspect].append(statement)
    every = (one for of in about.values() for several in of.values() for one in several)
    writers = {one.run for one in every if one.run and one.role == Role.OUT}
    # What is in force is so for everybody: by whom it was written may be hidden, not that it was.
    folds.update(view.unredacted.runs(writers - folds.keys()))

    def judged(stated: Iterable[Statement]) -> Since | None:
        return in_force(stated, folds.get, view.as_of.valid_at, view.known_at)

    found: dict[str, dict[str, Since]] = {}
    dropped = {id_: held for id_, of in about.items() if (held := judged(of.get(_WAS_DROPPED, ()))) is not None}
    last = last_writes(view, sorted(dropped), named)[0] if dropped else {}
    for id_, of in about.items():
        lived: Mapping[str, Sequence[Statement]] = of
        if id_ in dropped:
            lived = _of_this_life(of, dropped[id_], folds, written=last.get(id_) != DROPPED)
        found[id_] = {aspect: held for aspect, stated in lived.items() if (held := judged(stated)) is not None}
    return found


def _of_this_life(
    about: Mapping[str, Sequence[Statement]], dropped: Since, folds: Folds, *, written: bool
) -> dict[str, list[Statement]]:
    """Return the statements without what emitters said before the dataset was dropped, where it lives again."""
    since = dropped[0][0], dropped[1].run

    def is_past(one: Statement) -> bool:
        fold = folds.get(one.run) if one.run and one.role == Role.OUT else None
        effect = fold.takes_effect(one.order) if fold else None
        return is_past_life(took_effect=one.valid_from if effect is None else effect, by=one.run, dropped=since)

    emitted = {aspect: stated for aspect, stated in about.items() if not is_personal(aspect) and aspect != _WAS_DROPPED}
    if not written and all(is_past(one) for stated in emitted.values() for one in stated):
        return {aspect: list(stated) for aspect, stated in about.items()}
    return {
        aspect: [one for one in stated if aspect not in emitted or not is_past(one)] for aspect, stated in about.items()
    }


def _shown(
    view: View, held: Mapping[str, Mapping[str, Since]], aspects: Sequence[str] | None
) -> dict[str, dict[str, AspectInForce[object]]]:
    runs = {statement.run for of in held.values() for _, statement in of.values() if statement.run}
    seen = view.visible(runs, counted=False) if runs else frozenset()
    found: dict[str, dict[str, AspectInForce[object]]] = defaultdict(dict)
    stated = [
        (id_, aspect, order, statement)
        for id_, of in held.items()
        for aspect, (order, statement) in of.items()
        if statement.value is not None and aspect != _WAS_DROPPED and (aspects is None or aspect in aspects)
    ]
    values = without_hidden(view, (statement.data for *_, statement in stated))
    for (id_, aspect, order, statement), value in zip(stated, values, strict=True):
        if value is not None:
            run = statement.run if statement.run in seen else None
            found[id_][aspect] = AspectInForce(value, source_of(statement), statement.entry, order[0], run)
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
