"""A dataset: what is recorded of it at the read point, by whom and since when, and what is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from reports.context import Actor, Strict
from reports.document import (
    Block,
    Cell,
    Column,
    Heading,
    Item,
    Text,
    cell,
    cites,
    code,
    faint,
    item,
    missing,
    plain,
    stamp,
    strong,
    table,
    words,
)
from reports.fields import named
from reports.naming import alike, counted
from reports.parts.gaps import Unrecorded
from reports.parts.model_use import AppliedStatement, ModelUse
from reports.parts.sources import in_words
from reports.phrases import all_unrecorded, who
from reports.section import Frame, Part, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSubject(Strict):
    """The dataset that a report is of."""

    kind: Literal["dataset"]
    namespace: str
    name: str
    entries: tuple[int, ...] = ()
    """By which it was first known, and which declare what is in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedField(Strict):
    """A declared field as in force at the read point: its value in words, by whom and since when."""

    field: str
    value: str
    by: Actor
    since: str
    recorded_at: str
    entry: int


@dataclass(frozen=True, kw_only=True)
class OfDataset(Unrecorded, ModelUse):
    """A report of a dataset."""

    subject: DatasetSubject
    """What the report is of."""
    stated: tuple[StatedField, ...] = ()
    """In a fixed order of fields; what its source alone says is marked so in its value."""


_OF_SOURCE: Final = ("source_system", "source", "permitted_processing", "permitted_consumers", "permitted_places")
_OF_KEEPING: Final = (
    "zone",
    "site",
    "region",
    "place",
    "storage_pattern",
    "storage_format",
    "encryption_keys",
    "encryption",
    "plaintext_window",
    "compute_isolation",
)


def subject(context: OfDataset) -> Subject:
    """Return the dataset as what a report is of."""
    of = context.subject
    return Subject(
        title=f"{of.namespace}/{of.name}",
        key=f"{of.namespace} {of.name}",
        noun="dataset",
        reference={"dataset": {"namespace": of.namespace, "name": of.name}},
    )


def cover(context: OfDataset) -> Iterator[tuple[str, Cell]]:
    """Yield the rows of a cover that name the dataset."""
    yield "Dataset", cell(strong(context.subject.name), code(context.subject.namespace))


def _record(context: OfDataset, _: Frame) -> Iterator[Block]:
    """Show what the dataset is, whose and for what, and which mandatory fields nobody recorded."""
    others = {*_OF_SOURCE, *_OF_KEEPING}
    own = [one for one in context.stated if one.field not in others]
    yield _fields("What is recorded of the dataset", own)
    entries = cites(context.subject.entries) or missing("no entry cited")
    yield Text(words(plain("Known and declared by"), entries))
    absent = [gap.field for gap in context.gaps if gap.subject == subject(context).title]
    if absent:
        yield Text(words(plain("Mandatory and missing:"), all_unrecorded(absent)), "warn")


def _source(context: OfDataset, _: Frame) -> Iterator[Block]:
    """Show where the dataset comes from, what its source permits, and the consents that statements of use rest on."""
    yield _fields("Where it comes from", [one for one in context.stated if one.field in _OF_SOURCE])
    yield Heading("Consent", "consent", "", 2)
    consents = [one for one in context.statements if one.consent or one.withdrawn_since]
    if not consents:
        yield Text(plain("No statement of use that reaches the dataset rests on a consent."))
        return
    yield table(
        "Consents behind the statements of use that reach the dataset",
        (Column("Statement, and what it is about", 8), Column("Consent", 8)),
        [
            (cell(words(plain(one.statement), cites(one.entries)), faint(one.subject)), _consent(one))
            for one in consents
        ],
    )


def _consent(one: AppliedStatement) -> Cell:
    if one.withdrawn_since:
        return cell(words(plain("withdrawn from"), stamp(one.withdrawn_since)))
    until = words(faint("until"), stamp(one.consent_until)) if one.consent_until else ()
    return cell(words(plain(in_words("consent", one.consent or "")), until))


def _keeping(context: OfDataset, _: Frame) -> Iterator[Block]:
    """Show where the dataset lies, in which form, under which keys and how encrypted."""
    yield _fields("Where and how it is kept", [one for one in context.stated if one.field in _OF_KEEPING])


def _fields(caption: str, stated: list[StatedField]) -> Block:
    if not stated:
        return Text(words(plain(f"{caption}:"), missing()))
    return table(
        caption,
        (Column("Recorded", 13), Column("By whom, since when", 6)),
        [
            (
                cell(*(words(faint(f"{named(one.field)}:"), plain(in_words(one.field, one.value))) for one in group)),
                cell(words(who(group[0].by), cites((group[0].entry,))), words(faint("since"), stamp(group[0].since))),
            )
            for group in alike(stated, lambda one: (one.entry, one.since))
        ],
    )


def _items(context: OfDataset, _: Frame) -> Iterator[Item]:
    """Yield how much is recorded of the dataset itself."""
    if context.stated:
        text = f"{counted(len(context.stated), 'field')} of the dataset recorded."
        yield item("good", "RECORD", text, sorted({one.entry for one in context.stated}))


RECORD = Part(_record, _items)
SOURCE = Part(_source)
KEEPING = Part(_keeping)
