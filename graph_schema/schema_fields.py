"""The fields of a schema facet by their addresses, nested ones after the one that they lie in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from graph_schema.column_lineage import address

_MAX_DEPTH = 20
_SHORT: Final = 4_096
"""So many characters has the text of a schema at most that is remembered."""


def described_fields(schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:  # noqa: ANN401  a facet is any JSON
    """Yield the fields of a schema facet with their addresses, in order; two may have one."""
    return _fields(schema, "", 0)


def fields_of(schema: Any) -> dict[str, str | None]:  # noqa: ANN401  the same
    """Return the types of the fields of a schema facet by their addresses, in order; of two of a name the first."""
    found: dict[str, str | None] = {}
    for path, field in described_fields(schema):
        found.setdefault(path, text_of(field, "type"))
    return found


def fields_of_text(text: str) -> Mapping[str, str | None]:
    """Return the same of a schema facet in JSON; many answers read the same few texts again and again."""
    return _remembered(text) if len(text) <= _SHORT else _read(text)


def _read(text: str) -> Mapping[str, str | None]:
    return MappingProxyType(fields_of(json.loads(text)))


_remembered = lru_cache(maxsize=4_096)(_read)


def text_of(value: Any, key: str) -> str | None:  # noqa: ANN401  the same
    """Return a text that is there and holds anything, None else."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) and found else None


def _fields(holder: Any, above: str, depth: int) -> Iterator[tuple[str, dict[str, Any]]]:  # noqa: ANN401  the same
    fields = holder.get("fields") if isinstance(holder, dict) else None
    if not isinstance(fields, list) or depth > _MAX_DEPTH:
        return
    for field in fields:
        name = text_of(field, "name")
        if name is not None:
            path = address(f"{above}.{name}") if above else name
            yield path, field
            yield from _fields(field, path, depth + 1)
