"""Which columns came after what is asked about was made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from catalog.labels.model import Label
from catalog.labels.taint.groups import Groups
from catalog.labels.taint.model import Part, Place
from catalog.store.indexes.schemas import SchemaStated
from catalog.view import View
from graph_schema.bitemporal import has_begun
from graph_schema.facts import NOW
from graph_schema.schema_fields import fields_of, fields_of_text


def columns_after(
    view: View,
    groups: Groups,
    made_at: int,
    datasets: Sequence[str],
    flowing: Iterable[tuple[Place | None, int]],
    labels: Mapping[str, Sequence[Label]],
) -> frozenset[Place]:
    """Return the columns that only a write or a declaration after a time brought, of datasets of which a schema was
    known by then; `flowing` is where flows between columns begin and end, and since when, `labels` what was said.

    A column that a run reads or names, while nothing was written since, may have been there before; one that only a
    label or a dataset's own event names was declared from then on. What was there by then is said by when it holds.
    """
    columns = columns_named(view, groups, datasets, flowing, labels)
    known = {groups.of(one.dataset) for one in columns.stated if has_begun(one.valid_from, made_at)}
    seen, met, named = columns.seen, columns.met, columns.named
    later = {place for place, at in named.items() if place.node in known and not has_begun(at, made_at)}
    if not later:
        return frozenset()
    written = _written_since(view, groups, made_at, {place.node for place in later})
    declared = {place for place in later if place not in seen}
    brought = {place for place in later - declared if written.get(place.node, NOW) <= seen[place]}
    declared |= later - declared - brought - met - _named_by_runs(view, groups, later - declared - brought - met)
    return frozenset(declared | brought)


class ColumnsNamed(NamedTuple):
    """When columns were first named, in microseconds UTC."""

    stated: Sequence[SchemaStated]
    """Every schema of their datasets."""
    seen: Mapping[Place, int]
    """By a schema or a flow between columns."""
    met: frozenset[Place]
    """Those that such a flow names."""
    named: Mapping[Place, int]
    """By any of these, or by a label."""


def columns_named(
    view: View,
    groups: Groups,
    datasets: Sequence[str],
    flowing: Iterable[tuple[Place | None, int]],
    labels: Mapping[str, Sequence[Label]],
) -> ColumnsNamed:
    """Return when each column of the datasets was first named; see `columns_after`."""
    stated = view.schemas(datasets)
    seen: dict[Place, int] = {}
    for one in stated:
        for name in fields_of_text(one.text):
            _least(seen, groups.place(one.dataset, name), one.valid_from)
    met = set()
    for place, since in flowing:
        if place is not None and place.part is Part.COLUMN:
            met.add(place)
            _least(seen, place, since)
    named = dict(seen)
    for dataset, some in labels.items():
        for label in some:
            for tag in label.history if label.column is not None else ():
                _least(named, groups.place(dataset, label.column or ""), tag.since)
    return ColumnsNamed(stated, seen, frozenset(met), named)


def _written_since(view: View, groups: Groups, made_at: int, wholes: Collection[str]) -> dict[str, int]:
    """Return when each of the datasets was first written after a time."""
    names = sorted({name for whole in wholes for name in groups.members[whole]})
    written: dict[str, int] = {}
    for edge in view.edges(names, ("WROTE",), "in"):
        if not has_begun(edge.valid_from, made_at):
            whole = groups.of(edge.target)
            written[whole] = min(edge.valid_from, written.get(whole, edge.valid_from))
    return written


def _named_by_runs(view: View, groups: Groups, places: Collection[Place]) -> set[Place]:
    """Return those of the columns that a schema names which a run's event says, of what it read or wrote."""
    names = sorted({name for place in places for name in groups.members[place.node]})
    return {
        groups.place(one.subject, name)
        for one in (view.statements(names, ("schema",)) if names else ())
        if one.run is not None
        for name in fields_of(one.data)
    }


def _least(found: dict[Place, int], place: Place, at: int) -> None:
    found[place] = min(at, found.get(place, at))
