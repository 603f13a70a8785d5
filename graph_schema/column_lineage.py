"""What a columnLineage facet says: which column, or which dataset as a whole, derives from which columns, and how.

ColumnLineageDatasetFacet 1-2-0. The value is the fact; pairs of columns are derived from it, here alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graph_schema.nodes import Column, Dataset

_WIDE_FIELDS: Final = 3
_WIDE_SHARE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Origin:
    """One input column that a field or a whole dataset derives from, and how where that is said."""

    column: Column
    type: str | None
    subtype: str | None
    masking: bool | None
    """None means unknown: never taken for unmasked, never for masked."""


@dataclass(frozen=True, slots=True)
class ColumnLineage:
    """The origins of each field that is named, and of the dataset as a whole."""

    fields: Mapping[str, tuple[Origin, ...]]
    wide: tuple[Origin, ...]
    """What filters, joins and near-cartesian fan-outs took in: it reaches every field."""

    def origins(self) -> Iterator[Origin]:
        """Yield every origin, as often as it is named."""
        for some in self.fields.values():
            yield from some
        yield from self.wide


def read_column_lineage(facet: Mapping[str, Any]) -> ColumnLineage:
    """Return what the facet says; a part of the wrong type says nothing."""
    fields = facet.get("fields")
    by_field = {
        name: [origin for item in _objects(field, "inputFields") for origin in _origins(item, field)]
        for name, field in (fields.items() if isinstance(fields, dict) else ())
    }
    wide = {origin: None for item in _objects(facet, "dataset") for origin in _origins(item, None)}
    wide |= dict.fromkeys(_fanned_out(by_field))
    narrow = {name: tuple(one for one in some if one not in wide) for name, some in by_field.items()}
    return ColumnLineage(narrow, tuple(wide))


def pairs(dataset: Dataset, lineage: ColumnLineage) -> Iterator[tuple[Column | Dataset, Origin]]:
    """Yield each column of the dataset, or the dataset itself, with what it derives from."""
    for name, origins in lineage.fields.items():
        for origin in origins:
            yield Column(dataset.namespace, dataset.name, name), origin
    for origin in lineage.wide:
        yield dataset, origin


def _origins(item: Mapping[str, Any], field: object) -> Iterator[Origin]:
    """Yield an input field once for each transformation; where there is none, the deprecated transformationType."""
    namespace, dataset, name = (_text(item, key) for key in ("namespace", "name", "field"))
    if namespace is None or dataset is None or name is None:
        return
    column = Column(namespace, dataset, name)
    transformations = list(_objects(item, "transformations"))
    for transformation in transformations:
        masking = transformation.get("masking")
        yield Origin(
            column,
            _upper(_text(transformation, "type")),
            _upper(_text(transformation, "subtype")),
            masking if isinstance(masking, bool) else None,
        )
    if not transformations:
        old = _upper(_text(field, "transformationType"))
        # MASKED was one of the two values of old; IDENTITY says nothing about masking that could be relied on.
        yield Origin(column, "DIRECT" if old else None, old, True if old == "MASKED" else None)


def _fanned_out(by_field: Mapping[str, list[Origin]]) -> Iterator[Origin]:
    """Yield INDIRECT origins of nearly every field: emitters repeat a join or filter once for each output column."""
    if len(by_field) < _WIDE_FIELDS:
        return
    counts: dict[Origin, int] = {}
    for origins in by_field.values():
        for origin in dict.fromkeys(origins):
            if origin.type == "INDIRECT":
                counts[origin] = counts.get(origin, 0) + 1
    for origin, count in counts.items():
        if count >= _WIDE_SHARE * len(by_field):
            yield origin


def _objects(value: object, key: str) -> Iterator[dict[str, Any]]:
    found = value.get(key) if isinstance(value, Mapping) else None
    if isinstance(found, list):
        yield from (item for item in found if isinstance(item, dict))


def _text(value: object, key: str) -> str | None:
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) and found else None


def _upper(text: str | None) -> str | None:
    return text.upper() if text else None
