"""Every statement of an aspect: what was said, by whom, for when, known since when, and how long it was in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from catalog.assets.folds import aspects_in_force, source_of
from catalog.assets.hidden_names import without_hidden
from catalog.assets.model import StatementSource
from catalog.names.loading import Names
from catalog.view import View
from graph_schema import bitemporal
from graph_schema.aspects import BY_NAME
from graph_schema.facts import Role, Statement


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement of an aspect, and what became of it. Times are UTC microseconds.

    It took effect at `since`, None where it never did: its run did not complete, or something else was said at that
    moment. At `until` another took its place. `value` is None where it ended the aspect.
    """

    aspect: str
    value: Any
    source: StatementSource
    by: str
    authenticated: bool
    valid_from: int
    entry: int
    since: int | None
    until: int | None
    in_force: bool
    """Whether it is what holds at the point asked about."""
    run: str | None
    job: str | None


def histories(view: View, asked: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[Stated, ...]]:
    """Return by (node, aspect) what was ever stated up to the view's point, by the time it is said for.

    What was said under any name of a dataset is in it; one of which nothing was stated is absent.
    """
    ids, aspects = sorted({one for one, _ in asked}), sorted({aspect for _, aspect in asked})
    names = Names(view, renamed=True)
    names.load(ids)
    about: dict[tuple[str, str], set[Statement]] = defaultdict(set)
    for statement in names.statements(ids, aspects):
        about[statement.subject, statement.aspect].add(statement)
    every = [one for wanted in asked for one in about.get(wanted, ())]
    folds = view.unredacted.runs({one.run for one in every if one.run and one.role == Role.OUT})
    held = aspects_in_force(view, ids, folds, aspects, names)
    seen = view.visible({end for one in every for end in (one.run, one.job) if end}, counted=False)
    found = {}
    for wanted in dict.fromkeys(asked):
        if wanted not in about:
            continue
        stated = sorted(about[wanted], key=lambda one: (one.order, one.entry, one.role))
        steps = bitemporal.history(stated, folds.get, view.as_of.valid_at, view.known_at)
        until = {one: after[0] for (_, one), (after, _) in pairwise(steps)}
        since = {one: order[0] for order, one in steps}
        now = held.get(wanted[0], {}).get(wanted[1])
        values = without_hidden(view, (one.data for one in stated))
        found[wanted] = tuple(
            Stated(
                aspect=one.aspect,
                value=value,
                source=source_of(one),
                by=one.by,
                authenticated=one.authenticated,
                valid_from=one.valid_from,
                entry=one.entry,
                since=since.get(one),
                until=until.get(one),
                in_force=now is not None and (now.entry, now.since) == (one.entry, since.get(one)),
                run=one.run if one.run in seen else None,
                job=one.job if one.job in seen else None,
            )
            for one, value in zip(stated, values, strict=True)
            if value is not None or one.value is None
        )
    return found


def whole_histories(view: View, ids: Sequence[str]) -> dict[str, tuple[Stated, ...]]:
    """Return by node what was ever stated of any aspect up to the view's point, by entry and name of the aspect.

    What is of one moment, such as a decision on access, has lists of its own and is left out. One of which nothing was
    stated is absent.
    """
    names = Names(view, renamed=True)
    names.load(ids)
    found: dict[str, list[Stated]] = defaultdict(list)
    for (of, _), stated in histories(view, _asked(names.statements(ids))).items():
        found[of] += stated
    return {of: tuple(sorted(some, key=lambda one: (one.entry, one.aspect))) for of, some in found.items()}


def _asked(stated: Iterable[Statement]) -> list[tuple[str, str]]:
    return sorted({(one.subject, one.aspect) for one in stated if not _is_momentary(one.aspect)})


def _is_momentary(aspect: str) -> bool:
    known = BY_NAME.get(aspect)
    return known is not None and known.momentary
