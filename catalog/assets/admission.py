"""What is held and noted before a dataset or a source is declared, and before a source or a key ends."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.assets.records import DeclareDataset, DeclareSource, EndSource
from catalog.assets.sources import sources
from catalog.assets.storage import encrypted_under
from catalog.encryption.records import EndKey
from catalog.places.admission import not_declared
from catalog.record import Admission, Admitted
from graph_schema.nearest import nearest


def admit_dataset(record: DeclareDataset, admission: Admission) -> Admitted:
    """Take the declaration; whoever writes it is told of a source or place that is not declared."""
    places = () if record.place is None else (record.place,)
    return Admitted(warnings=(*_unknown_source(record, admission), *not_declared(admission, places, record.holds_from)))


def admit_source(record: DeclareSource, admission: Admission) -> Admitted:
    """Take the declaration; whoever writes it is told of places that are not declared."""
    return Admitted(
        warnings=tuple(not_declared(admission, record.permitted_places or (), record.holds_from)),
    )


def admit_source_end(record: EndSource, admission: Admission) -> Admitted:
    """Hold the source to be known; whoever ends it is told of the datasets that it supplies."""
    admission.require([(record.node, "/source", "`lineward data-sources` lists those that are declared")])
    supplied = {edge.target for edge in admission.view.unredacted.edges([record.node.id], ("SUPPLIES",), "out")}
    return Admitted(warnings=_still(len(supplied), "supplied by it: what they have by it alone they lose"))


def admit_key_end(record: EndKey, admission: Admission) -> Admitted:
    """Hold the key to be known; whoever ends it is told of the datasets that are encrypted under it."""
    admission.require([(record.node, "/key", "`lineward encryption-keys` lists those that are declared")])
    under = encrypted_under(admission.view.unredacted, [record.key]).get(record.key, ())
    return Admitted(
        warnings=_still(
            len({one.dataset for one in under}), "declared to be encrypted under it: declare their keys anew"
        )
    )


def _still(number: int, so: str) -> tuple[str, ...]:
    return (f"Datasets are still {so}. There {'is one' if number == 1 else f'are {number}'}.",) if number else ()


def _unknown_source(record: DeclareDataset, admission: Admission) -> Iterator[str]:
    if record.source is None:
        return
    declared = {one.name for one in sources(admission.view.unredacted)}
    if record.source not in declared:
        near = nearest(record.source, declared)
        meant = "" if near is None else f" Did you mean {near}?"
        yield f"The source is not declared: nothing that holds of its data is known.{meant}"
