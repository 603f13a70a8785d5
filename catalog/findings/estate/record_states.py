"""What the rules about a dataset's record find now: what a store keeps of it decides most, the rest is judged."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from catalog.assets import retention
from catalog.assets.folds import DROPPED, last_writes
from catalog.findings.estate.places import allowed, used_elsewhere
from catalog.findings.estate.rules import may_contradict
from catalog.findings.rules import Rule
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
)
"""The rules of which a store keeps what decides them now."""


@dataclass(frozen=True, slots=True)
class Decided:
    """Datasets by rule: those on which it finds something, and those that it has to be held to."""

    certain: Mapping[Rule, Sequence[str]]
    asked: Mapping[Rule, Sequence[str]]


def of_records(view: View, rules: Collection[Rule]) -> Decided:
    """Return what some of the rules find, in a view of now by unbounded rights."""
    rows = view.record_states() if rules else []
    alone = _alone(view, rows)
    own = [row for row in rows if row.dataset in alone]
    others = [row.dataset for row in rows if row.dataset not in alone]
    certain: dict[Rule, list[str]] = {}
    asked: dict[Rule, list[str]] = {rule: list(others) for rule in rules}
    if not {Rule.FIELDS_DECLARED, Rule.DATASET_DESCRIBED}.isdisjoint(rules):
        certain |= _broken(view, own)
    if Rule.CATALOGUED_FIRST in rules:
        certain[Rule.CATALOGUED_FIRST] = [
            row.dataset for row in own if row.written < NOW == max(row.declared, row.classified)
        ]
    if Rule.SUGGESTION_JUDGED in rules:
        late = [row for row in own if row.unjudged + view.terms.judged_days * retention.DAY <= view.moment]
        certain[Rule.SUGGESTION_JUDGED] = [row.dataset for row in late if not row.seen & Seen.TAGGED]
        asked[Rule.SUGGESTION_JUDGED] += [row.dataset for row in late if row.seen & Seen.TAGGED]
    if Rule.PLACE_ALLOWED in rules:
        asked[Rule.PLACE_ALLOWED] = _elsewhere(view, own, others)
    for rule, proposes in _PROPOSES.items():
        if rule in rules:
            asked[rule] += [row.dataset for row in own if proposes(row, view)]
    return Decided({rule: ids for rule, ids in certain.items() if rule in rules}, asked)


def _elsewhere(view: View, own: Sequence[RecordState], others: Sequence[str]) -> list[str]:
    """Return the datasets that may be, or may have been, where they may not be."""
    bounds = allowed(view)
    if bounds is None:
        return []
    if bounds.nowhere:
        return [*others, *(row.dataset for row in own)]
    used = used_elsewhere(view, bounds)
    return sorted(
        {*others, *used} | {row.dataset for row in own if any(bounds.forbids(place) for place in _places(row))}
    )


def _places(row: RecordState) -> Iterator[str]:
    for text in (row.place, row.site):
        if text is not None:
            yield str(json.loads(text))


def _is_over(row: RecordState, view: View) -> bool:
    if row.retention is None:
        return False
    declared = _retention(row.retention)
    began = retention.began(declared, None if row.began == NOW else row.began)
    return began is not None and retention.due_at(began, declared) <= view.moment


@lru_cache(maxsize=4_096)
def _retention(text: str) -> Retention:
    return Retention.from_json(json.loads(text))


@lru_cache(maxsize=4_096)
def _permitted(text: str) -> UseStatement:
    return declared_use(Dataset("", ""), json.loads(text), 0, 0)


def _is_labelled_wrongly(row: RecordState, _: View) -> bool:
    return row.permitted_use is not None and may_contradict(_permitted(row.permitted_use))


def _holds_unknown(row: RecordState, _: View) -> bool:
    return row.permitted_use is not None and bool(_permitted(row.permitted_use).unknown)


_PROPOSES: Final[Mapping[Rule, Callable[[RecordState, View], bool]]] = {
    Rule.RETENTION_KEPT: _is_over,
    Rule.LABEL_CONSISTENT: _is_labelled_wrongly,
    Rule.DECLARED_CODES_KNOWN: _holds_unknown,
    Rule.DECLARATIONS_AGREE: lambda row, _: contradicts(row.traits, row.seen),
}


def _broken(view: View, rows: Sequence[RecordState]) -> dict[Rule, list[str]]:
    """Return by each of the two rules the datasets that break it, of such of which their own names decide all.

    Of one that nothing describes, a write that took effect decides whether it is known.
    """
    bare = [row.dataset for row in rows if not row.aspects and row.seen & Seen.WRITTEN]
    last, _ = last_writes(view, bare) if bare else ({}, {})
    found: dict[Rule, list[str]] = defaultdict(list)
    for row in rows:
        if not row.aspects and row.dataset not in last:
            found[Rule.DATASET_DESCRIBED].append(row.dataset)
        elif (row.missing or not row.seen & Seen.USED) and last.get(row.dataset) != DROPPED:
            found[Rule.FIELDS_DECLARED].append(row.dataset)
    return found


def _alone(view: View, rows: Sequence[RecordState]) -> frozenset[str]:
    """Return the datasets of which their own names say all."""
    sources = bool(view.grounds([Ground.SOURCE])[Ground.SOURCE])
    looked_at = Seen.NAMED | Seen.DROPPED | (Seen.SUPPLIED if sources else Seen(0))
    alone = [one.dataset for one in rows if not one.seen & looked_at]
    if view.lookup("NamespaceRule", "every", ("",)):
        names = Names(view, renamed=True)
        names.load(alone)
        alone = [one for one in alone if names.is_alone(one)]
    return frozenset(alone)
