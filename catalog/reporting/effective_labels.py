"""What a model version and its data, or a dataset and its columns, hold, wherever it came from, in a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from catalog.labels.taint import queries as flowed
from catalog.labels.taint.answers import EffectiveLabel as LabelRecord
from catalog.labels.taint.answers import EffectiveLabels as LabelsRecord
from catalog.labels.taint.answers import Hop
from catalog.releases.model import SnapshotUse
from catalog.reporting.citations import Citations
from catalog.reporting.dossier_data import DossierData
from catalog.view import View
from graph_schema.aspects.labels import Coding
from reports.context import Code
from reports.parts.effective_labels import ClearedLabel, EffectiveLabel, LabelHop

_MOST: Final = 100
"""Columns that are shown."""

RunId = Callable[[str | None], str | None]
"""Gives the id that the sender of a run gave it, by the run's own id; None for none."""


def effective_labels(
    citations: Citations, data: DossierData
) -> tuple[tuple[EffectiveLabel, ...], tuple[ClearedLabel, ...], int]:
    """Return the labels of the version and of its data, what was cleared on the way, and how many columns are left.

    Its data is meant in the state that the version names: a column that came later is in none of it.
    """
    view, registration = data.view, data.registration
    uses = (*registration.trained_on, *registration.evaluated_on)
    used, states, later = {use.dataset for use in uses}, *_states(view, uses)
    shown = (data.version.id, *(one for one in data.datasets if one in used))
    columns = [
        (record.id, column.name)
        for record in data.datasets.values()
        if record.id in used
        for column in record.columns
        if column.name not in later.get(record.id, ())
    ]
    found = labels_shown(citations, view, shown, columns[:_MOST], data.run_id, states)
    cleared = cleared_labels(citations, view, [data.version.id, *sorted(data.datasets)], states)
    return found, cleared, max(len(columns) - _MOST, 0)


def _states(view: View, uses: Iterable[SnapshotUse]) -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    """Return the state of each dataset that is meant, of several the one with every column, and what came later."""
    found = flowed.effective_labels(view, sorted({use.snapshot for use in uses}))
    states: dict[str, str] = {}
    for use in sorted(uses, key=lambda one: one.snapshot):
        before = states.get(use.dataset)
        if use.snapshot in found and (before is None or len(found[use.snapshot].later) < len(found[before].later)):
            states[use.dataset] = use.snapshot
    return states, {dataset: found[one].later for dataset, one in states.items()}


def labels_shown(  # each is another part of what is shown
    citations: Citations,
    view: View,
    ids: Sequence[str],
    columns: Sequence[tuple[str, str]],
    run_id: RunId,
    states: Mapping[str, str] | None = None,
) -> tuple[EffectiveLabel, ...]:
    """Return the labels of each of these as a whole, and then of those of the columns that are its own; of datasets in
    the `states` that are named.
    """
    every = _held(view, ids, states or {})
    asked = {((states or {}).get(dataset, dataset), name): dataset for dataset, name in columns}
    of_columns = {
        (asked[one], one[1]): replace(held, asset=asked[one])
        for one, held in flowed.effective_labels_of_columns(view, list(asked)).items()
    }
    shown: list[EffectiveLabel] = []
    for id_ in ids:
        held = [every[id_]] if id_ in every else []
        held += [of_columns[one] for one in columns if one[0] == id_ and one in of_columns]
        shown += [_label(citations, run_id, each, one) for each in held for one in each.labels]
    return tuple(shown)


def cleared_labels(
    citations: Citations, view: View, ids: Sequence[str], states: Mapping[str, str] | None = None
) -> tuple[ClearedLabel, ...]:
    """Return what attestations took away on a step into any of these, of datasets in the `states` that are named."""
    every = _held(view, ids, states or {})
    cleared = [each for id_ in sorted(every) for each in _cleared(citations, every[id_])]
    cleared.sort(key=lambda one: (one.asset, one.column or "", one.kind, one.source or "", one.entries))
    return tuple(cleared)


def _held(view: View, ids: Sequence[str], states: Mapping[str, str]) -> dict[str, LabelsRecord]:
    asked = {states.get(one, one): one for one in ids}
    return {
        asked[one]: replace(held, asset=asked[one]) for one, held in flowed.effective_labels(view, list(asked)).items()
    }


def _codes(codes: tuple[Coding, ...]) -> tuple[Code, ...]:
    return tuple(Code(system=one.system, code=one.code) for one in codes)


def _label(citations: Citations, run_id: RunId, of: LabelsRecord, one: LabelRecord) -> EffectiveLabel:
    way = one.way
    return EffectiveLabel(
        asset=citations.title(of.asset),
        column=of.column,
        kind=one.kind,
        codes=_codes(one.codes),
        origin=one.origin.value,
        unstated=one.unstated,
        recorded_of=None if way is None else citations.title(way.origin),
        recorded_of_column=None if way is None else way.origin_column,
        recorded_kind=None if way is None else way.kind,
        recorded_by=() if way is None else citations.view.cite(*way.entries),
        hops=() if way is None else tuple(_hop(citations, run_id, each) for each in way.hops),
        entries=citations.view.cite(*one.entries),
    )


def _hop(citations: Citations, run_id: RunId, one: Hop) -> LabelHop:
    return LabelHop(
        source=citations.title(one.source),
        source_column=one.source_column,
        target=citations.title(one.target),
        target_column=one.target_column,
        how=one.passage.value,
        masked=one.masked,
        job=None if one.job is None else citations.title(one.job),
        run=run_id(one.run),
        entries=citations.view.cite(*one.entries),
    )


def _cleared(citations: Citations, of: LabelsRecord) -> Iterator[ClearedLabel]:
    for one in of.cleared:
        yield ClearedLabel(
            asset=citations.title(of.asset),
            column=one.column,
            kind=one.kind,
            codes=_codes(one.codes),
            source=None if one.source is None else citations.title(one.source),
            source_column=one.source_column,
            job=None if one.job is None else citations.title(one.job),
            remains=one.remains,
            entries=citations.view.cite(one.entry),
        )
