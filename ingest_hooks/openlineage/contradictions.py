"""What an event says that its own lists do not bear out: it is kept as it came, and flagged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graph_schema.facet_reading import objects, text
from ingest_hooks.openlineage.event import Dataset, Event, JobEvent, RunEvent
from ingest_hooks.openlineage.wire import JSON, Flag

NOT_AMONG_INPUTS = "column-lineage-contradicts-inputs"


def contradictions(event: Event) -> Iterator[Flag]:
    """Yield a flag for each columnLineage that names a dataset which is not among the inputs that the event lists.

    An event without a list of inputs contradicts nothing; another name that an input is given there (symlinks) is one
    of it, and so is a name of the output itself, whose former state was read.
    """
    if not isinstance(event, RunEvent | JobEvent) or event.inputs is None:
        return
    listed: set[tuple[str, str]] | None = None
    for place, output in enumerate(event.outputs or ()):
        facet = output.facets.get("columnLineage")
        if not isinstance(facet, dict):
            continue
        if listed is None:
            listed = {name for one in event.inputs for name in _names(one)}
        if any(name not in listed and name not in _names(output) for name in _named(facet)):
            yield Flag(NOT_AMONG_INPUTS, f"/outputs/{place}/facets/columnLineage")


def _names(dataset: Dataset) -> Iterator[tuple[str, str]]:
    yield dataset.namespace, dataset.name
    for one in objects(dataset.facets.get("symlinks"), "identifiers"):
        yield text(one, "namespace") or "", text(one, "name") or ""


def _named(facet: Mapping[str, JSON]) -> set[tuple[str, str]]:
    """Return the datasets that the facet names: each of them once, though every column names it."""
    items: list[JSON] = []
    fields, whole = facet.get("fields"), facet.get("dataset")
    for field in fields.values() if isinstance(fields, dict) else ():
        named = field.get("inputFields") if isinstance(field, dict) else None
        if isinstance(named, list):
            items += named
    if isinstance(whole, list):
        items += whole
    pairs = [(one.get("namespace"), one.get("name")) for one in items if isinstance(one, dict)]
    return {
        (space, name) for space, name in pairs if isinstance(space, str) and isinstance(name, str) and space and name
    }
