"""The sources that are declared at one point, and what holds of the datasets that they supply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from catalog.assets import rules
from catalog.assets.model import AspectInForce, SourceRecord, StatementSource
from catalog.recorded import Recorded, recorded, recorded_of
from catalog.view import View
from graph_schema.aspects import DECLARED_OF_SOURCE
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


def source_ends(view: View, names: Iterable[str]) -> tuple[int, ...]:
    """Return the entries that ended any of these sources by the time of the view, ascending."""
    ids = sorted({Source(name).id for name in names})
    statements = view.statements(ids, DECLARED_OF_SOURCE) if ids else ()
    at = view.as_of.valid_at
    return tuple(sorted({one.entry for one in statements if one.value is None and has_begun(one.valid_from, at)}))


def _in_force(aspects: Mapping[str, Recorded]) -> dict[str, AspectInForce[Any]]:
    return {
        aspect: AspectInForce(one.value, StatementSource.RECORD, one.entry, one.since)
        for aspect, one in aspects.items()
    }
