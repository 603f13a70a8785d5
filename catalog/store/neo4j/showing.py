"""How an aspect in force looks on its node: a plain value that a person reads in Neo4j Browser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from catalog.store.words import facets_of, indexed_words, is_searchable
from graph_schema.aspects import KEPT_FACET, PHI
from graph_schema.identity import label_of
from graph_schema.registry import property_of

_LONGEST: Final = 2_000
_MOST: Final = 100

Shown = str | int | float | bool | list[str] | None


def shown(aspect: str, value: object) -> Shown:
    """Return the property: scalars as they are, a schema as its fields, names as names, the rest as JSON text, cut."""
    plain: Shown = None
    if isinstance(value, str):
        plain = value[:_LONGEST]
    elif isinstance(value, bool | float) or (isinstance(value, int) and -(2**63) <= value < 2**63):
        plain = value
    elif isinstance(value, list) and all(isinstance(one, str) for one in value):
        plain = [str(one) for one in value[:_MOST]]
    elif isinstance(value, Mapping):
        plain = _summary(aspect, value)
    if plain is not None:
        return plain
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " …"


def _summary(aspect: str, value: Mapping[str, object]) -> Shown:
    if aspect == "schema":
        return _fields(value.get("fields"))
    text = value.get("description") if aspect == "documentation" else value.get("name") if len(value) == 1 else None
    return text[:_LONGEST] if isinstance(text, str) else None


def properties(label: str, aspect: str, value: object | None) -> dict[str, Shown]:
    """Return the properties of a node that one aspect sets; those of an ending, `value` None, are None."""
    found: dict[str, Shown] = {}
    if not aspect.startswith((KEPT_FACET, PHI)):
        found[property_of(label, aspect)] = None if value is None else shown(aspect, value)
    if is_searchable(aspect):
        found[f"search_{aspect}"] = None if value is None else " ".join(sorted(indexed_words(value)))
    return found


def note(shown: dict[str, dict[str, Any]], subject: str, aspect: str, old: str | None, new: str | None) -> None:
    """Note what a node shows when the value in force of an aspect changes, None for none, both as JSON."""
    if old == new:
        return
    before = None if old is None else json.loads(old)
    now = None if new is None else json.loads(new)
    row = shown.setdefault(
        subject, {"subject": subject, "properties": {}, "lost": [], "won": [], "aspects": [], "has": []}
    )
    row["properties"].update(properties(label_of(subject), aspect, now))
    row["lost"] += sorted(facets(aspect, before) - facets(aspect, now))
    row["won"] += sorted(facets(aspect, now) - facets(aspect, before))
    row["aspects"].append(aspect)
    row["has"] += [] if now is None else [aspect]


def facets(aspect: str, value: object | None) -> set[str]:
    """Return the entries of `search_facets` that one aspect makes."""
    return set() if value is None else {f"{name}={one}" for name, one in facets_of(aspect, value)}


def _fields(fields: object) -> list[str]:
    if not isinstance(fields, list):
        return []
    named = [one for one in fields if isinstance(one, Mapping)]
    lines = [f"{one.get('name', '?')}: {one.get('type', '?')}" for one in named[:_MOST]]
    return lines if len(named) <= _MOST else [*lines, f"and {len(named) - _MOST} more"]
