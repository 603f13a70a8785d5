"""What facets say of columns: which column, or which dataset as a whole, derives from which columns, and how.

ColumnLineageDatasetFacet 1-2-0, and the fields of LineageDatasetFacet and LineageJobFacet 1-0-0. A facet's value is the
fact; which columns it pairs is derived from it, here alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

from graph_schema.facet_reading import members, objects, text
from graph_schema.nodes import Column, Dataset

COLUMN_LINEAGE: Final = "columnLineage"
LINEAGE: Final = "lineage"

_ELEMENT: Final = "_element"
_WIDE_FIELDS: Final = 3
_WIDE_SHARE: Final = 0.8


class Transformation(NamedTuple):
    """How one column enters another, as far as it is said; types in upper case."""

    type: str | None
    subtype: str | None
    description: str | None
    masking: bool | None
    """None means unknown: never taken for unmasked, never for masked."""


class Origin(NamedTuple):
    """What a field, or a dataset as a whole, derives from: one column, or a dataset of which no column is named."""

    source: Column | Dataset
    indirect: bool
    """Whether it only decides what is there (a filter, a join), and no value is made of it."""
    transformations: tuple[Transformation, ...]


class FanOut(NamedTuple):
    """An INDIRECT origin that an emitter repeats for nearly every field: it stands for one of the whole dataset."""

    origin: Origin
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ColumnLineage:
    """The origins of each field that is named, and of the dataset as a whole."""

    fields: Mapping[str, tuple[Origin, ...]] = field(default_factory=dict)
    """By address, without those of fan-outs; a field that is named without an origin has none."""
    wide: tuple[Origin, ...] = ()
    """What reaches every field, as it is said."""
    fan_outs: tuple[FanOut, ...] = ()

    @property
    def has_whole(self) -> bool:
        """Whether anything reaches the whole dataset."""
        return bool(self.wide or self.fan_outs)

    @property
    def whole(self) -> tuple[tuple[Origin, int], ...]:
        """Return what reaches the whole dataset, fan-outs among it, each with how many pairs it stands for."""
        collapsed = {one.origin: len(one.fields) for one in self.fan_outs}
        seen = dict.fromkeys(self.wide, 0)
        return tuple((seen | collapsed).items())

    def expanded(self) -> ColumnLineage:
        """Return the same with each fan-out as an origin of the fields that it is said of."""
        fields = {name: list(origins) for name, origins in self.fields.items()}
        for one in self.fan_outs:
            for name in one.fields:
                fields[name].append(one.origin)
        return ColumnLineage({name: tuple(origins) for name, origins in fields.items()}, self.wide)

    def origins(self) -> Iterator[Origin]:
        """Yield every origin, as often as it is named."""
        for some in self.fields.values():
            yield from some
        yield from self.wide
        yield from (one.origin for one in self.fan_outs)

    def within(self, datasets: frozenset[Dataset]) -> ColumnLineage:
        """Return what of it names only these datasets as sources."""

        def kept(origins: Iterable[Origin]) -> tuple[Origin, ...]:
            return tuple(one for one in origins if _dataset_of(one.source) in datasets)

        return ColumnLineage(
            {name: kept(origins) for name, origins in self.fields.items()},
            kept(self.wide),
            tuple(one for one in self.fan_outs if _dataset_of(one.origin.source) in datasets),
        )

    def renamed(self, name_of: Callable[[str], str]) -> ColumnLineage:
        """Return the same of fields by other names; what is said of two that have one name then is said of it."""
        fields: dict[str, dict[Origin, None]] = {}
        for name, origins in self.fields.items():
            fields.setdefault(name_of(name), {}).update(dict.fromkeys(origins))
        fan_outs = (FanOut(one.origin, tuple(dict.fromkeys(map(name_of, one.fields)))) for one in self.fan_outs)
        return ColumnLineage({name: tuple(some) for name, some in fields.items()}, self.wide, tuple(fan_outs))

    def joined(self, other: ColumnLineage) -> ColumnLineage:
        """Return what both say."""
        fields = {
            name: tuple(dict.fromkeys((*self.fields.get(name, ()), *other.fields.get(name, ()))))
            for name in (*self.fields, *other.fields)
        }
        wide = tuple(dict.fromkeys((*self.wide, *other.wide)))
        return ColumnLineage(fields, wide, tuple(dict.fromkeys((*self.fan_outs, *other.fan_outs))))


class Entry(NamedTuple):
    """What an explicit lineage facet says of one dataset: the datasets that feed it, and of columns where it does."""

    sources: frozenset[Dataset]
    columns: ColumnLineage | None


def address(name: str) -> str:
    """Return the address of a field in its dataset, byte for byte, but for the elements of an array.

    Members of a structure follow a dot, as do `key` and `value` of a map; the element of an array, which the schema
    facet nests as `_element`, is `[]`: `visits._element.ward` and `visits[].ward` are one field.
    """
    if _ELEMENT not in name:
        return name
    head, *rest = name.split(".")
    return head + "".join("[]" if part == _ELEMENT else f".{part}" for part in rest)


def read_column_lineage(facet: Mapping[str, Any]) -> ColumnLineage:
    """Return what a columnLineage facet says; a part of the wrong type says nothing."""
    by_field: dict[str, list[Origin]] = {}
    for name, part in members(facet, "fields"):
        by_field.setdefault(address(name), []).extend(_origins(objects(part, "inputFields"), part))
    wide = _origins((item for item in objects(facet, "dataset") if text(item, "field")), None)
    return _collapsed(by_field, wide)


def read_entry(entry: Mapping[str, Any]) -> Entry:
    """Return what an explicit lineage facet of a dataset, or an entry of a job's, says of its target."""
    inputs = [item for item in objects(entry, "inputs") if _is_dataset(item)]
    by_field: dict[str, list[Origin]] = {}
    for name, part in members(entry, "fields"):
        items = (item for item in objects(part, "inputs") if _is_dataset(item))
        by_field.setdefault(address(name), []).extend(_origins(items, None, datasets=True))
    wide = _origins((item for item in inputs if text(item, "field")), None)
    found = _collapsed(by_field, wide)
    named = (_source(item, whole=True) for item in inputs)
    sources = {source for source in named if isinstance(source, Dataset)}
    sources.update(_dataset_of(one.source) for one in found.origins())
    return Entry(frozenset(sources), found if by_field or wide else None)


