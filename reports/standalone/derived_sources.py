"""What the events of a run name as the sources of its outputs: an explicit lineage facet, or column lineage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reports.standalone.bodies import (
    Attempt,
    Event,
    Values,
    facets_of,
    identities_in,
    identity_of,
    node_id,
    objects_in,
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
    entries = [one for one in objects_in(_facet_in(event.job_facets.get(LINEAGE)).get("entries")) if _names_inputs(one)]
    own = [one for one in entries if one.get("type") == "DATASET" and _ids((one,)) == {target}]
    described = [facets_of(content) for content in event.outputs if node_id("Dataset", *identity_of(content)) == target]
    for facets in described or [{}]:
        facet = _facet_in(facets.get(LINEAGE))
        stated = [*([facet] if _names_inputs(facet) else ()), *own]
        if stated:
            named = {one for holder in stated for one in _sources_of(holder)}
            if any(_is_job(one, event) for holder in stated for one in _inputs_of(holder)):
                feeding = (one for one in entries if _is_job(one, event))
                named |= {one for holder in feeding for one in _sources_of(holder)}
            yield LINEAGE, named
            continue
        facet = _facet_in(facets.get(COLUMN_LINEAGE))
        items = [item for part in _fields(facet) for item in objects_in(part.get("inputFields"))]
        if named := _ids([*items, *objects_in(facet.get("dataset"))]):
            yield COLUMN_LINEAGE, named


def _facet_in(facet: object) -> Values:
    return facet if isinstance(facet, dict) and facet.get("_deleted") is not True else {}


def _names_inputs(holder: Values) -> bool:
    return isinstance(holder.get("inputs"), list) or isinstance(holder.get("fields"), dict)


def _fields(holder: Values) -> list[Values]:
    fields = holder.get("fields")
    return [part for part in fields.values() if isinstance(part, dict)] if isinstance(fields, dict) else []


def _inputs_of(holder: Values) -> list[Values]:
    return [item for part in (holder, *_fields(holder)) for item in objects_in(part.get("inputs"))]


def _sources_of(holder: Values) -> set[str]:
    return _ids(item for item in _inputs_of(holder) if item.get("type") != "JOB")


def _ids(items: Iterable[Values]) -> set[str]:
    """Return the ids of the datasets that have both names, neither of them empty."""
    return {node_id("Dataset", *one) for one in identities_in(items) if all(one)}


def _is_job(item: Values, event: Event) -> bool:
    """Tell whether an item of a lineage facet is the job that sent it, which may leave its own name out."""
    if item.get("type") != "JOB":
        return False
    return not ("namespace" in item or "name" in item) or next(identities_in((item,)), None) == event.job


def listed_in(attempt: Attempt) -> set[str]:
    """Return the datasets that the events of an attempt list as inputs."""
    return {one for event in attempt.events for one in _ids(event.inputs)}
