"""What is to go by when, of what holds certain kinds of PHI."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from catalog.labels.taint.queries import effective_labels
from catalog.snapshots.retention import DueList, retention_due
from catalog.view import View

_AT_ONCE: Final = 500


def retention_due_of(
    view: View,
    before: int,
    kinds: Collection[str],
    classes: Sequence[str] = (),
    places: Sequence[str] = (),
    dispositions: Sequence[str] = (),
) -> DueList:
    """Return what is due of the datasets that hold one of these kinds of PHI, in whole or in a column, wherever it came
    from.
    """
    view = view.remembering
    found = retention_due(view, before, classes, places, dispositions=dispositions)
    ids = sorted({*(one.dataset for one in found.due), *found.unknown})
    holding = {
        one
        for start in range(0, len(ids), _AT_ONCE)
        for one, of in effective_labels(view, ids[start : start + _AT_ONCE]).items()
        if any(label.kind in kinds for label in of.labels)
    }
    return DueList(
        tuple(one for one in found.due if one.dataset in holding),
        tuple(one for one in found.unknown if one in holding),
    )
