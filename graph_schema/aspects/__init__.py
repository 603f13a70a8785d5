"""What can be said of a node: each aspect with its sentence, the kinds it is said of, and the shape of its value."""

from __future__ import annotations

from graph_schema.aspects.shape import ShapeError
from graph_schema.aspects.table import (
    ASPECTS,
    BY_NAME,
    CHECK,
    DECLARED,
    DECLARED_OF_SOURCE,
    FAMILIES,
    KEPT_FACET,
    MANDATORY,
    MEASURED,
    PHI,
    USE,
    Aspect,
    Facet,
    as_json,
    aspect_of,
    aspects_of_facets,
    is_momentary,
    name_of_check,
    name_of_measurement,
    name_of_use,
)

__all__ = [
    "ASPECTS",
    "BY_NAME",
    "CHECK",
    "DECLARED",
    "DECLARED_OF_SOURCE",
    "FAMILIES",
    "KEPT_FACET",
    "MANDATORY",
    "MEASURED",
    "PHI",
    "USE",
    "Aspect",
    "Facet",
    "ShapeError",
    "as_json",
    "aspect_of",
    "aspects_of_facets",
    "is_momentary",
    "name_of_check",
    "name_of_measurement",
    "name_of_use",
]
