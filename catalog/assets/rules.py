"""What is missing from a dataset's record, where it stands in its life, and what its schema's fields are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from catalog.assets.model import AspectInForce, AssetState, ColumnRecord, Gap, StatementSource
from catalog.places.model import PlaceRecord
from graph_schema import supply
from graph_schema.nodes import Column
from graph_schema.schema_fields import described_fields, text_of
from graph_schema.vocabulary.words import PlaceKind

MANDATORY = {
    "owner": "Declare who answers for the dataset.",
    "source_system": "Declare the system that the data comes from, and its kind.",
    "schema_version": "Declare the version of the schema that was agreed.",
    "clinical_purpose": "Declare what the data is for.",
    "phi_category": "Declare which kinds of PHI it holds, or that it holds none.",
    "retention": "Declare the retention class and its period.",
    "permitted_use": "Declare which uses are permitted.",
    "lineage": "Send events of the jobs that write or read it.",
}
"""The mandatory fields of a dataset's record, in order, and what would fill each."""


def supplier(held: Mapping[str, AspectInForce[Any]]) -> str | None:
    """Return the name of the source that supplies a dataset, given what is in force of it."""
    return supply.supplier({aspect: one.value for aspect, one in held.items()})


def inherited(
    own: Mapping[str, AspectInForce[Any]], source: str, declared: Mapping[str, AspectInForce[Any]]
) -> dict[str, AspectInForce[Any]]:
    """Return what a dataset has by its source, never what something else is said of itself."""
    values = supply.given(own, source, {aspect: one.value for aspect, one in declared.items()})
    return {
        aspect: replace(declared.get(aspect) or declared[supply.KIND], value=value, by_source=source)
        for aspect, value in values.items()
    }


def located(own: Mapping[str, AspectInForce[Any]], around: Iterable[PlaceRecord]) -> dict[str, AspectInForce[Any]]:
    """Return the site and the region that a dataset has by its place, never what something else is said of itself.

    `around` is its place and all that this lies in, the nearest first, as far as it is declared: the nearest site, and
    the nearest that is none. Each holds since the dataset lies there and every place up to it does.
    """
    found: dict[str, AspectInForce[Any]] = {}
    since = own["place"].since
    for place in around:
        since = max(since, place.since)
        aspect = "site" if place.place_kind == PlaceKind.SITE else "region"
        if aspect not in own:
            held = AspectInForce(place.name, StatementSource.RECORD, place.entry, since, by_place=own["place"].value)
            found.setdefault(aspect, held)
    return found


def gaps(held: Collection[str], *, has_lineage: bool) -> tuple[Gap, ...]:
    """Return the mandatory fields that nobody filled, given the aspects in force, those by its source among them."""
    return tuple(
        Gap(field, note)
        for field, note in MANDATORY.items()
        if (not has_lineage if field == "lineage" else field not in held)
    )


def state(*, described: bool, touched: bool, written: bool, dropped: bool) -> AssetState:
    """Return where a dataset stands.

    `described`: something is in force about it; `touched`: a run or job reads or writes it; `written`: a write took
    effect; `dropped`: the newest write that took effect dropped it.
    """
    if dropped:
        return AssetState.TOMBSTONED
    if written or (touched and described):
        return AssetState.LIVE
    return AssetState.DECLARED if described else AssetState.GHOST


def columns(namespace: str, dataset: str, schema: Any) -> tuple[ColumnRecord, ...]:  # noqa: ANN401  a facet is any JSON
    """Return the fields of a schema facet in order, nested ones after their parent under their address."""
    return tuple(
        ColumnRecord(
            id=Column(namespace, dataset, path).id,
            name=path,
            type=text_of(field, "type"),
            description=text_of(field, "description"),
            ordinal=place,
        )
        for place, (path, field) in enumerate(described_fields(schema), 1)
    )
