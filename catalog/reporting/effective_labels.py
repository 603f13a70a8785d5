"""What a model version and its data hold, wherever it came from, as a report shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from catalog.labels.taint import queries as flowed
from catalog.labels.taint.queries import EffectiveLabel as LabelRecord
from catalog.labels.taint.queries import EffectiveLabels as LabelsRecord
from catalog.labels.taint.queries import Hop
from catalog.reporting.citations import Citations
from catalog.reporting.dossier_data import DossierData
from graph_schema.aspects.labels import Coding
from reports.context import Code
from reports.parts.effective_labels import ClearedLabel, EffectiveLabel, LabelHop

_MOST: Final = 100
"""Columns that are shown."""


def effective_labels(
    citations: Citations, data: DossierData
) -> tuple[tuple[EffectiveLabel, ...], tuple[ClearedLabel, ...], int]:
    """Return the labels of the version and of its data, what was cleared on the way, and how many columns are left."""
    view, registration = data.view, data.registration
    used = sorted({use.dataset for use in (*registration.trained_on, *registration.evaluated_on)})
    every = flowed.effective_labels(view, [data.version.id, *sorted(data.datasets)])
    columns = [
        (record.id, column.name) for record in data.datasets.values() if record.id in used for column in record.columns
    ]
    of_columns = flowed.effective_labels_of_columns(view, columns[:_MOST])
    shown: list[EffectiveLabel] = []
    for id_ in (data.version.id, *(one for one in data.datasets if one in used)):
        held = [every[id_]] if id_ in every else []
        held += [of_columns[one] for one in columns[:_MOST] if one[0] == id_ and one in of_columns]
        shown += [_label(citations, data, each, one) for each in held for one in each.labels]
    cleared = [each for id_ in sorted(every) for each in _cleared(citations, every[id_])]
    cleared.sort(key=lambda one: (one.asset, one.column or "", one.kind, one.source or "", one.entries))
    return tuple(shown), tuple(cleared), max(len(columns) - _MOST, 0)


def _codes(codes: tuple[Coding, ...]) -> tuple[Code, ...]:
    return tuple(Code(system=one.system, code=one.code) for one in codes)


def _label(citations: Citations, data: DossierData, of: LabelsRecord, one: LabelRecord) -> EffectiveLabel:
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
        hops=() if way is None else tuple(_hop(citations, data, each) for each in way.hops),
        entries=citations.view.cite(*one.entries),
    )


def _hop(citations: Citations, data: DossierData, one: Hop) -> LabelHop:
    return LabelHop(
        source=citations.title(one.source),
        source_column=one.source_column,
        target=citations.title(one.target),
        target_column=one.target_column,
        how=one.passage.value,
        masked=one.masked,
        job=None if one.job is None else citations.title(one.job),
        run=data.run_id(one.run),
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
