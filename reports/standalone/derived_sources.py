"""What the events of a run name as the sources of its outputs: an explicit lineage facet, or column lineage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reports.standalone.bodies import (
    Attempt,
    Event,
    Values,
    datasets_fed,
    facet_in,
    facets_of,
    fields_in,
    identity_of,
    inputs_of,
    is_job,
    names_inputs,
    node_id,
    objects_in,
    whole_names,
)

LINEAGE, COLUMN_LINEAGE = "lineage", "columnLineage"


def sources_named(target: str, attempt: Attempt) -> tuple[str | None, set[str]]:
    """Return by which facet an attempt names the sources of an output, and these: a lineage facet beats column lineage,
    and what several events name by one facet counts together.
    """
    by, sources = None, set[str]()
    for event in attempt.events:
        for facet, named in _named_for(target, event):
            if by == LINEAGE and facet != LINEAGE:
                continue
            sources = named | (sources if by == facet else set())
            by = facet
    return by, sources


def _named_for(target: str, event: Event) -> Iterator[tuple[str, set[str]]]:
    own = [one for one in event.entries if one.get("type") == "DATASET" and _ids((one,)) == {target}]
    described = [facets_of(content) for content in event.outputs if node_id("Dataset", *identity_of(content)) == target]
    for facets in described or [{}]:
        facet = facet_in(facets.get(LINEAGE))
        stated = [*([facet] if names_inputs(facet) else ()), *own]
        if stated:
            named = {one for holder in stated for one in _sources_of(holder)}
            if any(is_job(one, event.job) for holder in stated for one in inputs_of(holder)):
                feeding = (one for one in event.entries if is_job(one, event.job))
                named |= {one for holder in feeding for one in _sources_of(holder)}
            yield LINEAGE, named
            continue
        facet = facet_in(facets.get(COLUMN_LINEAGE))
        if named := _ids([*fields_in(facet, "inputFields"), *objects_in(facet.get("dataset"))]):
            yield COLUMN_LINEAGE, named


def _ids(items: Iterable[Values]) -> set[str]:
    """Return the ids of the datasets that have both names, neither of them empty."""
    return {node_id("Dataset", *one) for one in whole_names(items)}


def _sources_of(holder: Values) -> set[str]:
    return {node_id("Dataset", *one) for one in datasets_fed(holder)}


def listed_in(attempt: Attempt) -> set[str]:
    """Return the datasets that the events of an attempt list as inputs."""
    return {one for event in attempt.events for one in _ids(event.inputs)}
