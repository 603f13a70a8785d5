"""How one state of a dataset differs from another: its files, size, schema, each as it was when it was made, and what
jobs counted in its columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from enum import StrEnum
from typing import Final, Literal

from catalog.assets.folds import aspects_in_force
from catalog.assets.rules import columns
from catalog.snapshots.measured import Measured, measured
from catalog.snapshots.model import SnapshotRecord, Written
from catalog.snapshots.queries import rows_written, snapshots
from catalog.view import View
from graph_schema.quality_facets import ColumnCounts
from ingest_hooks.emit.manifests import Manifest, ManifestDifference, ManifestFile, compare_manifests


class FileChange(StrEnum):
    """What became of a file from one snapshot to another."""

    ADDED = "ADDED"
    """The second alone has it."""
    REMOVED = "REMOVED"
    """The first alone has it."""
    CHANGED = "CHANGED"
    """Its size or its bytes are others."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much a state holds: None where nobody recorded it. `rows_by` is the entry that says how many rows."""

    files: int | None
    size_bytes: int | None
    rows: int | None
    persons: int | None
    rows_by: int | None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that is in one of two schemas alone, or of another type in the other; None is no such field."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """A column of which something that was counted of both states is another number in the second."""

    name: str
    before: ColumnCounts
    after: ColumnCounts


@dataclass(frozen=True, slots=True)
class SnapshotDifference:
    """What is otherwise in the second of two states than in the first.

    `files` is None where one of them has no manifest, `fields` where no schema was declared when one was made,
    `columns` where no job counted anything in columns of both.
    """

    before: SnapshotRecord
    after: SnapshotRecord
    sizes: tuple[Size, Size]
    files: tuple[tuple[str, FileChange], ...] | None
    """By path."""
    fields: tuple[FieldChange, ...] | None
    columns: tuple[ColumnChange, ...] | None
    """By name."""
    counted_once: tuple[str, ...]
    """The columns that were counted in one of the two alone, ascending."""
    entries: tuple[int, ...]
    """The seals, and the entries that say how many rows there are, which fields and what was counted."""


def snapshot_difference(view: View, before: str, after: str) -> SnapshotDifference | None:
    """Return how the second differs from the first; None where one of them is not known at the view's point."""
    found = snapshots(view, [before, after])
    if before not in found or after not in found:
        return None
    both = found[before], found[after]
    written = rows_written(view, sorted({one.dataset for one in both}))
    counted = measured(view, both)
    sides = counted.get(before), counted.get(after)
    sizes = tuple(_size(one, written.get(one.dataset, {}), side) for one, side in zip(both, sides, strict=True))
    schemas = tuple(_schema(view, one) for one in both)
    files = None
    if both[0].seal is not None and both[1].seal is not None:
        files = _files(compare_manifests(*(_manifest(one) for one in both)))
    fields = None
    if schemas[0] is not None and schemas[1] is not None:
        fields = _changes(schemas[0].types, schemas[1].types)
    cited = {one.seal.entry for one in both if one.seal is not None}
    cited |= {one.rows_by for one in sizes if one.rows_by is not None}
    cited |= {one.entry for one in (*schemas, *sides) if one is not None}
    columns_before, columns_after = ({} if one is None else one.columns for one in sides)
    return SnapshotDifference(
        both[0],
        both[1],
        (sizes[0], sizes[1]),
        files,
        fields,
        column_changes(columns_before, columns_after) if columns_before and columns_after else None,
        tuple(sorted(columns_before.keys() ^ columns_after.keys())),
        tuple(sorted(cited)),
    )


@dataclass(frozen=True, slots=True)
class _Schema:
    types: Mapping[str, str | None]
    entry: int


def column_changes(before: Mapping[str, ColumnCounts], after: Mapping[str, ColumnCounts]) -> tuple[ColumnChange, ...]:
    """Return the columns counted in both of which a count that both have is another, by name."""
    return tuple(
        ColumnChange(name, before[name], after[name])
        for name in sorted(before.keys() & after.keys())
        if any(
            one is not None and other is not None and one != other
            for one, other in zip(astuple(before[name]), astuple(after[name]), strict=True)
        )
    )


def counts_that_differ(changes: Iterable[ColumnChange]) -> Iterator[tuple[str, CountedOf, int | None, int | None]]:
    """Yield each column, what was counted in it, and how many of that both states have."""
    for one in changes:
        for what, name in _COUNTED:
            before, after = getattr(one.before, name), getattr(one.after, name)
            if before != after:
                yield one.name, what, before, after


CountedOf = Literal["values", "nulls", "distinct values"]
_COUNTED: Final[tuple[tuple[CountedOf, str], ...]] = (
    ("values", "count"),
    ("nulls", "null_count"),
    ("distinct values", "distinct_count"),
)


def _size(one: SnapshotRecord, written: Mapping[str, Written], counted: Measured | None) -> Size:
    seal = one.seal
    rows, rows_by = (None, None) if seal is None or seal.rows is None else (seal.rows, seal.entry)
    if rows is None:
        wrote = [written[run] for run in one.produced_by if run in written]
        if wrote:
            newest = max(wrote, key=lambda each: each.entry)
            rows, rows_by = newest.rows, newest.entry
    if rows is None and counted is not None and counted.rows is not None:
        rows, rows_by = counted.rows, counted.entry
    size_bytes = None if seal is None else seal.size_bytes
    if size_bytes is None and counted is not None:
        size_bytes = counted.size_bytes
    return Size(
        files=None if seal is None else seal.files,
        size_bytes=size_bytes,
        rows=rows,
        persons=None if seal is None else seal.persons,
        rows_by=rows_by,
    )


def _schema(view: View, one: SnapshotRecord) -> _Schema | None:
    """Return the schema that was declared of the dataset when it was put into this state."""
    if one.made_at is None:
        return None
    held = aspects_in_force(view.at(one.made_at), [one.dataset], aspects=("schema",)).get(one.dataset, {})
    if "schema" not in held:
        return None
    found = columns(one.namespace, one.name, held["schema"].value)
    return _Schema({each.name: each.type for each in found}, held["schema"].entry)


def _manifest(one: SnapshotRecord) -> Manifest:
    files = () if one.seal is None else one.seal.manifest
    return Manifest(tuple(ManifestFile(file.path, file.size, file.digest) for file in files))


def _files(found: ManifestDifference) -> tuple[tuple[str, FileChange], ...]:
    changes = dict.fromkeys(found.changed, FileChange.CHANGED)
    changes |= dict.fromkeys(found.missing, FileChange.REMOVED) | dict.fromkeys(found.surplus, FileChange.ADDED)
    return tuple((path, changes[path]) for path in found.paths)


def _changes(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> tuple[FieldChange, ...]:
    """Return the fields that came, went or are of another type, by name; a type that nobody said is the empty text."""
    return tuple(
        FieldChange(
            name,
            None if name not in before else before[name] or "",
            None if name not in after else after[name] or "",
        )
        for name in sorted(before.keys() | after.keys())
        if name not in before or name not in after or before[name] != after[name]
    )
