"""Tags as emitters put them on datasets, columns, jobs and runs. Values in and out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.assets.model import AspectInForce
from graph_schema.facet_reading import objects, text


@dataclass(frozen=True, slots=True)
class EmitterTag:
    """One tag in force: `column` where it is said of one; `since` in UTC microseconds."""

    key: str
    value: str | None
    source: str | None
    column: str | None
    entry: int
    since: int


def tags_of(aspects: Mapping[str, AspectInForce[Any]]) -> Iterator[EmitterTag]:
    """Yield the tags of a tags facet in force, as it lists them (Tags{Dataset,Job,Run}Facet 1-0-0)."""
    held = aspects.get("tags")
    if held is None:
        return
    for item in objects(held.value, "tags"):
        key, value = text(item, "key"), item.get("value")
        if key is not None:
            stated = value if isinstance(value, str) else None if value is None else str(value).lower()
            yield EmitterTag(key, stated, text(item, "source"), text(item, "field"), held.entry, held.since)
