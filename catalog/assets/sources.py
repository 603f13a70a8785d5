"""The sources that are declared at one point, and what holds of the datasets that they supply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from catalog.assets import rules
from catalog.assets.model import AspectInForce, DatasetRecord, SourceRecord, StatementSource
from catalog.recorded import Recorded, recorded, recorded_of
from catalog.view import View
from graph_schema.aspects import DECLARED, DECLARED_OF_SOURCE
from graph_schema.bitemporal import has_begun
from graph_schema.nodes import Source

InForceOf = Mapping[str, AspectInForce[Any]]


def sources(view: View) -> tuple[SourceRecord, ...]:
    """Return the declared sources, by name. One that declarations of datasets only name is none."""
    found = recorded_of(view, Source.__name__, DECLARED_OF_SOURCE)
    return tuple(SourceRecord(Source(name).id, name, _in_force(aspects)) for name, aspects in found.items())


def inherited(view: View, held: Mapping[str, InForceOf]) -> dict[str, dict[str, AspectInForce[Any]]]:
    """Return what each dataset has by its source, given what is in force of itself; one without any is absent."""
    named = {dataset: name for dataset, own in held.items() if (name := rules.supplier(own)) is not None}
    ids = {name: Source(name).id for name in named.values()}
    declared = recorded(view, sorted(ids.values()), DECLARED_OF_SOURCE)
    found = {
        dataset: rules.inherited(held[dataset], name, _in_force(declared[ids[name]]))
        for dataset, name in named.items()
        if ids[name] in declared
    }
    return {dataset: aspects for dataset, aspects in found.items() if aspects}


def declaration_entries(view: View, *read: Mapping[str, DatasetRecord]) -> dict[str, tuple[int, ...]]:
    """Return the entries that what is declared of each dataset rests on, ascending: those of the aspects that it has of
    itself and by its source, in any of the readings of it, those that ended its source by the time of the view, and the
    one by which it was first known, as the first reading of it has it: before, its name may have stood for another.

    What follows from a place rests on the place's own declaration, and what is permitted stands apart: both are left
    to who shows them.
    """
    names = dict.fromkeys((*DECLARED, *DECLARED_OF_SOURCE))
    del names["permitted_use"]
    records = [(id_, record) for each in read for id_, record in each.items()]
    suppliers = {(id_, name) for id_, one in records if (name := rules.supplier(one.aspects)) is not None}
    ends = _ends(view, {name for _, name in suppliers})
    found: dict[str, set[int]] = {}
    for id_, record in records:
        found.setdefault(id_, {record.first_entry})
        stated = (record.aspects[name] for name in names if name in record.aspects)
        found[id_] |= {one.entry for one in stated if one.by_place is None}
    for id_, name in suppliers:
        found[id_] |= ends[name]
    return {id_: tuple(sorted(entries)) for id_, entries in found.items()}


def _ends(view: View, names: Iterable[str]) -> dict[str, set[int]]:
    """Return the entries that ended each of these sources by the time of the view."""
    ids = {Source(name).id: name for name in names}
    ended: dict[str, set[int]] = {name: set() for name in ids.values()}
    for one in view.statements(sorted(ids), DECLARED_OF_SOURCE) if ids else ():
        if one.value is None and has_begun(one.valid_from, view.as_of.valid_at):
            ended[ids[one.subject]].add(one.entry)
    return ended


def _in_force(aspects: Mapping[str, Recorded]) -> dict[str, AspectInForce[Any]]:
    return {
        aspect: AspectInForce(one.value, StatementSource.RECORD, one.entry, one.since)
        for aspect, one in aspects.items()
    }
