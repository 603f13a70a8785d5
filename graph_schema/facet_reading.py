"""Members of a facet as emitters send them: a part of the wrong type says nothing and harms nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graph_schema.nodes import Dataset, Job


def text(facet: object, key: str) -> str | None:
    """Return a member that is text with something in it."""
    value = facet.get(key) if isinstance(facet, dict) else None
    return value if isinstance(value, str) and value else None


def objects(facet: object, key: str) -> Iterator[dict[str, Any]]:
    """Yield the objects in a member that is a list."""
    value = facet.get(key) if isinstance(facet, dict) else None
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield item


def every_object(facet: object) -> Iterator[dict[str, Any]]:
    """Yield every object in a facet, however deep it lies."""
    front = [facet]
    while front:
        item = front.pop()
        if isinstance(item, dict):
            yield item
            front.extend(item.values())
        elif isinstance(item, list):
            front.extend(item)


def members(facet: object, key: str) -> Iterator[tuple[str, Any]]:
    """Yield names and values of a member that is an object."""
    value = facet.get(key) if isinstance(facet, dict) else None
    if isinstance(value, dict):
        yield from value.items()


def dataset(item: object) -> Dataset | None:
    """Return the dataset that an object with namespace and name names."""
    namespace, name = text(item, "namespace"), text(item, "name")
    return Dataset(namespace, name) if namespace and name else None


def job(item: object) -> Job | None:
    """Return the job that an object with namespace and name names."""
    namespace, name = text(item, "namespace"), text(item, "name")
    return Job(namespace, name) if namespace and name else None


def is_deleted(facet: object) -> bool:
    """Tell whether a facet only says that it no longer holds."""
    return isinstance(facet, dict) and facet.get("_deleted") is True
