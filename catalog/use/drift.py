"""What became of labels and of permitted use from one state of a dataset to another, each as when it was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from catalog.assets.folds import aspects_in_force
from catalog.assets.rules import columns
from catalog.labels.taint.queries import effective_labels, effective_labels_of_columns
from catalog.reading import Complete, Completeness
from catalog.snapshots.model import SnapshotRecord
from catalog.use.difference import Moved, UseAt, acting, holds, moved, same_use
from catalog.use.queries import permitted_use
from catalog.view import View


@dataclass(frozen=True, slots=True, order=True)
class FieldLabel:
    """That a field, or the dataset as a whole (`field` empty), holds a kind of PHI; see `LabelAt`."""

    field: str
    kind: str
    origin: str
    codes: tuple[str, ...]
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """What came and went of effective labels, and of what is said of use by itself and by all that it was made of.

    A label is the same of the same field, kind, origin and codes, a use of the same content: about what lies behind,
    where it is about that, else about the state itself. `completeness` is of the first and of the second.
    """

    labels: Moved[FieldLabel]
    uses: Moved[UseAt]
    completeness: tuple[Completeness, Completeness]


def drift(view: View, before: SnapshotRecord, after: SnapshotRecord) -> Drift | None:
    """Return what became of labels and use; None where it is not known when one of the two was made."""
    (found,) = drifts(view, [before, after])
    return found


def drifts(view: View, states: Sequence[SnapshotRecord]) -> tuple[Drift | None, ...]:
    """Return what became of them from each of several states to the next one, as `drift`: each state is read once."""
    view = view.remembering
    read = [None if one.made_at is None else _State.of(view.at(one.made_at), one) for one in states]
    return tuple(
        None if before is None or after is None else _between(before, after) for before, after in pairwise(read)
    )


def _between(before: _State, after: _State) -> Drift:
    return Drift(
        moved(before.labels, after.labels, key=lambda one: replace(one, entries=())),
        moved(before.uses, after.uses, key=same_use),
        (before.completeness, after.completeness),
    )


@dataclass(frozen=True, slots=True)
class _State:
    labels: Sequence[FieldLabel]
    uses: Sequence[UseAt]
    completeness: Completeness

    @classmethod
    def of(cls, view: View, one: SnapshotRecord) -> _State:
        """Read the labels and uses of a state at the time of the view."""
        held = aspects_in_force(view, [one.dataset], aspects=("schema",)).get(one.dataset, {})
        schema = held["schema"].value if "schema" in held else None
        fields = [each.name for each in columns(one.namespace, one.name, schema)]
        found = {"": effective_labels(view, [one.id]).get(one.id)}
        by_field = effective_labels_of_columns(view, [(one.dataset, field) for field in fields]) if fields else {}
        found |= {field: each for (_, field), each in by_field.items()}
        labels = sorted(
            FieldLabel(
                field,
                label.kind,
                label.origin.value,
                tuple(sorted(f"{code.system} {code.code}" for code in label.codes)),
                label.entries,
            )
            for field, of in found.items()
            if of is not None
            for label in of.labels
        )
        permitted = permitted_use(view, one.id, begun=True)
        at, own = view.moment, {one.id, one.dataset}
        uses = {
            UseAt("" if each.subject in own else each.subject, acting(each.statement, at))
            for each in permitted.applied
            if not each.replaced_by and holds(each.statement, at)
        }
        whole = [permitted.completeness, *(of.completeness for of in found.values() if of is not None)]
        return cls(
            labels,
            sorted(uses, key=lambda each: (each.subject, each.statement.id, each.statement.entry)),
            next((each for each in whole if not isinstance(each, Complete)), Complete()),
        )
