"""What the rules about a dataset's record find now: what a store keeps of it decides most, the rest is judged."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from catalog.assets import retention
from catalog.assets.folds import DROPPED, last_writes
from catalog.findings.estate.grounded import having
from catalog.findings.estate.places import allowed, used_elsewhere
from catalog.findings.estate.rules import may_contradict
from catalog.findings.rules import Rule
from catalog.graph_memo import each_as_it_stands, remembered
from catalog.names.loading import Names
from catalog.store.indexes.grounds import Ground
from catalog.store.indexes.record_states import RecordState, Seen, contradicts
from catalog.use.loading import declared_use
from catalog.use.model import UseStatement
from catalog.view import View
from graph_schema.aspects.declarations import Retention
from graph_schema.facts import NOW
from graph_schema.nodes import Dataset

BY_RECORD: Final = (
    Rule.FIELDS_DECLARED,
    Rule.DATASET_DESCRIBED,
    Rule.CATALOGUED_FIRST,
    Rule.RETENTION_KEPT,
    Rule.DECLARATIONS_AGREE,
    Rule.PLACE_ALLOWED,
    Rule.LABEL_CONSISTENT,
    Rule.DECLARED_CODES_KNOWN,
    Rule.SUGGESTION_JUDGED,
    Rule.DECLARED_ALIKE,
)
"""The rules of which a store keeps what decides them now."""


_USED, _WRITTEN, _TAGGED = int(Seen.USED), int(Seen.WRITTEN), int(Seen.TAGGED)


@dataclass(frozen=True, slots=True)
class Decided:
    """Datasets by rule: those on which it finds something, and those that it has to be held to."""

    certain: Mapping[Rule, Sequence[str]]
    asked: Mapping[Rule, Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Now:
    """The datasets of which their own names say all, the others by id, and what no time changes of the former."""

    alone: frozenset[str]
    others: Sequence[str]
    certain: Mapping[Rule, Sequence[str]]
    contradicting: Sequence[str]
    unjudged: Sequence[RecordState]
    kept: Mapping[str, Sequence[RecordState]]
    """By the text of their retention."""
    permitted: Mapping[str, Sequence[str]]
    """By the text of what is declared of their use."""
    places: Mapping[str, Sequence[str]]
    """By the text of each place, region and site."""


def _now(view: View) -> _Now:
    # An entry is about few datasets: the states of the others stand.
    ids = having(view, Ground.DATASET)
    found = each_as_it_stands(_states, view, _states, ids)
    rows = [found[one] for one in ids if one in found]
    alone = _alone(view, rows)
    own = [row for row in rows if row.dataset in alone]
    others = [row.dataset for row in rows if row.dataset not in alone]
    late = [row.dataset for row in own if row.written < NOW == max(row.declared, row.classified)]
    kept: dict[str, list[RecordState]] = defaultdict(list)
    permitted: dict[str, list[str]] = defaultdict(list)
    places: dict[str, list[str]] = defaultdict(list)
    for row in own:
        if row.retention is not None:
            kept[row.retention].append(row)
        if row.permitted_use is not None:
            permitted[row.permitted_use].append(row.dataset)
        for place in {row.place, row.region, row.site} - {None}:
            places[str(place)].append(row.dataset)
    return _Now(
        alone,
        others,
        {**_broken(view, own), Rule.CATALOGUED_FIRST: late},
        [row.dataset for row in own if contradicts(row.traits, row.seen)],
        [row for row in own if row.unjudged != NOW],
        kept,
        permitted,
        places,
    )


def _states(view: View, ids: Sequence[str]) -> dict[str, RecordState]:
    return {one.dataset: one for one in view.record_states(ids)}


def of_records(view: View, rules: Collection[Rule]) -> Decided:
    """Return what some of the rules find, in a view of now by unbounded rights."""
    if not rules:
        return Decided({}, {})
    now = remembered(_now, view, _now)
    others = now.others
    certain: dict[Rule, Sequence[str]] = dict(now.certain)
    asked: dict[Rule, list[str]] = {rule: list(others) for rule in rules}
    if Rule.SUGGESTION_JUDGED in rules:
        before = view.moment - view.terms.judged_days * retention.DAY
        late = [row for row in now.unjudged if row.unjudged <= before]
        certain[Rule.SUGGESTION_JUDGED] = [row.dataset for row in late if not row.seen & _TAGGED]
        asked[Rule.SUGGESTION_JUDGED] += [row.dataset for row in late if row.seen & _TAGGED]
    if Rule.PLACE_ALLOWED in rules:
        asked[Rule.PLACE_ALLOWED] = _elsewhere(view, now)
    if Rule.DECLARED_ALIKE in rules:
        several = having(view, Ground.DECLARED_BY_SEVERAL)
        asked[Rule.DECLARED_ALIKE] += sorted(now.alone.intersection(several))
    proposed: dict[Rule, Callable[[], list[str]]] = {
        Rule.RETENTION_KEPT: lambda: _over(now.kept, view.moment),
        Rule.DECLARATIONS_AGREE: lambda: list(now.contradicting),
        Rule.LABEL_CONSISTENT: lambda: _permitted(now.permitted, may_contradict),
        Rule.DECLARED_CODES_KNOWN: lambda: _permitted(now.permitted, lambda one: bool(one.unknown)),
    }
    for rule in proposed.keys() & rules:
        asked[rule] += proposed[rule]()
    return Decided({rule: ids for rule, ids in certain.items() if rule in rules}, asked)


def retention_may_end(view: View, until: int) -> Sequence[str]:
    """Return the datasets that may be seen and of which a period of retention may be over by a time: of now as far as
    their own names tell, what ends first before all else, and then those of which other names may say more; else all.
    """
    if not view.is_now:
        return view.all_of(Dataset.__name__)
    whole = view.unredacted
    now = remembered(_now, whole, _now)
    # What rights hide of a dataset lets its period begin later, never earlier.
    every = [*_ending(now.kept, until), *now.others]
    seen = view.visible(every, counted=False)
    return [one for one in every if one in seen]


def _ending(kept: Mapping[str, Sequence[RecordState]], until: int) -> list[str]:
    """Return the datasets whose period ends before a time by what their own names tell, what ends first at first."""
    ending = []
    for text, rows in kept.items():
        declared = Retention.from_json(json.loads(text))
        for row in rows:
            begun = retention.began(declared, row.began)
            if begun is not None and (due := retention.due_at(begun, declared)) < until:
                ending.append((due, row.dataset))
    return [dataset for _, dataset in sorted(ending)]


def _elsewhere(view: View, now: _Now) -> list[str]:
    """Return the datasets that may be, or may have been, where they may not be."""
    bounds = allowed(view)
    if bounds is None:
        return []
    if bounds.nowhere:
        return sorted({*now.others, *now.alone})
    used = used_elsewhere(view, bounds)
    there = (one for text, some in now.places.items() if bounds.forbids(str(json.loads(text))) for one in some)
    return sorted({*now.others, *used, *there})


def _over(kept: Mapping[str, Sequence[RecordState]], moment: int) -> list[str]:
    """Return the datasets whose period of retention is over, as far as their own names tell."""
    begun = {text: _begun_by(text, moment) for text in kept}
    return [row.dataset for text, rows in kept.items() for row in rows if row.began <= begun[text]]


def _begun_by(text: str, moment: int) -> int:
    """Return by when data has to have begun so that such a retention of it is over."""
    declared = Retention.from_json(json.loads(text))
    fixed = retention.began(declared, None)
    if fixed is not None:
        return NOW if retention.due_at(fixed, declared) <= moment else -NOW
    counts = retention.began(declared, 0) is not None
    return moment - retention.due_at(0, declared) if counts else -NOW


def _permitted(permitted: Mapping[str, Sequence[str]], is_found: Callable[[UseStatement], bool]) -> list[str]:
    """Return the datasets of which something may be found on what is declared of their use."""
    return [one for text, some in permitted.items() if is_found(_statement(text)) for one in some]


@lru_cache(maxsize=16_384)
def _statement(text: str) -> UseStatement:
    return declared_use(Dataset("", ""), json.loads(text), 0, 0)


def _broken(view: View, rows: Sequence[RecordState]) -> dict[Rule, list[str]]:
    """Return by each of the two rules the datasets that break it, of such of which their own names decide all.

    Of one that nothing describes, a write that took effect decides whether it is known.
    """
    bare = [row.dataset for row in rows if not row.aspects and row.seen & _WRITTEN]
    last, _ = last_writes(view, bare) if bare else ({}, {})
    found: dict[Rule, list[str]] = defaultdict(list)
    for row in rows:
        if not row.aspects and row.dataset not in last:
            found[Rule.DATASET_DESCRIBED].append(row.dataset)
        elif (row.missing or not row.seen & _USED) and last.get(row.dataset) != DROPPED:
            found[Rule.FIELDS_DECLARED].append(row.dataset)
    return found


def _alone(view: View, rows: Sequence[RecordState]) -> frozenset[str]:
    """Return the datasets of which their own names say all."""
    sources = bool(having(view, Ground.SOURCE))
    looked_at = int(Seen.NAMED | Seen.DROPPED | (Seen.SUPPLIED if sources else Seen(0)))
    alone = [one.dataset for one in rows if not one.seen & looked_at]
    if view.all_of("NamespaceRule"):
        names = Names(view, renamed=True)
        names.load(alone)
        alone = [one for one in alone if names.is_alone(one)]
    return frozenset(alone)
