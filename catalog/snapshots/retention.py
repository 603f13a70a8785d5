"""What has been kept as long as it is to be kept, and what will have been by a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from catalog.assets import queries as assets
from catalog.assets import retention as rules
from catalog.assets.folds import aspects_in_force
from catalog.assets.model import AssetState, DatasetRecord
from catalog.assets.sources import inherited
from catalog.graph_memo import each_as_it_stands
from catalog.names.loading import Names
from catalog.places.queries import lying_in
from catalog.places.rules import LOCATIONS
from catalog.snapshots.queries import snapshots_of
from catalog.view import View
from graph_schema.aspects.declarations import Retention
from graph_schema.facts import ALWAYS, NOW
from graph_schema.nodes import Dataset

_GONE = frozenset({AssetState.TOMBSTONED, AssetState.BYTES_GONE})
_RETENTION = "retention"


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """Data that is to be moved, expired or deleted, and by when. Times are UTC microseconds.

    `entries` are what says so: the retention, and for a snapshot its seal.
    """

    due_at: int
    id: str
    dataset: str
    began_at: int
    policy_class: str
    period_days: int
    disposition: str | None
    """What is then to be done with it, None where nobody said."""
    by_source: str | None
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DueList:
    """What is due, by when and id; `unknown` are datasets whose period counts from what nobody recorded, by id."""

    due: tuple[Due, ...]
    unknown: tuple[str, ...]


def retention_due(
    view: View,
    before: int,
    classes: Sequence[str] = (),
    places: Sequence[str] = (),
    datasets: Sequence[str] | None = None,
    dispositions: Sequence[str] = (),
) -> DueList:
    """Return the datasets and sealed snapshots whose period ends before a time.

    Only of these classes, of what lies in one of these places, of these datasets, and of what is then to be done with
    it, where any are given. What was
    dropped, or whose bytes are gone, is not due; a dataset without a retention, and a snapshot that nobody sealed,
    never is. Raises SenderError 422 for a place that is not declared.
    """
    within = lying_in(view, places, "/lies_in") if places else {}
    ids = view.all_of("Dataset") if datasets is None else datasets
    found = {
        one.id: one
        for one in each_as_it_stands(_ending, view, _ending, ids).values()
        if (not classes or one.policy_class in classes)
        and (not dispositions or one.disposition in dispositions)
        and (not places or any(not one.places.isdisjoint(area) for area in within.values()))
    }
    due = sorted(each for one in found.values() for each in one.due or () if each.due_at < before)
    return DueList(tuple(due), tuple(sorted(one.id for one in found.values() if one.due is None)))


class _Ending(NamedTuple):
    """A dataset that has a retention and is there: what it is narrowed by, and what is due of it whenever that is, None
    where nobody recorded what its period counts from.
    """

    id: str
    policy_class: str | None
    disposition: str | None
    places: frozenset[str]
    due: tuple[Due, ...] | None


def _ending(view: View, ids: Sequence[str]) -> dict[str, _Ending]:
    """Return the datasets that have a retention and are there, by the ids that they were asked by."""
    found = _kept(view, ids)
    every = list({one.id: one for one in found.values()})
    created = _began(view, every)
    sealed = snapshots_of(view, every)
    ending = {}
    for asked, one in found.items():
        whole = _due(one, one.id, created.get(one.id), ())
        parts = (
            _due(one, each.id, each.seal.sealed_at, (each.seal.entry,))
            for each in sealed.get(one.id, ())
            if each.seal is not None and each.state not in _GONE
        )
        due = None if whole is None else (whole, *(part for part in parts if part is not None))
        named = frozenset(held.value for aspect in LOCATIONS if (held := one.aspects.get(aspect)) is not None)
        ending[asked] = _Ending(one.id, _class(one), _disposition(one), named, due)
    return ending


def keepings(view: View, datasets: Sequence[str]) -> list[rules.Keeping]:
    """Return how long datasets are to be kept, by id under their own names; one that is gone, or has no retention, is
    absent.
    """
    found = list({one.id: one for one in _kept(view, datasets).values()}.values()) if datasets else []
    created = _began(view, [one.id for one in found]) if found else {}
    keeping = []
    for one in sorted(found, key=lambda each: each.id):
        if one.retention is not None:
            whole = _due(one, one.id, created.get(one.id), ())
            keeping.append(
                rules.Keeping(
                    dataset=one.id,
                    name=f"{one.namespace}/{one.name}",
                    retention=one.retention.value,
                    since=one.retention.since,
                    entry=one.retention.entry,
                    until=None if whole is None else whole.due_at,
                )
            )
    return keeping


def keeping_of(view: View, dataset: Dataset, retention: Retention, since: int) -> rules.Keeping:
    """Return how long a dataset would be kept by a retention that nobody recorded yet."""
    made = _began(view, [dataset.id]).get(dataset.id, since)
    start = rules.began(retention, made)
    until = None if start is None else rules.due_at(start, retention)
    return rules.Keeping(dataset.id, f"{dataset.namespace}/{dataset.name}", retention, since, NOW, until)


def _class(dataset: DatasetRecord) -> str | None:
    return None if dataset.retention is None else dataset.retention.value.policy_class


def _disposition(dataset: DatasetRecord) -> str | None:
    return None if dataset.retention is None else dataset.retention.value.disposition


def _kept(view: View, ids: Sequence[str]) -> dict[str, DatasetRecord]:
    """Return the datasets that have a retention, themselves or by their source, and that are there, by the ids that
    they were asked by.
    """
    held = aspects_in_force(view, ids, aspects=(_RETENTION, "source", "source_system"))
    given = inherited(view, held)
    wanted = [one for one in ids if _RETENTION in held.get(one, {}) or _RETENTION in given.get(one, {})]
    return {asked: one for asked, one in assets.datasets(view, wanted).items() if one.state not in _GONE}


def _began(view: View, ids: Sequence[str]) -> dict[str, int]:
    """Return when each dataset began: by the first that is said of it, or written to it, under any of its names."""
    names = Names(view, renamed=True)
    names.load(ids)
    holding: dict[str, set[int]] = defaultdict(set)
    for statement in names.statements(ids):
        holding[statement.subject].add(statement.valid_from)
    for edge in names.edges(ids, ("WROTE",), "in") if ids else ():
        holding[edge.target].add(edge.valid_from)
    found = {one: rules.created(at for at in holding[one] if at != ALWAYS) for one in ids}
    return {one: at for one, at in found.items() if at is not None}


def _due(dataset: DatasetRecord, id_: str, made: int | None, entries: tuple[int, ...]) -> Due | None:
    retention = dataset.retention
    began = None if retention is None else rules.began(retention.value, made)
    if retention is None or began is None:
        return None
    return Due(
        due_at=rules.due_at(began, retention.value),
        id=id_,
        dataset=dataset.id,
        began_at=began,
        policy_class=retention.value.policy_class,
        period_days=retention.value.period_days,
        disposition=retention.value.disposition,
        by_source=retention.by_source,
        entries=tuple(sorted({retention.entry, *entries})),
    )
