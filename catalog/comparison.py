"""Records held against what is in force: which of what they say is new, other than it was, or there already.

What a record says is what its projection states of it, so that both can never differ; nothing is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from catalog.assets.folds import aspects_in_force
from catalog.errors import SenderError
from catalog.kinds import Kind
from catalog.record import Record, RecordContext
from catalog.view import View
from graph_schema.builder import FactBuilder
from graph_schema.facts import NOW


class Change(StrEnum):
    """What becomes of one value that is in force."""

    ADDED = "ADDED"
    """Nothing was said of it."""
    CHANGED = "CHANGED"
    """Something else was said."""
    REMOVED = "REMOVED"
    """It was said, and what replaces the whole no longer says it."""
    SAME = "SAME"
    """It is in force already."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that a record states of a node: `field` is an aspect's name, and for a part of it `aspect.part`.

    Values are JSON, None where nothing is said. `entry` is the ledger entry of what is in force.
    """

    subject: str
    field: str
    change: Change
    before: Any
    after: Any
    entry: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a record would change: every value that it states, aspects in the order of its projection."""

    kind: str
    subjects: tuple[str, ...]
    valid_from: int | None
    """From when the record says that it holds; None where that is when it is recorded."""
    differences: tuple[Difference, ...]

    @property
    def changes(self) -> bool:
        """Tell whether anything would be in force that is not."""
        return any(one.change is not Change.SAME for one in self.differences)


Compared = tuple[Kind[Any], Record, Mapping[str, Any]]
"""A record with its kind, and what the catalog would add to it."""


def compare(view: View, records: Sequence[Compared]) -> tuple[Comparison, ...]:
    """Return what each record would change, held against what is in force when it says that it holds.

    Raises:
        SenderError: 422, two of them say different things of the same since the same time; points to the later one.
    """
    every = [_stated_by(*one) for one in records]
    _require_one_value(records, every)
    subjects: dict[int, set[str]] = defaultdict(set)
    for (_, record, _), stated in zip(records, every, strict=True):
        subjects[_moment(record)] |= {subject for subject, _ in stated}
    held = {at: aspects_in_force(view.at(at), sorted(ids)) for at, ids in subjects.items()}
    return tuple(
        Comparison(
            kind.name,
            tuple(dict.fromkeys(node.id for node in kind.subjects(record))),
            record.holds_from,
            tuple(_differences(stated, held[_moment(record)])),
        )
        for (kind, record, _), stated in zip(records, every, strict=True)
    )


def _require_one_value(records: Sequence[Compared], every: Sequence[Mapping[tuple[str, str], Any]]) -> None:
    """Hold the records to be true together: else what the first says would be new whenever they are compared."""
    first: dict[tuple[str, str, int], tuple[int, Any]] = {}
    for place, ((_, record, _), stated) in enumerate(zip(records, every, strict=True)):
        for (subject, aspect), value in stated.items():
            before, known = first.setdefault((subject, aspect, _moment(record)), (place, value))
            if known != value:
                raise SenderError(
                    f"It says another {aspect} than record {before + 1} says of the same thing: say it once.",
                    pointer=f"/{place}/{aspect}",
                    status=422,
                )


def _moment(record: Record) -> int:
    return NOW if record.holds_from is None else record.holds_from


def _stated_by(kind: Kind[Any], record: Record, added: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    """Return what the record states, by subject and aspect."""
    builder = FactBuilder(entry=0, valid_from=0, tie="")
    kind.project(record, RecordContext(builder, added))
    return {(one.subject, one.aspect): one.data for one in builder.build().statements}


def _differences(stated: Mapping[tuple[str, str], Any], held: Mapping[str, Mapping[str, Any]]) -> Iterator[Difference]:
    for (subject, aspect), value in stated.items():
        known = held.get(subject, {}).get(aspect)
        before, after = _parts(aspect, None if known is None else known.value), _parts(aspect, value)
        for field in dict.fromkeys((*after, *before)):
            if (old := before.get(field)) is None and after.get(field) is None:
                continue
            change = _change(old, after.get(field))
            yield Difference(subject, field, change, old, after.get(field), None if known is None else known.entry)


def _parts(aspect: str, value: Any) -> dict[str, Any]:  # noqa: ANN401  any JSON
    if isinstance(value, dict):
        return {f"{aspect}.{name}": part for name, part in value.items()}
    return {aspect: value}


def _change(before: Any, after: Any) -> Change:  # noqa: ANN401  any JSON
    if before == after and type(before) is type(after):
        return Change.SAME
    if before is None:
        return Change.ADDED
    return Change.REMOVED if after is None else Change.CHANGED
