"""How one state of a dataset differs from another: by default the newest from the one before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Page, Several
from catalog.api.pages.questions import command, query
from catalog.assets.queries import datasets
from catalog.errors import AskerError
from catalog.reading import AsOf, Complete
from catalog.snapshots.comparison import SnapshotDifference, counts_that_differ, snapshot_difference
from catalog.snapshots.model import SnapshotRecord
from catalog.snapshots.queries import snapshots_of
from catalog.use.difference import Moved, UseAt
from catalog.use.drift import FieldLabel, drift

T = TypeVar("T")
_MOST: Final = 50
"""How many snapshots can be chosen from; an older one is named in the address."""


@dataclass(frozen=True, slots=True)
class Measure:
    """How much of something both states hold, None where nobody recorded it."""

    title: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted in a column of both states, and is another number in the second."""

    column: str
    what: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Label:
    """A kind of PHI that came with the second state, or went."""

    came: bool
    label: FieldLabel


@dataclass(frozen=True, slots=True)
class Use:
    """A statement on use that came with the second state, or went, and what it is about."""

    came: bool
    use: UseAt
    of: Link | None
    """Of what, None where it is about the state itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftPage(Context):
    """What the page of a difference shows; `difference` is None where the dataset has fewer than two states."""

    of: Link
    snapshots: tuple[SnapshotRecord, ...]
    """What can be chosen, the newest first: the newest, and the two."""
    difference: SnapshotDifference | None
    measures: tuple[Measure, ...]
    fields: Several
    columns: Several
    labels: Several
    """Nothing where `drifted` is false."""
    uses: Several
    files: Several
    drifted: bool
    """Whether it is known when both were made, so that labels and use can be compared."""


def read(asking: Asking) -> DriftPage:
    """Read the difference; raises AskerError 404 where the dataset, or one of the two states, is not there."""
    view, identifier = asking.view, asking.identifier({"Dataset"})
    record = datasets(view, [identifier]).get(identifier)
    if record is None:
        raise AskerError(NOT_THERE)
    every = snapshots_of(view, [record.id]).get(record.id, ())
    last = [one.id for one in every[-2:]] if len(every) > 1 else ["", ""]
    before, after = asking.text("before") or last[0], asking.text("until") or last[1]
    found = snapshot_difference(view, before, after) if before and after else None
    if found is None and (asking.text("before") or asking.text("until")):
        raise AskerError(NOT_THERE)
    drifted = None if found is None else drift(view, found.before, found.after)
    uses = [] if drifted is None else [(came, one) for came, some in _moved(drifted.uses) for one in some]
    labels = [] if drifted is None else [Label(came, one) for came, some in _moved(drifted.labels) for one in some]
    partial = () if drifted is None else tuple(one for one in drifted.completeness if not isinstance(one, Complete))
    links = links_to(view, {record.id, *(one.subject for _, one in uses if one.subject)})
    return DriftPage(
        title=f"What changed in {record.name}",
        graphql=_query(view.as_of, record.id, found),
        command=command("dataset", record.id, as_of=view.as_of)
        if found is None
        else command("snapshot", "compare", found.before.id, found.after.id, as_of=view.as_of),
        found=partial[0] if partial else None,
        subjects=(record.id,) if found is None else (found.before.id, found.after.id),
        of=links[record.id],
        snapshots=tuple(one for place, one in enumerate(every[::-1]) if place < _MOST or one.id in {before, after}),
        difference=found,
        measures=() if found is None else tuple(_measures(found)),
        fields=Several.of(asking, "fields", () if found is None else found.fields or (), lambda one: one.name),
        columns=Several.of(asking, "counts", list(_counted(found)), lambda one: f"{one.what} {one.column}"),
        labels=Several.of(asking, "labels", labels, _of_label),
        uses=Several.of(
            asking,
            "uses",
            [Use(came, one, links.get(one.subject)) for came, one in uses],
            lambda one: f"{one.came} {one.use.statement.entry} {one.use.subject}",
        ),
        files=Several.of(asking, "files", () if found is None else found.files or (), lambda one: one[0]),
        drifted=drifted is not None,
    )


def _query(as_of: AsOf, dataset: str, found: SnapshotDifference | None) -> str:
    if found is None:
        return query("node", {"id": dataset}, "{\n    ... on Dataset { name }\n  }", as_of)
    return query(
        "snapshotDiff",
        {"before": found.before.id, "after": found.after.id},
        "{\n    ... on SnapshotDiff {\n"
        "      before { rows sizeBytes files persons } after { rows sizeBytes files persons }\n"
        "      changedFields { name before after } changedColumns { name }\n"
        "      changedLabels { came field phiKind origin } differingFiles { nodes { path change } }\n    }\n  }",
        as_of,
    )


def _moved(moved: Moved[T]) -> tuple[tuple[bool, tuple[T, ...]], tuple[bool, tuple[T, ...]]]:
    return (True, moved.came), (False, moved.went)


def _measures(found: SnapshotDifference) -> Iterator[Measure]:
    first, second = found.sizes
    for title, name in (("Rows", "rows"), ("Persons", "persons"), ("Bytes", "size_bytes"), ("Files", "files")):
        yield Measure(title, getattr(first, name), getattr(second, name))


def _counted(found: SnapshotDifference | None) -> Iterator[Counted]:
    for one in counts_that_differ(() if found is None else found.columns or ()):
        yield Counted(*one)


def _of_label(one: Label) -> str:
    label = one.label
    return " ".join((str(one.came), label.field, label.kind, label.origin, *label.codes))


PAGE = Page("drift", "What changed", DriftPage, read, ("id", "before", "until", "behind"))
