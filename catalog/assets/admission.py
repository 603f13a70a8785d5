"""What is noted before a dataset or a source is declared: names under which nothing is declared."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.assets.records import DeclareDataset, DeclareSource
from catalog.assets.sources import sources
from catalog.nearest import nearest
from catalog.places.admission import not_declared
from catalog.record import Admission, Admitted


def admit_dataset(record: DeclareDataset, admission: Admission) -> Admitted:
    """Take the declaration; whoever writes it is told of a source or place that is not declared."""
    places = () if record.place is None else (record.place,)
    return Admitted(warnings=(*_unknown_source(record, admission), *not_declared(admission, places, record.holds_from)))


def admit_source(record: DeclareSource, admission: Admission) -> Admitted:
    """Take the declaration; whoever writes it is told of places that are not declared."""
    return Admitted(
        warnings=tuple(not_declared(admission, record.permitted_places or (), record.holds_from)),
    )


def _unknown_source(record: DeclareDataset, admission: Admission) -> Iterator[str]:
    if record.source is None:
        return
    declared = {one.name for one in sources(admission.view.unredacted)}
    if record.source not in declared:
        near = nearest(record.source, declared)
        meant = "" if near is None else f" Did you mean {near}?"
        yield f"The source is not declared: nothing that holds of its data is known.{meant}"