class Mentioned(NamedTuple):
    """What a facet mentions: the addresses of fields, and as (namespace, name) the datasets that feed any field."""

    fields: frozenset[str] = frozenset()
    sources: frozenset[tuple[str, str]] = frozenset()

    def joined(self, other: Mentioned) -> Mentioned:
        """Return what either mentions."""
        return Mentioned(self.fields | other.fields, self.sources | other.sources)


def mentioned_by_column_lineage(facet: Mapping[str, Any]) -> Mentioned:
    """Return the fields of what `read_column_lineage` reads, and the datasets of its origins, without reading these."""
    fields, sources = set[str](), set[tuple[str, str]]()
    for name, part in members(facet, "fields"):
        fields.add(address(name))
        sources.update(_named(objects(part, "inputFields")))
    sources.update(_named(objects(facet, "dataset")))
    return Mentioned(frozenset(fields), frozenset(sources))


def mentioned_by_entry(entry: Mapping[str, Any]) -> Mentioned:
    """Return the same of the columns of what `read_entry` reads."""
    fields, sources = set[str](), set[tuple[str, str]]()
    for name, part in members(entry, "fields"):
        fields.add(address(name))
        sources.update(_named(filter(_is_dataset, objects(part, "inputs")), datasets=True))
    sources.update(_named(filter(_is_dataset, objects(entry, "inputs"))))
    return Mentioned(frozenset(fields), frozenset(sources))


def _named(items: Iterable[Mapping[str, Any]], *, datasets: bool = False) -> Iterator[tuple[str, str]]:
    for item in items:
        namespace, name = text(item, "namespace"), text(item, "name")
        if namespace and name and (text(item, "field") or (datasets and "field" not in item)):
            yield namespace, name


def read_entries(facet: Mapping[str, Any]) -> Iterator[tuple[Dataset, Mapping[str, Any]]]:
    """Yield each dataset that is a target of a job's explicit lineage facet, with the entry of it."""
    for entry in objects(facet, "entries"):
        namespace, name = text(entry, "namespace"), text(entry, "name")
        if namespace and name and text(entry, "type") == "DATASET":
            yield Dataset(namespace, name), entry


