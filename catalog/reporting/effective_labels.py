"""What a model version and its data, or a dataset and its columns, hold, wherever it came from, in a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from catalog.labels.taint import queries as flowed
from catalog.labels.taint.queries import EffectiveLabel as LabelRecord
from catalog.labels.taint.queries import EffectiveLabels as LabelsRecord
from catalog.labels.taint.queries import Hop
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
    """Return the labels of the version and of its data, what was cleared on the way, and how many columns are left."""
    view, registration = data.view, data.registration
    used = {use.dataset for use in (*registration.trained_on, *registration.evaluated_on)}
    shown = (data.version.id, *(one for one in data.datasets if one in used))
    columns = [
        (record.id, column.name) for record in data.datasets.values() if record.id in used for column in record.columns
    ]
    found = labels_shown(citations, view, shown, columns[:_MOST], data.run_id)
    cleared = cleared_labels(citations, view, [data.version.id, *sorted(data.datasets)])
    return found, cleared, max(len(columns) - _MOST, 0)


def labels_shown(
    citations: Citations, view: View, ids: Sequence[str], columns: Sequence[tuple[str, str]], run_id: RunId
) -> tuple[EffectiveLabel, ...]:
    """Return the labels of each of these as a whole, and then of those of the columns that are its own."""
    every = flowed.effective_labels(view, ids)
    of_columns = flowed.effective_labels_of_columns(view, columns)
    shown: list[EffectiveLabel] = []
    for id_ in ids:
        held = [every[id_]] if id_ in every else []
        held += [of_columns[one] for one in columns if one[0] == id_ and one in of_columns]
        shown += [_label(citations, run_id, each, one) for each in held for one in each.labels]
    return tuple(shown)


def cleared_labels(citations: Citations, view: View, ids: Sequence[str]) -> tuple[ClearedLabel, ...]:
    """Return what attestations took away on a step into any of these."""
    every = flowed.effective_labels(view, ids)
    cleared = [each for id_ in sorted(every) for each in _cleared(citations, every[id_])]
    cleared.sort(key=lambda one: (one.asset, one.column or "", one.kind, one.source or "", one.entries))
    return tuple(cleared)


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
