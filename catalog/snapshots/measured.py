"""What jobs counted of a state of a dataset: rows, bytes, and in each column values, nulls and distinct values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.assets.column_names import columns_called
from catalog.names.loading import Names
from catalog.snapshots.model import SnapshotRecord
from catalog.view import View
from graph_schema.aspects import name_of_use
from graph_schema.facet_reading import text
from graph_schema.facts import Order, Role, Statement
from graph_schema.quality_facets import ColumnCounts, Counts, counts

_METRICS: Final = "data_quality_metrics"
_VERSION: Final = "version"

Stated = Mapping[tuple[str, str], Sequence[Statement]]
"""What is stated, by subject and aspect."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run counted of a state that it made (`role` OUT) or read (IN), and the entry that says so.

    Columns are called as their dataset calls them.
    """

    rows: int | None
    size_bytes: int | None
    columns: Mapping[str, ColumnCounts]
    run: str
    role: Role
    entry: int


def measured(view: View, records: Sequence[SnapshotRecord]) -> dict[str, Measured]:
    """Return what was counted of each snapshot, by id; one of which nobody counted anything is absent.

    Of the runs that made a state the newest that counted speaks for it, else the first that read it, each by its newest
    event that counts. Of a run that names several versions of the dataset only events that name this one count.
    """
    runs = sorted({run for one in records for run in (*one.produced_by, *one.used_by)})
    if not runs:
        return {}
    names = Names(view, renamed=True)
    names.load({one.dataset for one in records})
    called = {one.dataset: sorted(names.names(one.dataset)) for one in records}
    aspects = {
        name_of_use(role.value, aspect, name)
        for several in called.values()
        for name in several
        for role in (Role.OUT, Role.IN)
        for aspect in (_METRICS, _VERSION)
    }
    stated: dict[tuple[str, str], list[Statement]] = {}
    for each in view.statements(runs, tuple(sorted(aspects))):
        stated.setdefault((each.subject, each.aspect), []).append(each)
    found = {one.id: of for one in records if (of := _of(one, called[one.dataset], stated)) is not None}
    return _spelled(view, {one.id: one.dataset for one in records}, found)


def _of(one: SnapshotRecord, names: Sequence[str], stated: Stated) -> Measured | None:
    """Return what the run that speaks for a state counted of its dataset, which has these names."""
    made = [found for run in one.produced_by if (found := _by_run(run, Role.OUT, one.digest, names, stated))]
    if made:
        return max(made, key=lambda found: found[0])[1]
    read = [found for run in one.used_by if (found := _by_run(run, Role.IN, one.digest, names, stated))]
    return min(read, key=lambda found: found[0])[1] if read else None


def _by_run(run: str, role: Role, digest: str, names: Sequence[str], stated: Stated) -> tuple[Order, Measured] | None:
    """Return what a run counted of a state by its newest event that counts, and the order of that event."""
    counted: list[tuple[Order, int, Counts]] = []
    versions: dict[int, str] = {}
    for name in names:
        for each in stated.get((run, name_of_use(role.value, _VERSION, name)), ()):
            version = text(each.data, "datasetVersion")
            if version is not None:
                versions[each.entry] = version
        for each in stated.get((run, name_of_use(role.value, _METRICS, name)), ()):
            found = counts(each.data)
            if found.columns or found.rows is not None or found.size_bytes is not None:
                counted.append((each.order, each.entry, found))
    if len(set(versions.values())) > 1:
        counted = [each for each in counted if versions.get(each[1]) == digest]
    if not counted:
        return None
    order, entry, newest = max(counted, key=lambda each: each[:2])
    return order, Measured(newest.rows, newest.size_bytes, newest.columns, run, role, entry)


def _spelled(view: View, datasets: Mapping[str, str], found: Mapping[str, Measured]) -> dict[str, Measured]:
    """Return them with each column called as the dataset calls it, where a rule folds letters."""
    places = sorted({(datasets[id_], column) for id_, one in found.items() for column in one.columns})
    called = columns_called(view, places) if places else {}
    return {
        id_: Measured(
            one.rows,
            one.size_bytes,
            {called.get((datasets[id_], column), column): of for column, of in sorted(one.columns.items())},
            one.run,
            one.role,
            one.entry,
        )
        for id_, one in found.items()
    }