def pairs(dataset: Dataset, lineage: ColumnLineage) -> Iterator[tuple[Column | Dataset, Origin, tuple[str, ...]]]:
    """Yield each column of the dataset, or the dataset itself, with what it derives from.

    Of a fan-out, with the fields that it is said of.
    """
    for name, origins in lineage.fields.items():
        for origin in origins:
            yield Column(dataset.namespace, dataset.name, name), origin, ()
    for origin in lineage.wide:
        yield dataset, origin, ()
    for fan_out in lineage.fan_outs:
        yield dataset, fan_out.origin, fan_out.fields


def dataset_of(source: Column | Dataset) -> Dataset:
    """Return the dataset that a source is, or is a column of."""
    return _dataset_of(source)


def _dataset_of(source: Column | Dataset) -> Dataset:
    return Dataset(source.namespace, source.dataset) if isinstance(source, Column) else source


def _origins(items: Iterable[Mapping[str, Any]], holder: object, *, datasets: bool = False) -> list[Origin]:
    """Return each source once, once more where it is said to enter both directly and indirectly.

    `said_of` is the field, whose deprecated transformationType stands in where no transformations are named. Where
    `datasets` may be sources, one that names no field is one.
    """
    found: dict[tuple[Column | Dataset, bool], dict[Transformation, None]] = {}
    for item in items:
        source = _source(item, whole=datasets and "field" not in item)
        if source is None:
            continue
        for one in _transformations(item, holder):
            found.setdefault((source, one.type == "INDIRECT"), {})[one] = None
    return [
        Origin(source, indirect, tuple(some) if _UNSAID not in some else tuple(one for one in some if one != _UNSAID))
        for (source, indirect), some in found.items()
    ]


_UNSAID: Final = Transformation(None, None, None, None)


def _transformations(item: Mapping[str, Any], holder: object) -> Iterator[Transformation]:
    unsaid = True
    for one in objects(item, "transformations"):
        unsaid = False
        masking = one.get("masking")
        seen = text(one, "type"), text(one, "subtype"), text(one, "description")
        yield _transformation(*seen, masking if isinstance(masking, bool) else None)
    if unsaid:
        old = text(holder, "transformationType")
        description = text(holder, "transformationDescription")
        # MASKED was one of the two values of old; IDENTITY says nothing about masking that could be relied on.
        masked = True if (old or "").upper() == "MASKED" else None
        yield _transformation("DIRECT" if old else None, old, description, masked)


@lru_cache(maxsize=1_024)
def _transformation(
    kind: str | None,
    subtype: str | None,
    description: str | None,
    masking: bool | None,  # noqa: FBT001  as it is said
) -> Transformation:
    return Transformation(_upper(kind), _upper(subtype), description, masking)


def _source(item: Mapping[str, Any], *, whole: bool = False) -> Column | Dataset | None:
    namespace, dataset, name = text(item, "namespace"), text(item, "name"), text(item, "field")
    if namespace is None or dataset is None:
        return None
    if whole:
        return Dataset(namespace, dataset)
    return None if name is None else _column(namespace, dataset, name)


@lru_cache(maxsize=8_192)
def _column(namespace: str, dataset: str, name: str) -> Column:
    return Column(namespace, dataset, address(name))


def _collapsed(by_field: Mapping[str, list[Origin]], wide: Iterable[Origin]) -> ColumnLineage:
    """Take near-cartesian fan-outs together: emitters repeat a join or filter once for each output column."""
    named: dict[Origin, dict[str, None]] = {}
    for name, origins in by_field.items():
        for origin in origins:
            if origin.indirect:
                named.setdefault(origin, {})[name] = None
    whole = dict.fromkeys(wide)
    least = max(_WIDE_FIELDS, _WIDE_SHARE * len(by_field))
    fan_outs = {
        origin: tuple(fields) for origin, fields in named.items() if len(fields) >= least and origin not in whole
    }
    return ColumnLineage(
        {
            name: tuple(dict.fromkeys(one for one in some if one not in fan_outs and one not in whole))
            for name, some in by_field.items()
        },
        tuple(whole),
        tuple(FanOut(origin, fields) for origin, fields in fan_outs.items()),
    )


def _is_dataset(item: Mapping[str, Any]) -> bool:
    return text(item, "type") in {None, "DATASET"}


def _upper(word: str | None) -> str | None:
    return word.upper() if word else None
