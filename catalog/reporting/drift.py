"""What changed between the newest states of a dataset, as its dossier shows it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Final, TypeVar

from catalog.reading import Complete
from catalog.reporting.citations import Citations
from catalog.snapshots.comparison import SnapshotDifference, counts_that_differ, snapshot_difference
from catalog.snapshots.model import SnapshotRecord
from catalog.use.drift import Drift, drifts
from catalog.view import View
from reports.context import Code
from reports.parts.drift import CountDrift, FieldDrift, LabelDrift, SnapshotDrift, Uncompared, UseDrift

T = TypeVar("T")
CHANGES: Final = 4
"""From so many states to the next one it is shown what changed, the newest."""
_MOST: Final = 25
"""So many fields, counts, labels and statements of one change are shown, of each."""


def drifts_shown(citations: Citations, view: View, snapshots: Sequence[SnapshotRecord]) -> tuple[SnapshotDrift, ...]:
    """Return what changed, the newest change first; `snapshots` are the newest first.

    Of the entries that say so those are cited that the dossier cites already: it is called last.
    """
    states = snapshots[: CHANGES + 1][::-1]
    known = frozenset(citations.view.cited)
    found = [
        _shown(citations, known, difference, governed)
        for (before, after), governed in zip(pairwise(states), drifts(view, states), strict=True)
        if (difference := snapshot_difference(view, before.id, after.id)) is not None
    ]
    return tuple(found[::-1])


def _shown(
    citations: Citations, known: Collection[int], found: SnapshotDifference, governed: Drift | None
) -> SnapshotDrift:
    fields = [FieldDrift(field=one.name, before=one.before, after=one.after) for one in found.fields or ()]
    columns = [
        CountDrift(column=name, what=what, before=before, after=after)
        for name, what, before, after in counts_that_differ(found.columns or ())
    ]
    labels = list(_labels(known, governed)) if governed is not None else []
    uses = list(_uses(citations, known, governed)) if governed is not None else []
    lacking: list[tuple[Uncompared, object]] = [
        ("schema", found.fields),
        ("counts", found.columns),
        ("labels and use", governed),
    ]
    return SnapshotDrift(
        before=found.before.digest,
        after=found.after.digest,
        rows_before=found.sizes[0].rows,
        rows_after=found.sizes[1].rows,
        fields=_first(fields),
        columns=_first(columns),
        labels=_first(labels),
        uses=_first(uses),
        not_shown=sum(max(0, len(some) - _MOST) for some in (fields, columns, labels, uses)),
        uncompared=tuple(name for name, one in lacking if one is None),
        is_partial=governed is not None and not all(isinstance(one, Complete) for one in governed.completeness),
        entries=_cited(known, found.entries),
    )


def _first(some: Sequence[T]) -> tuple[T, ...]:
    return tuple(some[:_MOST])


def _cited(known: Collection[int], entries: Collection[int]) -> tuple[int, ...]:
    return tuple(sorted(one for one in set(entries) if one in known))


def _labels(known: Collection[int], found: Drift) -> Iterator[LabelDrift]:
    for came, some in ((True, found.labels.came), (False, found.labels.went)):
        for one in some:
            yield LabelDrift(
                came=came,
                field=one.field or None,
                phi_kind=one.kind,
                origin=one.origin,
                codes=tuple(Code(system=system, code=code) for system, _, code in map(_in_two, one.codes)),
                entries=_cited(known, one.entries),
            )


def _in_two(code: str) -> tuple[str, str, str]:
    return code.rpartition(" ")


def _uses(citations: Citations, known: Collection[int], found: Drift) -> Iterator[UseDrift]:
    for came, some in ((True, found.uses.came), (False, found.uses.went)):
        for one in some:
            yield UseDrift(
                came=came,
                about=citations.title(one.subject) if one.subject else "the state itself",
                authority=one.statement.authority,
                entries=_cited(known, (one.statement.entry,)),
            )
