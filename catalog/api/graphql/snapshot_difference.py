"""How one state of a dataset differs from another."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import strawberry

from catalog.api.graphql import enums
from catalog.api.graphql.as_of import AsOfArgument, Completeness, ReadPoint, completeness, read_point
from catalog.api.graphql.as_of import as_of as _at
from catalog.api.graphql.connections import After, Connection, First, page_of
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.datasets import PhiKind
from catalog.api.graphql.problems import AnyProblem, as_problem, not_found
from catalog.api.graphql.scalars import Long, Micros
from catalog.api.graphql.search import FacetCount
from catalog.api.graphql.use import StatedUse, stated_use
from catalog.errors import ADDRESSED
from catalog.reading import Complete
from catalog.snapshots import comparison
from catalog.use.difference import Moved, UseAt
from catalog.use.drift import FieldLabel, drift
from catalog.view import View

FileChange = comparison.FileChange
enums.enter(FileChange)


@strawberry.type(description="A file that is otherwise in one of two snapshots than in the other.")
class ChangedFile:
    path: str = strawberry.field(description="Its path under the snapshot's root.")
    change: FileChange = strawberry.field(description="What became of it.")


@strawberry.type(description="A field that is in one of two schemas alone, or of another type in the other.")
class ChangedField:
    name: str = strawberry.field(description="Its name, as it stands in the dataset.")
    before: str | None = strawberry.field(
        description="Its type in the earlier schema, empty where nobody named one; null where it is not in it."
    )
    after: str | None = strawberry.field(
        description="Its type in the later schema, empty where nobody named one; null where it is not in it."
    )


@strawberry.type(description="What a job counted in one column of one state; never a value of the data.")
class CountsOfColumn:
    count: Long | None = strawberry.field(description="How many values; null where it was not counted.")
    null_count: Long | None = strawberry.field(description="How many nulls; null where they were not counted.")
    distinct_count: Long | None = strawberry.field(description="How many distinct values; null where not counted.")


@strawberry.type(description="A column in which jobs counted otherwise of the second of two snapshots.")
class ChangedColumn:
    name: str = strawberry.field(description="Its name, as its dataset spells it.")
    before: CountsOfColumn = strawberry.field(description="What was counted of the first.")
    after: CountsOfColumn = strawberry.field(description="What was counted of the second.")


@strawberry.type(description="A kind of PHI that one of two states holds alone, as when it was made.")
class DriftedLabel:
    came: bool = strawberry.field(description="Whether the second holds it, and not the first; else it went.")
    field: str | None = strawberry.field(description="The field that holds it; null for the dataset as a whole.")
    phi_kind: PhiKind = strawberry.field(description="Which PHI it is.")
    origin: str = strawberry.field(description="How it is known: ASSERTED, CLAIMED, SUGGESTED or INFERRED.")
    codes: list[str] = strawberry.field(description="What exactly it is: code systems with codes; empty where any.")
    entries: list[int] = strawberry.field(description="The ledger entries that say so.")


@strawberry.type(description="What is said of the use of one of two states alone, as when it was made.")
class DriftedUse:
    came: bool = strawberry.field(description="Whether it is said of the second, and not of the first; else it went.")
    about: strawberry.ID | None = strawberry.field(
        description="The id of what it is about, of which the state was made; null where it is about that itself."
    )
    statement: StatedUse = strawberry.field(description="What it says, as it stood then.")


@strawberry.type(description="How much a snapshot holds, as far as somebody recorded it.")
class SnapshotSize:
    made_at: Micros | None = strawberry.field(
        description="When its dataset was last put into this state: by a run that completed, else by the newest seal."
    )
    files: int | None = strawberry.field(description="How many files; null where nobody sealed it.")
    size_bytes: Long | None = strawberry.field(description="How many bytes, by the seal, else as a job measured it.")
    rows: Long | None = strawberry.field(
        description="How many rows, by the seal, else by the run that wrote it, else as a job measured it."
    )
    persons: Long | None = strawberry.field(description="Of how many persons, as who sealed it says.")


@strawberry.type(description="How the second of two snapshots differs from the first.")
class SnapshotDiff:
    found: strawberry.Private[comparison.SnapshotDifference]
    before: SnapshotSize = strawberry.field(description="How much the first holds.")
    after: SnapshotSize = strawberry.field(description="How much the second holds.")
    changed_files: list[FacetCount] | None = strawberry.field(
        description="How many files were ADDED, REMOVED and CHANGED; null where one of the two is not sealed."
    )
    changed_fields: list[ChangedField] | None = strawberry.field(
        description="How the schemas differ that were declared when each was made, by name; null where one was not."
    )
    changed_columns: list[ChangedColumn] | None = strawberry.field(
        description="The columns in which other numbers were counted, by name; null where none was counted of both."
    )
    columns_counted_once: list[str] = strawberry.field(
        description="The columns that were counted in one of the two alone, so that they cannot be compared."
    )
    changed_labels: list[DriftedLabel] | None = strawberry.field(
        description="How effective labels differ, each as when its state was made; null where that is not known."
    )
    changed_uses: list[DriftedUse] | None = strawberry.field(
        description="How what is said of use differs, by itself and by all that each was made of; null as above."
    )
    entries: list[int] = strawberry.field(description="The ledger entries that say so.")
    completeness: Completeness = strawberry.field(description="Whether the answer is whole.")
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")

    @strawberry.field(description="The files that differ, by path; none where one of the two is not sealed.")
    def differing_files(self, first: First = 100, after: After = None) -> Connection[ChangedFile]:
        cursor = Cursor.of("files", self.found.before.id, self.found.after.id)
        return page_of(
            self.found.files or (),
            lambda one: [one[0]],
            lambda one: ChangedFile(path=one[0], change=one[1]),
            cursor,
            first,
            after,
        )


SnapshotDiffResult = Annotated[
    SnapshotDiff | AnyProblem,
    strawberry.union("SnapshotDiffResult", description="The difference, or why there is none to show."),
]


@strawberry.type
class SnapshotDiffQueries:
    @strawberry.field(description="How one state of a dataset differs from another, also from one of another dataset.")
    def snapshot_diff(
        self,
        info: ContextInfo,
        before: Annotated[strawberry.ID, strawberry.argument(description="The id of the first snapshot.")],
        after: Annotated[strawberry.ID, strawberry.argument(description="The id of the second snapshot.")],
        as_of: AsOfArgument = None,
    ) -> SnapshotDiffResult:
        try:
            view = info.context.view(_at(as_of, info.context))
        except ADDRESSED as error:
            return as_problem(error)
        found = comparison.snapshot_difference(view, str(before), str(after))
        if found is None:
            return not_found("One of the two is no snapshot that is known at the time asked for.", ever_known=False)
        return _difference(view, found)


def _difference(view: View, found: comparison.SnapshotDifference) -> SnapshotDiff:
    records = found.before, found.after
    before, after = (
        converted(SnapshotSize, size, made_at=None if one.made_at is None else Micros(one.made_at))
        for one, size in zip(records, found.sizes, strict=True)
    )
    drifted = drift(view, *records)
    partial = () if drifted is None else tuple(one for one in drifted.completeness if not isinstance(one, Complete))
    counts = None if found.files is None else Counter(change.value for _, change in found.files)
    return SnapshotDiff(
        found=found,
        before=before,
        after=after,
        changed_files=None if counts is None else [FacetCount(value=one, count=counts[one]) for one in FileChange],
        changed_fields=None if found.fields is None else [converted(ChangedField, one) for one in found.fields],
        changed_columns=None if found.columns is None else [_column(one) for one in found.columns],
        columns_counted_once=list(found.counted_once),
        changed_labels=None if drifted is None else _labels(drifted.labels),
        changed_uses=None if drifted is None else _uses(drifted.uses),
        entries=list(found.entries),
        completeness=completeness(view, partial[0] if partial else None, [one.id for one in records]),
        read_point=read_point(view),
    )


def _column(one: comparison.ColumnChange) -> ChangedColumn:
    before, after = (converted(CountsOfColumn, side) for side in (one.before, one.after))
    return ChangedColumn(name=one.name, before=before, after=after)


def _labels(moved: Moved[FieldLabel]) -> list[DriftedLabel]:
    return [
        DriftedLabel(
            came=came,
            field=one.field or None,
            phi_kind=PhiKind(one.kind),
            origin=one.origin,
            codes=list(one.codes),
            entries=list(one.entries),
        )
        for came, some in ((True, moved.came), (False, moved.went))
        for one in some
    ]


def _uses(moved: Moved[UseAt]) -> list[DriftedUse]:
    return [
        DriftedUse(
            came=came,
            about=strawberry.ID(one.subject) if one.subject else None,
            statement=stated_use(one.statement),
        )
        for came, some in ((True, moved.came), (False, moved.went))
        for one in some
    ]
